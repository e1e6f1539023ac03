package api

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/engine"
	"github.com/orrery-cxm/orrery/internal/govern"
	"github.com/orrery-cxm/orrery/internal/protect"
	"github.com/orrery-cxm/orrery/internal/rule"
)

// Profile is a person as the API shows them.
type Profile struct {
	ID          string            `json:"id" doc:"stable id; ids of people who were merged into this one lead here too"`
	Seq         uint64            `json:"seq" doc:"the chunk that this answer shows"`
	Identifiers []ProfileID       `json:"identifiers"`
	Traits      map[string]Trait  `json:"traits"`
	Consents    []ProfileConsent  `json:"consents"`
	State       ProfileState      `json:"state"`
	Audiences   []ProfileAudience `json:"audiences"`
	Orders      ProfileOrders     `json:"orders"`
	Events      []ProfileEvent    `json:"events"`
	Waiting     []ProfileWaiting  `json:"waiting,omitempty" doc:"messages that are held or on their way"`
	Lists       []ProfileList     `json:"lists,omitempty" doc:"memberships at destinations: desired and acknowledged"`
	Accounts    []string          `json:"accounts,omitempty"`
	Touches     uint64            `json:"touches"`
	FirstTouch  string            `json:"first_touch,omitempty"`
	LastTouch   string            `json:"last_touch,omitempty"`
	Locale      string            `json:"locale,omitempty"`
	Zone        string            `json:"zone,omitempty"`
}

// ProfileID is one identifier of a person.
type ProfileID struct {
	Fragment  string `json:"fragment"`
	Namespace string `json:"namespace"`
	Value     string `json:"value"`
	Proven    bool   `json:"proven"`
	Source    string `json:"source"`
	Since     string `json:"since"`
	Shared    bool   `json:"shared,omitempty"`
}

// Trait is one trait of a person.
type Trait struct {
	Value  any    `json:"value"`
	Origin string `json:"origin" doc:"zero_party: the person told us; first_party: observed or entered; import"`
	At     string `json:"at"`
	Source string `json:"source"`
}

// ProfileConsent is the consent in force for one purpose on one channel.
type ProfileConsent struct {
	Purpose  string `json:"purpose"`
	Channel  string `json:"channel"`
	Answer   string `json:"answer"`
	How      string `json:"how,omitempty"`
	Since    string `json:"since,omitempty"`
	Source   string `json:"source,omitempty"`
	Unproven bool   `json:"unproven,omitempty"`
}

// ProfileState is the experience state: what every outbound path asks.
type ProfileState struct {
	Mood       string             `json:"mood"`
	OpenCases  []orrery.Case      `json:"open_cases"`
	Holds      []orrery.Hold      `json:"holds"`
	ApologyDue bool               `json:"apology_due"`
	Life       []orrery.LifeEvent `json:"life_events"`
}

// ProfileAudience is one audience the person is in.
type ProfileAudience struct {
	Name  string `json:"name"`
	Since string `json:"since"`
}

// ProfileOrders sums up the orders that count.
type ProfileOrders struct {
	Count int64  `json:"count"`
	Minor int64  `json:"minor" doc:"sum in the minor unit of the currency"`
	Last  string `json:"last,omitempty"`
}

// ProfileEvent is how often and when the person did something.
type ProfileEvent struct {
	Name  string `json:"name"`
	Count uint64 `json:"count"`
	First string `json:"first"`
	Last  string `json:"last"`
}

// ProfileWaiting is a message that is held or on its way.
type ProfileWaiting struct {
	Intent  string `json:"intent"`
	Class   string `json:"class"`
	Channel string `json:"channel"`
	Theme   string `json:"theme,omitempty"`
	State   string `json:"state"`
	Reason  string `json:"reason,omitempty"`
	Until   string `json:"until,omitempty"`
}

// ProfileList is one membership at a destination.
type ProfileList struct {
	Destination string `json:"destination"`
	List        string `json:"list"`
	Desired     string `json:"desired"`
	State       string `json:"state" doc:"accepted, requested, unknown, retry or dead: never more than the destination said"`
	RequestedAt string `json:"requested_at"`
	AcceptedAt  string `json:"accepted_at,omitempty"`
	Reason      string `json:"reason,omitempty"`
}

