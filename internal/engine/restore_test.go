package engine_test

import (
	"context"
	"testing"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/desk"
	"github.com/orrery-cxm/orrery/internal/engine"
)

func TestADismissedCaseGivesBackTheInterestThatItsComplaintTook(t *testing.T) {
	h := newHouse(t)
	h.touch(consent("ann"))
	h.touch(view("ann", "shoe"))
	h.touch(view("ann", "shoe"))
	staff := orrery.Actor{Name: "agent", Trust: orrery.Staff}
	in := func() bool { return len(h.person("ann").Audiences) == 1 }
	if !in() {
		t.Fatal("two looks and a consent: ann should be in the audience")
	}
	h.do(engine.Care{Command: desk.OpenCase{Reporter: h.person("ann").ID, Product: "shoe", By: staff}})
	if in() {
		t.Fatal("a case is open, and ann is in the audience")
	}
	h.do(engine.Care{Command: desk.DismissCase{Case: h.person("ann").Desk.Open()[0].Case.ID, By: staff}})
	if !in() {
		t.Errorf("it was no complaint, so her two looks count again; she is in %v, held by %v", h.person("ann").Audiences, h.person("ann").Experience.Holds)
	}
	h.w.Kill()
	h.open()
	if v, err := h.w.Verify(context.Background()); err != nil || len(v.Differences) > 0 || !in() {
		t.Errorf("after a restart state and log differ: %+v (%v)", v, err)
	}
}
