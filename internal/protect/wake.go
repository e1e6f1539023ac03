package protect

import (
	"github.com/orrery-cxm/orrery"
)

// Due is the next moment at which [Wake] would do something about e, a fragment's or a person's; it may have passed
// already. 0 is never. Ends are in the state, so neither policy nor clock has a say.
func Due(_ *Policy, e *Experience, _ orrery.Instant) orrery.Instant {
	var due orrery.Instant
	sooner := func(t orrery.Instant) {
		if t != 0 && (due == 0 || t < due) {
			due = t
		}
	}
	for i := range e.Holds {
		sooner(e.Holds[i].Until)
	}
	for i := range e.Life {
		if e.Life[i].Gone == "" {
			sooner(e.Life[i].Expires)
		}
	}
	for i := range e.Signals {
		if !e.Signals[i].Done {
			sooner(e.Signals[i].Due)
		}
	}
	return due
}

// Wake ends what has run its time: holds, life events, signals. Silence about a case never does.
func Wake(t Turn, p *Policy, person orrery.PersonID) {
	now := t.Now()
	for _, who := range fragments(t, person) {
		e := t.Experience(who)
		if e == nil {
			continue
		}
		for _, h := range copyOf(e.Holds) {
			switch {
			case h.Until != 0 && h.Until <= now && h.Kind == orrery.HoldRest:
				release(t, h, "satisfied_and_rested", "")
			case h.Until != 0 && h.Until <= now:
				release(t, h, "expired", "")
			}
		}
		for _, l := range copyOf(e.Life) {
			if l.Gone == "" && l.Expires != 0 && l.Expires <= now {
				t.Emit(&orrery.LifeChanged{Event: l.LifeEvent, Change: LifeExpired, By: timer})
				closeReviews(t, who, timer, "expired", func(r Review) bool { return r.Life == l.ID })
			}
		}
		for _, s := range copyOf(e.Signals) {
			if !s.Done && s.Due != 0 && s.Due <= now {
				t.Emit(&orrery.SignalActed{Fragment: who, Touch: s.Touch, Signal: s.Name, Missed: true})
			}
		}
	}
}

// timer is who acts when time has passed.
var timer = orrery.Actor{Name: "timer", Trust: orrery.Internal}
