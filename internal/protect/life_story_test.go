package protect_test

import (
	"testing"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/desk"
	"github.com/orrery-cxm/orrery/internal/protect"
)

// tells is a text in which somebody speaks of an event.
func tells(kind orrery.LifeKind, who string, c orrery.Confidence) orrery.Touch {
	return orrery.Touch{Kind: orrery.MessageTouch, Channel: "email", Message: &orrery.Message{Text: "..."},
		Signals: &orrery.Signals{Life: []orrery.Label{{Name: string(kind), Confidence: c, Who: who}}}}
}

// profile is an identify call whose traits listen read as an event.
func profile(kind orrery.LifeKind, trust orrery.Trust) orrery.Touch {
	return orrery.Touch{Kind: orrery.Identify, Trust: trust, Channel: "web",
		Signals: &orrery.Signals{Life: []orrery.Label{{Name: string(kind), Confidence: 950, Who: "self"}}}}
}

func (w *world) mention(f orrery.FragmentID, kind orrery.LifeKind) orrery.Answer {
	return protect.Ask(w.protect, protect.PersonView(w, f), protect.Question{Now: w.now, Class: orrery.Commercial, Channel: "email", Life: kind, Known: true})
}

func TestAnInferredDeathBringsSilenceForSevenDaysAndAQuestionAndNoMore(t *testing.T) {
	w := newWorld(t)
	w.consents(ana)
	w.touch(ana, tells(orrery.Bereavement, "family", 450))
	for _, c := range wishes {
		w.expect(ana, c, protect.GateLifeInferred)
	}
	w.expect(ana, orrery.Service, protect.GateAlways)
	if a := w.mention(ana, orrery.Bereavement); a.Reason != protect.GateLifeUnconfirmed {
		t.Fatalf("a message that names an inferred death is answered %s, expected life_unconfirmed", a.Reason)
	}
	w.pass(5 * orrery.Day)
	w.touch(ana, tells(orrery.Bereavement, "family", 450)) // said again: the silence does not grow
	w.pass(2*orrery.Day - 1)
	w.expect(ana, orrery.Commercial, protect.GateLifeInferred)
	w.pass(1)
	w.expect(ana, orrery.Commercial, protect.GateClear)
	closed := facts[*orrery.ReviewClosed](w)
	if len(facts[*orrery.ReviewOpened](w)) != 1 || len(closed) != 1 || closed[0].Answer != "expired" {
		t.Fatalf("the question about it was closed %d times, expected once, as expired", len(closed))
	}
	w.replayed(t)
}

func TestOnlyAPersonMakesADeathAFactWhichThenLastsAYearAndMayBeNamed(t *testing.T) {
	for _, late := range []bool{false, true} {
		w := newWorld(t)
		w.consents(ana)
		w.touch(ana, tells(orrery.Bereavement, "self", 700))
		life := w.exp[ana].Life[0].ID
		if late {
			w.pass(8 * orrery.Day)
		}
		if err := w.command(protect.ConfirmLife{Fragment: ana, Life: life, By: orrery.Actor{Name: "shop", Trust: orrery.Server}}); orrery.KindOf(err) != orrery.KindDenied {
			t.Fatalf("a key confirmed a death: %v", err)
		}
		w.must(w.command(protect.ConfirmLife{Fragment: ana, Life: life, By: agent}))
		if a := w.ask(ana, orrery.Commercial); a.Reason != protect.GateLifeEvent || a.Until != w.now.Add(365*orrery.Day) {
			t.Fatalf("a confirmed death holds by %s until %v, expected life_event for a year", a.Reason, a.Until)
		}
		q := protect.Question{Now: w.now, Class: orrery.Service, Channel: "email", Life: orrery.Bereavement, Known: true}
		if a := protect.Ask(w.protect, w.exp[ana], q); a.Verdict != orrery.Allow {
			t.Fatalf("condolences after the confirmation are answered %s", a.Reason)
		}
		w.pass(365 * orrery.Day)
		w.expect(ana, orrery.Commercial, protect.GateClear)
	}
}

