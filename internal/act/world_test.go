package act_test

import (
	"slices"
	"testing"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/act"
	"github.com/orrery-cxm/orrery/internal/wire"
)

const noon orrery.Instant = 1_780_315_200_000

// world is a small engine: it folds what is emitted at once, lets act react to it, and answers for the gate what the
// test says. It notes every intent that was queued without a yes in the same moment.
type world struct {
	*testing.T
	now    orrery.Instant
	index  uint32
	boxes  map[orrery.FragmentID]*act.Box
	person map[orrery.FragmentID]orrery.PersonID
	gate   func(*orrery.Intent) orrery.Answer
	asked  int
	allows map[orrery.IntentID]orrery.Instant // the gate's last yes for an intent
	policy *act.Policy
	cases  map[orrery.CaseID]*orrery.Case
	reach  *orrery.Reach
	log    []orrery.Fact
}

func allow(*orrery.Intent) orrery.Answer { return orrery.Answer{Verdict: orrery.Allow} }

func says(v orrery.Verdict, reason string) func(*orrery.Intent) orrery.Answer {
	return func(*orrery.Intent) orrery.Answer { return orrery.Answer{Verdict: v, Reason: reason} }
}

func newWorld(t *testing.T) *world {
	return &world{T: t, now: noon, boxes: map[orrery.FragmentID]*act.Box{}, person: map[orrery.FragmentID]orrery.PersonID{1: 1, 2: 1, 3: 3},
		cases:  map[orrery.CaseID]*orrery.Case{7: {ID: 7, Reporter: 2}, 8: {ID: 8, Reporter: 3}, 9: {ID: 9, Reporter: 3, Affected: 1}},
		allows: map[orrery.IntentID]orrery.Instant{}, gate: allow, policy: &act.Policy{
			Lists:    []act.List{{Code: "L1", Destination: "ads", Audience: "runners"}, {Code: "L2", Destination: "other", Audience: "runners"}},
			Channels: []act.Route{{Channel: "email", Destination: "mailer"}},
		}}
}

func (w *world) Now() orrery.Instant                          { return w.now }
func (w *world) Hears(d orrery.DestinationName) bool          { return w.reach.Hears(d) }
func (w *world) Case(id orrery.CaseID) *orrery.Case           { return w.cases[id] }
func (w *world) NextID() uint64                               { return orrery.Stamp{Seq: 1, Index: w.index}.ID() }
func (w *world) PersonOf(f orrery.FragmentID) orrery.PersonID { return w.person[f] }

func (w *world) FragmentsOf(p orrery.PersonID) (out []orrery.FragmentID) {
	for f, q := range w.person {
		if q == p {
			out = append(out, f)
		}
	}
	slices.Sort(out)
	return out
}

func (w *world) Box(f orrery.FragmentID) *act.Box {
	if w.boxes[f] == nil {
		w.boxes[f] = &act.Box{}
	}
	return w.boxes[f]
}

func (w *world) Ask(p orrery.PersonID, in *orrery.Intent) orrery.Answer {
	if p != w.person[in.Fragment] {
		w.Errorf("the gate is asked about %s for an intent to %s", p, w.person[in.Fragment])
	}
	w.asked++
	a := w.gate(in)
	if a.Verdict == orrery.Allow {
		w.allows[in.ID] = w.now
	}
	return a
}

func (w *world) Emit(f orrery.Fact) orrery.Stamp {
	at := orrery.Stamp{Seq: 1, Index: w.index, Time: w.now}
	w.index++
	if e, ok := f.(*orrery.EffectRequested); ok && e.Effect.Kind == orrery.EffectMessage && e.Effect.Reason != "redelivered" {
		if at, yes := w.allows[e.Effect.Intent]; !yes || at != w.now {
			w.Errorf("%s was queued though the gate did not say yes in this turn", e.Effect.Intent)
		}
	}
	for _, id := range concerns(f) {
		box := w.Box(id)
		box.Evolve(id, f, at)
		again := &act.Box{}
		var b wire.Writer
		box.AppendTo(&b)
		if err := again.Read(wire.NewReader(b.B)); err != nil {
			w.Errorf("after %T the box does not come back: %v", f, err)
		}
		w.boxes[id] = again // whatever is not written is lost at once
	}
	w.log = append(w.log, f)
	act.React(w, w.policy, f, at)
	return at
}

func concerns(f orrery.Fact) []orrery.FragmentID {
	switch f := f.(type) {
	case *orrery.IntentOffered:
		return []orrery.FragmentID{f.Intent.Fragment}
	case *orrery.IntentChanged:
		return []orrery.FragmentID{f.Fragment}
	case *orrery.EffectRequested:
		return []orrery.FragmentID{f.Effect.Person}
	case *orrery.EffectReleased:
		return []orrery.FragmentID{f.Fragment}
	case *orrery.EffectAnswered:
		return []orrery.FragmentID{f.Fragment}
	case *orrery.PushRequested:
		return []orrery.FragmentID{f.Fragment}
	case *orrery.PushAnswered:
		return []orrery.FragmentID{f.Fragment}
	}
	return nil
}

// offer offers an intent and returns its id.
func (w *world) offer(in orrery.Intent) orrery.IntentID {
	w.Helper()
	if in.Class == "" {
		in.Class = orrery.Commercial
	}
	if in.Channel == "" {
		in.Channel = "email"
	}
	if in.Fragment == 0 {
		in.Fragment = 1
	}
	f, err := act.Offer{Intent: in}.Handle(w, w.policy)
	if err != nil {
		w.Fatal(err)
	}
	return f.Intent.ID
}

// effect is the effect of an intent that waits.
func (w *world) effect(id orrery.IntentID) orrery.EffectID {
	w.Helper()
	x := w.Box(1).Waiting(id)
	if x == nil || x.Effect == 0 {
		w.Fatalf("%s should be queued; it is %+v", id, x)
	}
	return x.Effect
}

func (w *world) state(id orrery.IntentID) orrery.IntentState {
	if x := w.Box(1).Waiting(id); x != nil {
		return x.State
	}
	var last orrery.IntentState
	for _, f := range w.log {
		switch f := f.(type) {
		case *orrery.IntentOffered:
			if f.Intent.ID == id {
				last = f.State
			}
		case *orrery.IntentChanged:
			if f.Intent == id {
				last = f.State
			}
		}
	}
	return last
}

func (w *world) wants(id orrery.IntentID, state orrery.IntentState, why string) {
	w.Helper()
	if got := w.state(id); got != state {
		w.Errorf("%s: the intent should be %s; it is %s", why, state, got)
	}
}

func (w *world) release(e orrery.EffectID) (*orrery.EffectReleased, error) {
	return act.Release{Fragment: 1, Effect: e}.Handle(w, w.policy)
}

func (w *world) answered(e orrery.EffectID, attempt int, o orrery.Outcome) {
	w.Helper()
	if err := (act.Answered{Fragment: 1, Effect: e, Attempt: attempt, Outcome: o, NotBefore: w.now.Add(orrery.Minute)}).Handle(w, w.policy); err != nil {
		w.Fatal(err)
	}
}

func (w *world) refused(err error, kind orrery.ErrorKind, why string) {
	w.Helper()
	if err == nil || orrery.KindOf(err) != kind {
		w.Errorf("%s: a refusal of kind %s is expected, not %v", why, kind, err)
	}
}

// found counts the facts of one type.
func found[T orrery.Fact](w *world) (list []T) {
	for _, f := range w.log {
		if x, ok := f.(T); ok {
			list = append(list, x)
		}
	}
	return list
}
