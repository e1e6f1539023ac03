package act

import (
	"fmt"
	"slices"

	"github.com/orrery-cxm/orrery"
)

// Turn is what act asks of the engine.
type Turn interface {
	Now() orrery.Instant
	Emit(f orrery.Fact) orrery.Stamp
	NextID() uint64
	PersonOf(orrery.FragmentID) orrery.PersonID
	FragmentsOf(orrery.PersonID) []orrery.FragmentID
	Box(orrery.FragmentID) *Box
	Case(orrery.CaseID) *orrery.Case // nil when there is none of that id
	// Hears says whether a destination may hear of what the input at hand causes.
	Hears(orrery.DestinationName) bool
	// Ask is the gate's answer for an intent to this person now.
	Ask(orrery.PersonID, *orrery.Intent) orrery.Answer
}

// Offer is the wish to send something.
type Offer struct{ Intent orrery.Intent }

// MaxContent bounds the content of an intent in bytes.
const MaxContent = 16 << 10

// Handle asks the gate and queues, holds, replaces or drops the intent. An intent whose key was offered before is a
// conflict: the first answer stands.
func (o Offer) Handle(t Turn, p *Policy) (*orrery.IntentOffered, error) {
	in := o.Intent
	switch {
	case !in.Class.Valid():
		return nil, orrery.Invalid("outbound.class", fmt.Sprintf("class: %q is none of %v", in.Class, orrery.Classes))
	case in.Channel == "":
		return nil, orrery.Invalid("outbound.channel", "channel: missing: say where the message goes, for example email")
	case len(in.Content) > MaxContent:
		return nil, orrery.Invalid("outbound.content", fmt.Sprintf("content: %d bytes; at most %d are possible", len(in.Content), MaxContent))
	case in.UsefulUntil != 0 && in.UsefulUntil <= t.Now():
		return nil, orrery.Invalid("outbound.useful_until", "useful_until: the moment has passed")
	}
	if in.Destination == "" {
		d, ok := p.route(in.Channel)
		if !ok {
			return nil, orrery.Invalid("outbound.channel", fmt.Sprintf("channel: no destination delivers %q: add it under channels in the policy", in.Channel))
		}
		in.Destination = string(d)
	}
	if err := aboutThem(t, &in); err != nil {
		return nil, err
	}
	if in.Key != "" && slices.Contains(t.Box(in.Fragment).Offered, in.Key) {
		return nil, orrery.Conflict("outbound.duplicate", fmt.Sprintf("key: %q was offered before; its first answer stands", in.Key))
	}
	return offer(t, in), nil
}

// aboutThem refuses a message that names a case of other people: what the gate lets pass for the sake of a case, and what
// a message says of it, is for those whom the case concerns.
func aboutThem(t Turn, in *orrery.Intent) error {
	if in.Case == 0 {
		return nil
	}
	c := t.Case(in.Case)
	if c == nil {
		return orrery.NotFound("outbound.case_unknown", fmt.Sprintf("case: there is no case %s", in.Case))
	}
	person := t.PersonOf(in.Fragment)
	for _, who := range []orrery.FragmentID{c.Reporter, c.Affected} {
		if who != 0 && t.PersonOf(who) == person {
			return nil
		}
	}
	return orrery.Invalid("outbound.case_of_another", fmt.Sprintf("case: %s does not concern this person: name a case that they reported or that was done to them, or none", in.Case))
}

// offer puts an intent to the gate.
func offer(t Turn, in orrery.Intent) *orrery.IntentOffered {
	in.At = t.Now()
	in.ID = orrery.IntentID(t.NextID())
	answer := t.Ask(t.PersonOf(in.Fragment), &in)
	if answer.Verdict == orrery.HoldIt && len(t.Box(in.Fragment).Intents) >= MaxHeld {
		answer = orrery.Answer{Verdict: orrery.Drop, Reason: "act.too_many_held", Evidence: answer.Evidence, Policy: answer.Policy}
	}
	f := &orrery.IntentOffered{Intent: in, Answer: answer, State: stateFor(answer.Verdict)}
	t.Emit(f)
	if answer.Verdict == orrery.Allow {
		queue(t, &in, 0, 0)
	}
	return f
}

func stateFor(v orrery.Verdict) orrery.IntentState {
	switch v {
	case orrery.Allow:
		return orrery.IntentQueued
	case orrery.HoldIt:
		return orrery.IntentHeld
	case orrery.Replace:
		return orrery.IntentReplaced
	}
	return orrery.IntentDropped
}

