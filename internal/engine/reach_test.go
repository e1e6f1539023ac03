package engine_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/engine"
)

func TestATouchIsKeptWithItsFilterAndOnlyItsOwnEffectsAreFiltered(t *testing.T) {
	h := newHouse(t)
	h.do(engine.ApplyPolicy{Text: strings.Replace(testPolicy, "audiences:", "subscriptions:\n  - destination: mailer\n    events: [case.opened]\naudiences:", 1),
		By: orrery.Actor{Name: "mei", Trust: orrery.Staff}})
	quiet := complaint("ann")
	quiet.Reach = &orrery.Reach{Nobody: true, Except: []orrery.DestinationName{"elsewhere"}}
	h.touch(quiet)
	if n := h.w.Depth("mailer"); n != 0 {
		t.Errorf("the touch leaves the subscriber out, and %d notices wait for it", n)
	}
	if len(h.person("ann").Experience.Holds) == 0 {
		t.Error("whoever may hear of it, a complaint holds")
	}
	h.touch(complaint("bob"))
	if n := h.w.Depth("mailer"); n != 1 {
		t.Errorf("the next complaint has no filter, so one notice waits; there are %d", n)
	}
	var kept []*orrery.Reach
	err := h.w.ReadLog(context.Background(), 0, func(b engine.Batch) error {
		for _, f := range b.Facts {
			if r, ok := f.Fact.(*orrery.TouchRecorded); ok {
				kept = append(kept, r.Touch.Reach)
			}
		}
		return nil
	})
	if diff := cmp.Diff([]*orrery.Reach{quiet.Reach, nil}, kept); err != nil || diff != "" {
		t.Errorf("the log should keep the filter with its touch (-sent +kept): %v\n%s", err, diff)
	}
}
