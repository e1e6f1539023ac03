package eval

import (
	"slices"
	"strings"
)

// Agreement is how far two annotators agree on one head.
type Agreement struct {
	Head  string  `json:"head"`
	Rows  int     `json:"rows"`  // decisions that both took
	Agree float64 `json:"agree"` // share that is the same
	Kappa float64 `json:"kappa"` // Cohen 1960: agreement beyond chance
}

// pairs are decisions of both.
type pairs struct{ a, b []string }

func (p *pairs) add(a, b string) { p.a, p.b = append(p.a, a), append(p.b, b) }

func (p *pairs) agreement(head string) Agreement {
	a := Agreement{Head: head, Rows: len(p.a)}
	if a.Rows == 0 {
		return a
	}
	n := float64(a.Rows)
	as, bs := map[string]float64{}, map[string]float64{}
	same := 0
	for i := range p.a {
		as[p.a[i]]++
		bs[p.b[i]]++
		same += count(p.a[i] == p.b[i])
	}
	seen, chance := float64(same)/n, 0.0
	var names []string
	for c := range as {
		names = append(names, c)
	}
	slices.Sort(names) // sums of floats in one order
	for _, c := range names {
		chance += as[c] / n * bs[c] / n
	}
	a.Agree, a.Kappa = round(seen), 1
	if chance < 1 {
		a.Kappa = round((seen - chance) / (1 - chance))
	}
	return a
}

// decisions are yes-or-no questions of a head of many: one for each class.
type decisions struct {
	head    string
	classes []string
	of      func(l Labels) (classes []string, said bool)
}

// heads of many, in the order of the report.
var manyHeads = [...]decisions{
	{"intents", intentNames, func(l Labels) ([]string, bool) { return deref(l.Intents) }},
	{"life", eventNames, func(l Labels) ([]string, bool) {
		if l.Life == nil {
			return nil, false
		}
		var out []string
		for _, e := range *l.Life {
			out = append(out, e.Event)
		}
		return out, true
	}},
	{"risks", riskNames, func(l Labels) ([]string, bool) { return deref(l.Risks) }},
	{"pii", kindNames, func(l Labels) ([]string, bool) {
		if l.Personal == nil {
			return nil, false
		}
		var out []string
		for _, s := range *l.Personal {
			out = append(out, s.Kind)
		}
		return out, true
	}},
}

func deref(v *[]string) ([]string, bool) {
	if v == nil {
		return nil, false
	}
	return *v, true
}

// oneHeads are heads with one answer; said is false when it was left out.
var oneHeads = [...]struct {
	head string
	of   func(l Labels) (class string, said bool)
}{
	{"polarity", func(l Labels) (string, bool) { return text(l.Polarity) }},
	{"emotion", func(l Labels) (string, bool) { return text(l.Emotion) }},
	{"urgent", func(l Labels) (string, bool) { return flag(l.Urgent, "urgent", "calm") }},
	{"hold", func(l Labels) (string, bool) { return flag(l.Hold, "hold", "none") }},
}

func text(v *string) (string, bool) {
	if v == nil {
		return "", false
	}
	return *v, true
}

func flag(v *bool, yes, no string) (string, bool) {
	switch {
	case v == nil:
		return "", false
	case *v:
		return yes, true
	}
	return no, true
}

// rareLabel is how often one of the two must have given a label before its own kappa is told.
const rareLabel = 10

// Agreement is Cohen's kappa of every head; heads of many pooled over their classes, and of each class that is not rare.
func (b *Blind) Agreement() []Agreement {
	if !b.Labelled() {
		return nil
	}
	var out []Agreement
	for _, h := range oneHeads {
		var p pairs
		for _, m := range b.Messages {
			x, okA := h.of(b.A[m.ID])
			y, okB := h.of(b.B[m.ID])
			if okA && okB {
				p.add(x, y)
			}
		}
		out = append(out, p.agreement(h.head))
	}
	for _, h := range manyHeads {
		pooled := &pairs{}
		var single []Agreement
		for _, c := range h.classes {
			var p pairs
			given := 0
			for _, m := range b.Messages {
				xs, okA := h.of(b.A[m.ID])
				ys, okB := h.of(b.B[m.ID])
				if !okA || !okB {
					continue
				}
				x, y := slices.Contains(xs, c), slices.Contains(ys, c)
				given += count(x || y)
				p.add(told(x), told(y))
				pooled.add(told(x), told(y))
			}
			if given >= rareLabel {
				single = append(single, p.agreement(h.head+" "+strings.ReplaceAll(c, "_", " ")))
			}
		}
		out = append(append(out, pooled.agreement(h.head)), single...)
	}
	return out
}

func told(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
