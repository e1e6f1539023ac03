package act_test

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/act"
	"github.com/orrery-cxm/orrery/internal/wire"
)

func encode(b *act.Box) []byte {
	var w wire.Writer
	b.AppendTo(&w)
	return w.B
}

// step draws one thing that may happen, sensible or not.
func step(t *rapid.T, w *world) {
	id := orrery.IntentID(0)
	if list := w.Box(1).Intents; len(list) > 0 {
		id = list[rapid.IntRange(0, len(list)-1).Draw(t, "which")].Intent.ID
	}
	var e orrery.EffectID
	if x := w.Box(1).Waiting(id); x != nil {
		e = x.Effect
	}
	verdict := rapid.SampledFrom([]orrery.Verdict{orrery.Allow, orrery.HoldIt, orrery.HoldIt, orrery.Replace, orrery.Drop}).Draw(t, "verdict")
	w.gate = says(verdict, rapid.SampledFrom([]string{"a", "b"}).Draw(t, "reason"))
	switch rapid.SampledFrom([]string{"offer", "release", "answer", "settle", "later", "redeliver", "member", "push"}).Draw(t, "step") {
	case "offer":
		in := orrery.Intent{Fragment: 1, Class: orrery.Service, Channel: "email", Key: rapid.SampledFrom([]string{"", "k1", "k2"}).Draw(t, "key")}
		if rapid.Bool().Draw(t, "useful") {
			in.UsefulUntil = w.now.Add(orrery.Span(rapid.IntRange(1, 100).Draw(t, "until")))
		}
		_, _ = act.Offer{Intent: in}.Handle(w, w.policy)
	case "release":
		_, _ = w.release(e)
	case "answer":
		o := rapid.SampledFrom([]orrery.Outcome{orrery.Accepted, orrery.Unknown, orrery.RetryLater, orrery.Rejected, orrery.OutcomeDead, orrery.OutcomeStale}).Draw(t, "outcome")
		_ = act.Answered{Fragment: 1, Effect: e, Attempt: 1, Outcome: o, NotBefore: w.now + 5}.Handle(w, w.policy)
	case "settle":
		act.Settle(w, w.policy, 1)
	case "later":
		w.now += orrery.Instant(rapid.IntRange(1, 30).Draw(t, "passes"))
	case "redeliver":
		_ = act.Redeliver{Fragment: 1, Effect: e}.Handle(dictated{w}, w.policy)
	case "member":
		w.member(rapid.Bool().Draw(t, "in"), "rule")
	case "push":
		_ = act.PushOutcome{Fragment: 1, Destination: "ads", List: "L1", Push: orrery.PushAdd, Version: uint64(rapid.IntRange(1, 4).Draw(t, "version")), Outcome: orrery.Accepted}.Handle(w, w.policy)
	}
}

func TestNoIntentIsEverLost(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		w := newWorld(t)
		w.policy.Subscriptions = []act.Subscription{{Destination: "crm", Events: []string{"audience.*"}}}
		for range rapid.IntRange(1, 60).Draw(r, "steps") {
			step(r, w)
			b := encode(w.Box(1))
			again := &act.Box{}
			if err := again.Read(wire.NewReader(b)); err != nil || !bytes.Equal(b, encode(again)) {
				r.Fatalf("the box comes back as another (%v)", err)
			}
		}
		for _, f := range found[*orrery.IntentOffered](w) {
			id := f.Intent.ID
			waits := w.Box(1).Waiting(id) != nil
			switch w.state(id) {
			case orrery.IntentHeld, orrery.IntentQueued, orrery.IntentReleased:
				if !waits {
					r.Errorf("%s is %s and waits nowhere", id, w.state(id))
				}
			case orrery.IntentAccepted, orrery.IntentFailed, orrery.IntentReplaced, orrery.IntentDropped, orrery.IntentExpired:
				if waits {
					r.Errorf("%s is %s and still waits", id, w.state(id))
				}
			default:
				r.Errorf("%s has no state", id)
			}
		}
		// When the world is kind to everything that is left, all of it goes or expires; dead letters wait for a person.
		w.gate, w.now = allow, w.now+1000
		act.Settle(w, w.policy, 1)
		for _, x := range append([]act.Waiting(nil), w.Box(1).Intents...) {
			if x.Dead {
				continue
			}
			if x.Effect == 0 || x.State == orrery.IntentHeld {
				r.Errorf("the gate says yes, and %s still is %s with effect %s", x.Intent.ID, x.State, x.Effect)
				continue
			}
			if _, err := w.release(x.Effect); err == nil {
				_ = act.Answered{Fragment: 1, Effect: x.Effect, Attempt: 9, Outcome: orrery.Accepted}.Handle(w, w.policy)
			}
			if w.Box(1).Waiting(x.Intent.ID) != nil {
				r.Errorf("%s can neither go nor end", x.Intent.ID)
			}
		}
	})
}

func TestAnEmptyBoxHasNoBytes(t *testing.T) {
	if b := encode(&act.Box{}); len(b) != 0 {
		t.Errorf("an empty box writes %d bytes", len(b))
	}
}

func FuzzReadBox(f *testing.F) {
	w := newWorld(&testing.T{})
	w.policy.Subscriptions = []act.Subscription{{Destination: "crm", Events: []string{"*"}}}
	_, _ = act.Offer{Intent: orrery.Intent{Fragment: 1, Key: "k", Class: orrery.Service, Channel: "email"}}.Handle(w, w.policy)
	w.gate = says(orrery.HoldIt, "gate.case_open")
	_, _ = act.Offer{Intent: orrery.Intent{Fragment: 1, Class: orrery.Commercial, Channel: "email"}}.Handle(w, w.policy)
	w.member(true, "rule")
	whole := encode(w.Box(1))
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	f.Fuzz(func(t *testing.T, b []byte) {
		box := &act.Box{}
		if box.Read(wire.NewReader(b)) != nil {
			return
		}
		again := encode(box)
		back := &act.Box{}
		if err := back.Read(wire.NewReader(again)); err != nil || !bytes.Equal(again, encode(back)) {
			t.Fatalf("what was read and written reads as something else (%v)", err)
		}
	})
}
