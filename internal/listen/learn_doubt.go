package listen

import (
	"slices"

	"github.com/orrery-cxm/orrery"
)

// SampleOneIn is how many texts there are for each one that is asked about at random.
const SampleOneIn = 50

// Sampled says whether a touch is asked about at random. Only its number decides, so that everybody who asks, and asks
// again later, hears the same, and so that no opinion about the text has a part in it.
func Sampled(touch orrery.TouchID) bool {
	state := uint64(touch)
	return roll(&state)%SampleOneIn == 0
}

// Doubt is why a person should look at what was understood. Heads are named as in Signals: polarity, intents.NAME, emotions.
type Doubt struct {
	Uncertain   string // the head that is least certain; "" when every one is certain enough
	Margin      int    // how far it is from another answer, in thousandths; the less the more it teaches
	Contradicts string // a head that contradicts polarity; "" when there is none
}

// Judged says whether the language of signals is one that opinions are given in.
func Judged(s *orrery.Signals) bool {
	return s != nil && s.Language != "und" && !slices.Contains(s.Abstained, "intents")
}

// unsure is how near one half, in thousandths, an intent must be to be worth a person's time: a third of those that abstain.
const unsure = 50

// DoubtOf says what is doubtful about signals of the embedded engine.
func DoubtOf(s *orrery.Signals) Doubt {
	d := Doubt{Margin: 1000}
	if !Judged(s) {
		return d
	}
	if slices.Contains(s.Abstained, "polarity") {
		d.Uncertain, d.Margin = "polarity", max(0, int(s.Confidence)-333) // of three, a third is a guess
	}
	for i := range s.Intents {
		l := &s.Intents[i]
		head := "intents." + l.Name
		if m := max(int(l.Confidence)-500, 500-int(l.Confidence)); m < d.Margin && m <= unsure && slices.Contains(s.Abstained, head) {
			d.Uncertain, d.Margin = head, m
		}
	}
	d.Contradicts = contradiction(s)
	return d
}

// contradiction is the head by which what the lexicons and frames found speaks against the polarity.
func contradiction(s *orrery.Signals) string {
	is := func(name string) bool { l := s.Intent(name); return l != nil && l.Confidence >= corrected }
	switch e := emotionOf(s); s.Polarity {
	case orrery.Positive:
		if is(orrery.IntentComplaint) {
			return "intents." + orrery.IntentComplaint
		}
		if e == "anger" || e == "disgust" {
			return "emotions"
		}
	case orrery.Negative:
		if is(orrery.IntentPraise) && !is(orrery.IntentComplaint) {
			return "intents." + orrery.IntentPraise
		}
		if e == "joy" || e == "gratitude" {
			return "emotions"
		}
	}
	return ""
}

// Differs names the first of polarity and complaint on which another opinion differs from the first one; "" when they agree.
func Differs(first, other *orrery.Signals) string {
	is := func(s *orrery.Signals) bool {
		l := s.Intent(orrery.IntentComplaint)
		return l != nil && l.Confidence >= corrected
	}
	switch {
	case !slices.Contains(other.Abstained, "polarity") && first.Polarity != other.Polarity:
		return "polarity"
	case !slices.Contains(other.Abstained, "intents") && is(first) != is(other):
		return "intents." + orrery.IntentComplaint
	}
	return ""
}
