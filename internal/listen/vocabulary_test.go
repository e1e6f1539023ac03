package listen

import (
	"slices"
	"strings"
	"testing"

	"github.com/orrery-cxm/orrery/internal/listen/provider"
)

func TestProvidersMayGiveTheLabelsThatTheEngineGives(t *testing.T) {
	same := func(h provider.Head, want []string) {
		t.Helper()
		got := slices.Clone(h.Names())
		want = slices.Clone(want)
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s: providers may say %v, the engine says %v", h, got, want)
		}
	}
	same(provider.Intents, intentNames[:])
	same(provider.Emotions, emotionNames[:])
	same(provider.Aspects, aspectNames[:])
	framed := map[string][]string{}
	for _, name := range engine(t).frames.labels {
		if head, class, ok := strings.Cut(name, "."); ok {
			framed[head] = append(framed[head], class)
		}
	}
	same(provider.Risks, framed["risk"])
	same(provider.Life, framed["life"])
	same(provider.Urgency, framed["urgency"])
}
