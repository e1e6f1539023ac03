package teach

import (
	"context"
	"fmt"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/listen"
	"github.com/orrery-cxm/orrery/internal/view"
)

// lesson is one correction as it was read: what it teaches, and whether the engine had been right.
type lesson struct {
	id       uint64 // of the correction
	anchor   orrery.FragmentID
	fragment orrery.FragmentID
	example  *listen.Example // nil when there is nothing to be learned from it
	marks    []mark
}

// lesson reads a correction and what it is about from the log; nil when one of them is not there any more.
func (t *Teacher) lesson(ctx context.Context, r view.Correction) (*lesson, error) {
	answer, err := t.o.Source.Born(ctx, r.ID)
	if err == nil {
		if revised, ok := answer.Fact.(*orrery.SignalsRevised); ok {
			return t.about(ctx, r, revised)
		}
		return nil, nil
	}
	if notFound(err) {
		return nil, nil
	}
	return nil, fmt.Errorf("reading a correction: %w", err)
}

func (t *Teacher) about(ctx context.Context, r view.Correction, f *orrery.SignalsRevised) (*lesson, error) {
	born, err := t.o.Source.Born(ctx, uint64(r.Touch))
	if notFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading what a correction is about: %w", err)
	}
	touch, ok := born.Fact.(*orrery.TouchRecorded)
	if !ok || touch.Touch.Signals == nil {
		return nil, nil
	}
	l := &lesson{id: r.ID, anchor: touch.Anchor, fragment: f.Fragment}
	text := TextOf(&touch.Touch)
	c := listen.CorrectionOf(text, listen.Hint{Channel: touch.Touch.Channel, Locale: touch.Touch.Locale}, &f.Signals)
	if x, ok := t.o.Ears.Engine().Example(&c); ok {
		l.example = &x
	}
	l.marks = marksOf(r.Touch, touch.Touch.Signals, &f.Signals)
	return l, nil
}

// TextOf is what a touch says in words.
func TextOf(t *orrery.Touch) string {
	switch {
	case t.Message != nil:
		return t.Message.Text
	case t.Survey != nil:
		return t.Survey.Comment
	}
	return ""
}
