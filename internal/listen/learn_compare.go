package listen

import (
	"slices"

	"github.com/orrery-cxm/orrery"
)

// Compared is one head of two signals about one text.
type Compared struct {
	Head string // as in Signals: polarity, intents.NAME, emotions, urgency, risks, life
	Same bool
}

// Compare says for every head that gold did not leave open whether first says the same: the same polarity, each intent
// there or not there, the same strongest emotion, the same urgency, risks and life events. A label counts from a
// confidence of one half on.
func Compare(first, gold *orrery.Signals) []Compared {
	var out []Compared
	open := func(head string) bool { return slices.Contains(gold.Abstained, head) }
	add := func(head string, same bool) {
		if !open(head) {
			out = append(out, Compared{head, same})
		}
	}
	add("polarity", first.Polarity == gold.Polarity)
	if !open("intents") {
		for _, name := range intentNames {
			a, b := first.Intent(name), gold.Intent(name)
			add("intents."+name, (a != nil && a.Confidence >= corrected) == (b != nil && b.Confidence >= corrected))
		}
	}
	add("emotions", emotionOf(first) == emotionOf(gold))
	add("urgency", sameLabels(first.Urgency, gold.Urgency))
	add("risks", sameLabels(first.Risks, gold.Risks))
	add("life", sameLabels(first.Life, gold.Life))
	return out
}

func sameLabels(a, b []orrery.Label) bool {
	names := func(ls []orrery.Label) (out []string) {
		for i := range ls {
			if ls[i].Confidence >= corrected {
				out = append(out, ls[i].Name)
			}
		}
		slices.Sort(out)
		return slices.Compact(out)
	}
	return slices.Equal(names(a), names(b))
}
