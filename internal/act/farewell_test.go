package act_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/act"
)

func TestEverySubscriberIsToldOnceWhomToForgetAndNothingElse(t *testing.T) {
	w := newWorld(t)
	w.policy.Subscriptions = []act.Subscription{{Destination: "crm", Events: []string{"case.*"}}, {Destination: "lake", Events: []string{"*"}},
		{Destination: "crm", Events: []string{"hold.placed"}}}
	w.Emit(&orrery.PersonErased{Fragments: []orrery.FragmentID{1, 2}, By: orrery.Actor{Name: "mei", Trust: orrery.Staff}, Request: "Ann Smith asked"})
	told := map[orrery.DestinationName]string{}
	for _, n := range found[*orrery.EffectRequested](w) {
		if n.Effect.Type != act.EventErased || n.Effect.Person != 1 || told[n.Effect.Destination] != "" {
			t.Errorf("one notice of an erasure to each destination is expected, not %+v", n.Effect)
		}
		told[n.Effect.Destination] = n.Effect.Data
	}
	ids := `{"fragments":["per_0000000000001","per_0000000000002"]}`
	if diff := cmp.Diff(map[orrery.DestinationName]string{"crm": ids, "lake": ids}, told); diff != "" {
		t.Errorf("what subscribers hear (-should +do):\n%s", diff)
	}
}

func TestTheLastTraceOfAnErasedPersonIsNoNews(t *testing.T) {
	w := newWorld(t)
	w.policy.Subscriptions = []act.Subscription{{Destination: "crm", Events: []string{"*"}}}
	w.Emit(&orrery.PersonErased{Fragments: []orrery.FragmentID{1}, By: orrery.Actor{Name: "engine", Trust: orrery.Internal}})
	if n := found[*orrery.EffectRequested](w); len(n) != 0 {
		t.Errorf("the engine lets go of the last trace, and subscribers hear of the person again: %+v", n[0].Effect)
	}
}
