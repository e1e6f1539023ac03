package app

import (
	"context"
	"fmt"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/api"
	"github.com/orrery-cxm/orrery/internal/decide"
	"github.com/orrery-cxm/orrery/internal/engine"
	"github.com/orrery-cxm/orrery/internal/identify"
	"github.com/orrery-cxm/orrery/internal/rule"
)

type explainCommand struct {
	Who      string `arg:"" help:"Who: per_..., or an identifier such as user_id:ann or email:ann@example.com."`
	Other    string `arg:"" optional:"" help:"Another identifier: why the two are one person, or not."`
	Intent   string `help:"A message: why it was sent, held, replaced or lost." placeholder:"int_..."`
	Audience string `help:"An audience: why the person is in it, or not, and since when."`
	Touch    string `help:"A touch: what it caused." placeholder:"tch_..."`
	Region   string `help:"Country of a phone number without a country code, such as DE."`
	JSON     bool   `help:"Print the structure instead of text." name:"json"`
}

type explainQuestion struct {
	Who      string `json:"who"`
	Other    string `json:"other"`
	Intent   string `json:"intent"`
	Audience string `json:"audience"`
	Touch    string `json:"touch"`
	Region   string `json:"region"`
}

// explanation is an answer in words with what it was made of.
type explanation struct {
	Lines  []string       `json:"lines"`
	Detail jsontext.Value `json:"detail"`
}

// explanationDetail is what an explanation is made of.
type explanationDetail struct {
	Chain *identify.Chain     `json:"chain,omitempty"` // of evidence between two identifiers
	Terms []rule.Term         `json:"terms,omitempty"` // of an audience's rule, as they are now
	Facts []api.TimelineEntry `json:"facts,omitempty"` // what happened, oldest first
}

var explain = operation[explainQuestion, *explanation]{name: "explain", run: func(ctx context.Context, h *House, q explainQuestion, _ progress) (*explanation, error) {
	id, err := h.API.Person(q.Who, q.Region)
	if err != nil {
		return nil, err
	}
	if _, err := h.Engine.Person(ctx, id, 0); err != nil {
		return nil, unknownPerson(q.Who, err)
	}
	x := &explaining{house: h, id: id}
	switch {
	case q.Other != "":
		err = x.identity(ctx, q)
	case q.Audience != "":
		err = x.audience(ctx, orrery.AudienceName(q.Audience))
	case q.Intent != "":
		var intent orrery.IntentID
		if err = intent.UnmarshalText([]byte(q.Intent)); err == nil {
			err = x.facts("message "+q.Intent, func(f engine.Fact) bool { return intentOf(f.Fact) == intent })
		}
	case q.Touch != "":
		var touch orrery.TouchID
		if err = touch.UnmarshalText([]byte(q.Touch)); err == nil {
			err = x.facts("touch "+q.Touch, func(f engine.Fact) bool { return touchOf(f) == touch })
		}
	default:
		err = orrery.Invalid("explain.what", "say what to explain: another identifier, or --intent, --audience or --touch")
	}
	if err != nil {
		return nil, err
	}
	detail, err := json.Marshal(&x.detail, json.Deterministic(true))
	return &explanation{Lines: x.lines, Detail: detail}, err
}}

// explaining gathers one explanation.
type explaining struct {
	house  *House
	id     orrery.FragmentID
	lines  []string
	detail explanationDetail
}

func (x *explaining) say(format string, args ...any) {
	x.lines = append(x.lines, fmt.Sprintf(format, args...))
}

func (x *explaining) identity(ctx context.Context, q explainQuestion) error {
	other, err := x.house.API.Person(q.Other, q.Region)
	if err != nil {
		return err
	}
	if _, err := x.house.Engine.Person(ctx, other, 0); err != nil {
		return unknownPerson(q.Other, err)
	}
	chain, err := x.house.Engine.ExplainIdentity(ctx, x.id, other)
	if err != nil {
		return err
	}
	x.detail.Chain = &chain
	if chain.Same {
		x.say("%s and %s are one person", q.Who, q.Other)
	} else {
		x.say("%s and %s are two people", q.Who, q.Other)
	}
	for _, s := range chain.Steps {
		x.say("%s and %s: %s, seen %s by %s in %s (%s)", s.From, s.To, s.Kind, s.At, s.Source, s.Touch, s.Link)
	}
	for _, o := range chain.Obstacles {
		x.say("%s", join("what stands between them:", o.Why, o.Namespace, o.Link))
	}
	return nil
}

