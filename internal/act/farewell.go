package act

import (
	"slices"

	"github.com/go-json-experiment/json"

	"github.com/orrery-cxm/orrery"
)

// EventErased is what every subscriber hears when a person was erased, whatever else they subscribed to: whoever was told
// of a person must be told to forget them (GDPR, article 19).
const EventErased = "person.erased"

// farewell tells each destination that has a subscription, once, under which ids it may know the person. The notice
// waits with the first fragment, emptied by then of everything else, and names nobody.
func farewell(t Turn, p *Policy, f *orrery.PersonErased) {
	if len(f.Fragments) == 0 || f.By.Trust == orrery.Internal {
		return // the engine lets go of the last trace of somebody of whom they were told
	}
	data, err := json.Marshal(map[string]any{"fragments": f.Fragments}, json.Deterministic(true))
	if err != nil {
		return // ids always marshal
	}
	for i := range p.Subscriptions {
		d := p.Subscriptions[i].Destination
		if slices.ContainsFunc(p.Subscriptions[:i], func(s Subscription) bool { return s.Destination == d }) {
			continue
		}
		t.Emit(&orrery.EffectRequested{Effect: orrery.Effect{ID: orrery.EffectID(t.NextID()), Kind: orrery.EffectNotice,
			Destination: d, Person: f.Fragments[0], Type: EventErased, Data: string(data), RequestedAt: t.Now()}})
	}
}
