package engine

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/dedupe"
	"github.com/orrery-cxm/orrery/internal/log"
)

// maxQuarantined bounds the body of a quarantined event.
const maxQuarantined = 32 << 10

// Quarantine keeps an event that cannot be processed as it is.
type Quarantine struct {
	Source    orrery.SourceName
	Trust     orrery.Trust
	MessageID string
	Code, Say string
	Body      []byte
	History   bool
	seen      bool // its message id was noted
}

// run keeps the event, unless it is kept already: clients send a batch again of which they got no answer. It answers the
// number under which it stands, 0 for one that stands there under a number that is not looked for.
func (q Quarantine) run(b *batch) (any, error) {
	f := &orrery.InputQuarantined{Source: q.Source, MessageID: q.MessageID, Code: q.Code, Say: q.Say,
		Body: string(q.Body[:min(len(q.Body), maxQuarantined)]), Trust: q.Trust, Seen: q.seen, History: q.History}
	if print, ok := b.core.print(f); ok {
		known, err := b.core.seen.Seen(print, b.now)
		if err != nil {
			panic(stateError{fmt.Errorf("looking for an event that was set aside: %w", err)})
		}
		if known {
			return uint64(0), nil
		}
		b.core.seen.Add(print, b.now)
		b.addedKeys = append(b.addedKeys, print)
	}
	f.Number = b.NextID()
	b.Emit(f)
	return f.Number, nil
}

// print stands for an event that was set aside among the message ids. A message id holds no control character, so it
// can be none.
func (c *core) print(f *orrery.InputQuarantined) (dedupe.Key, bool) {
	if f.Body == "" {
		return dedupe.Key{}, false
	}
	sum := sha256.Sum256([]byte(f.Body))
	return c.keys.MessageKey(string(f.Source), "\x00set aside\x00"+string(sum[:])), true
}

// ClearQuarantine takes an event out of the quarantine.
type ClearQuarantine struct {
	Number uint64
	How    string // resubmitted, discarded
	By     orrery.Actor
}

func (q ClearQuarantine) run(b *batch) (any, error) {
	b.Emit(&orrery.QuarantineCleared{Number: q.Number, How: q.How, By: q.By})
	return nil, nil
}

// quarantineTouch keeps a touch that nobody could be found for.
func (b *batch) quarantineTouch(in *Input, err error) {
	t := in.Touch
	q := Quarantine{Source: t.Source, Trust: t.Trust, MessageID: t.MessageID, Code: "identify.refused", Say: err.Error(), Body: in.body(), History: t.Historical, seen: t.MessageID != ""}
	var e *orrery.Error
	if errors.As(err, &e) {
		q.Code, q.Say = e.Code, e.Say
	}
	_, _ = q.run(b) // never refuses
}

// quarantineCulprit keeps an input that made a package panic.
func (b *batch) quarantineCulprit(in *Input, why string) Result {
	err := &orrery.Error{Kind: orrery.KindInternal, Code: "engine.quarantined", Say: "this could not be processed and was set aside; the operators see it"}
	if in.Touch == nil {
		return Result{Err: err}
	}
	q := Quarantine{Source: in.Touch.Source, Trust: in.Touch.Trust, MessageID: in.Touch.MessageID, Code: err.Code, Say: why, Body: in.body(), History: in.Touch.Historical}
	_, _ = q.run(b) // never refuses
	return Result{Err: err}
}

// body is the touch as it came, or as it was understood where nobody can say.
func (in *Input) body() []byte {
	if in.Origin != nil {
		if b := in.Origin.Event(in.Index); b != nil {
			return b
		}
	}
	return touchJSON(in.Touch)
}

func touchJSON(t *orrery.Touch) []byte {
	b, err := json.Marshal(t, json.Deterministic(true))
	if err != nil {
		return nil // a touch that does not even marshal is kept by its ids
	}
	return b
}

// Quarantined reads an event as it was set aside, whether or not it was cleared since.
func (w *Workspace) Quarantined(ctx context.Context, number uint64) (*orrery.InputQuarantined, error) {
	f, err := w.fact(ctx, orrery.SeqOf(orrery.TouchID(number)), orrery.IndexOf(orrery.TouchID(number)))
	if q, ok := f.(*orrery.InputQuarantined); ok {
		return q, nil
	}
	if err != nil && orrery.KindOf(err) != orrery.KindNotFound && !errors.Is(err, log.ErrNoChunk) {
		return nil, err
	}
	return nil, orrery.NotFound("quarantine.unknown", fmt.Sprintf("there is no quarantined event %d", number))
}
