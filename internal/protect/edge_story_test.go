package protect_test

import (
	"testing"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/desk"
	"github.com/orrery-cxm/orrery/internal/protect"
	"github.com/orrery-cxm/orrery/internal/when"
)

func TestReopeningBlocksTheProductAgainWithoutAnEnd(t *testing.T) {
	for _, wait := range []orrery.Span{orrery.Day, 100 * orrery.Day} {
		w := newWorld(t)
		w.must(w.order(desk.OpenCase{Reporter: ana, Product: "kettle", By: agent}))
		id := w.onlyCase(ana)
		w.must(w.order(desk.ResolveCase{Case: id, By: agent}))
		w.must(w.order(desk.ConfirmSatisfied{Case: id, By: agent}))
		w.pass(wait)
		w.must(w.order(desk.ReopenCase{Case: id, By: agent}))
		w.pass(200 * orrery.Day)
		blocked := false
		for _, h := range w.exp[ana].Holds {
			blocked = blocked || h.Kind == orrery.HoldProduct && h.Product == "kettle" && h.Until == 0
		}
		if !blocked {
			t.Errorf("reopened after %v, the case no longer blocks its product", wait)
		}
	}
}

func TestOnlyARecoveryMessageAboutTheCasePaysAndOnlyARefusalBounces(t *testing.T) {
	w := newWorld(t)
	w.consents(ana)
	w.must(w.order(desk.OpenCase{Reporter: ana, Product: "kettle", By: agent}))
	w.must(w.order(desk.OpenCase{Reporter: ana, Product: "toaster", By: agent}))
	open := desk.View(w, ana).Open()
	service, _ := w.offer(orrery.Intent{Fragment: ana, Class: orrery.Service, Channel: "email"})
	w.Emit(&orrery.EffectAnswered{Intent: service, Fragment: ana, Outcome: orrery.Accepted})
	w.settle()
	w.recovery(ana, open[0].Case.ID, orrery.Unknown)
	if n, m, r := len(facts[*orrery.ApologyPaid](w)), len(facts[*orrery.ApologyDue](w)), len(facts[*orrery.ReviewOpened](w)); n != 0 || m != 2 || r != 0 {
		t.Fatalf("a service message and an unanswered apology: %d paid, %d due, %d reviews; expected none, the first two, none", n, m, r)
	}
	w.recovery(ana, open[0].Case.ID, orrery.Accepted)
	if a := w.exp[ana].Apologies; a[0].Due() || !a[1].Due() {
		t.Fatal("an apology for one case should pay that case and leave the other due")
	}
}

func TestABounceAsksOnceThoughThePersonHasTwoFragments(t *testing.T) {
	w := newWorld(t)
	w.affected[orrery.TouchID(w.NextID())] = mother
	id := w.complain(ana)
	w.person[mother] = ana // it turns out that she wrote about herself
	w.recovery(ana, id, orrery.Rejected)
	if n := len(facts[*orrery.ReviewOpened](w)); n != 1 {
		t.Fatalf("one bounce asked %d times", n)
	}
}

func TestAFailedIntentLeavesNoTrace(t *testing.T) {
	w := newWorld(t)
	w.consents(ana)
	id, _ := w.offer(news("sales", ""))
	w.change(id, orrery.IntentFailed)
	if n := len(w.exp[ana].Sent); n != 0 {
		t.Fatalf("%d sends are remembered of one that failed", n)
	}
}

func TestAHoldStandsUntilItIsReleasedHoweverLateTheTimer(t *testing.T) {
	w := newWorld(t)
	w.consents(ana)
	id := w.complain(ana)
	w.must(w.order(desk.ReplyInCase{Case: id, Apology: true, By: agent}))
	w.must(w.order(desk.ResolveCase{Case: id, By: agent}))
	w.must(w.order(desk.ConfirmSatisfied{Case: id, By: agent}))
	w.now = w.now.Add(20 * orrery.Day)
	if a := w.ask(ana, orrery.Commercial); a.Reason != protect.GateRest || a.Until <= w.now {
		t.Fatalf("with the timer two weeks late the answer is %s until %v, expected rest until a moment still to come", a.Reason, a.Until)
	}
	w.pass(0)
	released := facts[*orrery.HoldReleased](w)
	if len(released) != 1 || released[0].Reason != "satisfied_and_rested" {
		t.Fatalf("released %+v, expected one hold as satisfied_and_rested", released)
	}
	w.expect(ana, orrery.Commercial, protect.GateClear)
}

