package app

import (
	"context"
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/api"
	"github.com/orrery-cxm/orrery/internal/engine"
)

type exportCommand struct {
	Ref    string `arg:"" help:"Who: per_..., or an identifier such as user_id:ann or email:ann@example.com."`
	Out    string `help:"New file to write to, readable by you only; standard output when not given." type:"path"`
	Region string `help:"Country of a phone number without a country code, such as DE."`
}

type exportQuestion struct {
	Ref    string `json:"ref"`
	Region string `json:"region"`
}

// exportFormat is the version of an export's layout.
const exportFormat = "orrery-person-1"

var exportPerson = operation[exportQuestion, jsontext.Value]{name: "export", run: func(ctx context.Context, h *House, q exportQuestion, say progress) (jsontext.Value, error) {
	out, err := h.takeout(ctx, q.Ref, q.Region)
	if err != nil {
		return nil, err
	}
	return json.Marshal(out, json.Deterministic(true), jsontext.WithIndent("  "))
}}

// takeout gathers everything that is held about a person.
func (h *House) takeout(ctx context.Context, ref, region string) (*api.Export, error) {
	id, err := h.API.Person(ref, region)
	if err != nil {
		return nil, err
	}
	p, err := h.Engine.Person(ctx, id, 0)
	if err != nil {
		return nil, unknownPerson(ref, err)
	}
	out := &api.Export{Format: exportFormat, Made: h.Engine.Clock(), Person: api.ProfileOf(p), Cases: []orrery.Case{}, Orders: []api.ExportedOrder{}, Timeline: []api.TimelineEntry{}}
	mine := map[orrery.FragmentID]bool{}
	for _, n := range p.Fragments {
		mine[n.ID] = true
	}
	for _, line := range p.Desk.Cases {
		if c, ok := ownPart(&line.Case, mine); ok {
			out.Cases = append(out.Cases, c)
		}
	}
	orders, err := h.Engine.Orders(id)
	if err != nil {
		return nil, err
	}
	for _, o := range orders {
		out.Orders = append(out.Orders, api.ExportedOrder{Source: o.Source, ID: o.ID, Status: o.Status, Minor: o.Minor, Currency: o.Currency, Quantity: o.Quantity, Placed: o.Placed})
	}
	if out.Timeline, err = wholeTimeline(h, id, mine); err != nil {
		return nil, err
	}
	return out, nil
}

// wholeTimeline reads every page.
func wholeTimeline(h *House, id orrery.FragmentID, mine map[orrery.FragmentID]bool) ([]api.TimelineEntry, error) {
	out := []api.TimelineEntry{}
	for from := (engine.Cursor{}); ; {
		entries, more, err := h.Engine.Timeline(id, from, maxTimelinePage)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if e.Fact = ownFact(e.Fact, mine, h.API.Listen.Mask); e.Fact != nil {
				out = append(out, api.EntryOf(e))
			}
		}
		if more == (engine.Cursor{}) {
			return out, nil
		}
		from = more
	}
}

// ownFact leaves out of a fact what is about somebody else; nil when nothing is left. A message that names somebody else
// keeps its words, with the personal data among them masked: they may be theirs.
func ownFact(f orrery.Fact, mine map[orrery.FragmentID]bool, mask func(string) string) orrery.Fact {
	switch f := f.(type) {
	case *orrery.TouchRecorded:
		if !mine[f.Anchor] {
			return nil
		}
		if f.Touch.Message != nil && len(f.Touch.Message.Affected) > 0 {
			c, m := *f, *f.Touch.Message
			m.Affected, m.Text, m.Subject = nil, mask(m.Text), mask(m.Subject)
			c.Touch.Message = &m
			return &c
		}
	case *orrery.CaseOpened:
		own, ok := ownPart(&f.Case, mine)
		if !ok {
			return nil
		}
		c := *f
		c.Case = own
		return &c
	case *orrery.CaseChanged:
		own, ok := ownPart(&f.Case, mine)
		if !ok {
			return nil
		}
		c := *f
		if c.Case = own; own != f.Case {
			c.Note = ""
		}
		return &c
	case *orrery.EffectRequested:
		c := *f
		c.Effect.Data = "" // a copy of a fact, for a subscriber
		return &c
	}
	return f
}

// ownPart is what a person may see of a case: whoever is affected does not see what the reporter wrote, nor who that is.
func ownPart(c *orrery.Case, mine map[orrery.FragmentID]bool) (orrery.Case, bool) {
	own := *c
	switch {
	case mine[c.Reporter]:
		if !mine[c.Affected] {
			own.Affected = 0
		}
	case mine[c.Affected]:
		own.Reporter, own.Title, own.Touch, own.Order = 0, "", 0, ""
	default:
		return own, false
	}
	return own, true
}

func (c *exportCommand) Run(r *runner) error {
	text, err := ask(r, exportPerson, exportQuestion{Ref: c.Ref, Region: c.Region})
	if err != nil {
		return err
	}
	if err := text.Indent(); err != nil {
		return fmt.Errorf("laying out the export: %w", err)
	}
	text = append(text, '\n')
	if c.Out == "" {
		_, err := r.out.Write(text)
		return err
	}
	if err := writeNew(c.Out, text); err != nil {
		return err
	}
	fmt.Fprintf(r.out, "%s holds everything that is kept about %s\n", c.Out, c.Ref)
	return nil
}
