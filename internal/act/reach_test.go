package act_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/act"
)

func TestADestinationThatATouchLeavesOutHearsNothingOfWhatItCauses(t *testing.T) {
	for what, c := range map[string]struct {
		reach *orrery.Reach
		told  []orrery.DestinationName
	}{
		"no filter":        {nil, []orrery.DestinationName{"crm", "lake"}},
		"all but the lake": {&orrery.Reach{Except: []orrery.DestinationName{"lake"}}, []orrery.DestinationName{"crm"}},
		"the lake alone":   {&orrery.Reach{Nobody: true, Except: []orrery.DestinationName{"lake"}}, []orrery.DestinationName{"lake"}},
		"nobody":           {&orrery.Reach{Nobody: true}, nil},
	} {
		w := newWorld(t)
		w.policy.Subscriptions = []act.Subscription{{Destination: "crm", Events: []string{"*"}}, {Destination: "lake", Events: []string{"*"}}}
		w.reach = c.reach
		w.Emit(&orrery.CaseOpened{Case: orrery.Case{ID: 7, Reporter: 1}})
		var told []orrery.DestinationName
		for _, n := range found[*orrery.EffectRequested](w) {
			told = append(told, n.Effect.Destination)
		}
		if diff := cmp.Diff(c.told, told); diff != "" {
			t.Errorf("%s (-should hear +does):\n%s", what, diff)
		}
		w.reach = &orrery.Reach{Nobody: true}
		w.Emit(&orrery.AudienceChanged{Fragment: 1, Audience: "runners", In: true, Reason: "rule"})
		if n := len(found[*orrery.PushRequested](w)); n != 2 {
			t.Errorf("a membership follows from the person and not from one touch: both lists should be asked, %d are", n)
		}
	}
}
