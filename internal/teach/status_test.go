package teach

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/listen"
)

func TestTheIntervalIsWilsons(t *testing.T) {
	// Figures of the score interval without continuity correction: Newcombe, Statistics in Medicine 17 (1998), table I.
	for _, c := range []struct {
		right, of int
		low, high float64
	}{{81, 263, 0.2553, 0.3662}, {15, 148, 0.0624, 0.1605}, {0, 20, 0, 0.1611}, {1, 29, 0.0061, 0.1718}} {
		low, high := wilson(c.right, c.of)
		if math.Abs(low-c.low) > 5e-5 || math.Abs(high-c.high) > 5e-5 {
			t.Errorf("%d of %d: %.4f to %.4f, published %.4f to %.4f", c.right, c.of, low, high, c.low, c.high)
		}
	}
	if low, high := wilson(0, 0); low != 0 || high != 1 {
		t.Errorf("of nothing nothing is known, not %v to %v", low, high)
	}
}

func TestAnswersAreCountedByHeadLanguageAndSample(t *testing.T) {
	random := orrery.TouchID(0)
	for !listen.Sampled(random) {
		random++
	}
	chosen := random
	for listen.Sampled(chosen) {
		chosen++
	}
	first := &orrery.Signals{Language: "ar", Polarity: orrery.Negative, Intents: []orrery.Label{{Name: orrery.IntentComplaint, Confidence: 800}}}
	gold := &orrery.Signals{Polarity: orrery.Negative, Intents: []orrery.Label{{Name: orrery.IntentQuestion, Confidence: 1000}}, Abstained: []string{"emotions", "urgency", "risks", "life", "intents.praise"}}
	var marks []mark
	marks = append(marks, marksOf(random, first, gold)...)
	marks = append(marks, marksOf(random, first, first)...)
	marks = append(marks, marksOf(chosen, first, gold)...)
	marks = append(marks, marksOf(random, &orrery.Signals{Language: "fr", Abstained: []string{"polarity", "intents"}}, gold)...)
	got := map[string][2]int{}
	for _, a := range accuracies(marks) {
		key := a.Head + " " + a.Language
		if a.Random {
			key += " random"
		}
		got[key] = [2]int{a.Right, a.Of}
	}
	want := map[string][2]int{
		"polarity ar random": {2, 2}, "polarity ar": {1, 1},
		"intents.complaint ar random": {1, 2}, "intents.complaint ar": {0, 1},
		"intents.question ar random": {1, 2}, "intents.question ar": {0, 1},
		"intents.praise ar random":   {1, 1},
		"intents.purchase ar random": {2, 2}, "intents.purchase ar": {1, 1},
		"intents.cancellation ar random": {2, 2}, "intents.cancellation ar": {1, 1},
		"intents.request ar random": {2, 2}, "intents.request ar": {1, 1},
		"intents.suggestion ar random": {2, 2}, "intents.suggestion ar": {1, 1},
		"emotions ar random": {1, 1}, "urgency ar random": {1, 1}, "risks ar random": {1, 1}, "life ar random": {1, 1},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("answers are counted otherwise; a language that is not judged and heads left open count nowhere (-want +got):\n%s", diff)
	}
}
