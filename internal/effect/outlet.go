package effect

import (
	"context"
	"time"

	"github.com/orrery-cxm/orrery"
)

// Outlet is one destination's protocol. Calls may run side by side.
type Outlet interface {
	// Push sets memberships of one list and returns a result for each change, in order. Changes whose results are
	// missing are tried again.
	Push(ctx context.Context, list string, changes []Change) []Result
	// Deliver hands over one message or notice.
	Deliver(ctx context.Context, m Message) Result
	// Backoff is how long to wait after so many attempts; false when there have been enough.
	Backoff(attempts int, key uint64) (orrery.Span, bool)
	// Batch is how many changes one Push takes at most.
	Batch() int
	// Gather is how long to wait after a delivery for more to come together; 0 for an outlet that takes each as it comes.
	Gather() time.Duration
	Close() error
}

// Change is a membership as it is desired now.
type Change struct {
	Op      orrery.PushKind
	Version uint64
	Person  orrery.PersonID
	Key     string // the person's key at this destination: stable, names nobody
	Who     Who
}

// Who is what an outlet may need to say who is meant. Outlets hash what may not be shown.
type Who struct {
	Identifiers []orrery.Identifier
	Traits      map[string]string // plain text values of the traits that audiences are matched by
}

// Message is one thing to deliver.
type Message struct {
	ID      string // idempotency key, the same over all attempts
	Type    string
	Time    orrery.Instant
	Data    []byte // one JSON value
	Attempt int
}

// Result is what is known after an attempt.
type Result struct {
	Outcome    orrery.Outcome
	Detail     string
	RetryAfter orrery.Span
}
