package view

import (
	"context"

	"github.com/orrery-cxm/orrery"
)

// Requested is the outcome of what was asked of a destination and not answered yet, as the ledger shows it.
const Requested orrery.Outcome = 0

// Entry is one thing asked of a destination: a message, one version of one membership, or a notice. It was only
// requested until the destination has accepted it.
type Entry struct {
	ID           uint64                 `json:"id"` // of this line
	Kind         orrery.EffectKind      `json:"kind"`
	Fragment     orrery.FragmentID      `json:"fragment"`
	Destination  orrery.DestinationName `json:"destination"`
	List         orrery.AudienceName    `json:"list,omitempty"` // pushes: the list's code
	Type         string                 `json:"type"`           // audience.remove, message.send, case.opened
	Push         orrery.PushKind        `json:"push,omitempty"`
	Version      uint64                 `json:"version,omitempty"`
	Effect       orrery.EffectID        `json:"effect,omitempty"`
	Intent       orrery.IntentID        `json:"intent,omitempty"`
	Reason       string                 `json:"reason,omitempty"`
	Cause        string                 `json:"cause,omitempty"` // id of the hold, case, consent or rule
	RequestedAt  orrery.Instant         `json:"requested_at"`
	ReleasedAt   orrery.Instant         `json:"released_at,omitempty"` // the last attempt began
	AcceptedAt   orrery.Instant         `json:"accepted_at,omitempty"`
	FailedAt     orrery.Instant         `json:"failed_at,omitempty"` // the last attempt ended without success
	Outcome      orrery.Outcome         `json:"outcome"`             // Requested before the first answer
	Detail       string                 `json:"detail,omitempty"`
	Attempts     int                    `json:"attempts,omitempty"`
	NotBefore    orrery.Instant         `json:"not_before,omitempty"`
	Overtaken    bool                   `json:"overtaken,omitempty"`
	SupersededAt orrery.Instant         `json:"superseded_at,omitempty"` // something later took its place before it had ended
}

// LedgerFilter says which entries are wanted.
type LedgerFilter struct {
	Page
	Fragments   []orrery.FragmentID
	Destination orrery.DestinationName
	List        orrery.AudienceName
	Kinds       []orrery.EffectKind
	Outcomes    []orrery.Outcome // Requested for those without an answer
	Intent      orrery.IntentID
	Since       orrery.Instant // requested at or after
	Until       orrery.Instant // requested before
	Waiting     bool           // only what still waits for its destination
}

// Ledger lists what was asked of destinations and what they said, the last requested first.
func (f *Follower) Ledger(ctx context.Context, by LedgerFilter) (List[Entry], error) {
	s := &selection{from: "ledger"}
	people(s, "fragment", by.Fragments)
	is(s, "destination", string(by.Destination))
	is(s, "list", string(by.List))
	among(s, "kind", by.Kinds)
	among(s, "outcome", by.Outcomes)
	if by.Intent != 0 {
		s.and("intent <> 0 AND intent = ?", num(by.Intent)) // said twice, for the index
	}
	between(s, "requested_at", by.Since, by.Until)
	if by.Waiting {
		s.from = "ledger INDEXED BY ledger_waiting" // few of many
		s.and("live = 1")
	}
	return f.entries(ctx, "the ledger", s, by.Page)
}

// DeadLetterFilter says which dead letters are wanted.
type DeadLetterFilter struct {
	Page
	Fragments   []orrery.FragmentID
	Destination orrery.DestinationName
}

// DeadLetters lists what was tried as often as allowed and waits for somebody to send it again.
func (f *Follower) DeadLetters(ctx context.Context, by DeadLetterFilter) (List[Entry], error) {
	s := &selection{from: "ledger"}
	s.and("live = 2")
	people(s, "fragment", by.Fragments)
	is(s, "destination", string(by.Destination))
	return f.entries(ctx, "dead letters", s, by.Page)
}

func (f *Follower) entries(ctx context.Context, what string, s *selection, p Page) (List[Entry], error) {
	s.keys = []string{"id"}
	s.columns = "id, kind, fragment, destination, list, type, push, version, effect, intent, reason, cause, requested_at, released_at, accepted_at, " +
		"failed_at, outcome, detail, attempts, not_before, overtaken, superseded_at"
	return page(ctx, f, what, s, p, func(e *Entry) []any {
		return []any{id(&e.ID), &e.Kind, id(&e.Fragment), &e.Destination, &e.List, &e.Type, &e.Push, id(&e.Version), id(&e.Effect), id(&e.Intent),
			&e.Reason, &e.Cause, &e.RequestedAt, &e.ReleasedAt, &e.AcceptedAt, &e.FailedAt, &e.Outcome, &e.Detail, &e.Attempts, &e.NotBefore,
			&e.Overtaken, &e.SupersededAt}
	})
}

// Destination is how one outlet is doing.
type Destination struct {
	Name         orrery.DestinationName `json:"name"`
	Waiting      int64                  `json:"waiting"`
	Oldest       orrery.Instant         `json:"oldest_requested,omitempty"` // of what waits
	Dead         int64                  `json:"dead"`
	LastAccepted orrery.Instant         `json:"last_accepted,omitempty"`
	Failing      int64                  `json:"failing"` // things whose last attempt failed within the hour before now
}

// Destinations lists the outlets that anything was ever asked of, by name. now is the present moment.
func (f *Follower) Destinations(ctx context.Context, now orrery.Instant) (List[Destination], error) {
	s := &selection{from: `(WITH RECURSIVE d (name) AS (SELECT min(destination) FROM ledger
		UNION ALL SELECT (SELECT min(destination) FROM ledger WHERE destination > d.name) FROM d WHERE d.name IS NOT NULL)
		SELECT name FROM d WHERE name IS NOT NULL) ORDER BY name`,
		columns: `name, (SELECT count(*) FROM ledger WHERE live = 1 AND destination = name),
		(SELECT coalesce(min(requested_at), 0) FROM ledger WHERE live = 1 AND destination = name),
		(SELECT count(*) FROM ledger WHERE live = 2 AND destination = name),
		(SELECT coalesce(max(accepted_at), 0) FROM ledger WHERE accepted_at <> 0 AND destination = name),
		(SELECT count(*) FROM ledger WHERE failed_at <> 0 AND failed_at > ? AND destination = name)`}
	s.args = []any{now.Add(-orrery.Hour)}
	return all(ctx, f, "destinations", s, func(d *Destination) []any {
		return []any{&d.Name, &d.Waiting, &d.Oldest, &d.Dead, &d.LastAccepted, &d.Failing}
	})
}