func TestARevisionRaisesNoSignalTwiceAndAnAnswerActsOnAQuestion(t *testing.T) {
	w := newWorld(t)
	w.consents(ana)
	m := orrery.Touch{Kind: orrery.MessageTouch, Message: &orrery.Message{}, Signals: &orrery.Signals{Intents: []orrery.Label{label("question", 900)}}}
	touch := w.touch(ana, m)
	id, _ := w.offer(orrery.Intent{Fragment: ana, Class: orrery.Service, Channel: "email"})
	w.change(id, orrery.IntentAccepted)
	w.Emit(&orrery.SignalsRevised{Touch: touch, Fragment: ana, Signals: *m.Signals, By: orrery.Actor{Name: "model", Trust: orrery.Internal}})
	w.settle()
	raised, acted := facts[*orrery.SignalRaised](w), facts[*orrery.SignalActed](w)
	if len(raised) != 1 || len(acted) != 1 || acted[0].By != id.String() {
		t.Fatalf("a question, its answer and a revision: raised %d times, acted on %d times, expected once each", len(raised), len(acted))
	}
}

func TestQuietHoursAreTheStrictestOfWhereThePersonMayBe(t *testing.T) {
	at := func(hour int) orrery.Instant { return noon.Add(orrery.Span(hour-12) * orrery.Hour) } // UTC, a Monday
	for name, c := range map[string]struct {
		now     orrery.Instant
		channel orrery.Channel
		zones   []string
		change  func(*protect.Policy)
		reason  string
		until   orrery.Instant
	}{
		"noon":                      {at(12), "email", nil, nil, protect.GateClear, 0},
		"night at the market":       {at(22), "email", nil, nil, protect.GateQuietHours, at(24 + 8)},
		"day where the person is":   {at(22), "email", []string{"America/New_York"}, nil, protect.GateClear, 0},
		"night in one of two zones": {at(12), "email", []string{"America/Los_Angeles", "UTC"}, nil, protect.GateQuietHours, at(15)},
		"a zone that is none":       {at(22), "email", []string{"Mars/Base"}, nil, protect.GateQuietHours, at(24 + 8)},
		"none, and one that is":     {at(22), "email", []string{"Mars/Base", "America/New_York"}, nil, protect.GateQuietHours, at(24 + 12)},
		"one that is, and none":     {at(12), "email", []string{"America/Los_Angeles", "Mars/Base"}, nil, protect.GateQuietHours, at(15)},
		"the person came to us":     {at(22), "web", nil, nil, protect.GateClear, 0},
		"a law for texts only":      {at(9), "sms", []string{"UTC"}, func(p *protect.Policy) { p.Quiet.Region = "IN" }, protect.GateQuietHours, at(10)},
		"which mail does not know":  {at(9), "email", []string{"UTC"}, func(p *protect.Policy) { p.Quiet.Region = "IN" }, protect.GateClear, 0},
		"a holiday in France": {at(12), "sms", []string{"UTC"}, func(p *protect.Policy) {
			p.Quiet.Region, p.Quiet.Holidays = "FR", when.Days{{Year: 2026, Month: 6, Day: 1}}
		}, protect.GateHoliday, at(24 + 8)},
	} {
		w := newWorld(t)
		w.consents(ana)
		if c.change != nil {
			c.change(w.protect)
			w.must(w.protect.Validate())
		}
		a := protect.Ask(w.protect, w.exp[ana], protect.Question{Now: c.now, Class: orrery.Commercial, Channel: c.channel, Zones: c.zones, Known: true})
		if a.Reason != c.reason || a.Until != c.until {
			t.Errorf("%s: answered %s until %v, expected %s until %v", name, a.Reason, a.Until, c.reason, c.until)
		}
	}
}
