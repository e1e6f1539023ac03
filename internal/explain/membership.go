package explain

import (
	"context"
	"fmt"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/act"
	"github.com/orrery-cxm/orrery/internal/decide"
	"github.com/orrery-cxm/orrery/internal/engine"
	"github.com/orrery-cxm/orrery/internal/rule"
)

// Membership says why a person is in an audience or not: condition by condition, what the gate says where the audience is
// for advertising, when they entered and left, and what each destination was asked and answered.
func Membership(ctx context.Context, w Source, person orrery.FragmentID, name orrery.AudienceName) (*Answer, error) {
	audience := audienceOf(w.Policy(), name)
	if audience == nil {
		return nil, orrery.NotFound("audience.unknown", fmt.Sprintf("there is no audience %q", name))
	}
	s, err := newScene(ctx, w, person)
	if err != nil {
		return nil, err
	}
	a := &Answer{Question: "membership", Subject: s.person.ID.String(), Verdict: "out", Args: args{"audience": string(name)}, Seq: s.person.Seq}
	for _, m := range s.person.Audiences {
		if m.Audience == name {
			a.Verdict = "in"
		}
	}
	if audience.Rule != "" {
		terms, err := w.ExplainAudience(ctx, person, name)
		if err != nil {
			return nil, fmt.Errorf("reading the rule of %s: %w", name, err)
		}
		for i := range terms {
			a.Lines = append(a.Lines, ofTerm(&terms[i]))
		}
	}
	if audience.Advertising || audience.Excludes {
		lines, err := s.asked("line.advertising", orrery.Advertisement, "ads")
		if err != nil {
			return nil, err
		}
		a.Lines = append(a.Lines, lines...)
	}
	lists := listsOf(w.Policy(), name)
	for i := range s.person.Pushes {
		if p := &s.person.Pushes[i]; lists[listKey{p.Destination, p.List}] {
			a.Lines = append(a.Lines, ofPush(p))
		}
	}
	entries, dropped, err := s.history(0, maxLines, func(e engine.Fact) bool {
		switch f := e.Fact.(type) {
		case *orrery.AudienceChanged:
			return f.Audience == name
		case *orrery.PushRequested:
			return lists[listKey{f.Destination, f.Audience}]
		case *orrery.PushAnswered:
			return lists[listKey{f.Destination, f.Audience}]
		}
		return false
	})
	if err != nil {
		return nil, fmt.Errorf("reading the timeline of %s: %w", s.person.ID, err)
	}
	if dropped > 0 {
		a.Lines = append(a.Lines, more(dropped))
	}
	for _, e := range entries {
		a.Lines = append(a.Lines, s.lineOf(e))
		if f, ok := e.Fact.(*orrery.AudienceChanged); ok && f.Evidence != "" {
			a.Lines = append(a.Lines, s.evidence([]string{f.Evidence})...)
		}
	}
	return a, nil
}

// listKey names a list at a destination.
type listKey struct {
	destination orrery.DestinationName
	list        orrery.AudienceName
}

func audienceOf(p *engine.Policy, name orrery.AudienceName) *decide.Audience {
	for i := range p.Audiences {
		if p.Audiences[i].Name == name {
			return &p.Audiences[i]
		}
	}
	return nil
}

func listsOf(p *engine.Policy, name orrery.AudienceName) map[listKey]bool {
	out := map[listKey]bool{}
	for i := range p.Lists {
		if l := &p.Lists[i]; l.Audience == name {
			out[listKey{l.Destination, orrery.AudienceName(l.Code)}] = true
		}
	}
	return out
}

func ofTerm(t *rule.Term) Line {
	l := Line{Code: "line.condition.failed", Args: args{"condition": t.Text}}
	switch {
	case t.Over:
		l.Code = "line.condition.over"
	case t.Held:
		l.Code = "line.condition.held"
	}
	args(l.Args).text("found", t.Value)
	args(l.Args).set("changes", t.Next)
	return l
}

// asked puts a question to the gate as it is now, and tells what decides it.
func (s *scene) asked(code string, c orrery.Class, ch orrery.Channel) ([]Line, error) {
	g, err := s.w.Ask(s.ctx, &orrery.Intent{Fragment: s.person.ID, Class: c, Channel: ch})
	if err != nil {
		return nil, fmt.Errorf("asking the gate: %w", err)
	}
	l := Line{Code: code, Args: args{}, Facts: g.Evidence}
	ofAnswer(l.Args, g)
	return append([]Line{l}, s.evidence(g.Evidence)...), nil
}

// standing is how a membership at a destination stands: never more than the destination said.
func standing(p *act.Push) string {
	switch {
	case p.Acked == p.Version:
		return "accepted"
	case p.Outcome != 0:
		return p.Outcome.String()
	}
	return "requested"
}

func ofPush(p *act.Push) Line {
	a := args{"destination": string(p.Destination), "list": string(p.List), "push": p.Desired.String(), "outcome": standing(p)}
	a.text("version", count(p.Version))
	a.text("reason", p.Reason)
	a.set("requested", p.RequestedAt)
	if p.Acked == p.Version {
		a.set("accepted", p.AckedAt)
	}
	a.set("next", p.NotBefore)
	l := Line{Code: "line.list", Args: a}
	if p.Cause != "" {
		l.Facts = []string{p.Cause}
	}
	return l
}