// ProfileOf shapes a person for the API.
func ProfileOf(p *engine.Person) *Profile {
	m := &p.Known
	out := &Profile{ID: p.ID.String(), Seq: uint64(p.Seq), Touches: m.Touches, FirstTouch: m.First.String(), LastTouch: m.Last.String(),
		Locale: m.Locale, Zone: m.Zone, Traits: map[string]Trait{}, State: stateOf(p),
		Identifiers: []ProfileID{}, Consents: []ProfileConsent{}, Audiences: []ProfileAudience{}, Events: []ProfileEvent{}}
	for _, n := range p.Fragments {
		if n.Identifier.Namespace == orrery.SliceID {
			continue
		}
		out.Identifiers = append(out.Identifiers, ProfileID{Fragment: n.ID.String(), Namespace: string(n.Identifier.Namespace), Value: n.Identifier.Value,
			Proven: n.Identifier.Proven, Source: string(n.Source), Since: n.First.String(), Shared: n.Shared})
	}
	for _, t := range m.Traits {
		out.Traits[t.Name] = Trait{Value: jsontext.Value(t.Value), Origin: originName(t.Origin), At: t.At.String(), Source: string(t.Source)}
	}
	out.Consents = consentsOf(p.Experience)
	for _, a := range p.Audiences {
		out.Audiences = append(out.Audiences, ProfileAudience{Name: string(a.Audience), Since: a.Since.String()})
	}
	out.Orders = ProfileOrders{Count: m.Orders, Minor: m.Minor, Last: m.LastOrder.String()}
	for _, e := range m.Events {
		out.Events = append(out.Events, ProfileEvent{Name: e.Name, Count: e.Total, First: e.First.String(), Last: e.Last.String()})
	}
	for _, a := range m.Accounts {
		out.Accounts = append(out.Accounts, string(a))
	}
	out.Waiting, out.Lists = waitingOf(p), listsOf(p)
	return out
}

func stateOf(p *engine.Person) ProfileState {
	out := ProfileState{Mood: string(p.Mood), OpenCases: []orrery.Case{}, Holds: append([]orrery.Hold{}, p.Experience.Holds...), Life: []orrery.LifeEvent{}}
	for _, line := range p.Desk.Open() {
		out.OpenCases = append(out.OpenCases, line.Case)
	}
	for _, a := range p.Experience.Apologies {
		out.ApologyDue = out.ApologyDue || a.Due()
	}
	for _, l := range p.Experience.Life {
		if l.Gone == "" {
			out.Life = append(out.Life, l.LifeEvent)
		}
	}
	return out
}

func originName(o orrery.TraitOrigin) string {
	switch o {
	case orrery.ZeroParty:
		return "zero_party"
	case orrery.Imports:
		return "import"
	}
	return "first_party"
}

func consentsOf(e *protect.Experience) []ProfileConsent {
	out := []ProfileConsent{}
	for i := range e.Consents {
		c := &e.Consents[i]
		s := e.Standing(c.Purpose, c.Channel)
		out = append(out, ProfileConsent{Purpose: string(c.Purpose), Channel: string(c.Channel), Answer: s.Answer.String(), How: s.Said.How,
			Since: s.Said.Since.String(), Source: string(s.Said.Source), Unproven: s.Unproven})
	}
	return out
}

func waitingOf(p *engine.Person) []ProfileWaiting {
	var out []ProfileWaiting
	for i := range p.Waiting {
		w := &p.Waiting[i]
		state := w.State.String()
		if w.Dead {
			state = "dead"
		}
		out = append(out, ProfileWaiting{Intent: w.Intent.ID.String(), Class: string(w.Intent.Class), Channel: string(w.Intent.Channel),
			Theme: w.Intent.Theme, State: state, Reason: w.Answer.Reason, Until: w.Answer.Until.String()})
	}
	return out
}

func listsOf(p *engine.Person) []ProfileList {
	var out []ProfileList
	for i := range p.Pushes {
		x := &p.Pushes[i]
		state := "requested"
		switch {
		case x.Acked == x.Version:
			state = "accepted"
		case x.Outcome != 0:
			state = x.Outcome.String()
		}
		out = append(out, ProfileList{Destination: string(x.Destination), List: string(x.List), Desired: x.Desired.String(), State: state,
			RequestedAt: x.RequestedAt.String(), AcceptedAt: x.AckedAt.String(), Reason: x.Reason})
	}
	return out
}

