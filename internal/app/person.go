package app

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/api"
	"github.com/orrery-cxm/orrery/internal/engine"
	"github.com/orrery-cxm/orrery/internal/explain"
)

type personCommand struct {
	Ref    string `arg:"" help:"Who: per_..., or an identifier such as user_id:ann or email:ann@example.com."`
	Limit  int    `help:"How many timeline entries to show." default:"20"`
	Before string `help:"Show the entries before this cursor: the one printed at the end of the page before."`
	Region string `help:"Country of a phone number without a country code, such as DE."`
	JSON   bool   `help:"Print the structure instead of text." name:"json"`
	tongue
}

type personQuestion struct {
	Ref      string `json:"ref"`
	Region   string `json:"region"`
	Limit    int    `json:"limit"`
	Before   string `json:"before"`
	Language string `json:"language"`
}

// personAnswer is a person with a page of their timeline.
type personAnswer struct {
	Person   *api.Profile  `json:"person"`
	Timeline []personEntry `json:"timeline"`
	More     string        `json:"more,omitempty"` // the cursor of the next page; "" at the end
}

type personEntry struct {
	api.TimelineEntry
	Line string `json:"line"` // the entry as a person would say it
}

// maxTimelinePage bounds one page of a timeline.
const maxTimelinePage = 1000

var lookAtPerson = operation[personQuestion, *personAnswer]{name: "person", run: func(ctx context.Context, h *House, q personQuestion, _ progress) (*personAnswer, error) {
	id, err := h.API.Person(q.Ref, q.Region)
	if err != nil {
		return nil, err
	}
	p, err := h.Engine.Person(ctx, id, 0)
	if err != nil {
		return nil, unknownPerson(q.Ref, err)
	}
	from, err := parseCursor(q.Before)
	if err != nil {
		return nil, err
	}
	if q.Limit < 0 || q.Limit > maxTimelinePage {
		return nil, orrery.Invalid("person.limit", fmt.Sprintf("--limit %d: 0 to %d entries are possible; read on with --before", q.Limit, maxTimelinePage))
	}
	out := &personAnswer{Person: api.ProfileOf(p), Timeline: []personEntry{}}
	if q.Limit == 0 {
		return out, nil
	}
	entries, more, err := h.Engine.Timeline(id, from, q.Limit)
	if err != nil {
		return nil, err
	}
	lines, err := explain.Entries(ctx, h.Engine, id, entries)
	if err != nil {
		return nil, err
	}
	for i, e := range entries {
		out.Timeline = append(out.Timeline, personEntry{api.EntryOf(e), lines[i].Say(q.Language)})
	}
	out.More = showCursor(more)
	return out, nil
}}

// unknownPerson says who was looked for.
func unknownPerson(ref string, err error) error {
	if orrery.KindOf(err) == orrery.KindNotFound {
		return orrery.NotFound("person.unknown", fmt.Sprintf("nobody is known as %s", ref))
	}
	return err
}

func parseCursor(text string) (c engine.Cursor, err error) {
	if text == "" {
		return c, nil
	}
	if n, _ := fmt.Sscanf(text, "%d.%d", &c.Seq, &c.Index); n != 2 || showCursor(c) != text {
		return c, orrery.Invalid("timeline.cursor", fmt.Sprintf("--before %q is no cursor: give the one printed at the end of the page before", text))
	}
	return c, nil
}

func showCursor(c engine.Cursor) string {
	if c == (engine.Cursor{}) {
		return ""
	}
	return fmt.Sprintf("%d.%d", c.Seq, c.Index)
}

func (c *personCommand) Run(r *runner) error {
	a, err := ask(r, lookAtPerson, personQuestion{Ref: c.Ref, Region: c.Region, Limit: c.Limit, Before: c.Before, Language: c.lang()})
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(r.out, a)
	}
	printPerson(r.out, a)
	return nil
}

// printJSON writes one value for people and programs to read.
func printJSON(w io.Writer, v any) error {
	b, err := json.Marshal(v, json.Deterministic(true), jsontext.WithIndent("  "))
	if err != nil {
		return fmt.Errorf("encoding the answer: %w", err)
	}
	_, err = fmt.Fprintf(w, "%s\n", b)
	return err
}

// sheet prints headed lists in columns.
type sheet struct{ *tabwriter.Writer }

func newSheet(w io.Writer) sheet { return sheet{tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)} }

func (s sheet) head(title string, some bool) bool {
	if some {
		fmt.Fprintf(s, "\n%s\n", title)
	}
	return some
}

