package engine_test

import (
	"context"
	"errors"
	"testing"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/engine"
	"github.com/orrery-cxm/orrery/internal/listen/provider"
)

// wrote records a message that the engine understood as neutral.
func (h *house) wrote(user, text string) engine.Result {
	h.Helper()
	return h.touch(orrery.Touch{Kind: orrery.MessageTouch, Channel: "chat", Identifiers: []orrery.Identifier{{Namespace: orrery.UserID, Value: user, Proven: true}},
		Message: &orrery.Message{Text: text}, Signals: &orrery.Signals{Revision: 1, Engine: "embedded/1", Language: "en", Confidence: 300, Abstained: []string{"polarity", "emotions"}}})
}

func opinion(r engine.Result, name string, head provider.Head, o provider.Opinion) engine.SecondOpinion {
	return engine.SecondOpinion{Touch: r.Touch, Fragment: r.Person, Provider: provider.Provider{Name: name}, Heads: []provider.Head{head}, Opinion: &o}
}

func TestOpinionsOfTwoProvidersStandSideBySide(t *testing.T) {
	h := newHouse(t)
	r := h.wrote("ann", "so")
	first := opinion(r, "mind", provider.Polarity, provider.Opinion{Polarity: orrery.Negative, Confidence: 800})
	second := opinion(r, "local", provider.Emotions, provider.Opinion{Labels: map[provider.Head][]orrery.Label{provider.Emotions: {{Name: "anger", Confidence: 700}}}})
	h.do(first)
	h.do(second)
	heard, err := h.w.Heard(context.Background(), r.Touch)
	if err != nil {
		t.Fatal(err)
	}
	if s := heard.Signals; s.Revision != 3 || s.Engine != "local" || s.Polarity != orrery.Negative || len(s.Emotions) != 1 || len(s.Abstained) != 0 {
		t.Errorf("the later opinion keeps the heads of the earlier: %+v", s)
	}
	var refused *orrery.Error
	if _, _, err := h.w.Do(context.Background(), first); !errors.As(err, &refused) || refused.Code != "signals.known" {
		t.Errorf("%v: one model gives its opinion once", err)
	}
}

func TestACorrectionInTheSameChunkComesFirst(t *testing.T) {
	h := newHouse(t)
	r := h.wrote("ann", "so")
	results, err := h.w.Submit(context.Background(), []engine.Input{
		{Command: engine.CorrectSignals{Touch: r.Touch, Fragment: r.Person, Signals: orrery.Signals{Engine: "agent:kim", Polarity: orrery.Positive}, By: orrery.Actor{Name: "kim", Trust: orrery.Staff}}},
		{Command: opinion(r, "mind", provider.Polarity, provider.Opinion{Polarity: orrery.Negative, Confidence: 800})},
	})
	if err != nil || results[0].Err != nil {
		t.Fatal(err, results)
	}
	var refused *orrery.Error
	if !errors.As(results[1].Err, &refused) || refused.Code != "signals.corrected" {
		t.Errorf("the provider was later by nothing, and later all the same: %v", results[1].Err)
	}
}

func TestWhatIsNoMessageIsNotHeard(t *testing.T) {
	h := newHouse(t)
	r := h.wrote("ann", "so")
	view := h.touch(orrery.Touch{Kind: orrery.Page, Identifiers: []orrery.Identifier{{Namespace: orrery.UserID, Value: "ann", Proven: true}}})
	for _, touch := range []orrery.TouchID{0, view.Touch, r.Touch + 1, r.Touch + 1<<40} {
		if _, err := h.w.Heard(context.Background(), touch); orrery.KindOf(err) != orrery.KindNotFound {
			t.Errorf("%s: %v, want not found", touch, err)
		}
	}
	if _, _, err := h.w.Do(context.Background(), opinion(engine.Result{Touch: r.Touch, Person: 5}, "mind", provider.Polarity, provider.Opinion{})); orrery.KindOf(err) != orrery.KindNotFound {
		t.Errorf("an opinion about nobody: %v", err)
	}
}
