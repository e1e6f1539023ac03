package effect

import (
	"errors"
	"log/slog"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/act"
	"github.com/orrery-cxm/orrery/internal/engine"
)

// message starts one attempt, side by side with others up to the bound.
func (x *worker) message(i engine.Item) {
	select {
	case x.slots <- struct{}{}:
	case <-x.ctx.Done():
		x.all.options.Workspace.Done(&i)
		return
	}
	x.flights.Add(1)
	go func() {
		defer x.flights.Done()
		defer func() { <-x.slots }()
		x.attempt(&i)
		x.all.options.Workspace.Done(&i)
	}()
}

// attempt releases, looks once more, delivers and records.
func (x *worker) attempt(i *engine.Item) {
	house := x.all.options.Workspace
	answer, seq, err := house.Do(x.ctx, engine.Release{Release: act.Release{Fragment: i.Fragment, Effect: i.Effect}})
	if err != nil {
		var e *orrery.Error
		if x.ctx.Err() == nil && (!errors.As(err, &e) || e.Kind != orrery.KindConflict) {
			slog.Warn("an attempt was not released", "destination", string(x.name), "effect", i.Effect.String(), "error", err)
			x.pause(time.Second)
		}
		return
	}
	released := answer.(*orrery.EffectReleased)
	deadline := time.Now().Add(releaseLife)
	content, err := house.Content(x.ctx, i.Fragment, i.Effect)
	if err != nil {
		slog.Error("reading what to send", "effect", i.Effect.String(), "error", err)
		x.answer(i, released, Result{Outcome: orrery.RetryLater, Detail: "the content could not be read"}, false)
		return
	}
	body, err := x.body(content)
	if err != nil {
		x.answer(i, released, Result{Outcome: orrery.Rejected, Detail: err.Error()}, false)
		return
	}
	if time.Now().After(deadline) || x.barred(content) {
		x.answer(i, released, Result{Outcome: orrery.OutcomeStale, Detail: "overtaken before it was sent"}, true)
		return
	}
	r := x.outlet.Deliver(x.ctx, Message{ID: effectKey(x.all.options.Name, i.Effect), Type: content.Type, Time: content.At, Data: body, Attempt: released.Attempt})
	x.answer(i, released, r, content.Intent != nil && x.heldSince(content, seq))
}

// barred looks at the gate once more just before writing.
func (x *worker) barred(c *engine.Content) bool {
	if c.Intent == nil {
		return false
	}
	answer, err := x.all.options.Workspace.Ask(x.ctx, c.Intent)
	return err == nil && answer.Verdict != orrery.Allow
}

// heldSince says whether the gate says no by the time the message was written: the send is recorded as overtaken.
func (x *worker) heldSince(c *engine.Content, released orrery.Seq) bool {
	return x.all.options.Workspace.Seq() > released && x.barred(c)
}

func (x *worker) answer(i *engine.Item, released *orrery.EffectReleased, r Result, overtaken bool) {
	outcome, notBefore := x.judge(r, released.Attempt, uint64(i.Effect))
	x.record([]engine.Input{{Command: engine.Answered{Answered: act.Answered{Fragment: i.Fragment, Effect: i.Effect, Attempt: released.Attempt,
		Outcome: outcome, Detail: r.Detail, NotBefore: notBefore, Overtaken: overtaken}}}})
}

func (x *worker) pause(d time.Duration) {
	select {
	case <-time.After(d):
	case <-x.ctx.Done():
	}
}

// body is the data of a delivery: a notice as it is, a message with who it is for.
func (x *worker) body(c *engine.Content) ([]byte, error) {
	if c.Intent == nil {
		if x.all.options.Tell != nil {
			return x.all.options.Tell(x.ctx, c.Type, c.Data)
		}
		return []byte(c.Data), nil
	}
	in := c.Intent
	fields := map[string]any{"intent": in.ID, "person": c.Person.ID, "class": in.Class, "channel": in.Channel, "theme": in.Theme}
	if in.Case != 0 {
		fields["case"] = in.Case
	}
	if c.Data != "" {
		fields["content"] = jsontext.Value(c.Data)
	}
	var to []orrery.Identifier
	for _, n := range c.Person.Fragments {
		if n.Shared || n.Identifier.Namespace == orrery.SliceID {
			continue
		}
		to = append(to, n.Identifier)
	}
	fields["to"] = to
	if x.all.options.Prepare != nil {
		x.all.options.Prepare(in, fields)
	}
	return json.Marshal(fields, json.Deterministic(true))
}
