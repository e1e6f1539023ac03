package eval

import (
	"slices"
	"strings"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/listen"
)

// Listener is what is measured.
type Listener interface {
	Listen(text string, h listen.Hint) *orrery.Signals
	Leaning(text string, h listen.Hint) float64
	Odds(text string, h listen.Hint) (negative, neutral, positive float64)
	Revision() string
}

// judged is one row with the answer to it, classes as bits.
type judged struct {
	gold, said uint64
	wrong      uint64 // classes that were said and belong there, but were found elsewhere in the text
	open       uint64 // classes that are not judged in this row
	conf       float64
	x, y       float64 // of Correlation
	holds      int     // 2 a hold would open, 1 a soft one
}

func (j *judged) hit() uint64    { return j.gold & j.said &^ j.wrong &^ j.open }
func (j *judged) false() uint64  { return (j.said&^j.gold | j.wrong) &^ j.open }
func (j *judged) missed() uint64 { return (j.gold&^j.said | j.wrong) &^ j.open }
func (j *judged) right() bool    { return j.false()|j.missed() == 0 }

// judge asks one set.
type judge struct {
	listener Listener
	set      *Set
	classes  []string // by bit
	asked    int      // the first so many classes occur in the set, the others were only said
	lives    lives
}

// lives counts of the events that were found, whose they are and when.
type lives struct{ who, whoRight, when, whenRight int }

// maxClasses is how many classes a set may have; what is said beyond is one class.
const maxClasses = 64

func newJudge(l Listener, s *Set) *judge {
	g := &judge{listener: l, set: s}
	for i := range s.Rows {
		if r := &s.Rows[i]; !s.Task.many() && s.Task != Correlation {
			g.classes = append(g.classes, r.Gold)
		} else {
			g.classes = append(g.classes, r.Golds...)
		}
	}
	slices.Sort(g.classes)
	g.classes = slices.Compact(g.classes)
	g.classes = g.classes[:min(len(g.classes), maxClasses-1)]
	g.asked = len(g.classes)
	return g
}

// bit is that of a class, which is new when nobody named it before.
func (g *judge) bit(class string) uint64 {
	i := slices.Index(g.classes, class)
	if i < 0 {
		if i = min(len(g.classes), maxClasses-1); i == len(g.classes) {
			g.classes = append(g.classes, class)
		}
	}
	return 1 << i
}

func (g *judge) has(class string) bool { return slices.Contains(g.classes[:g.asked], class) }

// row is the answer to one row.
func (g *judge) row(r *Row, sig *orrery.Signals, h listen.Hint) judged {
	j := judged{conf: 0.5}
	hold, soft := listen.HoldWorthy(sig)
	j.holds = 2*count(hold) + count(soft)
	switch {
	case g.set.Task == Correlation:
		j.x, j.y = r.Score, g.listener.Leaning(r.Text, h)
	case g.set.Task.many():
		for _, c := range r.Golds {
			j.gold |= g.bit(c)
		}
		for _, c := range r.Open {
			j.open |= g.bit(c)
		}
		g.several(&j, r, sig)
	default:
		j.gold = g.bit(r.Gold)
		var said string
		said, j.conf = g.one(r, sig, h)
		j.said = g.bit(said)
	}
	return j
}

// several reads the classes that a text has of a task of many.
func (g *judge) several(j *judged, r *Row, sig *orrery.Signals) {
	say := func(labels []orrery.Label, from orrery.Confidence) {
		for _, l := range labels {
			if l.Confidence >= from {
				j.said |= g.bit(l.Name)
			}
		}
	}
	switch g.set.Task {
	case Intents:
		say(sig.Intents, 500)
	case Risks:
		say(sig.Risks, 500)
	case Events:
		say(sig.Life, listen.SuppressLife)
		g.lives.add(r.Life, sig.Life)
	case Personal:
		say(sig.Personal, 1)
		for i, c := range g.classes {
			if b := uint64(1) << i; j.gold&j.said&b != 0 && !sameSpans(c, r, sig) {
				j.wrong |= b
			}
		}
	}
}