func (s sheet) row(cells ...any) {
	text := make([]string, len(cells))
	for i, c := range cells {
		text[i] = fmt.Sprint(c)
	}
	fmt.Fprintf(s, "  %s\n", strings.TrimRight(strings.Join(text, "\t"), "\t"))
}

// join puts what is not empty behind each other.
func join(parts ...any) string {
	var out []string
	for _, p := range parts {
		if s := fmt.Sprint(p); s != "" {
			out = append(out, s)
		}
	}
	return strings.Join(out, " ")
}

func printPerson(w io.Writer, a *personAnswer) {
	p := a.Person
	s := newSheet(w)
	fmt.Fprintf(s, "%s\tmood %s\tas of chunk %d\n", p.ID, p.State.Mood, p.Seq)
	printIdentity(s, p)
	printState(s, p)
	printOutward(s, p)
	if s.head("timeline, newest first", len(a.Timeline) > 0) {
		for _, e := range a.Timeline {
			s.row(e.At, e.Kind, e.Line)
		}
		if a.More != "" {
			s.row("older: --before " + a.More)
		}
	}
	_ = s.Flush() // standard output may have gone
}

func printIdentity(s sheet, p *api.Profile) {
	if s.head("identifiers", len(p.Identifiers) > 0) {
		for _, i := range p.Identifiers {
			proof := "not proven"
			if i.Proven {
				proof = "proven"
			}
			if i.Shared {
				proof += ", shared"
			}
			s.row(i.Namespace+":"+i.Value, proof, "since "+i.Since, "from "+i.Source, i.Fragment)
		}
	}
	if s.head("traits", len(p.Traits) > 0) {
		for _, name := range sortedKeys(p.Traits) {
			t := p.Traits[name]
			value, err := json.Marshal(t.Value, json.Deterministic(true))
			if err != nil {
				value = []byte("?")
			}
			s.row(name, string(value), t.Origin, t.At, "from "+t.Source)
		}
	}
	if s.head("consents", len(p.Consents) > 0) {
		for _, c := range p.Consents {
			s.row(c.Purpose, "on "+c.Channel, c.Answer, c.How, c.Since, c.Source)
		}
	}
	if len(p.Accounts) > 0 {
		fmt.Fprintf(s, "\naccounts\n  %s\n", strings.Join(p.Accounts, ", "))
	}
}

func printState(s sheet, p *api.Profile) {
	if s.head("open cases", len(p.State.OpenCases) > 0) {
		for _, c := range p.State.OpenCases {
			s.row(c.ID, c.Status, c.Severity, "since "+c.OpenedAt.String(), c.Product, c.Title)
		}
	}
	if s.head("holds", len(p.State.Holds) > 0) {
		for _, h := range p.State.Holds {
			until := "until it is released"
			if h.Until != 0 {
				until = "until " + h.Until.String()
			}
			s.row(h.ID, h.Kind, until, h.Reason, h.Product)
		}
	}
	if p.State.ApologyDue {
		fmt.Fprintf(s, "\nan apology is due before anything else\n")
	}
	if s.head("life events", len(p.State.Life) > 0) {
		for _, l := range p.State.Life {
			s.row(l.ID, l.Kind, certainty(l.Certainty), l.At, "from "+l.Source)
		}
	}
	if s.head("audiences", len(p.Audiences) > 0) {
		for _, x := range p.Audiences {
			s.row(x.Name, "since "+x.Since)
		}
	}
}

func certainty(c orrery.Certainty) string {
	switch c {
	case orrery.Declared:
		return "declared"
	case orrery.Verified:
		return "verified"
	}
	return "inferred"
}

func printOutward(s sheet, p *api.Profile) {
	if s.head("waiting to go out", len(p.Waiting) > 0) {
		for _, x := range p.Waiting {
			s.row(x.Intent, x.Class, x.Channel, x.Theme, x.State, x.Reason, x.Until)
		}
	}
	if s.head("lists at destinations", len(p.Lists) > 0) {
		for _, x := range p.Lists {
			s.row(x.Destination+"/"+x.List, x.Desired, x.State, "requested "+x.RequestedAt, x.Reason)
		}
	}
	if p.Orders.Count > 0 {
		fmt.Fprintf(s, "\norders\n  %d that count, %d.%02d in all, the last %s\n", p.Orders.Count, p.Orders.Minor/100, p.Orders.Minor%100, p.Orders.Last)
	}
	if s.head("counters", len(p.Events) > 0) {
		for _, e := range p.Events {
			s.row(e.Name, e.Count, "last "+e.Last)
		}
	}
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
