package engine

import (
	"context"
	"fmt"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/act"
)

// Content is what an attempt delivers.
type Content struct {
	Type   string
	At     orrery.Instant
	Intent *orrery.Intent // nil for a notice
	Person *Person        // of an intent
	Data   string         // canonical JSON
}

// Content reads what an effect delivers: a notice from the box, the content of an intent from where it was offered.
func (w *Workspace) Content(ctx context.Context, fragment orrery.FragmentID, effect orrery.EffectID) (*Content, error) {
	var c *Content
	now := w.clock()
	err := w.read(func(s *snapshot) error {
		box := s.Box(fragment)
		if n := box.Notice(effect); n != nil {
			c = &Content{Type: n.Effect.Type, At: n.Effect.RequestedAt, Data: n.Effect.Data}
			return nil
		}
		waiting := box.ByEffect(effect)
		node := s.Node(fragment)
		if waiting == nil || node == nil {
			return orrery.NotFound("effect.over", "this effect is no longer wanted")
		}
		in := waiting.Intent
		c = &Content{Type: "message.send", At: in.At, Intent: &in, Person: s.person(w.Policy(), node.Person, now)}
		return nil
	})
	if err != nil || c.Intent == nil {
		return c, err
	}
	offered, err := w.fact(ctx, orrery.SeqOf(c.Intent.ID), orrery.IndexOf(c.Intent.ID))
	if err != nil {
		return nil, err
	}
	if f, ok := offered.(*orrery.IntentOffered); ok {
		c.Data, c.Intent.Content = f.Intent.Content, f.Intent.Content
	}
	return c, nil
}

// Desired is the membership of a fragment's person in one list at one destination as it should be now, and who that is
// when they are to be added; nil when there is none.
func (w *Workspace) Desired(fragment orrery.FragmentID, d orrery.DestinationName, list orrery.AudienceName) (*act.Push, *Person, error) {
	var push *act.Push
	var person *Person
	now := w.clock()
	err := w.read(func(s *snapshot) error {
		if push = s.Box(fragment).Push(d, list); push == nil {
			return nil
		}
		if node := s.Node(fragment); node != nil {
			person = s.person(w.Policy(), node.Person, now)
		}
		return nil
	})
	return push, person, err
}

// fact reads one fact of the log.
func (w *Workspace) fact(ctx context.Context, seq orrery.Seq, index uint32) (orrery.Fact, error) {
	chunk, err := w.log.At(ctx, seq)
	if err != nil {
		return nil, fmt.Errorf("reading chunk %d: %w", seq, err)
	}
	decoder, err := newDecoder()
	if err != nil {
		return nil, fmt.Errorf("making a decompressor: %w", err)
	}
	defer decoder.Close()
	_, facts, err := decodeChunk(decoder, seq, chunk.Incarnation, chunk.Body)
	if err != nil {
		return nil, err
	}
	for i := range facts {
		if facts[i].at.Index == index {
			return facts[i].fact, nil
		}
	}
	return nil, orrery.NotFound("fact.unknown", fmt.Sprintf("chunk %d has no fact %d", seq, index))
}
