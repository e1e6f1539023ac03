package effect_test

import (
	"net/http"
	"testing"

	"github.com/orrery-cxm/orrery"
)

func TestTheGateIsAskedAgainBeforeAnythingLeaves(t *testing.T) {
	h := newHouse(t)
	r := newReceiver(t, nil)
	h.consent("ann")
	h.consent("bob")
	if f := h.offer("ann", orrery.Commercial, "email"); f.State != orrery.IntentQueued {
		t.Fatalf("the gate should let the offer go while nothing is wrong: %+v", f.Answer)
	}
	h.complain("ann") // before any worker looked
	h.workers.Set("mailer", outletTo(r))
	h.offer("bob", orrery.Service, "email")
	h.answers(1)
	for _, d := range r.deliveries() {
		if d.data["class"] == "commercial" {
			t.Errorf("an offer left although its person has complained: %v", d.data)
		}
	}
}

func TestAHoldBetweenReleaseAndWritingStopsTheMessage(t *testing.T) {
	h := newHouse(t)
	r := newReceiver(t, nil)
	h.consent("ann")
	done := false
	h.prepare = func(*orrery.Intent, map[string]any) { // after the release, before the request
		if !done {
			done = true
			h.complain("ann")
		}
	}
	h.workers.Set("mailer", outletTo(r))
	in := h.offer("ann", orrery.Commercial, "email").Intent
	a := h.answers(1)[0]
	if a.Outcome != orrery.OutcomeStale || !a.Overtaken {
		t.Errorf("a complaint came between release and writing; the attempt is recorded as %s, overtaken %v", a.Outcome, a.Overtaken)
	}
	changes := facts(h, "the offer should be held", func(l []*orrery.IntentChanged) bool { return len(l) > 0 })
	if last := changes[len(changes)-1]; last.Intent != in.ID || last.State != orrery.IntentHeld {
		t.Errorf("the offer should be held again, it is %s", last.State)
	}
	if got := r.deliveries(); len(got) != 0 {
		t.Errorf("the offer left: %v", got)
	}
}

func TestASendThatAHoldOvertakesOnItsWayIsRecordedAsOvertaken(t *testing.T) {
	h := newHouse(t)
	h.consent("ann")
	r := newReceiver(t, func(_ int, _ http.ResponseWriter, d delivery) { h.complain("ann") }) // while the receiver takes it
	h.workers.Set("mailer", outletTo(r))
	h.offer("ann", orrery.Commercial, "email")
	if a := h.answers(1)[0]; a.Outcome != orrery.Accepted || !a.Overtaken {
		t.Errorf("the offer arrived, and its person had complained by then; it is recorded as %s, overtaken %v", a.Outcome, a.Overtaken)
	}
}

func TestWhatTheGateNeverBarsGoesOutInTheMiddleOfACase(t *testing.T) {
	h := newHouse(t)
	r := newReceiver(t, nil)
	h.consent("ann")
	h.complain("ann")
	h.workers.Set("mailer", outletTo(r))
	for _, class := range []orrery.Class{orrery.Legal, orrery.Safety, orrery.Service} {
		if f := h.offer("ann", class, "email"); f.State != orrery.IntentQueued {
			t.Errorf("a %s message is %s although it always passes", class, f.State)
		}
	}
	h.answers(3)
	if got := r.deliveries(); len(got) != 3 {
		t.Errorf("three messages should have arrived: %v", got)
	}
}
