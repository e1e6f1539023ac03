package eval

import (
	"slices"
	"unicode"
)

// Sets asks the rows on which both annotators agree: every head over all messages, over each writing (by the id) and each script, and
// polarity, intents and holds over each slice of at least sliceFrom messages.
func (b *Blind) Sets() []Set {
	if !b.Labelled() {
		return nil
	}
	all := b.every("blind", func(*Message) bool { return true })
	var writings, scripts, slicesOf []string
	rows := map[string]int{}
	for i := range b.Messages {
		m := &b.Messages[i]
		writings, scripts = append(writings, m.writing()), append(scripts, scriptOf(m.Text))
		for _, s := range m.Slices {
			slicesOf = append(slicesOf, s)
			rows[s]++
		}
	}
	for _, w := range distinct(writings) {
		all = append(all, b.every("blind writing "+w, func(m *Message) bool { return m.writing() == w })...)
	}
	for _, s := range distinct(scripts) {
		all = append(all, b.every("blind script "+s, func(m *Message) bool { return scriptOf(m.Text) == s })...)
	}
	for _, s := range distinct(slicesOf) {
		if rows[s] < sliceFrom {
			continue
		}
		for _, set := range b.every("blind slice "+s, func(m *Message) bool { return slices.Contains(m.Slices, s) }) {
			if set.Task == Polarity || set.Task == Intents || set.Task == Hold {
				all = append(all, set)
			}
		}
	}
	return all
}

// sliceFrom is how many messages a slice needs before its figures are told.
const sliceFrom = 10

func distinct(v []string) []string {
	v = slices.Clone(v)
	slices.Sort(v)
	return slices.Compact(v)
}

// every is a set for each head, of the messages that in admits.
func (b *Blind) every(name string, in func(*Message) bool) []Set {
	sets := []Set{{Task: Polarity}, {Task: Emotion}, {Task: Urgent}, {Task: Hold}, {Task: Intents}, {Task: Events}, {Task: Risks}, {Task: Personal}}
	for i := range b.Messages {
		m := &b.Messages[i]
		if !in(m) {
			continue
		}
		x, y := b.A[m.ID], b.B[m.ID]
		for k, h := range oneHeads {
			a, okA := h.of(x)
			c, okB := h.of(y)
			if okA && okB && a == c {
				r := Row{Text: m.Text, Channel: m.Channel, Gold: a}
				r.Praise = sets[k].Task == Hold && a == "none" && pleased(x) && pleased(y)
				sets[k].Rows = append(sets[k].Rows, r)
			}
		}
		for k, h := range manyHeads {
			if r, ok := h.agreed(x, y); ok {
				r.Text, r.Channel = m.Text, m.Channel
				sets[len(oneHeads)+k].Rows = append(sets[len(oneHeads)+k].Rows, r)
			}
		}
	}
	for i := range sets {
		sets[i].Name = name
	}
	return slices.DeleteFunc(sets, func(s Set) bool { return len(s.Rows) == 0 })
}

func pleased(l Labels) bool { return l.Polarity != nil && *l.Polarity == "positive" }

// agreed is a row with the classes that both gave; those that only one gave are open.
func (h *decisions) agreed(x, y Labels) (Row, bool) {
	xs, okA := h.of(x)
	ys, okB := h.of(y)
	if !okA || !okB {
		return Row{}, false
	}
	var r Row
	for _, c := range h.classes {
		a, b := slices.Contains(xs, c), slices.Contains(ys, c)
		if a && b && h.head == "pii" && !slices.Equal(spansOf(c, *x.Personal), spansOf(c, *y.Personal)) {
			b = false
		}
		switch {
		case a && b:
			r.Golds = append(r.Golds, c)
		case a != b:
			r.Open = append(r.Open, c)
		}
	}
	switch h.head {
	case "pii":
		r.Spans = *x.Personal
	case "life":
		r.Life = agreedLife(*x.Life, *y.Life)
	}
	return r, true
}

func spansOf(kind string, spans []Span) []string {
	var out []string
	for _, s := range spans {
		if s.Kind == kind {
			out = append(out, trimmed(s.Text))
		}
	}
	slices.Sort(out)
	return out
}

// agreedLife are the events that both gave; who and when are empty where they differ.
func agreedLife(xs, ys []Event) []Event {
	var out []Event
	for _, x := range xs {
		i := slices.IndexFunc(ys, func(y Event) bool { return y.Event == x.Event })
		if i < 0 {
			continue
		}
		if ys[i].Who != x.Who {
			x.Who = ""
		}
		if ys[i].When != x.When {
			x.When = ""
		}
		out = append(out, x)
	}
	return out
}

// scriptOf is the writing of most letters, or mixed where another has a quarter.
func scriptOf(text string) string {
	var n [4]int
	for _, r := range text {
		switch {
		case !unicode.IsLetter(r):
		case unicode.Is(unicode.Latin, r):
			n[0]++
		case unicode.Is(unicode.Arabic, r):
			n[1]++
		case unicode.Is(unicode.Han, r):
			n[2] += 2 // a character says as much as two letters
		default:
			n[3]++
		}
	}
	all, best := 0, 0
	for i, v := range n {
		all += v
		if v > n[best] {
			best = i
		}
	}
	if n[best]*4 < all*3 {
		return "mixed"
	}
	return [...]string{"latin", "arabic", "han", "other"}[best]
}
