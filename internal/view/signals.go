package view

import (
	"context"
	"strconv"
	"strings"

	"github.com/orrery-cxm/orrery"
)

// States of a signal as they are stored.
const (
	signalWaiting = iota
	signalMissed
	signalActed
)

// Signal is something understood that somebody should act on.
type Signal struct {
	Fragment orrery.FragmentID `json:"fragment"`
	Touch    orrery.TouchID    `json:"touch"`
	Signal   string            `json:"signal"`
	RaisedAt orrery.Instant    `json:"raised_at"`
	Due      orrery.Instant    `json:"due,omitempty"`
	State    string            `json:"state"` // waiting, missed, acted
	ActedAt  orrery.Instant    `json:"acted_at,omitempty"`
	By       string            `json:"by,omitempty"` // id of the case, review or intent that acted
}

// SignalFilter says which signals are wanted.
type SignalFilter struct {
	Page
	Signal    string
	Fragments []orrery.FragmentID
	Acted     bool // those acted upon instead of those that were not
}

// Signals lists signals that nobody acted on: the missed ones first, then those that wait, newest first in each.
func (f *Follower) Signals(ctx context.Context, by SignalFilter) (List[Signal], error) {
	s := &selection{from: "signals", keys: []string{"state", "id"}, columns: "fragment, touch, signal, raised, due, " +
		"CASE state WHEN 0 THEN 'waiting' WHEN 1 THEN 'missed' ELSE 'acted' END, acted_at, by"}
	if by.Acted {
		s.and("state = 2")
	} else {
		s.and("state < 2")
	}
	is(s, "signal", by.Signal)
	people(s, "fragment", by.Fragments)
	return page(ctx, f, "signals", s, by.Page, func(x *Signal) []any {
		return []any{id(&x.Fragment), id(&x.Touch), &x.Signal, &x.RaisedAt, &x.Due, &x.State, &x.ActedAt, &x.By}
	})
}

// SignalCount is how many signals of one name are in each state.
type SignalCount struct {
	Signal  string `json:"signal"`
	Waiting int64  `json:"waiting"`
	Missed  int64  `json:"missed"`
	Acted   int64  `json:"acted"`
}

// SignalCounts counts the signals of each name.
func (f *Follower) SignalCounts(ctx context.Context) (List[SignalCount], error) {
	got, err := f.counts(ctx, "signals", func(key string) string { return key })
	if err != nil {
		return List[SignalCount]{}, err
	}
	out := List[SignalCount]{Seq: got.Seq, Items: []SignalCount{}}
	at := map[string]int{}
	for _, c := range got.Counts {
		state, name, _ := strings.Cut(c.Name, " ")
		i, ok := at[name]
		if !ok {
			i = len(out.Items)
			at[name] = i
			out.Items = append(out.Items, SignalCount{Signal: name})
		}
		switch n, _ := strconv.Atoi(state); n { // written by a trigger from a number
		case signalWaiting:
			out.Items[i].Waiting = c.N
		case signalMissed:
			out.Items[i].Missed = c.N
		case signalActed:
			out.Items[i].Acted = c.N
		}
	}
	return out, nil
}

// Conflict is two outbound things to one person that repeat or contradict each other.
type Conflict struct {
	Fragment    orrery.FragmentID `json:"fragment"`
	Theme       string            `json:"theme"`
	First       string            `json:"first"`  // id of the earlier touch or intent
	Second      string            `json:"second"` // id of the later one
	Contradicts bool              `json:"contradicts"`
	Teams       []string          `json:"teams,omitempty"`
	At          orrery.Instant    `json:"at"`
}

// ConflictFilter says which conflicts are wanted.
type ConflictFilter struct {
	Page
	Fragments   []orrery.FragmentID
	Theme       string
	Contradicts *bool
	Since       orrery.Instant
	Until       orrery.Instant
}

// Conflicts lists conflicts, newest first.
func (f *Follower) Conflicts(ctx context.Context, by ConflictFilter) (List[Conflict], error) {
	s := &selection{from: "conflicts", keys: []string{"id"}, columns: "fragment, theme, first, second, contra, teams, at"}
	people(s, "fragment", by.Fragments)
	is(s, "theme", by.Theme)
	either(s, "contra", by.Contradicts)
	between(s, "at", by.Since, by.Until)
	return page(ctx, f, "conflicts", s, by.Page, func(c *Conflict) []any {
		return []any{id(&c.Fragment), &c.Theme, &c.First, &c.Second, &c.Contradicts, lines(&c.Teams), &c.At}
	})
}
