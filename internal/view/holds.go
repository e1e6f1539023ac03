package view

import (
	"context"

	"github.com/orrery-cxm/orrery"
)

// Hold is a hold with its end.
type Hold struct {
	orrery.Hold
	ReleasedAt orrery.Instant `json:"released_at,omitempty"` // 0 while it is in force
	Released   string         `json:"released,omitempty"`    // why
	ReleasedBy string         `json:"released_by,omitempty"`
}

// HoldFilter says which holds are wanted.
type HoldFilter struct {
	Page
	Kinds      []orrery.HoldKind
	Fragments  []orrery.FragmentID
	Case       orrery.CaseID
	Product    string
	Since      orrery.Instant // placed at or after
	Until      orrery.Instant // placed before
	EndsBefore orrery.Instant // that end by themselves before then
	Past       bool           // the released ones too
}

// Holds lists holds, the last placed first; only those in force unless the past is asked for.
func (f *Follower) Holds(ctx context.Context, by HoldFilter) (List[Hold], error) {
	s := &selection{from: "holds", keys: []string{"id"}, columns: "id, kind, fragment, since, until, case_id, life, product, touch, by, reason, " +
		"released_at, released, released_by"}
	if !by.Past {
		s.and("released_at = 0")
	}
	among(s, "kind", texts(by.Kinds))
	people(s, "fragment", by.Fragments)
	if by.Case != 0 {
		s.and("case_id <> 0 AND case_id = ?", num(by.Case)) // said twice, for the index
	}
	is(s, "product", by.Product)
	between(s, "since", by.Since, by.Until)
	if by.EndsBefore != 0 {
		s.and("until <> 0 AND until < ?", by.EndsBefore)
	}
	return page(ctx, f, "holds", s, by.Page, func(h *Hold) []any {
		return []any{id(&h.ID), &h.Kind, id(&h.Fragment), &h.Since, &h.Until, id(&h.Case), id(&h.Life), &h.Product, id(&h.Touch), &h.By, &h.Reason,
			&h.ReleasedAt, &h.Released, &h.ReleasedBy}
	})
}

func texts[T ~string](values []T) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = string(v)
	}
	return out
}

// HoldLine is one thing that happened to a hold.
type HoldLine struct {
	Hold     orrery.HoldID     `json:"hold"`
	Fragment orrery.FragmentID `json:"fragment"`
	What     string            `json:"what"` // placed, released, or what changed
	Kind     orrery.HoldKind   `json:"kind"` // as of then
	Until    orrery.Instant    `json:"until,omitempty"`
	Reason   string            `json:"reason,omitempty"`
	By       string            `json:"by,omitempty"`
	At       orrery.Instant    `json:"at"`
}

// HoldHistoryFilter says whose or which hold's history is wanted.
type HoldHistoryFilter struct {
	Page
	Hold      orrery.HoldID
	Fragments []orrery.FragmentID
}

// HoldHistory lists what happened to holds, newest first.
func (f *Follower) HoldHistory(ctx context.Context, by HoldHistoryFilter) (List[HoldLine], error) {
	s := &selection{from: "hold_lines", keys: []string{"id"}, columns: "hold, fragment, what, kind, until, reason, by, at"}
	is(s, "hold", num(by.Hold))
	people(s, "fragment", by.Fragments)
	return page(ctx, f, "the history of holds", s, by.Page, func(h *HoldLine) []any {
		return []any{id(&h.Hold), id(&h.Fragment), &h.What, &h.Kind, &h.Until, &h.Reason, &h.By, &h.At}
	})
}

// LifeEvent is an event in somebody's life with what became of it.
type LifeEvent struct {
	orrery.LifeEvent
	State     string         `json:"state"` // noted, confirmed, rejected, expired
	ChangedAt orrery.Instant `json:"changed_at"`
	By        string         `json:"by,omitempty"`
}

// LifeFilter says which life events are wanted.
type LifeFilter struct {
	Page
	Kinds     []orrery.LifeKind
	Certainty []orrery.Certainty
	States    []string
	Fragments []orrery.FragmentID
	Sensitive *bool
}

// Life lists life events, the last noted first.
func (f *Follower) Life(ctx context.Context, by LifeFilter) (List[LifeEvent], error) {
	s := &selection{from: "life", keys: []string{"id"}, columns: "id, kind, certainty, sensitive, who, fragment, touch, source, public, at, expires, " +
		"confidence, state, changed_at, by"}
	among(s, "kind", texts(by.Kinds))
	among(s, "certainty", by.Certainty)
	among(s, "state", by.States)
	people(s, "fragment", by.Fragments)
	either(s, "sensitive", by.Sensitive)
	return page(ctx, f, "life events", s, by.Page, func(l *LifeEvent) []any {
		return []any{id(&l.ID), &l.Kind, &l.Certainty, &l.Sensitive, &l.Who, id(&l.Fragment), id(&l.Touch), &l.Source, &l.Public, &l.At, &l.Expires,
			&l.Confidence, &l.State, &l.ChangedAt, &l.By}
	})
}

// Apology is one that is owed, or was.
type Apology struct {
	Fragment orrery.FragmentID `json:"fragment"`
	Case     orrery.CaseID     `json:"case,omitempty"`
	Since    orrery.Instant    `json:"since"`
	Again    bool              `json:"again,omitempty"`   // a message that should have paid it bounced
	PaidAt   orrery.Instant    `json:"paid_at,omitempty"` // 0 while it is due
	Intent   orrery.IntentID   `json:"intent,omitempty"`
	By       string            `json:"by,omitempty"`
}

// ApologyFilter says which apologies are wanted.
type ApologyFilter struct {
	Page
	Fragments []orrery.FragmentID
	Paid      bool // the paid ones instead of the due ones
}

// Apologies lists apologies, the last owed first.
func (f *Follower) Apologies(ctx context.Context, by ApologyFilter) (List[Apology], error) {
	s := &selection{from: "apologies", keys: []string{"id"}, columns: "fragment, case_id, since, again, paid_at, intent, by"}
	if by.Paid {
		s.and("paid_at <> 0")
	} else {
		s.and("paid_at = 0")
	}
	people(s, "fragment", by.Fragments)
	return page(ctx, f, "apologies", s, by.Page, func(a *Apology) []any {
		return []any{id(&a.Fragment), id(&a.Case), &a.Since, &a.Again, &a.PaidAt, id(&a.Intent), &a.By}
	})
}
