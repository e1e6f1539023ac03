package act

import (
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/orrery-cxm/orrery"
)

// React turns facts of the turn into wishes: memberships into pushes, questions and apologies into intents, and what
// subscribers want to know into notices.
func React(t Turn, p *Policy, f orrery.Fact, at orrery.Stamp) {
	switch f := f.(type) {
	case *orrery.AudienceChanged:
		for i := range p.Lists {
			if p.Lists[i].Audience == f.Audience {
				push(t, &p.Lists[i], f)
			}
		}
	case *orrery.CaseChanged:
		if (f.Change == "asked" || f.Change == "reminded") && p.Satisfaction.Send {
			automatic(t, p, p.Satisfaction, orrery.CaseSurvey, f.Case.Reporter, f.Case.ID)
		}
	case *orrery.ApologyDue:
		if p.Apology.Send && !f.Again {
			automatic(t, p, p.Apology, orrery.Recovery, f.Fragment, f.Case)
		}
	}
	if len(p.Subscriptions) == 0 {
		return
	}
	if f, ok := f.(*orrery.PersonErased); ok {
		farewell(t, p, f)
		return
	}
	notify(t, p, f)
}

// push says what the destination should have for this person from now on.
func push(t Turn, l *List, f *orrery.AudienceChanged) {
	kind := orrery.PushRemove
	if f.In {
		kind = orrery.PushAdd
	}
	wish(t, f.Fragment, l.Destination, orrery.AudienceName(l.Code), kind, f.Reason, f.Evidence)
}

func wish(t Turn, fragment orrery.FragmentID, d orrery.DestinationName, list orrery.AudienceName, kind orrery.PushKind, reason, cause string) {
	version := uint64(1)
	if before := t.Box(fragment).Push(d, list); before != nil {
		version = before.Version + 1
	}
	t.Emit(&orrery.PushRequested{Fragment: fragment, Destination: d, Audience: list, Push: kind, Version: version, Reason: reason, Cause: cause})
}

// Reconcile brings every wish in step with the person's memberships: lists that a new policy brought, changed or took
// away. With renew, current memberships are asked for again: the person's identifiers changed, so what a destination
// holds for them is out of date.
func Reconcile(t Turn, p *Policy, person orrery.PersonID, in func(orrery.AudienceName) bool, renew bool) {
	for _, x := range slices.Clone(t.Box(person).Pushes) { // the turn changes the box while we walk
		if x.Desired == orrery.PushAdd && !p.feeds(x.Destination, x.List, in) {
			wish(t, person, x.Destination, x.List, orrery.PushRemove, "policy", "")
		}
	}
	for i := range p.Lists {
		l := &p.Lists[i]
		if !in(l.Audience) {
			continue
		}
		x := t.Box(person).Push(l.Destination, orrery.AudienceName(l.Code))
		switch {
		case x == nil || x.Desired != orrery.PushAdd:
			wish(t, person, l.Destination, orrery.AudienceName(l.Code), orrery.PushAdd, "policy", "")
		case renew:
			wish(t, person, l.Destination, orrery.AudienceName(l.Code), orrery.PushAdd, "identifiers", "identity")
		}
	}
}

// feeds says that the policy has the list and that the person is in its audience.
func (p *Policy) feeds(d orrery.DestinationName, code orrery.AudienceName, in func(orrery.AudienceName) bool) bool {
	for i := range p.Lists {
		if l := &p.Lists[i]; l.Destination == d && orrery.AudienceName(l.Code) == code {
			return in(l.Audience)
		}
	}
	return false
}

// Repush asks again for one membership that was given up after too many attempts.
type Repush struct {
	Fragment    orrery.FragmentID
	Destination orrery.DestinationName
	List        orrery.AudienceName
}

// Handle recomputes: the value that is desired now is pushed, not the one that died.
func (r Repush) Handle(t Turn, p *Policy) error {
	x := t.Box(r.Fragment).Push(r.Destination, r.List)
	if x == nil {
		return orrery.NotFound("push.unknown", "there is no such membership")
	}
	wish(t, r.Fragment, r.Destination, r.List, x.Desired, x.Reason, x.Cause)
	return nil
}

// PushOutcome is what a destination said about one version of one membership.
type PushOutcome struct {
	Fragment    orrery.FragmentID
	Destination orrery.DestinationName
	List        orrery.AudienceName
	Push        orrery.PushKind
	Version     uint64
	Outcome     orrery.Outcome
	Detail      string
	NotBefore   orrery.Instant // of the next attempt, when there will be one
}