func TestARejectedInferenceIsSilentNoLonger(t *testing.T) {
	w := newWorld(t)
	w.consents(ana)
	w.touch(ana, tells(orrery.Illness, "self", 700))
	review := facts[*orrery.ReviewOpened](w)[0].Review
	w.must(w.order(desk.AnswerReview{Fragment: ana, Review: review, Yes: false, By: agent}))
	w.expect(ana, orrery.Commercial, protect.GateClear)
	if e := w.exp[ana]; e.Life[0].Gone != protect.LifeRejected || len(e.Holds) != 0 {
		t.Fatalf("the event is %q and %d holds stand, expected rejected and none", e.Life[0].Gone, len(e.Holds))
	}
}

func TestAYesToAReviewConfirmsTheEvent(t *testing.T) {
	w := newWorld(t)
	w.consents(ana)
	w.touch(ana, tells(orrery.JobLoss, "self", 700))
	w.must(w.order(desk.AnswerReview{Fragment: ana, Review: facts[*orrery.ReviewOpened](w)[0].Review, Yes: true, By: agent}))
	if l := w.exp[ana].Life[0]; l.Certainty != orrery.Verified || l.Expires != w.now.Add(180*orrery.Day) {
		t.Fatalf("after a yes the event has certainty %d until %v, expected verified for 180 days", l.Certainty, l.Expires)
	}
	w.expect(ana, orrery.Favour, protect.GateLifeEvent)
}

func TestHappyEventsNeedMoreCertaintyAndAConfirmationBeforeAMessageNamesThem(t *testing.T) {
	w := newWorld(t)
	w.consents(ana)
	w.touch(ana, tells(orrery.Engagement, "self", 700))
	if len(w.exp[ana].Life) != 0 {
		t.Fatal("an engagement was noted at 700 thousandths, expected from 800")
	}
	w.touch(ana, tells(orrery.Engagement, "self", 850))
	w.expect(ana, orrery.Commercial, protect.GateClear)
	if a := w.mention(ana, orrery.Engagement); a.Reason != protect.GateLifeUnconfirmed {
		t.Fatalf("a message that names an inferred engagement is answered %s", a.Reason)
	}
	w.touch(ana, profile(orrery.Engagement, orrery.Server))
	if a := w.mention(ana, orrery.Engagement); a.Verdict != orrery.Allow {
		t.Fatalf("a message that names an engagement which the person put into their profile is answered %s", a.Reason)
	}
	w.pass(365*orrery.Day + 1)
	if a := w.mention(ana, orrery.Engagement); a.Reason != protect.GateLifeUnknown {
		t.Fatalf("a year later a message that names the engagement is answered %s, expected life_unknown", a.Reason)
	}
	w.touch(ana, profile(orrery.Engagement, orrery.Server)) // the profile still says so: nothing new
	if n := len(facts[*orrery.LifeNoted](w)); n != 1 {
		t.Fatalf("an unchanged profile made the engagement known %d times", n)
	}
}

func TestWhatHappenedToOthersIsNobodysEvent(t *testing.T) {
	w := newWorld(t)
	w.consents(ana)
	w.touch(ana, tells(orrery.Bereavement, "other", 990))
	w.expect(ana, orrery.Commercial, protect.GateClear)
}

func TestABrowserMayNotDeclareASadEventOnlyBringSilence(t *testing.T) {
	w := newWorld(t)
	w.consents(ana)
	w.touch(ana, profile(orrery.Divorce, orrery.Public))
	w.expect(ana, orrery.Commercial, protect.GateLifeInferred)
	if err := w.command(protect.NoteLife{Fragment: ana, Event: orrery.Divorce, By: orrery.Actor{Trust: orrery.Public}}); orrery.KindOf(err) != orrery.KindDenied {
		t.Fatalf("a public key declared a divorce: %v", err)
	}
	w.must(w.command(protect.NoteLife{Fragment: ana, Event: orrery.Divorce, Who: "self", By: orrery.Actor{Name: "crm", Trust: orrery.Server}}))
	w.expect(ana, orrery.Commercial, protect.GateLifeEvent)
}

func TestACorrectionThatNamesNoEventRejectsIt(t *testing.T) {
	w := newWorld(t)
	w.consents(ana)
	touch := w.touch(ana, tells(orrery.Bereavement, "self", 700))
	w.Emit(&orrery.SignalsRevised{Touch: touch, Fragment: ana, By: agent, Signals: orrery.Signals{Revision: 2}})
	w.settle()
	w.expect(ana, orrery.Commercial, protect.GateClear)
}