func (n *lives) add(want []Event, got []orrery.Label) {
	for _, w := range want {
		for _, l := range got {
			if l.Name != w.Event || l.Confidence < listen.SuppressLife {
				continue
			}
			n.who += count(w.Who != "")
			n.whoRight += count(w.Who == l.Who)
			n.when += count(w.When != "")
			n.whenRight += count(w.When == l.When)
		}
	}
}

// sameSpans says whether the spans of a kind stand where they should. A span may begin or end a sign early or late.
func sameSpans(kind string, r *Row, sig *orrery.Signals) bool {
	var want, got []string
	for _, s := range r.Spans {
		if s.Kind == kind {
			want = append(want, trimmed(s.Text))
		}
	}
	for _, l := range sig.Personal {
		if l.Name == kind {
			got = append(got, trimmed(r.Text[l.From:l.To]))
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	return slices.Equal(want, got)
}

func trimmed(s string) string { return strings.Trim(s, " \t+()[].,;:!?，。；：！？،؛؟") }

// one reads the class that a text has of a task of one, and how sure the engine is of it.
func (g *judge) one(r *Row, sig *orrery.Signals, h listen.Hint) (string, float64) {
	of := func(c orrery.Confidence) float64 { return float64(c) / 1000 }
	switch g.set.Task {
	case Polarity:
		if sig.Polarity == orrery.Mixed && !g.has("mixed") {
			return "neutral", of(sig.Confidence)
		}
		return sig.Polarity.String(), of(sig.Confidence)
	case Binary:
		neg, _, pos := g.listener.Odds(r.Text, h)
		if pos > neg {
			return "positive", pos / (neg + pos)
		}
		if neg+pos == 0 {
			return "negative", 0.5
		}
		return "negative", neg / (neg + pos)
	case Emotion:
		return g.emotion(sig)
	case Complaint:
		return yes(sig.Intent(orrery.IntentComplaint), 500, "complaint", "other")
	case Question:
		for _, n := range []string{orrery.IntentQuestion, orrery.IntentRequest, orrery.IntentCancellation, orrery.IntentPurchase} {
			if q := sig.Intent(n); q != nil && q.Confidence >= 500 {
				return "question", of(q.Confidence)
			}
		}
		return "other", 0.5
	case Hold:
		if hold, _ := listen.HoldWorthy(sig); hold {
			return "hold", 0.5
		}
		return "none", 0.5
	case Language:
		return sig.Language, 1
	case Urgent:
		for i := range sig.Urgency {
			if sig.Urgency[i].Name == "high" {
				return yes(&sig.Urgency[i], 500, "urgent", "calm")
			}
		}
		return yes(nil, 500, "urgent", "calm")
	case Life:
		if len(sig.Life) > 0 && sig.Life[0].Confidence >= listen.SuppressLife {
			return sig.Life[0].Name, of(sig.Life[0].Confidence)
		}
	}
	return "none", 0.5
}

// yes is the class of a label, or the other one when it is missing or less sure than from.
func yes(l *orrery.Label, from orrery.Confidence, class, other string) (string, float64) {
	switch {
	case l == nil:
		return other, 1 - float64(unreported)/2000
	case l.Confidence >= from:
		return class, float64(l.Confidence) / 1000
	}
	return other, 1 - float64(l.Confidence)/1000
}

// unreported is the confidence below which the engine gives no label: such a label counts with half of it.
const unreported = 300

// emotion is the strongest one among those that occur in the set.
func (g *judge) emotion(sig *orrery.Signals) (string, float64) {
	for _, e := range sig.Emotions {
		n := e.Name
		if n == "gratitude" && !g.has(n) {
			n = "joy"
		}
		if g.has(n) {
			return n, float64(e.Confidence) / 1000
		}
	}
	if !g.has("none") { // a set without "none": polarity is the best guess left
		switch sig.Polarity {
		case orrery.Positive:
			return "joy", 0.3
		case orrery.Negative:
			return "anger", 0.3
		}
	}
	return "none", 0.5
}
