package protect_test

import (
	"testing"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/desk"
	"github.com/orrery-cxm/orrery/internal/protect"
)

// offer puts an intent to the gate and records the answer, as act does.
func (w *world) offer(in orrery.Intent) (orrery.IntentID, orrery.Answer) {
	w.see(in.Fragment)
	in.ID, in.At = orrery.IntentID(w.NextID()), w.now
	q := protect.QuestionOf(&in, w.now)
	q.Known = true
	a := protect.Ask(w.protect, protect.PersonView(w, in.Fragment), q)
	state := orrery.IntentQueued
	if a.Verdict != orrery.Allow {
		state = orrery.IntentHeld
	}
	w.Emit(&orrery.IntentOffered{Intent: in, Answer: a, State: state})
	w.settle()
	return in.ID, a
}

func (w *world) change(id orrery.IntentID, s orrery.IntentState) {
	w.Emit(&orrery.IntentChanged{Intent: id, Fragment: w.intents[id].Fragment, State: s})
	w.settle()
}

func news(team, stance string) orrery.Intent {
	return orrery.Intent{Fragment: ana, Class: orrery.Commercial, Channel: "email", Theme: "tariff", Team: team, Stance: stance}
}

func TestACapCountsWhatIsQueuedAndGivesBackWhatFailed(t *testing.T) {
	w := newWorld(t)
	w.consents(ana)
	first, a := w.offer(orrery.Intent{Fragment: ana, Class: orrery.Commercial, Channel: "email"})
	if a.Verdict != orrery.Allow {
		t.Fatalf("the first offer is answered %s", a.Reason)
	}
	if a := w.ask(ana, orrery.Commercial); a.Reason != protect.GateCap || a.Until != w.now.Add(orrery.Day) || a.Evidence[0] != first.String() {
		t.Fatalf("the second on one day is answered %s until %v for %v, expected the cap, a day later, for the first", a.Reason, a.Until, a.Evidence)
	}
	self := protect.QuestionOf(w.intents[first], w.now)
	self.Known = true
	if a := protect.Ask(w.protect, w.exp[ana], self); a.Verdict != orrery.Allow {
		t.Fatalf("asked again at its release, the first stands in its own way: %s", a.Reason)
	}
	w.change(first, orrery.IntentFailed)
	w.expect(ana, orrery.Commercial, protect.GateClear)
}

func TestAHeldIntentCountsOnlyOnceItIsQueued(t *testing.T) {
	w := newWorld(t)
	w.consents(ana)
	id := w.complain(ana)
	held, _ := w.offer(orrery.Intent{Fragment: ana, Class: orrery.Commercial, Channel: "email"})
	w.must(w.order(desk.DismissCase{Case: id, By: agent}))
	w.expect(ana, orrery.Commercial, protect.GateClear)
	w.pass(3 * orrery.Day)
	w.change(held, orrery.IntentQueued)
	if a := w.ask(ana, orrery.Commercial); a.Reason != protect.GateCap || a.Until != w.now.Add(orrery.Day) {
		t.Fatalf("after a held one was queued the next is answered %s until %v, expected the cap for a day", a.Reason, a.Until)
	}
}

func TestCapsRollAndCountOtherToolsAndEveryFragment(t *testing.T) {
	w := newWorld(t)
	w.consents(ana, ben)
	w.person[ben] = ana
	for i := range 3 {
		w.touch([]orrery.FragmentID{ana, ben}[i%2], orrery.Touch{Kind: orrery.SentTouch, Channel: "email",
			Sent: &orrery.SentMessage{Class: orrery.Commercial, Team: "crm"}})
		w.pass(25 * orrery.Hour)
	}
	a := w.ask(ana, orrery.Commercial)
	if want := noon.Add(7 * orrery.Day); a.Reason != protect.GateCap || a.Until != want {
		t.Fatalf("three in a week, and the next is answered %s until %v, expected the cap until %v", a.Reason, a.Until, want)
	}
	w.pass(orrery.Span(a.Until-w.now) - 1)
	w.expect(ana, orrery.Commercial, protect.GateCap)
	w.pass(1)
	w.expect(ana, orrery.Commercial, protect.GateClear)
}

