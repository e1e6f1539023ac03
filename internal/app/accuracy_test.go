package app

import (
	"testing"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/listen/provider"
	"github.com/orrery-cxm/orrery/internal/teach"
)

func TestOnlyEnoughUnbiasedJudgementsMeasureTheEngine(t *testing.T) {
	m := measured{status: func() teach.Status {
		return teach.Status{Accuracy: []teach.Accuracy{
			{Head: "polarity", Language: "en", Random: true, Right: 24, Of: 30}, {Head: "polarity", Language: "en", Right: 1, Of: 500},
			{Head: "polarity", Language: "zh-Hans", Random: true, Right: 10, Of: 29},
			{Head: "intents.complaint", Language: "en", Random: true, Right: 35, Of: 50}, {Head: "intents.praise", Language: "en", Random: true, Right: 49, Of: 50},
		}}
	}}
	for _, c := range []struct {
		engine   string
		head     provider.Head
		language string
		want     orrery.Confidence
		known    bool
	}{
		{"embedded/1", provider.Polarity, "en", 800, true}, {"embedded/1", provider.Polarity, "zh-Hans", 0, false}, {"embedded/1", provider.Intents, "en", 700, true},
		{"embedded/1", provider.Life, "en", 0, false}, {"mind/small", provider.Polarity, "en", 0, false},
	} {
		if got, known := m.Accuracy(c.engine, c.head, c.language); known != c.known || known && got != c.want {
			t.Errorf("%s, %s in %s: %d (%v), want %d (%v)", c.engine, c.head, c.language, got, known, c.want, c.known)
		}
	}
}
