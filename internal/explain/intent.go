package explain

import (
	"context"
	"fmt"
	"slices"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/engine"
)

// maxLines bounds what one explanation lists of a person's history.
const maxLines = 200

// Intent says why an outbound message was sent, held, replaced or lost: the gate's answers over time with what decided
// them, the attempts and their outcomes. It fails with an *orrery.Error of kind not found when there is no such message,
// or when its person was erased.
func Intent(ctx context.Context, w Source, id orrery.IntentID) (*Answer, error) {
	born, err := w.Born(ctx, uint64(id))
	offered, ok := born.Fact.(*orrery.IntentOffered)
	if unknown(err) || (err == nil && !ok) {
		return nil, orrery.NotFound("intent.unknown", fmt.Sprintf("there is no message %s", id))
	}
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", id, err)
	}
	s, err := newScene(ctx, w, offered.Intent.Fragment)
	if err != nil {
		return nil, err
	}
	entries, dropped, err := s.story(id, born.At.Seq, offered)
	if err != nil {
		return nil, fmt.Errorf("reading the timeline behind %s: %w", id, err)
	}
	a := &Answer{Question: "intent", Subject: id.String(), Verdict: offered.State.String(), Seq: s.person.Seq}
	a.Lines = append(a.Lines, s.lineOf(born))
	a.Lines = append(a.Lines, s.evidence(offered.Answer.Evidence)...)
	if dropped > 0 {
		a.Lines = append(a.Lines, more(dropped))
	}
	for _, e := range entries {
		a.Lines = append(a.Lines, s.lineOf(e))
		switch f := e.Fact.(type) {
		case *orrery.IntentChanged:
			a.Verdict = f.State.String()
			if tells(f.State) {
				a.Lines = append(a.Lines, s.evidence(f.Answer.Evidence)...)
			}
		case *orrery.EffectReleased:
			a.Verdict = orrery.IntentReleased.String()
		case *orrery.EffectAnswered:
			a.Verdict = afterAttempt(a.Verdict, f.Outcome)
		}
	}
	return a, nil
}

// afterAttempt is how a message stands after an attempt; what it means for good follows as a fact of its own.
func afterAttempt(before string, o orrery.Outcome) string {
	switch o {
	case orrery.Accepted, orrery.Unknown:
		return o.String()
	case orrery.OutcomeDead:
		return "dead"
	case orrery.RetryLater:
		return orrery.IntentQueued.String()
	}
	return before
}

// story is one message, with the holds, cases and events that decided about it.
type story struct {
	id   orrery.IntentID
	born map[string]bool
}

// story reads what happened to a message, oldest first, and to what decided about it.
func (s *scene) story(id orrery.IntentID, from orrery.Seq, offered *orrery.IntentOffered) ([]engine.Fact, int, error) {
	t := &story{id: id, born: map[string]bool{}}
	entries, _, err := s.history(from, maxEntries, func(e engine.Fact) bool { return t.about(e) || mayDecide(e.Fact) })
	if err != nil {
		return nil, 0, err
	}
	t.learn(s, offered.Answer.Evidence)
	for _, e := range entries {
		if f, ok := e.Fact.(*orrery.IntentChanged); ok {
			t.learn(s, f.Answer.Evidence)
		}
	}
	entries = slices.DeleteFunc(entries, func(e engine.Fact) bool { return !t.about(e) })
	dropped := max(0, len(entries)-maxLines)
	return entries[dropped:], dropped, nil
}

// learn notes what decided an answer, and the case or event behind each hold.
func (t *story) learn(s *scene, ids []string) {
	for _, id := range ids {
		if t.born[id] {
			continue
		}
		t.born[id] = true
		if f, known, err := s.born(id); known && err == nil {
			if h, ok := f.Fact.(*orrery.HoldPlaced); ok {
				t.born[idOf(h.Hold.Case)], t.born[idOf(h.Hold.Life)] = true, true
			}
		}
	}
	delete(t.born, "")
}

// mayDecide says that a fact is of a kind that can change the gate's answer about a message.
func mayDecide(f orrery.Fact) bool {
	switch f.(type) {
	case *orrery.HoldChanged, *orrery.HoldReleased, *orrery.CaseChanged, *orrery.ApologyPaid, *orrery.LifeChanged:
		return true
	}
	return false
}

// about says that a fact belongs to the story.
func (t *story) about(e engine.Fact) bool {
	switch f := e.Fact.(type) {
	case *orrery.IntentChanged:
		return f.Intent == t.id
	case *orrery.EffectRequested:
		return f.Effect.Intent == t.id
	case *orrery.EffectReleased:
		return f.Intent == t.id
	case *orrery.EffectAnswered:
		return f.Intent == t.id
	case *orrery.HoldChanged:
		return t.born[f.Hold.ID.String()]
	case *orrery.HoldReleased:
		return t.born[f.Hold.String()]
	case *orrery.CaseChanged:
		return t.born[f.Case.ID.String()]
	case *orrery.ApologyPaid:
		return f.Intent == t.id || t.born[f.Case.String()]
	case *orrery.LifeChanged:
		return t.born[f.Event.ID.String()]
	case *orrery.ConflictFound:
		return f.First == t.id.String() || f.Second == t.id.String()
	}
	return false
}

func unknown(err error) bool { return err != nil && orrery.KindOf(err) == orrery.KindNotFound }

func more(n int) Line { return Line{Code: "line.more", Args: args{"n": fmt.Sprint(n)}} }
