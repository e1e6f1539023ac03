package view

import (
	"context"

	"github.com/orrery-cxm/orrery"
)

// Names of what is counted for each day, by the facts of that day (UTC). What an erased person had a part in is taken out
// again.
const (
	CasesOpened      = "cases_opened"      // cases opened
	CasesResolved    = "cases_resolved"    // times that the brand said a case is solved
	CasesSatisfied   = "cases_satisfied"   // times that a person said they are satisfied
	OffersHeld       = "offers_held"       // messages that were held at least once, on the day of the first time
	RepeatsStopped   = "repeats_stopped"   // messages that the gate stopped since another team had just said the same
	AdvertsWithdrawn = "adverts_withdrawn" // removals asked of advertising lists because the gate said so
)

// Day is how often one thing happened on one day.
type Day struct {
	Day  orrery.Instant `json:"day"` // its beginning, UTC
	Name string         `json:"name"`
	N    int64          `json:"n"`
}

// Daily lists the numbers of the days from since to until (not included), oldest first. Days without anything are left
// out.
func (f *Follower) Daily(ctx context.Context, since, until orrery.Instant) (List[Day], error) {
	s := &selection{from: "days WHERE day >= ? AND day < ? AND n <> 0 ORDER BY day, name", columns: "day * 86400000, name, n"}
	s.args = []any{dayOf(since), dayOf(until.Add(orrery.Day - 1))}
	return all(ctx, f, "daily numbers", s, func(d *Day) []any { return []any{&d.Day, &d.Name, &d.N} })
}