func (x *explaining) audience(ctx context.Context, name orrery.AudienceName) error {
	p, err := x.house.Engine.Person(ctx, x.id, 0)
	if err != nil {
		return err
	}
	known := slices.ContainsFunc(x.house.Engine.Policy().AudienceList(), func(a decide.Audience) bool { return a.Name == name })
	if !known {
		return orrery.NotFound("audience.unknown", fmt.Sprintf("the policy has no audience %q", name))
	}
	x.say("not in %s", name)
	for _, m := range p.Audiences {
		if m.Audience == name {
			x.lines[0] = fmt.Sprintf("in %s since %s", name, m.Since)
		}
	}
	terms, err := x.house.Engine.ExplainAudience(ctx, x.id, name)
	if err != nil && orrery.KindOf(err) != orrery.KindNotFound { // an exclusion audience has no rule
		return err
	}
	x.detail.Terms = terms
	for _, t := range terms {
		answer := "no"
		if t.Held {
			answer = "yes"
		}
		x.say("%s: %s (found %s)", t.Text, answer, t.Value)
	}
	return x.facts("", func(f engine.Fact) bool {
		switch f := f.Fact.(type) {
		case *orrery.AudienceChanged:
			return f.Audience == name
		}
		return false
	})
}

// facts tells what happened, oldest first; about names what must be found, "" when it may be nothing.
func (x *explaining) facts(about string, wanted func(engine.Fact) bool) error {
	for from := (engine.Cursor{}); ; {
		entries, more, err := x.house.Engine.Timeline(x.id, from, maxTimelinePage)
		if err != nil {
			return err
		}
		var lines []string
		for _, e := range entries {
			if wanted(e) {
				x.detail.Facts = append(x.detail.Facts, api.EntryOf(e))
				lines = append(lines, join(e.At.Time, engine.FactName(e.Fact), sayFact(e.Fact)))
			}
		}
		x.lines = append(x.lines, lines...)
		if more == (engine.Cursor{}) {
			break
		}
		from = more
	}
	if len(x.detail.Facts) == 0 && about != "" {
		return orrery.NotFound("explain.unknown", "nothing in this person's timeline is about "+about)
	}
	slices.Reverse(x.detail.Facts)
	slices.Reverse(x.lines[len(x.lines)-len(x.detail.Facts):])
	return nil
}

func intentOf(f orrery.Fact) orrery.IntentID {
	switch f := f.(type) {
	case *orrery.IntentOffered:
		return f.Intent.ID
	case *orrery.IntentChanged:
		return f.Intent
	case *orrery.EffectRequested:
		return f.Effect.Intent
	case *orrery.EffectReleased:
		return f.Intent
	case *orrery.EffectAnswered:
		return f.Intent
	case *orrery.ApologyPaid:
		return f.Intent
	}
	return 0
}

func touchOf(e engine.Fact) orrery.TouchID {
	switch f := e.Fact.(type) {
	case *orrery.TouchRecorded:
		return orrery.TouchID(e.At.ID())
	case *orrery.SignalsRevised:
		return f.Touch
	case *orrery.ConsentChanged:
		return f.Touch
	case *orrery.CaseOpened:
		return f.Case.Touch
	case *orrery.CaseChanged:
		return f.Case.Touch
	case *orrery.HoldPlaced:
		return f.Hold.Touch
	case *orrery.HoldChanged:
		return f.Hold.Touch
	case *orrery.LifeNoted:
		return f.Event.Touch
	case *orrery.LifeChanged:
		return f.Event.Touch
	case *orrery.SignalRaised:
		return f.Touch
	case *orrery.SignalActed:
		return f.Touch
	case *orrery.ReviewOpened:
		return f.Touch
	case *orrery.EvidenceAccepted:
		return f.Touch
	case *orrery.FragmentAssigned:
		return f.Cause
	}
	return 0
}

func (c *explainCommand) Run(r *runner) error {
	x, err := ask(r, explain, explainQuestion{Who: c.Who, Other: c.Other, Intent: c.Intent, Audience: c.Audience, Touch: c.Touch, Region: c.Region})
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(r.out, x.Detail)
	}
	for _, line := range x.Lines {
		fmt.Fprintln(r.out, line)
	}
	return nil
}
