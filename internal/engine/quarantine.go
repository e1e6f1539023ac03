package engine

import (
	"context"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"

	"github.com/orrery-cxm/orrery"
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
	seen      bool // its message id was noted
}

func (q Quarantine) run(b *batch) (any, error) {
	number := b.NextID()
	body := q.Body[:min(len(q.Body), maxQuarantined)]
	b.Emit(&orrery.InputQuarantined{Number: number, Source: q.Source, MessageID: q.MessageID, Code: q.Code, Say: q.Say,
		Body: string(body), Trust: q.Trust, Seen: q.seen})
	return number, nil
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
func (b *batch) quarantineTouch(t *orrery.Touch, err error) {
	q := Quarantine{Source: t.Source, Trust: t.Trust, MessageID: t.MessageID, Code: "identify.refused", Say: err.Error(), Body: touchJSON(t), seen: t.MessageID != ""}
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
	q := Quarantine{Source: in.Touch.Source, Trust: in.Touch.Trust, MessageID: in.Touch.MessageID, Code: err.Code, Say: why, Body: touchJSON(in.Touch)}
	_, _ = q.run(b) // never refuses
	return Result{Err: err}
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
