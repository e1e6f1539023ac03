package provider

import (
	"slices"
	"strings"

	"github.com/orrery-cxm/orrery"
)

// Accuracy tells how often an engine was right, as people's corrections show it: the share in thousandths, false while
// there are too few to say. The engine is as signals name it, without what a workspace taught ("embedded/1", "mind/small").
type Accuracy interface {
	Accuracy(engine string, head Head, language string) (orrery.Confidence, bool)
}

// Ask is what one provider is asked about one message.
type Ask struct {
	Provider string
	Heads    []Head
}

// Asks says whom to ask about a message that was understood as s; nobody in most cases. a may be nil.
func (p *Policy) Asks(s *orrery.Signals, a Accuracy) []Ask {
	var out []Ask
	for _, h := range Heads() {
		for i := range p.Routes {
			r := &p.Routes[i]
			x, ok := p.Find(r.Provider)
			if !ok || !r.serves(h, s.Language) || !r.occasion(h, s, x, a) {
				continue
			}
			at := slices.IndexFunc(out, func(a Ask) bool { return a.Provider == r.Provider })
			if at < 0 {
				at = len(out)
				out = append(out, Ask{Provider: r.Provider})
			}
			out[at].Heads = append(out[at].Heads, h)
			break
		}
	}
	return out
}

func (r *Route) serves(h Head, language string) bool {
	if len(r.Heads) > 0 && !slices.Contains(r.Heads, h) {
		return false
	}
	return len(r.Languages) == 0 || slices.ContainsFunc(r.Languages, func(l string) bool {
		return strings.EqualFold(l, language) || len(language) > len(l) && language[len(l)] == '-' && strings.EqualFold(l, language[:len(l)])
	})
}

// occasion says whether one of the route's reasons to ask is there. Where both were measured, only the better is heard.
func (r *Route) occasion(h Head, s *orrery.Signals, x Provider, a Accuracy) bool {
	var own, other orrery.Confidence
	var ownKnown, otherKnown bool
	if a != nil {
		engine, _, _ := strings.Cut(s.Engine, "+")
		own, ownKnown = a.Accuracy(engine, h, s.Language)
		other, otherKnown = a.Accuracy(x.Engine(), h, s.Language)
	}
	if ownKnown && otherKnown && other <= own {
		return false
	}
	reasons := r.When
	if len(reasons) == 0 {
		reasons = []Occasion{Abstained, Unsure}
	}
	for _, w := range reasons {
		switch {
		case w == Always,
			w == Abstained && leftOpen(h, s),
			w == Unsure && below(h, s, orDefault(r.Below, 600)),
			w == Measured && ownKnown && (otherKnown || own < orDefault(r.Accuracy, 850)):
			return true
		}
	}
	return false
}

func leftOpen(h Head, s *orrery.Signals) bool {
	return slices.ContainsFunc(s.Abstained, func(a string) bool { return concerns(a, h) })
}

// concerns says whether an entry of Abstained is about a head: "intents" and "intents.complaint" are.
func concerns(abstained string, h Head) bool {
	head, _, _ := strings.Cut(abstained, ".")
	return head == string(h)
}

// below says whether the head's best label is weak. A head that found nothing is not unsure.
func below(h Head, s *orrery.Signals, limit orrery.Confidence) bool {
	if h == Polarity {
		return s.Confidence < limit
	}
	var best orrery.Confidence
	for _, l := range *h.labels(s) {
		best = max(best, l.Confidence)
	}
	return best > 0 && best < limit
}
