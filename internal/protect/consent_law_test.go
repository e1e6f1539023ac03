package protect_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/protect"
)

// told is one saying as somebody slow and careful would write it down.
type told struct {
	orrery.ConsentClaim
	to     orrery.FragmentID
	at     orrery.Instant // when it was recorded
	before orrery.Instant // history: when it was said
}

// takesBack says that grant g, said after refusal r, is at least as specific.
func (g told) takesBack(r told) bool {
	if (r.Purpose != orrery.AnyPurpose && g.Purpose != r.Purpose) || (r.Channel != orrery.AnyChannel && g.Channel != r.Channel) {
		return false
	}
	if g.before != 0 {
		return r.at <= g.before // out of history: only what was refused before it was given
	}
	return g.at > r.at
}

// careful answers by the rule as it is written, over every saying.
func careful(sayings []told, p orrery.Purpose, c orrery.Channel) orrery.ConsentAnswer {
	sayings = slices.DeleteFunc(slices.Clone(sayings), func(s told) bool {
		return (s.Purpose != p && s.Purpose != orrery.AnyPurpose) || (s.Channel != c && s.Channel != orrery.AnyChannel)
	})
	answer := orrery.ConsentUnknown
	for _, r := range sayings {
		if r.Answer == orrery.Granted {
			answer = orrery.Granted
		}
	}
	for _, r := range sayings {
		if r.Answer == orrery.Refused && !slices.ContainsFunc(sayings, func(g told) bool { return g.Answer == orrery.Granted && g.takesBack(r) }) {
			return orrery.Refused
		}
	}
	return answer
}

func TestConsentIsWhatTheRuleSaysOverEverythingThatWasSaid(t *testing.T) {
	purposes, channels := []orrery.Purpose{orrery.Marketing, orrery.Advertising, orrery.AnyPurpose}, []orrery.Channel{"email", "ads", orrery.AnyChannel}
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t)
		w.see(ana, ben)
		w.person[ben] = ana
		var all []told
		for range rapid.IntRange(1, 12).Draw(t, "sayings") {
			w.now++
			s := told{at: w.now, to: rapid.SampledFrom([]orrery.FragmentID{ana, ben}).Draw(t, "to"), ConsentClaim: orrery.ConsentClaim{How: "form",
				Purpose: rapid.SampledFrom(purposes).Draw(t, "purpose"), Channel: rapid.SampledFrom(channels).Draw(t, "channel"),
				Answer: orrery.ConsentAnswer(rapid.IntRange(1, 2).Draw(t, "answer"))}}
			x := orrery.Touch{Kind: orrery.Identify, Trust: orrery.Server, Consents: []orrery.ConsentClaim{s.ConsentClaim}}
			if rapid.IntRange(0, 3).Draw(t, "historical") == 0 {
				s.before = noon - orrery.Instant(rapid.IntRange(1, 8).Draw(t, "ago"))
				x.Historical, x.At = true, s.before
			}
			w.touch(s.to, x)
			all = append(all, s)
		}
		view := protect.PersonView(w, ana)
		for _, p := range purposes[:2] {
			for _, c := range channels[:2] {
				if want, got := careful(all, p, c), view.Standing(p, c).Answer; got != want {
					t.Fatalf("%s by %s is %s; by everything that was said it is %s: %+v", p, c, got, want, all)
				}
			}
		}
	})
}

func TestAnAnswerSaidWhileJoinedIsTheirsWhenTheTwoAreTakenApart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t)
		w.see(ana, ben)
		w.person[ben] = ana
		own := map[orrery.FragmentID][]told{}
		for range rapid.IntRange(1, 10).Draw(t, "sayings") {
			w.now++
			s := told{at: w.now, to: rapid.SampledFrom([]orrery.FragmentID{ana, ben}).Draw(t, "to"), ConsentClaim: orrery.ConsentClaim{How: "form",
				Purpose: rapid.SampledFrom([]orrery.Purpose{orrery.Marketing, orrery.AnyPurpose}).Draw(t, "purpose"),
				Channel: rapid.SampledFrom([]orrery.Channel{"email", orrery.AnyChannel}).Draw(t, "channel"), Answer: orrery.ConsentAnswer(rapid.IntRange(1, 2).Draw(t, "answer"))}}
			w.touch(s.to, orrery.Touch{Kind: orrery.Identify, Trust: orrery.Server, Consents: []orrery.ConsentClaim{s.ConsentClaim}})
			own[s.to] = append(own[s.to], s)
		}
		for who, said := range own {
			if want, got := careful(said, orrery.Marketing, "email"), w.exp[who].Standing(orrery.Marketing, "email").Answer; got != want {
				t.Fatalf("alone, fragment %d is %s; what was said to it makes it %s: %+v", who, got, want, said)
			}
		}
	})
}