func TestTwoTeamsThatContradictEachOtherAreFoundAndTheSecondHeld(t *testing.T) {
	w := newWorld(t)
	w.consents(ana)
	w.protect.Caps = nil
	first, _ := w.offer(news("sales", "upgrade"))
	second, a := w.offer(news("retention", "stay"))
	if a.Reason != protect.GateContradicts || a.Until != w.now.Add(72*orrery.Hour) {
		t.Fatalf("the contradiction is answered %s until %v, expected a hold for 72 hours", a.Reason, a.Until)
	}
	found := facts[*orrery.ConflictFound](w)
	if len(found) != 1 || !found[0].Contra || found[0].First != first.String() || found[0].Second != second.String() || len(found[0].Teams) != 2 {
		t.Fatalf("conflicts found: %+v, expected the one between %v and %v", found, first, second)
	}
	if _, a := w.offer(news("sales", "upgrade")); a.Verdict != orrery.Allow {
		t.Fatalf("the same team repeating itself is answered %s: that is what caps are for", a.Reason)
	}
	w.pass(73 * orrery.Hour)
	if _, a := w.offer(news("retention", "stay")); a.Verdict != orrery.Allow {
		t.Fatalf("after the window it is answered %s", a.Reason)
	}
	if n := len(facts[*orrery.ConflictFound](w)); n != 1 {
		t.Fatalf("%d conflicts were found in all, expected the one inside the window", n)
	}
}

func TestAConflictWithAnotherToolsMessageIsFoundOnce(t *testing.T) {
	w := newWorld(t)
	w.consents(ana)
	sent := func(team, market string) {
		w.touch(ana, orrery.Touch{Kind: orrery.SentTouch, Channel: "email",
			Sent: &orrery.SentMessage{Class: orrery.Service, Theme: "tariff", Team: team, Market: market}})
	}
	sent("care", "uk")
	sent("care", "uk")
	if n := len(facts[*orrery.ConflictFound](w)); n != 0 {
		t.Fatalf("one team's two messages made %d conflicts", n)
	}
	sent("care", "ie")
	if found := facts[*orrery.ConflictFound](w); len(found) != 1 || found[0].Contra {
		t.Fatalf("another market's repetition made %+v, expected one conflict that does not contradict", found)
	}
	w.protect.Conflict.Repeat = protect.ConflictWarn
	id, a := w.offer(news("sales", ""))
	if a.Verdict != orrery.Allow {
		t.Fatalf("a repetition under a policy that only warns is answered %s", a.Reason)
	}
	w.change(id, orrery.IntentReleased)
	w.change(id, orrery.IntentAccepted)
	if n := len(facts[*orrery.ConflictFound](w)); n != 2 {
		t.Fatalf("offered, released and accepted, one intent's conflict was reported %d times in all, expected 2 with the first", n)
	}
}

func TestSignalsAreActedOnOrListedAsMissed(t *testing.T) {
	w := newWorld(t)
	w.consents(ana)
	m := message(900)
	m.Signals.Intents = append(m.Signals.Intents, label("question", 700), label("purchase", 500))
	m.Signals.Risks = []orrery.Label{label("injury", 800)}
	w.touch(ana, m)
	open := func() (names []string) {
		for _, s := range w.exp[ana].Signals {
			if !s.Done {
				names = append(names, s.Name)
			}
		}
		return names
	}
	if got := open(); len(got) != 1 || got[0] != "question" {
		t.Fatalf("beside the case, %v wait; expected the question alone: a case acts on complaint and risk, and 500 is no signal", got)
	}
	w.must(w.order(desk.ReplyInCase{Case: w.onlyCase(ana), By: agent}))
	if got := open(); len(got) != 0 {
		t.Fatalf("after a reply %v wait", got)
	}
	w.touch(ana, orrery.Touch{Kind: orrery.MessageTouch, Message: &orrery.Message{}, Signals: &orrery.Signals{Intents: []orrery.Label{label("purchase", 900)}}})
	w.touch(ana, tells(orrery.Graduation, "self", 900))
	if got := open(); len(got) != 2 {
		t.Fatalf("%v wait, expected purchase and graduation", got)
	}
	w.must(w.order(desk.DismissCase{Case: w.onlyCase(ana), By: agent}))
	life := w.exp[ana].Life[0].ID
	w.must(w.command(protect.ConfirmLife{Fragment: ana, Life: life, By: agent}))
	id, a := w.offer(orrery.Intent{Fragment: ana, Class: orrery.Commercial, Channel: "email", Life: orrery.Graduation})
	if a.Verdict != orrery.Allow {
		t.Fatalf("congratulations are answered %s", a.Reason)
	}
	w.change(id, orrery.IntentAccepted)
	w.pass(3 * orrery.Day)
	var missed, acted []string
	for _, s := range facts[*orrery.SignalActed](w) {
		if s.Missed {
			missed = append(missed, s.Signal)
		} else {
			acted = append(acted, s.Signal)
		}
	}
	if len(missed) != 1 || missed[0] != "purchase" || len(acted) != 4 {
		t.Fatalf("missed %v, acted on %v; expected the purchase missed and four acted on", missed, acted)
	}
}

