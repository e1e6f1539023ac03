package protect_test

import (
	"testing"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/protect"
)

func says(answer orrery.ConsentAnswer, p orrery.Purpose, c orrery.Channel, how string) orrery.ConsentClaim {
	return orrery.ConsentClaim{Purpose: p, Channel: c, Answer: answer, How: how}
}

func (w *world) visit(f orrery.FragmentID, trust orrery.Trust, claims ...orrery.ConsentClaim) {
	w.touch(f, orrery.Touch{Kind: orrery.Page, Channel: "web", Trust: trust, Consents: claims})
}

func TestConsentFollowsTheLatestSaying(t *testing.T) {
	yes, no := says(orrery.Granted, orrery.Marketing, "email", "form"), says(orrery.Refused, orrery.Marketing, "email", "unsubscribe")
	w := newWorld(t)
	w.see(ana)
	w.expect(ana, orrery.Commercial, protect.GateNoConsent)
	w.visit(ana, orrery.Server, yes)
	w.expect(ana, orrery.Commercial, protect.GateClear)
	w.visit(ana, orrery.Public, no)
	w.expect(ana, orrery.Commercial, protect.GateRefused)
	w.visit(ana, orrery.Server, yes)
	w.expect(ana, orrery.Commercial, protect.GateClear)
}

func TestOnlyAChangedAnswerBecomesAFact(t *testing.T) {
	w := newWorld(t)
	for range 5 {
		w.visit(ana, orrery.Server, says(orrery.Granted, orrery.Marketing, "email", "segment"))
		w.visit(ana, orrery.Public, says(orrery.Refused, orrery.Advertising, "*", "gpc"))
	}
	if n := len(facts[*orrery.ConsentChanged](w)); n != 2 {
		t.Fatalf("ten visits with the same two answers made %d facts, expected 2", n)
	}
	w.expect(ana, orrery.Advertisement, protect.GateGPC)
}

func TestABannersWideYesNeverTakesBackANarrowNo(t *testing.T) {
	w := newWorld(t)
	w.visit(ana, orrery.Server, says(orrery.Refused, orrery.Marketing, "email", "unsubscribe"))
	w.visit(ana, orrery.Server, says(orrery.Granted, orrery.Marketing, "*", "rudderstack"))
	w.visit(ana, orrery.Server, says(orrery.Granted, "*", "email", "rudderstack"))
	w.expect(ana, orrery.Commercial, protect.GateRefused)
	w.visit(ana, orrery.Server, says(orrery.Refused, orrery.Advertising, "*", "form"))
	w.visit(ana, orrery.Server, says(orrery.Granted, orrery.Advertising, "ads", "form")) // narrower: counts
	w.expect(ana, orrery.Advertisement, protect.GateClear)
}

func TestABrowserGrantsNothingForAPersonKnownByName(t *testing.T) {
	w := newWorld(t)
	yes := says(orrery.Granted, orrery.Marketing, "email", "banner")
	w.visit(ana, orrery.Public, yes)
	w.expect(ana, orrery.Commercial, protect.GateUnproven)
	anonymous := protect.Question{Now: w.now, Class: orrery.Commercial, Channel: "email"}
	if a := protect.Ask(w.protect, w.exp[ana], anonymous); a.Verdict != orrery.Allow {
		t.Fatalf("the same grant for somebody who is only that browser is answered %s", a.Reason)
	}
	w.visit(ana, orrery.Server, says(orrery.Refused, orrery.Marketing, "email", "form"))
	w.visit(ana, orrery.Public, yes)
	w.expect(ana, orrery.Commercial, protect.GateRefused)
	w.touch(ana, orrery.Touch{Kind: orrery.Page, Trust: orrery.Public, Consents: []orrery.ConsentClaim{yes},
		Identifiers: []orrery.Identifier{{Namespace: orrery.Email, Value: "a@example.org", Proven: true}}})
	w.expect(ana, orrery.Commercial, protect.GateClear)
	err := w.command(protect.SetConsent{Fragment: ana, Claim: yes, By: orrery.Actor{Name: "site", Trust: orrery.Public}})
	if orrery.KindOf(err) != orrery.KindDenied {
		t.Fatalf("a public key granted by command: %v", err)
	}
}

func TestARefusalOnOneFragmentStandsForThePersonUnlessGrantedLater(t *testing.T) {
	w := newWorld(t)
	w.visit(ana, orrery.Server, says(orrery.Granted, orrery.Marketing, "email", "form"))
	w.visit(ben, orrery.Server, says(orrery.Refused, orrery.Marketing, "email", "unsubscribe"))
	w.expect(ana, orrery.Commercial, protect.GateClear)
	w.person[ben] = ana // they turn out to be one
	w.expect(ana, orrery.Commercial, protect.GateRefused)
	w.visit(ana, orrery.Server, says(orrery.Granted, orrery.Marketing, "email", "form"))
	w.expect(ana, orrery.Commercial, protect.GateClear)
	w.person[ben] = ben
	w.expect(ben, orrery.Commercial, protect.GateRefused)
}

func TestAGrantOutOfHistoryDoesNotOverrideWhatWasSaidSince(t *testing.T) {
	w := newWorld(t)
	w.visit(ana, orrery.Server, says(orrery.Refused, orrery.Marketing, "email", "unsubscribe"))
	w.touch(ana, orrery.Touch{Kind: orrery.Identify, Historical: true, At: w.now.Add(-orrery.Day),
		Consents: []orrery.ConsentClaim{says(orrery.Granted, orrery.Marketing, "email", "form")}})
	w.expect(ana, orrery.Commercial, protect.GateRefused)
}

func TestSurveysPassWithoutConsentButNotAgainstARefusal(t *testing.T) {
	w := newWorld(t)
	w.see(ana)
	w.expect(ana, orrery.SurveyClass, protect.GateClear)
	w.visit(ana, orrery.Public, says(orrery.Refused, orrery.Research, "*", "form"))
	w.expect(ana, orrery.SurveyClass, protect.GateRefused)
	w.protect.SurveysNeedConsent = true
	w.see(ben)
	w.expect(ben, orrery.SurveyClass, protect.GateNoConsent)
}

func TestAdsMayBeAllowedWithoutConsentByPolicyButNeverAgainstARefusal(t *testing.T) {
	w := newWorld(t)
	w.see(ana)
	w.expect(ana, orrery.Advertisement, protect.GateNoConsent)
	w.protect.AdsNeedConsent = false
	w.expect(ana, orrery.Advertisement, protect.GateClear)
	w.visit(ana, orrery.Public, says(orrery.Refused, orrery.Advertising, "*", "gpc"))
	w.expect(ana, orrery.Advertisement, protect.GateGPC)
}