// queue asks for the effect of an intent, under the id that it had before, so that a receiver which got an attempt
// without our knowing recognises the next.
func queue(t Turn, in *orrery.Intent, id orrery.EffectID, attempts int) {
	if id == 0 {
		id = orrery.EffectID(t.NextID())
	}
	t.Emit(&orrery.EffectRequested{Effect: orrery.Effect{
		ID: id, Attempts: attempts, Kind: orrery.EffectMessage, Destination: orrery.DestinationName(in.Destination),
		Person: in.Fragment, Type: "message.send", Intent: in.ID, RequestedAt: t.Now(),
	}})
}

// Release is a worker's wish to begin an attempt. The gate is asked again, here and now.
type Release struct {
	Fragment orrery.FragmentID
	Effect   orrery.EffectID
}

// Handle answers whether the attempt may begin; the attempt's number is in the fact. When the gate says no the intent is
// held again, replaced or dropped, and the effect is over.
func (r Release) Handle(t Turn, p *Policy) (*orrery.EffectReleased, error) {
	box := t.Box(r.Fragment)
	if n := box.Notice(r.Effect); n != nil {
		f := &orrery.EffectReleased{Effect: r.Effect, Fragment: r.Fragment, Attempt: n.Effect.Attempts + 1}
		t.Emit(f)
		return f, nil
	}
	w := box.ByEffect(r.Effect)
	if w == nil || w.Dead || (w.State != orrery.IntentQueued && w.State != orrery.IntentReleased) {
		return nil, orrery.Conflict("effect.over", "this effect is no longer wanted")
	}
	in := w.Intent
	if in.UsefulUntil != 0 && in.UsefulUntil <= t.Now() {
		t.Emit(&orrery.IntentChanged{Intent: in.ID, Fragment: r.Fragment, State: orrery.IntentExpired, Answer: w.Answer})
		return nil, orrery.Conflict("effect.expired", "this message is no longer useful")
	}
	answer := t.Ask(t.PersonOf(r.Fragment), &in)
	if answer.Verdict != orrery.Allow {
		t.Emit(&orrery.IntentChanged{Intent: in.ID, Fragment: r.Fragment, State: stateFor(answer.Verdict), Answer: answer})
		return nil, orrery.Conflict("effect.barred", "the gate says no: "+answer.Reason)
	}
	f := &orrery.EffectReleased{Effect: r.Effect, Intent: in.ID, Fragment: r.Fragment, Attempt: w.Attempts + 1}
	t.Emit(f)
	return f, nil
}

// Answered is how an attempt ended.
type Answered struct {
	Fragment  orrery.FragmentID
	Effect    orrery.EffectID
	Attempt   int
	Outcome   orrery.Outcome
	Detail    string
	NotBefore orrery.Instant
	Overtaken bool
}

// Handle records the outcome and what it means for the intent.
func (a Answered) Handle(t Turn, p *Policy) error {
	box := t.Box(a.Fragment)
	w := box.ByEffect(a.Effect)
	if x := box.arrivedBy(a.Effect); w == nil && x != nil && a.Outcome == orrery.Rejected {
		bounce(t, a.Fragment, x, a.Detail)
		return nil
	}
	if w == nil && box.Notice(a.Effect) == nil {
		return orrery.Conflict("effect.over", "this effect is no longer wanted")
	}
	var intent orrery.IntentID
	var answer orrery.Answer
	if w != nil {
		intent, answer = w.Intent.ID, w.Answer
	}
	t.Emit(&orrery.EffectAnswered{Effect: a.Effect, Intent: intent, Fragment: a.Fragment, Attempt: a.Attempt,
		Outcome: a.Outcome, Detail: a.Detail, NotBefore: a.NotBefore, Overtaken: a.Overtaken})
	if intent == 0 {
		return nil
	}
	var state orrery.IntentState
	switch a.Outcome {
	case orrery.Accepted:
		state = orrery.IntentAccepted
	case orrery.Rejected:
		state = orrery.IntentFailed
	case orrery.OutcomeStale: // overtaken before it was written: the gate decides anew
		in, id, attempts := w.Intent, w.Effect, w.Attempts
		answer = t.Ask(t.PersonOf(a.Fragment), &in)
		t.Emit(&orrery.IntentChanged{Intent: intent, Fragment: a.Fragment, State: stateFor(answer.Verdict), Answer: answer, Detail: a.Detail})
		if answer.Verdict == orrery.Allow {
			queue(t, &in, id, attempts)
		}
		return nil
	default:
		return nil // it will be tried again, or waits among the dead letters
	}
	t.Emit(&orrery.IntentChanged{Intent: intent, Fragment: a.Fragment, State: state, Answer: answer, Detail: a.Detail})
	return nil
}

