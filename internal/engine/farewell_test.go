package engine_test

import (
	"context"
	"strings"
	"testing"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/act"
	"github.com/orrery-cxm/orrery/internal/engine"
)

func TestAnErasedPersonIsForgottenForGoodOnceEverySubscriberWasTold(t *testing.T) {
	h := newHouse(t)
	h.do(engine.ApplyPolicy{Text: strings.Replace(testPolicy, "audiences:", "subscriptions:\n  - destination: mailer\n    events: [case.opened]\naudiences:\n  - name: calm\n    rule: \"!state.held\"", 1),
		By: orrery.Actor{Name: "mei", Trust: orrery.Staff}})
	h.touch(consent("ann"))
	h.touch(consent("bob"))
	ann := h.person("ann").ID
	if _, err := h.w.Erase(context.Background(), engine.Erase{Fragment: ann, By: orrery.Actor{Name: "mei", Trust: orrery.Staff}}); err != nil {
		t.Fatal(err)
	}
	h.w.Kill()
	h.open() // nobody was told before the crash
	items, _ := h.w.Take("mailer", 10)
	if len(items) != 1 || items[0].Kind != orrery.EffectNotice {
		t.Fatalf("the subscriber should be told of the erasure; what waits is %+v", items)
	}
	content, err := h.w.Content(context.Background(), items[0].Fragment, items[0].Effect)
	if err != nil || content.Type != act.EventErased || !strings.Contains(content.Data, ann.String()) {
		t.Errorf("the notice should name %s to be forgotten: %+v (%v)", ann, content, err)
	}
	released := h.do(engine.Release{Release: act.Release{Fragment: items[0].Fragment, Effect: items[0].Effect}}).(*orrery.EffectReleased)
	h.do(engine.Answered{Answered: act.Answered{Fragment: items[0].Fragment, Effect: items[0].Effect, Attempt: released.Attempt, Outcome: orrery.Accepted}})
	h.w.Done(&items[0])
	v, err := h.w.Verify(context.Background())
	if err != nil || len(v.Differences) > 0 || v.Fragments != 1 {
		t.Errorf("only bob is left, with one identifier: %+v (%v)", v, err)
	}
	err = h.w.ReadLog(context.Background(), 0, func(b engine.Batch) error {
		for i := range b.Facts {
			if f, ok := b.Facts[i].Fact.(*orrery.AudienceChanged); ok && f.Fragment == 0 {
				t.Errorf("nobody changes an audience: %+v", f)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
