package explain

import (
	"context"
	"fmt"
	"slices"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/engine"
)

// Push says what was asked of a destination about one person and one of its lists, why, and what it answered.
func Push(ctx context.Context, w Source, person orrery.FragmentID, d orrery.DestinationName, list orrery.AudienceName) (*Answer, error) {
	s, err := newScene(ctx, w, person)
	if err != nil {
		return nil, err
	}
	a := &Answer{Question: "push", Subject: s.person.ID.String(), Verdict: "none", Seq: s.person.Seq,
		Args: args{"destination": string(d), "list": string(list)}}
	var latest orrery.Instant
	for i := range s.person.Pushes {
		p := &s.person.Pushes[i]
		if p.Destination != d || p.List != list {
			continue
		}
		if p.RequestedAt >= latest {
			latest, a.Verdict = p.RequestedAt, standing(p)
		}
		a.Lines = append(a.Lines, ofPush(p))
	}
	entries, dropped, err := s.history(0, maxLines, func(e engine.Fact) bool {
		switch f := e.Fact.(type) {
		case *orrery.PushRequested:
			return f.Destination == d && f.Audience == list
		case *orrery.PushAnswered:
			return f.Destination == d && f.Audience == list
		}
		return false
	})
	if err != nil {
		return nil, fmt.Errorf("reading the timeline of %s: %w", s.person.ID, err)
	}
	if dropped > 0 {
		a.Lines = append(a.Lines, more(dropped))
	}
	for _, e := range entries {
		a.Lines = append(a.Lines, s.lineOf(e))
		if f, ok := e.Fact.(*orrery.PushRequested); ok && f.Cause != "" && f.Reason != "identifiers" {
			a.Lines = append(a.Lines, s.evidence([]string{f.Cause})...)
		}
	}
	return a, nil
}

// Effect says what became of one thing asked of the outside world: the message behind it, or a notice to a subscriber.
func Effect(ctx context.Context, w Source, id orrery.EffectID) (*Answer, error) {
	born, err := w.Born(ctx, uint64(id))
	asked, ok := born.Fact.(*orrery.EffectRequested)
	if unknown(err) || (err == nil && !ok) {
		return nil, orrery.NotFound("effect.unknown", fmt.Sprintf("there is no effect %s", id))
	}
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", id, err)
	}
	if asked.Effect.Intent != 0 {
		return Intent(ctx, w, asked.Effect.Intent)
	}
	s, entries, dropped, err := notice(ctx, w, asked.Effect.Person, born.At.Seq, func(e engine.Fact) bool {
		switch f := e.Fact.(type) {
		case *orrery.EffectRequested:
			return f.Effect.ID == id
		case *orrery.EffectReleased:
			return f.Effect == id
		case *orrery.EffectAnswered:
			return f.Effect == id
		}
		return false
	})
	if orrery.KindOf(err) == orrery.KindNotFound {
		return nil, err
	}
	if err != nil {
		return nil, fmt.Errorf("reading the timeline behind %s: %w", id, err)
	}
	a := &Answer{Question: "notice", Subject: id.String(), Verdict: "queued", Seq: s.person.Seq}
	if dropped > 0 {
		a.Lines = append(a.Lines, more(dropped))
	}
	for _, e := range entries {
		a.Lines = append(a.Lines, s.lineOf(e))
		switch f := e.Fact.(type) {
		case *orrery.EffectRequested:
			a.Verdict = "queued"
		case *orrery.EffectAnswered:
			a.Verdict = f.Outcome.String()
		}
	}
	return a, nil
}

// notice reads what became of a notice: from the timeline of the person whom it is about, or from the brand's.
func notice(ctx context.Context, w Source, about orrery.FragmentID, since orrery.Seq, keep func(engine.Fact) bool) (s *scene, entries []engine.Fact, dropped int, err error) {
	if !w.OfBrand(about) {
		if s, err = newScene(ctx, w, about); err != nil {
			return nil, nil, 0, err
		}
		entries, dropped, err = s.history(since, maxLines, keep)
		return s, entries, dropped, err
	}
	s = &scene{ctx: ctx, w: w, person: &engine.Person{Seq: w.Seq()}, names: map[orrery.FragmentID]string{}, shown: map[string]bool{}}
	var cursor engine.Cursor
	for read := 0; read < maxEntries; {
		page, more, err := w.BrandTimeline(cursor, pageSize)
		if err != nil {
			return nil, nil, 0, err
		}
		for _, e := range page {
			switch read++; {
			case e.At.Seq < since || !keep(e):
			case len(entries) >= maxLines:
				dropped++
			default:
				entries = append(entries, e)
			}
		}
		if more == (engine.Cursor{}) || page[len(page)-1].At.Seq < since {
			break
		}
		cursor = more
	}
	slices.Reverse(entries)
	return s, entries, dropped, nil
}