// Redeliver takes a dead letter out of the dead letters and queues it again, under the same key.
type Redeliver struct {
	Fragment orrery.FragmentID
	Effect   orrery.EffectID
}

// Handle queues it again; whatever it carries is computed anew when it is released.
func (r Redeliver) Handle(t Turn, p *Policy) error {
	box := t.Box(r.Fragment)
	if w := box.ByEffect(r.Effect); w != nil && w.Dead {
		in := w.Intent
		t.Emit(&orrery.EffectRequested{Effect: orrery.Effect{ID: r.Effect, Kind: orrery.EffectMessage,
			Destination: orrery.DestinationName(in.Destination), Person: r.Fragment, Type: "message.send", Intent: in.ID, RequestedAt: t.Now()}})
		t.Emit(&orrery.IntentChanged{Intent: in.ID, Fragment: r.Fragment, State: orrery.IntentQueued, Answer: w.Answer})
		return nil
	}
	if n := box.Notice(r.Effect); n != nil && n.Dead {
		e := n.Effect // before the notice leaves the box
		e.Attempts, e.NotBefore = 0, 0
		t.Emit(&orrery.EffectAnswered{Effect: r.Effect, Fragment: r.Fragment, Outcome: orrery.OutcomeStale})
		t.Emit(&orrery.EffectRequested{Effect: e})
		return nil
	}
	return orrery.NotFound("effect.not_dead", "there is no such dead letter")
}

// Settle asks the gate again for everything of the person that is held, and lets go of what waits and is no longer useful.
func Settle(t Turn, p *Policy, person orrery.PersonID) {
	type place struct {
		fragment orrery.FragmentID
		waiting  Waiting
	}
	var all []place
	for _, fragment := range t.FragmentsOf(person) {
		for _, w := range t.Box(fragment).Intents { // the turn changes the boxes afterwards
			all = append(all, place{fragment, w})
		}
	}
	// What expires makes room under the caps, so it goes before anybody is asked.
	for i := range all {
		expire(t, all[i].fragment, &all[i].waiting)
	}
	slices.SortStableFunc(all, func(a, b place) int { return b.waiting.Intent.Priority - a.waiting.Intent.Priority })
	for i := range all {
		askAgain(t, person, all[i].fragment, all[i].waiting.Intent.ID)
	}
}

// expire lets go of a message that is no longer useful, unless an attempt is under way: its answer comes first.
func expire(t Turn, fragment orrery.FragmentID, w *Waiting) {
	in := &w.Intent
	if in.UsefulUntil == 0 || in.UsefulUntil > t.Now() || (w.State == orrery.IntentReleased && !w.Dead) {
		return
	}
	t.Emit(&orrery.IntentChanged{Intent: in.ID, Fragment: fragment, State: orrery.IntentExpired, Answer: w.Answer})
}

// askAgain asks the gate again for a message that is held.
func askAgain(t Turn, person orrery.PersonID, fragment orrery.FragmentID, id orrery.IntentID) {
	w := t.Box(fragment).Waiting(id)
	if w == nil || w.State != orrery.IntentHeld || w.Dead {
		return
	}
	in, before, effect, attempts := w.Intent, w.Answer, w.Effect, w.Attempts
	answer := t.Ask(person, &in)
	if answer.Verdict == before.Verdict && answer.Reason == before.Reason && answer.Until == before.Until {
		return // facts only for answers that changed
	}
	t.Emit(&orrery.IntentChanged{Intent: in.ID, Fragment: fragment, State: stateFor(answer.Verdict), Answer: answer})
	if answer.Verdict == orrery.Allow {
		queue(t, &in, effect, attempts)
	}
}

// Due is the next moment at which something that waits for this fragment changes by time alone; 0 for never.
func Due(b *Box, now orrery.Instant) orrery.Instant {
	var next orrery.Instant
	earlier := func(at orrery.Instant) {
		if at != 0 && (next == 0 || at < next) {
			next = at
		}
	}
	for i := range b.Intents {
		w := &b.Intents[i]
		if w.State != orrery.IntentReleased || w.Dead {
			earlier(w.Intent.UsefulUntil)
		}
		if w.State == orrery.IntentHeld {
			earlier(w.Answer.Until)
		}
	}
	return next
}