// Handle records it. An acknowledged version that is no longer the desired one counts too: it says what they hold.
func (o PushOutcome) Handle(t Turn, p *Policy) error {
	x := t.Box(o.Fragment).Push(o.Destination, o.List)
	if x == nil {
		return orrery.NotFound("push.unknown", "there is no such membership")
	}
	t.Emit(&orrery.PushAnswered{Fragment: o.Fragment, Destination: o.Destination, Audience: o.List, Push: o.Push,
		Version: o.Version, Outcome: o.Outcome, Detail: o.Detail, RequestedAt: x.RequestedAt, NotBefore: o.NotBefore})
	return nil
}

func automatic(t Turn, p *Policy, a Automatic, class orrery.Class, to orrery.FragmentID, c orrery.CaseID) {
	d, ok := p.route(a.Channel)
	if !ok {
		return // Validate refuses such a policy; without a route there is nobody to send it
	}
	content, err := json.Marshal(map[string]string{"text": strings.ReplaceAll(a.Content, "{case}", c.String()), "case": c.String()}, json.Deterministic(true))
	if err != nil {
		return // strings always marshal
	}
	offer(t, orrery.Intent{Fragment: to, Class: class, Channel: a.Channel, Destination: string(d), Theme: string(class),
		Case: c, Content: string(content), By: orrery.Actor{Name: "policy", Trust: orrery.Internal}})
}

// EventType is the name under which subscribers hear of a fact, "" for facts that nobody is told of.
func EventType(f orrery.Fact) string {
	switch f := f.(type) {
	case *orrery.CaseOpened:
		return "case.opened"
	case *orrery.CaseChanged:
		return "case." + strings.ReplaceAll(f.Change, " ", "_")
	case *orrery.HoldPlaced:
		return "hold.placed"
	case *orrery.HoldChanged:
		return "hold.changed"
	case *orrery.HoldReleased:
		return "hold.released"
	case *orrery.ApologyDue:
		return "apology.due"
	case *orrery.ApologyPaid:
		return "apology.paid"
	case *orrery.AudienceChanged:
		if f.In {
			return "audience.entered"
		}
		return "audience.left"
	case *orrery.ConsentChanged:
		return "consent.changed"
	case *orrery.ConflictFound:
		return "conflict.found"
	case *orrery.SignalRaised:
		return "signal.raised"
	case *orrery.ReviewOpened:
		return "review.opened"
	case *orrery.AlertRaised:
		return "alert.raised"
	case *orrery.AlertChanged:
		return "alert." + f.Change
	case *orrery.TopicEmerged:
		return "topic.emerged"
	}
	return ""
}

func notify(t Turn, p *Policy, f orrery.Fact) {
	kind := EventType(f)
	if kind == "" {
		return
	}
	fragment := subject(f)
	for i := range p.Subscriptions {
		s := &p.Subscriptions[i]
		if !wants(s.Events, kind) || !t.Hears(s.Destination) {
			continue
		}
		data, err := json.Marshal(f, json.Deterministic(true))
		if err != nil {
			return // facts always marshal; a test walks every kind
		}
		t.Emit(&orrery.EffectRequested{Effect: orrery.Effect{ID: orrery.EffectID(t.NextID()), Kind: orrery.EffectNotice,
			Destination: s.Destination, Person: fragment, Type: kind, Data: string(data), RequestedAt: t.Now()}})
	}
}

func wants(patterns []string, kind string) bool {
	for _, p := range patterns {
		if p == kind || p == "*" || (strings.HasSuffix(p, ".*") && strings.HasPrefix(kind, p[:len(p)-1])) {
			return true
		}
	}
	return false
}

func subject(f orrery.Fact) orrery.FragmentID {
	switch f := f.(type) {
	case *orrery.CaseOpened:
		return f.Case.Reporter
	case *orrery.CaseChanged:
		return f.Case.Reporter
	case *orrery.HoldPlaced:
		return f.Hold.Fragment
	case *orrery.HoldChanged:
		return f.Hold.Fragment
	case *orrery.HoldReleased:
		return f.Fragment
	case *orrery.ApologyDue:
		return f.Fragment
	case *orrery.ApologyPaid:
		return f.Fragment
	case *orrery.AudienceChanged:
		return f.Fragment
	case *orrery.ConsentChanged:
		return f.Fragment
	case *orrery.ConflictFound:
		return f.Fragment
	case *orrery.SignalRaised:
		return f.Fragment
	case *orrery.ReviewOpened:
		return f.Fragment
	case *orrery.AlertRaised:
		return f.Told
	case *orrery.AlertChanged:
		return f.Told
	case *orrery.TopicEmerged:
		return f.Told
	}
	return 0
}
