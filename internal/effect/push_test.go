package effect_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/act"
	"github.com/orrery-cxm/orrery/internal/engine"
)

// view puts a person who consented into the audience.
func (h *house) view(user string) {
	h.touch(orrery.Touch{Kind: orrery.Track, Name: "Product Viewed", Product: "shoe", Identifiers: named(user)})
}

func (h *house) pushes(n int) []*orrery.PushAnswered {
	h.Helper()
	return facts(h, "memberships should be answered", func(l []*orrery.PushAnswered) bool { return len(l) >= n })
}

func ops(list []delivery) (out []any) {
	for _, d := range list {
		out = append(out, d.data["op"])
	}
	return out
}

func TestAMembershipGoesAsItIsDesiredNowAndNotAsItOnceWas(t *testing.T) {
	h := newHouse(t)
	r := newReceiver(t, nil)
	h.consent("ann")
	h.view("ann")
	h.complain("ann") // nobody was told of the first wish yet
	h.workers.Set("crm", outletTo(r))
	a := h.pushes(1)[0]
	if a.Push != orrery.PushRemove || a.Version != 2 || a.Outcome != orrery.Accepted {
		t.Errorf("only the removal, the second version, should go out: %+v", a)
	}
	if diff := cmp.Diff([]any{"remove"}, ops(r.deliveries())); diff != "" {
		t.Errorf("what the destination heard (-should +did):\n%s", diff)
	}
}

func TestRemovalsGoBeforeAdditions(t *testing.T) {
	h := newHouse(t)
	r := newReceiver(t, nil)
	h.consent("ann")
	h.view("ann")
	first := outletTo(r)
	h.workers.Set("crm", first)
	h.pushes(1)
	h.workers.Set("crm", nil)
	select {
	case <-first.closed:
	default:
		t.Error("an outlet that is no longer used is not closed")
	}
	for _, user := range []string{"bob", "cem", "dan"} {
		h.consent(user)
		h.view(user)
	}
	h.complain("ann")
	h.workers.Set("crm", outletTo(r))
	h.pushes(5)
	if diff := cmp.Diff([]any{"add", "remove", "add", "add", "add"}, ops(r.deliveries())); diff != "" {
		t.Errorf("the removal was wished last and goes first (-should +did):\n%s", diff)
	}
}

func TestAMembershipThatFailsIsTriedAgainAndDiesAndIsAskedForAgain(t *testing.T) {
	h := newHouse(t)
	r := newReceiver(t, func(n int, w http.ResponseWriter, _ delivery) {
		if n <= 3 {
			w.WriteHeader(http.StatusBadGateway)
		}
	})
	h.workers.Set("crm", outletTo(r))
	h.consent("ann")
	h.view("ann")
	var got []orrery.Outcome
	for _, a := range h.pushes(3) {
		got = append(got, a.Outcome)
	}
	if diff := cmp.Diff([]orrery.Outcome{orrery.RetryLater, orrery.RetryLater, orrery.OutcomeDead}, got); diff != "" {
		t.Fatalf("outcomes (-should be +are):\n%s", diff)
	}
	again := engine.Repush{Repush: act.Repush{Fragment: h.person("ann"), Destination: "crm", List: "R-1"}}
	if _, _, err := h.w.Do(context.Background(), again); err != nil {
		t.Fatal(err)
	}
	if last := h.pushes(4)[3]; last.Outcome != orrery.Accepted || last.Version != 2 || last.Push != orrery.PushAdd {
		t.Errorf("asked for again, the membership is a new version and accepted: %+v", last)
	}
}

func TestMembershipsGoOnAfterARestart(t *testing.T) {
	h := newHouse(t)
	r := newReceiver(t, nil)
	h.consent("ann")
	h.view("ann")
	h.close()
	h.open()
	h.workers.Set("crm", outletTo(r))
	if a := h.pushes(1)[0]; a.Push != orrery.PushAdd || a.Outcome != orrery.Accepted {
		t.Errorf("the membership was wished before the restart and should go out after it: %+v", a)
	}
}
