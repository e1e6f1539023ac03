package provider

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/orrery-cxm/orrery"
)

// Opinion is what counts of an answer: for each head that was asked, labels without places in a text. Evidence holds the
// words that the provider quotes.
type Opinion struct {
	Polarity   orrery.Polarity
	Confidence orrery.Confidence
	Labels     map[Head][]orrery.Label
}

// ErrAnswer is behind every refusal of an answer.
var ErrAnswer = errors.New("the answer is not what was asked for")

// Limits of an answer.
const (
	maxLabels = 12  // of one head
	maxQuote  = 300 // bytes
)

type label struct {
	Name       string   `json:"name"`
	Confidence *float64 `json:"confidence"`
	Quote      string   `json:"quote"`
	Polarity   string   `json:"polarity"`
	Who        string   `json:"who"`
	When       string   `json:"when"`
}

type answer struct {
	Polarity *label  `json:"polarity"`
	Intents  []label `json:"intents"`
	Emotions []label `json:"emotions"`
	Aspects  []label `json:"aspects"`
	Risks    []label `json:"risks"`
	Life     []label `json:"life"`
	Urgency  []label `json:"urgency"`
}

func (a *answer) of(h Head) []label {
	switch h {
	case Polarity:
		if a.Polarity == nil {
			return nil
		}
		return []label{*a.Polarity}
	case Intents:
		return a.Intents
	case Emotions:
		return a.Emotions
	case Aspects:
		return a.Aspects
	case Risks:
		return a.Risks
	case Life:
		return a.Life
	case Urgency:
		return a.Urgency
	}
	return nil
}

// Check reads an answer: one JSON value. Labels whose names are unknown are dropped, and so is whatever was not asked.
// What lies out of range, or is missing, makes the whole answer count for nothing: errors wrap [ErrAnswer] and hold
// nothing of the answer's text.
func Check(raw []byte, heads []Head) (*Opinion, error) {
	var a answer
	if err := json.Unmarshal(raw, &a); err != nil {
		return nil, fmt.Errorf("%w: it is no JSON value of the schema", ErrAnswer)
	}
	o := &Opinion{Labels: map[Head][]orrery.Label{}}
	for _, h := range heads {
		labels := a.of(h)
		if len(labels) > maxLabels {
			return nil, fmt.Errorf("%w: %d labels for %s", ErrAnswer, len(labels), h)
		}
		for i := range labels {
			l, known, err := labels[i].read(h)
			if err != nil {
				return nil, err
			}
			if known {
				o.add(h, l)
			}
		}
		if h == Polarity && o.Confidence == 0 {
			return nil, fmt.Errorf("%w: no polarity", ErrAnswer)
		}
		slices.SortStableFunc(o.Labels[h], func(a, b orrery.Label) int { return int(b.Confidence) - int(a.Confidence) })
	}
	return o, nil
}

// read checks one label. One that is not in the vocabulary is not known, and no mistake.
func (l *label) read(h Head) (orrery.Label, bool, error) {
	out := orrery.Label{Name: l.Name}
	if l.Confidence == nil || !(*l.Confidence >= 0 && *l.Confidence <= 1) {
		return out, false, fmt.Errorf("%w: the confidence of a label of %s is missing or not between 0 and 1", ErrAnswer, h)
	}
	out.Confidence = orrery.Confidence(*l.Confidence*1000 + 0.5)
	if !h.knows(l.Name) || out.Confidence == 0 {
		return out, false, nil
	}
	if q := strings.TrimSpace(l.Quote); q != "" && len(q) <= maxQuote {
		out.Evidence = []string{q}
	}
	if h == Aspects {
		if err := out.Polarity.UnmarshalText([]byte(l.Polarity)); err != nil {
			return out, false, nil
		}
	}
	if h == Life {
		if !slices.Contains(who[:], l.Who) || !slices.Contains(when[:], l.When) {
			return out, false, nil
		}
		out.Who, out.When = l.Who, l.When
	}
	return out, true, nil
}

// add keeps the surer of two labels of one name.
func (o *Opinion) add(h Head, l orrery.Label) {
	if h == Polarity {
		if o.Polarity.UnmarshalText([]byte(l.Name)) == nil {
			o.Confidence = l.Confidence
		}
		return
	}
	for i, x := range o.Labels[h] {
		if x.Name == l.Name {
			if l.Confidence > x.Confidence {
				o.Labels[h][i] = l
			}
			return
		}
	}
	o.Labels[h] = append(o.Labels[h], l)
}

func sorted(names []string) []string { slices.Sort(names); return names }
