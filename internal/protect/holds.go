package protect

import (
	"fmt"

	"github.com/orrery-cxm/orrery"
)

// place puts a hold on a fragment; the id is the fact's own.
func place(t Turn, h orrery.Hold) {
	h.ID, h.Since = orrery.HoldID(t.NextID()), t.Now()
	t.Emit(&orrery.HoldPlaced{Hold: h})
}

func release(t Turn, h orrery.Hold, reason, by string) {
	t.Emit(&orrery.HoldReleased{Hold: h.ID, Was: h.Kind, Fragment: h.Fragment, Reason: reason, By: by})
}

// holdsOf lists the holds of everybody who stands behind the fragments, each once.
func holdsOf(t Turn, bars func(*orrery.Hold) bool, fs ...orrery.FragmentID) []orrery.Hold {
	var out []orrery.Hold
	seen := map[orrery.HoldID]bool{}
	for _, f := range fs {
		if f == 0 {
			continue
		}
		e := PersonView(t, f)
		for i := range e.Holds {
			if h := &e.Holds[i]; bars(h) && !seen[h.ID] {
				seen[h.ID] = true
				out = append(out, *h)
			}
		}
	}
	return out
}

// PlaceHold holds everything the brand wants from a person, or only what is about Product. Staff only.
type PlaceHold struct {
	Fragment orrery.FragmentID
	Product  string
	Until    orrery.Instant // 0: until it is released
	By       orrery.Actor
}

func (c PlaceHold) handle(t Turn, p *Policy) error {
	if err := staffOnly(c.By, "place a hold"); err != nil {
		return err
	}
	if c.Until != 0 && c.Until <= t.Now() {
		return orrery.Invalid("protect.until", fmt.Sprintf("a hold cannot end at %v, which has passed: give a later moment or none", c.Until))
	}
	h := orrery.Hold{Kind: orrery.HoldManual, Fragment: c.Fragment, Until: c.Until, By: c.By.Name, Reason: HoldByHand}
	if c.Product != "" {
		h.Kind, h.Product, h.Reason = orrery.HoldProduct, c.Product, HoldOfProduct
	}
	place(t, h)
	return nil
}

// ReleaseHold ends a hold by hand. Staff only, and never a hold that a case placed: that ends with the case, by its being
// solved and answered, or dismissed.
type ReleaseHold struct {
	Fragment orrery.FragmentID
	Hold     orrery.HoldID
	By       orrery.Actor
}

func (c ReleaseHold) handle(t Turn, p *Policy) error {
	if err := staffOnly(c.By, "release a hold"); err != nil {
		return err
	}
	holds := holdsOf(t, func(h *orrery.Hold) bool { return h.ID == c.Hold }, c.Fragment)
	if len(holds) == 0 {
		return orrery.NotFound("protect.no_hold", fmt.Sprintf("%v is no hold in force for this person", c.Hold))
	}
	h := holds[0]
	switch {
	case h.By == bySplit: // nobody's own any more: a person may clear it
	case h.Kind == orrery.HoldCase:
		return orrery.Conflict("protect.case_hold", "a case holds this person: resolve the case and hear that they are satisfied, or dismiss it")
	case h.Kind == orrery.HoldRest:
		return orrery.Conflict("protect.resting", fmt.Sprintf("this person rests until %v after a case, and nobody may wake them", h.Until))
	}
	release(t, h, "by_staff", c.By.Name)
	return nil
}

// Restrict stops all processing that is not owed by law: everything but legal, safety and service is held until the
// restriction is released. Staff, or a trusted source that passes on the person's wish.
type Restrict struct {
	Fragment orrery.FragmentID
	By       orrery.Actor
}

func (c Restrict) handle(t Turn, p *Policy) error {
	if c.By.Trust < orrery.Server {
		return orrery.Denied("protect.restrict", "a public key may not restrict processing: use a secret key or sign in")
	}
	if len(holdsOf(t, func(h *orrery.Hold) bool { return h.Kind == orrery.HoldLegal }, c.Fragment)) > 0 {
		return orrery.Conflict("protect.restricted", "processing of this person's data is restricted already")
	}
	place(t, orrery.Hold{Kind: orrery.HoldLegal, Fragment: c.Fragment, By: c.By.Name, Reason: HoldRestriction})
	return nil
}

// Command is one thing that a person at the brand or the API may ask of protect.
type Command interface {
	handle(Turn, *Policy) error
}

// Handle carries out a command, or refuses it with an *orrery.Error and changes nothing.
func Handle(t Turn, p *Policy, c Command) error { return c.handle(t, p) }

func staffOnly(by orrery.Actor, what string) error {
	if by.Trust < orrery.Staff {
		return orrery.Denied("protect.staff_only", fmt.Sprintf("a %s key may not %s: only a person at the brand may", by.Trust, what))
	}
	return nil
}
