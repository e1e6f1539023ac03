package explain_test

import (
	"strings"
	"testing"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/act"
	"github.com/orrery-cxm/orrery/internal/engine"
	"github.com/orrery-cxm/orrery/internal/explain"
	"github.com/orrery-cxm/orrery/internal/i18n"
)

func TestANoticeAboutTheBrandAsAWholeIsExplained(t *testing.T) {
	h := newHouse(t)
	h.do(engine.ApplyPolicy{Text: storyPolicy + "subscriptions:\n  - destination: mailer\n    events: [topic.emerged]\n", By: orrery.Actor{Name: "mei", Trust: orrery.Staff}})
	h.touch(orrery.Touch{Kind: orrery.Page, Identifiers: []orrery.Identifier{{Namespace: orrery.UserID, Value: "ann", Proven: true}}})
	for range 2 {
		h.do(engine.Noticed{Facts: []orrery.Fact{&orrery.TopicEmerged{}}})
	}
	var asked []orrery.Effect
	for seq := orrery.Seq(1); seq <= h.w.Seq(); seq++ {
		facts, err := h.w.Chunk(t.Context(), seq)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range facts {
			if e, ok := f.Fact.(*orrery.EffectRequested); ok {
				asked = append(asked, e.Effect)
			}
		}
	}
	if len(asked) != 2 {
		t.Fatalf("the subscriber should be told of two topics, not of %d", len(asked))
	}
	e := asked[0]
	r := h.do(engine.Release{Release: act.Release{Fragment: e.Person, Effect: e.ID}}).(*orrery.EffectReleased)
	h.do(engine.Answered{Answered: act.Answered{Fragment: e.Person, Effect: e.ID, Attempt: r.Attempt, Outcome: orrery.Accepted}})
	for i, want := range []string{"accepted", "queued"} {
		a, err := explain.Effect(t.Context(), h.w, asked[i].ID)
		if err != nil {
			t.Fatalf("a notice about a topic is not explained: %v", err)
		}
		if a.Verdict != want || len(a.Lines) != []int{3, 1}[i] {
			t.Errorf("the notice is %s by %d steps: %+v", a.Verdict, len(a.Lines), a.Lines)
		}
		for _, lang := range i18n.Languages {
			if text := strings.Join(a.Sentences(lang), " "); text == "" || strings.Contains(text, "{") {
				t.Errorf("in %s it reads %q", lang, text)
			}
		}
	}
}