func TestAYesToOneThingCountsAfterANoToEverything(t *testing.T) {
	yes, no := says(orrery.Granted, orrery.Marketing, "email", "form"), says(orrery.Refused, orrery.Marketing, "*", "unsubscribe")
	w := newWorld(t)
	w.visit(ana, orrery.Server, yes)
	w.visit(ana, orrery.Server, no)
	w.expect(ana, orrery.Commercial, protect.GateRefused)
	w.visit(ana, orrery.Server, yes) // the same answer as before, and yet news
	w.expect(ana, orrery.Commercial, protect.GateClear)
	w.visit(ana, orrery.Server, no)
	w.touch(ana, orrery.Touch{Kind: orrery.Identify, Historical: true, At: noon - 5, Consents: []orrery.ConsentClaim{says(orrery.Granted, orrery.Marketing, "email", "import")}})
	w.expect(ana, orrery.Commercial, protect.GateRefused) // what an import knows of last year takes nothing back
}

func TestAStateThatComesWithEveryEventUndoesNoAct(t *testing.T) {
	banner := says(orrery.Granted, orrery.Marketing, "*", "segment")
	closed := says(orrery.Refused, orrery.Marketing, "*", "segment")
	w := newWorld(t)
	w.visit(ana, orrery.Server, banner)
	w.visit(ana, orrery.Server, says(orrery.Refused, orrery.Marketing, "*", "unsubscribe"))
	w.visit(ana, orrery.Server, banner)
	w.expect(ana, orrery.Commercial, protect.GateRefused) // the banner says what it said before she unsubscribed
	w.visit(ana, orrery.Server, closed)
	w.visit(ana, orrery.Server, banner)
	w.expect(ana, orrery.Commercial, protect.GateClear) // she changed the banner herself
	w.visit(ana, orrery.Server, closed)
	w.visit(ana, orrery.Server, says(orrery.Granted, orrery.Marketing, "email", "form"))
	w.visit(ana, orrery.Server, closed)
	w.expect(ana, orrery.Commercial, protect.GateClear) // her yes to e-mail outlives a banner that stays as it was
	w.visit(ana, orrery.Server, says(orrery.Refused, orrery.Marketing, "*", "unsubscribe"))
	w.expect(ana, orrery.Commercial, protect.GateRefused) // and not her no to everything, although it was said before
}

func TestAYesSaidAgainToOneFragmentTakesBackANoThatAnotherHeard(t *testing.T) {
	yes := says(orrery.Granted, orrery.Marketing, "email", "form")
	w := newWorld(t)
	w.see(ana, ben)
	w.person[ben] = ana
	w.visit(ben, orrery.Server, yes)
	w.visit(ana, orrery.Server, says(orrery.Refused, orrery.Marketing, "*", "unsubscribe"))
	w.visit(ben, orrery.Server, yes)
	w.expect(ana, orrery.Commercial, protect.GateClear)
}

func TestNoYesOfABannerTakesBackANoThatWasSaidOtherwise(t *testing.T) {
	purposes, channels := []orrery.Purpose{orrery.Marketing, orrery.AnyPurpose}, []orrery.Channel{"email", orrery.AnyChannel}
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t)
		w.see(ana, ben)
		w.person[ben] = ana
		say := func(answer orrery.ConsentAnswer, hows ...string) {
			w.now++
			w.touch(rapid.SampledFrom([]orrery.FragmentID{ana, ben}).Draw(t, "to"), orrery.Touch{Kind: orrery.Identify,
				Trust: rapid.SampledFrom([]orrery.Trust{orrery.Public, orrery.Server}).Draw(t, "trust"), Source: "shop",
				Consents: []orrery.ConsentClaim{{How: rapid.SampledFrom(hows).Draw(t, "how"), Answer: answer,
					Purpose: rapid.SampledFrom(purposes).Draw(t, "purpose"), Channel: rapid.SampledFrom(channels).Draw(t, "channel")}}})
		}
		for range rapid.IntRange(0, 8).Draw(t, "before") {
			say(orrery.ConsentAnswer(rapid.IntRange(1, 2).Draw(t, "answer")), "form", "segment", "gpc")
		}
		w.now++
		w.touch(ana, orrery.Touch{Kind: orrery.Identify, Trust: orrery.Server, Source: "shop", Consents: []orrery.ConsentClaim{
			{How: "unsubscribe", Answer: orrery.Refused, Purpose: orrery.Marketing, Channel: "email"}}})
		for range rapid.IntRange(1, 4).Draw(t, "after") {
			say(orrery.Granted, "segment", "rudderstack")
			view := protect.PersonView(w, ana)
			if s := view.Standing(orrery.Marketing, "email"); s.Answer != orrery.Refused {
				t.Fatalf("she refused e-mail herself, and the state of a banner made it %s: %+v", s.Answer, s.Said)
			}
		}
	})
}

func TestANoSaidByHandStaysWhateverTheBannerRefusedBefore(t *testing.T) {
	w := newWorld(t)
	w.visit(ana, orrery.Server, says(orrery.Granted, orrery.Marketing, "*", "segment"))
	w.visit(ana, orrery.Server, says(orrery.Refused, orrery.Marketing, "*", "segment"))
	w.visit(ana, orrery.Server, says(orrery.Refused, orrery.Marketing, "*", "unsubscribe")) // refused already, and yet news
	w.visit(ana, orrery.Server, says(orrery.Granted, orrery.Marketing, "*", "segment"))
	w.expect(ana, orrery.Commercial, protect.GateRefused)
	w.visit(ana, orrery.Server, says(orrery.Granted, orrery.Marketing, "*", "form"))
	w.expect(ana, orrery.Commercial, protect.GateClear)
}
