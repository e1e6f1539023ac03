package identify

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/orrery-cxm/orrery"
)

var update = flag.Bool("update", false, "write the answers into the scenarios")

// TestScenarios plays the stories in testdata. A line is a comment (#), an answer of the graph (>), or one of
//
//	touch user_id:Tom device_id:D1 @10 [source=shop] [trust=public] [alias=anonymous_id:A] [affected=phone:+49151...]
//	persons                      everybody: who is one person
//	unlink A B | unlink-link A B | unlink-identifier A | unlink-source NAME A FROM TO | join A B | undo A B
//	release A | restore NAME | explain A B | policy GUARD N
//
// A value that ends in ! is proven. Times are milliseconds; 10s, 10m, 10d are longer.
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios in testdata: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := play(t, string(text))
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(text), got); diff != "" {
				t.Fatalf("the graph answers otherwise than %s says (-file +graph):\n%s", file, diff)
			}
		})
	}
}

func play(t *testing.T, text string) string {
	w := newWorld(DefaultPolicy())
	var out strings.Builder
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if strings.HasPrefix(line, ">") {
			continue
		}
		out.WriteString(line + "\n")
		if words := strings.Fields(line); len(words) > 0 && words[0] != "#" {
			before := len(w.facts)
			for _, answer := range w.act(t, words) {
				out.WriteString("> " + answer + "\n")
			}
			for _, f := range w.facts[before:] {
				if b, ok := f.fact.(*orrery.SourceBroken); ok {
					fmt.Fprintf(&out, "> source %s broken: %t\n", b.Source, b.Broken)
				}
			}
			w.check(t)
		}
	}
	return out.String()
}

func (w *world) act(t *testing.T, words []string) []string {
	f := func(i int) orrery.FragmentID { return frag(words[i]) }
	switch words[0] {
	case "touch":
		return w.touchLine(words[1:])
	case "persons":
		return w.persons()
	case "explain":
		return w.explainLines(f(1), f(2))
	case "policy":
		n, _ := strconv.Atoi(words[2])
		*map[string]*int{"growth_per_day": &w.p.Guards.GrowthPerDay, "suspect_joins_per_minute": &w.p.Guards.SuspectsPerMinute,
			"max_connected": &w.p.Guards.MaxConnected, "max_identifiers": &w.p.Guards.MaxIdentifiers}[words[1]] = n
		for _, id := range w.ids() { // in pieces, as the engine does after a new policy
			Resolve(w, w.p, id)
		}
		return nil
	}
	var c Command
	switch words[0] {
	case "unlink":
		c = Unlink{A: f(1), B: f(2), By: staff}
	case "unlink-link":
		c = UnlinkLink{Of: f(1), Link: w.linkBetween(words[1], words[2]), By: staff}
	case "unlink-identifier":
		c = UnlinkIdentifier{Identifier: f(1), By: staff}
	case "unlink-source":
		c = UnlinkSource{Source: orrery.SourceName(words[1]), Of: f(2), From: moment(t, words[3]), To: moment(t, words[4]), By: staff}
	case "join":
		c = Join{A: f(1), B: f(2), By: staff}
	case "undo":
		c = Undo{Of: f(1), Link: w.decisionBetween(f(1), f(2)), By: staff}
	case "release":
		c = ReleaseQuarantined{Of: f(1), By: staff}
	case "restore":
		c = RestoreSource{Source: orrery.SourceName(words[1]), By: staff}
	default:
		t.Fatalf("no such line: %s", strings.Join(words, " "))
	}
	if err := Handle(w, w.p, c); err != nil {
		return []string{"refused: " + err.Error()}
	}
	return nil
}

func (w *world) decisionBetween(a, b orrery.FragmentID) orrery.LinkID {
	n := w.Node(a)
	if d := n.denial(b); d != nil {
		return d.Link
	}
	for _, e := range n.between(b) {
		if e.Withdrawn || e.Kind == orrery.Confirmed {
			return e.Link
		}
	}
	return 0
}

func moment(t *testing.T, s string) orrery.Instant {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return orrery.Instant(n)
	}
	var d orrery.Span
	if err := d.UnmarshalText([]byte(s)); err != nil {
		t.Fatal(err)
	}
	return orrery.Instant(d)
}

// touchLine places a touch and says where it went, and how many facts that took.
func (w *world) touchLine(words []string) []string {
	touch := &orrery.Touch{Kind: orrery.Track, Source: "shop", Trust: orrery.Server}
	for _, s := range words {
		key, value, option := strings.Cut(s, "=")
		switch {
		case strings.HasPrefix(s, "@"):
			touch.At = moment(nil, s[1:])
		case option && key == "source":
			touch.Source = orrery.SourceName(value)
		case option && key == "trust":
			_ = touch.Trust.UnmarshalText([]byte(value))
		case option && key == "alias":
			touch.Kind, touch.Alias = orrery.AliasCall, []orrery.Identifier{ident(value)}
		case option && key == "affected":
			touch.Kind, touch.Message = orrery.MessageTouch, &orrery.Message{Affected: []orrery.Identifier{ident(value)}}
		default:
			touch.Identifiers = append(touch.Identifiers, ident(s))
		}
	}
	before := len(w.facts)
	pl, err := w.place(touch)
	if err != nil {
		return []string{"refused: " + err.Error()}
	}
	line := fmt.Sprintf("%s, of %s, %d facts", w.name(pl.Anchor), w.name(pl.Person), len(w.facts)-before-1)
	for _, d := range pl.Demoted {
		line += fmt.Sprintf("; without %s:%s: %s", d.Identifier.Namespace, d.Identifier.Value, d.Why)
	}
	for _, a := range pl.Affected {
		line += "; affected " + w.name(a) + ", of " + w.name(w.Node(a).Person)
	}
	return []string{line}
}

// persons lists everybody, each with their fragments from the oldest.
func (w *world) persons() []string {
	seen := map[string]string{}
	for _, id := range w.ids() {
		n := w.nodes[id]
		if n.Person != id {
			continue
		}
		var names []string
		for _, m := range Fragments(w, id) {
			name := w.name(m)
			if w.nodes[m].Shared {
				name += " (shared)"
			}
			names = append(names, name)
		}
		seen[w.name(id)] = strings.Join(names, ", ")
	}
	var out []string
	for _, k := range slices.Sorted(maps.Keys(seen)) {
		out = append(out, k+" = "+seen[k])
	}
	return out
}

func (w *world) explainLines(a, b orrery.FragmentID) []string {
	c, err := Explain(w, w.p, a, b)
	if err != nil {
		return []string{"refused: " + err.Error()}
	}
	out := []string{fmt.Sprintf("one person: %t", c.Same)}
	for _, s := range c.Steps {
		out = append(out, fmt.Sprintf("%s - %s: %s at %d by %s, touch %d", w.name(s.From), w.name(s.To), s.Kind, s.At, s.Source, s.Touch))
	}
	for _, o := range c.Obstacles {
		line := "because: " + o.Why
		for _, id := range []orrery.FragmentID{o.A, o.B} {
			if id != 0 {
				line += " " + w.name(id)
			}
		}
		if o.Limit.Count != 0 {
			line += fmt.Sprintf(" (limit %d of %s)", o.Limit.Count, o.Namespace)
		}
		out = append(out, line)
	}
	return out
}