func TestTheMoodIsAngryAfterAComplaintAndCoolsDown(t *testing.T) {
	w := newWorld(t)
	m := message(900)
	m.Signals.Emotions = []orrery.Label{label("anger", 900)}
	w.touch(ana, m)
	for _, c := range []struct {
		after orrery.Span
		want  protect.Mood
	}{{0, protect.Angry}, {7 * orrery.Day, protect.Unhappy}, {30 * orrery.Day, protect.Neutral}} {
		if got, points := w.exp[ana].Mood(w.protect, w.now.Add(c.after)); got != c.want {
			t.Errorf("%v after an angry complaint the mood is %s (%d points), expected %s", c.after, got, points, c.want)
		}
	}
	w.touch(ana, orrery.Touch{Kind: orrery.SurveyTouch, Survey: &orrery.SurveyAnswer{Survey: "nps", Score: 10, Scale: 10}})
	w.touch(ana, orrery.Touch{Kind: orrery.SurveyTouch, Survey: &orrery.SurveyAnswer{Survey: "nps", Score: 10, Scale: 10}})
	if got, points := w.exp[ana].Mood(w.protect, w.now); got != protect.Pleased {
		t.Errorf("after one complaint and two best answers the mood is %s (%d points), expected pleased", got, points)
	}
}

func TestOnlyStaffPlaceAndReleaseHoldsAndNobodyWakesAResting(t *testing.T) {
	w := newWorld(t)
	w.consents(ana)
	for _, trust := range []orrery.Trust{orrery.Public, orrery.Server} {
		if err := w.command(protect.PlaceHold{Fragment: ana, By: orrery.Actor{Name: "k", Trust: trust}}); orrery.KindOf(err) != orrery.KindDenied {
			t.Errorf("a %s key placed a hold: %v", trust, err)
		}
	}
	w.must(w.command(protect.PlaceHold{Fragment: ana, By: agent}))
	w.expect(ana, orrery.Commercial, protect.GateManualHold)
	manual := w.exp[ana].Holds[0].ID
	for _, trust := range []orrery.Trust{orrery.Public, orrery.Server} {
		if err := w.command(protect.ReleaseHold{Fragment: ana, Hold: manual, By: orrery.Actor{Name: "k", Trust: trust}}); orrery.KindOf(err) != orrery.KindDenied {
			t.Errorf("a %s key released a hold: %v", trust, err)
		}
	}
	w.must(w.command(protect.ReleaseHold{Fragment: ana, Hold: manual, By: agent}))
	w.expect(ana, orrery.Commercial, protect.GateClear)
	id := w.complain(ana)
	release := protect.ReleaseHold{Fragment: ana, Hold: w.exp[ana].Holds[0].ID, By: agent}
	if err := w.command(release); orrery.KindOf(err) != orrery.KindConflict {
		t.Errorf("a case's hold was released by hand: %v", err)
	}
	w.must(w.order(desk.ResolveCase{Case: id, By: agent}))
	w.must(w.order(desk.ConfirmSatisfied{Case: id, By: agent}))
	if err := w.command(release); orrery.KindOf(err) != orrery.KindConflict {
		t.Errorf("a rest was ended by hand: %v", err)
	}
	if err := w.command(protect.ReleaseHold{Fragment: ana, Hold: 99, By: agent}); orrery.KindOf(err) != orrery.KindNotFound {
		t.Errorf("a hold that does not exist was released: %v", err)
	}
	w.must(w.command(protect.Restrict{Fragment: ana, By: agent}))
	w.expect(ana, orrery.Recovery, protect.GateRestricted)
}
