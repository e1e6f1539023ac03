package engine_test

import (
	"testing"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/act"
	"github.com/orrery-cxm/orrery/internal/engine"
)

func TestAMessageThatEndsUnsentLetsAHeldOneBeAskedAgain(t *testing.T) {
	h := newHouse(t)
	h.touch(consent("ann"))
	id := h.person("ann").ID
	offer := func(theme string) *orrery.IntentOffered {
		return h.do(engine.Offer{Offer: act.Offer{Intent: orrery.Intent{Fragment: id, Class: orrery.Commercial, Channel: "email", Theme: theme}}}).(*orrery.IntentOffered)
	}
	var sent []*orrery.IntentOffered
	var held *orrery.IntentOffered
	for i := 0; held == nil && i < 50; i++ {
		f := offer(string(rune('a' + i)))
		if f.State == orrery.IntentHeld && f.Answer.Reason == "gate.cap" {
			held = f
		} else {
			sent = append(sent, f)
		}
	}
	if held == nil || len(sent) == 0 {
		t.Fatalf("a cap should hold one of 50 offers; %d were allowed", len(sent))
	}
	items, _ := h.w.Take("mailer", 1)
	if len(items) != 1 {
		t.Fatal("the first message should wait for its destination")
	}
	released := h.do(engine.Release{Release: act.Release{Fragment: items[0].Fragment, Effect: items[0].Effect}}).(*orrery.EffectReleased)
	h.do(engine.Answered{Answered: act.Answered{Fragment: items[0].Fragment, Effect: items[0].Effect, Attempt: released.Attempt, Outcome: orrery.Rejected}})
	for _, w := range h.person("ann").Waiting {
		if w.Intent.ID == held.Intent.ID && w.State != orrery.IntentQueued {
			t.Errorf("one message was refused for good, so the held one has its place; it is %s because of %s", w.State, w.Answer.Reason)
		}
	}
}
