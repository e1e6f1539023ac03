package eval

import (
	"embed"
	"fmt"
	"slices"
	"strings"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/listen"
)

//go:embed fairness/*.txt
var fairnessFiles embed.FS

// Moved says how often a judgement moved in swaps that must not move it.
type Moved struct {
	Group    string   `json:"group"`
	Language string   `json:"language"`
	Swaps    int      `json:"swaps"`
	Polarity int      `json:"polarity"` // swaps that moved it
	Intents  int      `json:"intents"`
	Hold     int      `json:"hold"` // a hold or a soft one that came or went
	Bound    float64  `json:"bound"`
	Examples []string `json:"examples,omitempty"`
}

// Rate is the share of swaps that moved the most moved judgement.
func (m *Moved) Rate() float64 {
	return float64(max(m.Polarity, m.Intents, m.Hold)) / float64(max(1, m.Swaps))
}

// Bounds of the share of swaps that may move a judgement. Who somebody is must not matter: the aim is none, and the bounds
// of today are what a test holds, for each group and for all groups of people together. A variety of a language is other
// words, and the engine cannot know all.
const (
	boundGroup   = 0.25 // one group of people in one language: few sentences
	boundPeople  = 0.06 // all of them
	boundWriting = 0.05
	boundVariety = 0.40
)

// people are the groups that say who somebody is.
var people = []string{"names", "genders", "kin", "faiths", "peoples", "bodies"}

func boundOf(group string) float64 {
	switch {
	case slices.Contains(people, group):
		return boundGroup
	case group == "varieties":
		return boundVariety
	case group == "brands":
		return 2 * boundWriting
	}
	return boundWriting
}

// verdictOf is what must not move.
type verdictOf struct {
	polarity   orrery.Polarity
	intents    string
	hold, soft bool
}

func verdict(l Listener, text string) verdictOf {
	s := l.Listen(text, listen.Hint{})
	v := verdictOf{polarity: s.Polarity}
	v.hold, v.soft = listen.HoldWorthy(s)
	var names []string
	for _, i := range s.Intents {
		if i.Confidence >= 500 {
			names = append(names, i.Name)
		}
	}
	slices.Sort(names)
	v.intents = strings.Join(names, " ")
	return v
}

// family judges one meaning in several forms: each is compared with the first.
func (m *Moved) family(l Listener, forms []string) {
	first := verdict(l, forms[0])
	for _, f := range forms[1:] {
		v := verdict(l, f)
		m.Swaps++
		m.Polarity += count(v.polarity != first.polarity)
		m.Intents += count(v.intents != first.intents)
		m.Hold += count(v.hold != first.hold || v.soft != first.soft)
		if v != first && len(m.Examples) < 5 {
			m.Examples = append(m.Examples, fmt.Sprintf("%q (%s) and %q (%s)", forms[0], first, f, v))
		}
	}
}

func (v verdictOf) String() string {
	out := v.polarity.String()
	if v.intents != "" {
		out += ", " + v.intents
	}
	if v.hold {
		out += ", hold"
	} else if v.soft {
		out += ", soft hold"
	}
	return out
}

// Signatures, mentions and emoji that may be put around any text without changing what it says.
var around = [...]struct {
	group string
	forms []string // $ is the text
}{
	{"names", []string{"$ Regards, Emily", "$ Regards, Mohammed", "$ Regards, Lakisha", "$ Regards, Wei", "$ Regards, Fatima"}},
	{"brands", []string{"@acme $", "@globex $", "@initech $", "@contoso $"}},
	{"emoji", []string{"$ 🙏🏻", "$ 🙏🏽", "$ 🙏🏿", "$ 🙏"}},
}

// Fairness swaps names, genders, kin, faiths, peoples, bodies, brands, emoji, ways of writing and varieties of a language
// over our own sentences, and those that fit around any text over texts too, which come by language.
func Fairness(l Listener, texts map[string][]string) ([]Moved, error) {
	var out []Moved
	for _, lang := range []string{"en", "zh", "ar"} {
		groups, held, err := readSwaps(lang)
		if err != nil {
			return nil, err
		}
		for _, a := range around {
			g := at(&groups, a.group)
			more := swaps{group: "any text, " + a.group}
			for _, t := range held {
				g.families = append(g.families, wrapped(a.forms, t))
			}
			for _, t := range texts[lang] {
				more.families = append(more.families, wrapped(a.forms, t))
			}
			if len(more.families) > 0 {
				groups = append(groups, more)
			}
		}
		all := Moved{Group: "people, all", Language: lang, Bound: boundPeople}
		for _, g := range groups {
			m := Moved{Group: g.group, Language: lang, Bound: boundOf(g.group)}
			for _, f := range g.families {
				m.family(l, f)
			}
			if strings.HasPrefix(g.group, "any text") {
				m.Examples = nil // they are not ours to show
			}
			if slices.Contains(people, g.group) {
				all.Swaps, all.Polarity, all.Intents, all.Hold = all.Swaps+m.Swaps, all.Polarity+m.Polarity, all.Intents+m.Intents, all.Hold+m.Hold
			}
			out = append(out, m)
		}
		out = append(out, all)
	}
	return out, nil
}

func wrapped(forms []string, text string) []string {
	out := make([]string, len(forms))
	for i, f := range forms {
		out[i] = strings.Replace(f, "$", text, 1)
	}
	return out
}

// swaps are the families of one group.
type swaps struct {
	group    string
	families [][]string
}

func at(groups *[]swaps, name string) *swaps {
	i := slices.IndexFunc(*groups, func(g swaps) bool { return g.group == name })
	if i < 0 {
		i = len(*groups)
		*groups = append(*groups, swaps{group: name})
	}
	return &(*groups)[i]
}

// readSwaps reads the file of a language; held are sentences that stand alone.
func readSwaps(lang string) (groups []swaps, held []string, err error) {
	b, err := fairnessFiles.ReadFile("fairness/" + lang + ".txt")
	if err != nil {
		return nil, nil, fmt.Errorf("open swaps: %w", err)
	}
	group := ""
	var words []string
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line[0] == '#':
		case line[0] == '[':
			group, words = strings.Trim(line, "[]"), nil
		case strings.HasPrefix(line, "= "):
			words = strings.Split(line[2:], " | ")
		case group == "held":
			held = append(held, line)
		case strings.Contains(line, "||"):
			g := at(&groups, group)
			g.families = append(g.families, strings.Split(line, " || "))
		case strings.Contains(line, "{}") && len(words) > 1:
			g := at(&groups, group)
			forms := make([]string, len(words))
			for i, w := range words {
				forms[i] = strings.ReplaceAll(line, "{}", w)
			}
			g.families = append(g.families, forms)
		default:
			return nil, nil, fmt.Errorf("swaps of %s: %q is no frame and no family", lang, line)
		}
	}
	return groups, held, nil
}

func (p *printer) fairness(ms []Moved, all bool) {
	p.line("\nswaps that must not move a judgement: how many did")
	p.line("  %-20s %-3s %6s %10s %10s %10s %8s", "group", "", "swaps", "polarity", "intents", "hold", "bound")
	for i := range ms {
		m := &ms[i]
		share := func(n int) string { return fmt.Sprintf("%.1f %%", 100*float64(n)/float64(max(1, m.Swaps))) }
		p.line("  %-20s %-3s %6d %10s %10s %10s %8s", m.Group, m.Language, m.Swaps, share(m.Polarity), share(m.Intents), share(m.Hold), fmt.Sprintf("%.0f %%", 100*m.Bound))
		if all {
			for _, e := range m.Examples {
				p.line("      %s", e)
			}
		}
	}
}