// PersonRef names a person in a path. It is exported because huma reads embedded fields only of exported types.
type PersonRef struct {
	Ref   string `path:"ref" doc:"per_... or an identifier: user_id:ann, email:ann@example.com, phone:+49301234567"`
	After uint64 `query:"after" doc:"wait, at most a second, until this chunk is visible"`
}

func (s *Server) people(api huma.API) {
	operation(api, "GET", "/v1/persons/{ref}", "getPerson", govern.Read, "Read a person", func(ctx context.Context, c caller, in *PersonRef) (*struct{ Body *Profile }, error) {
		p, err := c.read(ctx, in)
		if err != nil {
			return nil, err
		}
		return &struct{ Body *Profile }{ProfileOf(p)}, nil
	})
	operation(api, "GET", "/v1/persons/{ref}/timeline", "getTimeline", govern.Read, "Read what happened with a person, newest first", timeline)
	operation(api, "GET", "/v1/persons/{ref}/audiences/{audience}", "explainAudience", govern.Read, "Why a person is in an audience, or not, condition by condition",
		func(ctx context.Context, c caller, in *struct {
			PersonRef
			Audience string `path:"audience"`
		}) (*struct{ Body []rule.Term }, error) {
			id, err := c.person(in.Ref)
			if err != nil {
				return nil, err
			}
			terms, err := c.house.Workspace.ExplainAudience(ctx, id, orrery.AudienceName(in.Audience))
			return &struct{ Body []rule.Term }{terms}, err
		})
}

// readWait is how long a read waits for the chunk it is to show.
const readWait = 1000 // milliseconds

func (c caller) read(ctx context.Context, in *PersonRef) (*engine.Person, error) {
	id, err := c.person(in.Ref)
	if err != nil {
		return nil, err
	}
	if err := c.wait(ctx, in.After); err != nil {
		return nil, err
	}
	return c.house.Workspace.Person(ctx, id, 0)
}

// TimelineEntry is one line of a timeline.
type TimelineEntry struct {
	Cursor string `json:"cursor"`
	At     string `json:"at"`
	Kind   string `json:"kind"`
	Fact   any    `json:"fact"`
}

type timelineOutput struct {
	Body struct {
		Entries []TimelineEntry `json:"entries"`
		More    string          `json:"more,omitempty" doc:"give it as before to read on; absent at the end"`
	}
}

func timeline(ctx context.Context, c caller, in *struct {
	PersonRef
	Before string `query:"before" doc:"cursor of the last entry read"`
	Limit  int    `query:"limit" default:"50" minimum:"1" maximum:"500"`
}) (*timelineOutput, error) {
	id, err := c.person(in.Ref)
	if err != nil {
		return nil, err
	}
	if err := c.wait(ctx, in.After); err != nil {
		return nil, err
	}
	from, err := parseCursor(in.Before)
	if err != nil {
		return nil, err
	}
	entries, more, err := c.house.Workspace.Timeline(id, from, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &timelineOutput{}
	out.Body.Entries = []TimelineEntry{}
	for _, e := range entries {
		out.Body.Entries = append(out.Body.Entries, EntryOf(e))
	}
	if more != (engine.Cursor{}) {
		out.Body.More = fmt.Sprintf("%d.%d", more.Seq, more.Index)
	}
	return out, nil
}

// EntryOf shapes a fact for a timeline.
func EntryOf(e engine.Fact) TimelineEntry {
	return TimelineEntry{Cursor: fmt.Sprintf("%d.%d", e.At.Seq, e.At.Index), At: e.At.Time.String(), Kind: engine.FactName(e.Fact), Fact: e.Fact}
}

func parseCursor(text string) (engine.Cursor, error) {
	if text == "" {
		return engine.Cursor{}, nil
	}
	a, b, ok := strings.Cut(text, ".")
	seq, err1 := strconv.ParseUint(a, 10, 64)
	index, err2 := strconv.ParseUint(b, 10, 32)
	if !ok || err1 != nil || err2 != nil {
		return engine.Cursor{}, orrery.Invalid("timeline.cursor", fmt.Sprintf("before: %q is no cursor: give the one of the last entry read", text))
	}
	return engine.Cursor{Seq: orrery.Seq(seq), Index: uint32(index)}, nil
}
