package view

import (
	"context"
	"strconv"
	"strings"

	"github.com/orrery-cxm/orrery"
)

// CaseFilter says which cases are wanted; what is left out does not narrow.
type CaseFilter struct {
	Page
	Status       []orrery.CaseStatus
	Severity     []orrery.Severity
	Fragments    []orrery.FragmentID // reported by, or about, any of these
	Product      string
	Title        string // a part of the title, in any case
	Escalated    *bool
	OpenedSince  orrery.Instant
	OpenedUntil  orrery.Instant
	ChangedSince orrery.Instant
	ChangedUntil orrery.Instant
}

// Cases lists cases, the last opened first. Reporter is 0 where only the other person remains after an erasure.
func (f *Follower) Cases(ctx context.Context, by CaseFilter) (List[orrery.Case], error) {
	s := &selection{from: "cases", keys: []string{"id"}, columns: "id, reporter, affected, touch, status, severity, product, order_id, channel, title, " +
		"verified, opened_at, changed_at, asked, escalated, theme"}
	among(s, "status", by.Status)
	among(s, "severity", by.Severity)
	if len(by.Fragments) > 0 {
		who := numbers(by.Fragments[:min(len(by.Fragments), maxFragments)])
		ends := &selection{}
		among(ends, "reporter", who)
		among(ends, "affected", who)
		s.and("id IN (SELECT id FROM cases WHERE "+ends.where[0]+" UNION SELECT id FROM cases WHERE affected <> 0 AND "+ends.where[1]+")", ends.args...)
	}
	is(s, "product", by.Product)
	if by.Title != "" {
		s.and("instr(folded, ?) > 0", strings.ToLower(by.Title))
	}
	either(s, "escalated", by.Escalated)
	between(s, "opened_at", by.OpenedSince, by.OpenedUntil)
	between(s, "changed_at", by.ChangedSince, by.ChangedUntil)
	return page(ctx, f, "cases", s, by.Page, func(c *orrery.Case) []any {
		return []any{id(&c.ID), id(&c.Reporter), id(&c.Affected), id(&c.Touch), &c.Status, &c.Severity, &c.Product, &c.Order, &c.Channel, &c.Title,
			&c.Verified, &c.OpenedAt, &c.ChangedAt, &c.Asked, &c.Escalated, &c.Theme}
	})
}

// CaseCounts counts the cases of each status.
func (f *Follower) CaseCounts(ctx context.Context) (Counts, error) {
	return f.counts(ctx, "cases", func(key string) string {
		n, _ := strconv.Atoi(key) // written by a trigger from a number
		return orrery.CaseStatus(n).String()
	})
}

// Review is something that a person should look at.
type Review struct {
	ID       orrery.ReviewID   `json:"id"`
	Fragment orrery.FragmentID `json:"fragment"`
	Touch    orrery.TouchID    `json:"touch,omitempty"`
	About    string            `json:"about"` // life.bereavement, complaint, escalation, apology_bounced
	Life     orrery.LifeID     `json:"life,omitempty"`
	Case     orrery.CaseID     `json:"case,omitempty"`
	OpenedAt orrery.Instant    `json:"opened_at"`
	ClosedAt orrery.Instant    `json:"closed_at,omitempty"` // 0 while open
	Answer   string            `json:"answer,omitempty"`    // yes, no, expired
	By       string            `json:"by,omitempty"`
}

// ReviewFilter says which reviews are wanted.
type ReviewFilter struct {
	Page
	About     string
	Fragments []orrery.FragmentID
	Closed    bool // the closed ones instead of the open ones
}

// Reviews lists what a person should look at, the last opened first.
func (f *Follower) Reviews(ctx context.Context, by ReviewFilter) (List[Review], error) {
	s := &selection{from: "reviews", keys: []string{"id"}, columns: "id, fragment, touch, about, life, case_id, opened_at, closed_at, answer, by"}
	if by.Closed {
		s.and("closed_at <> 0")
	} else {
		s.and("closed_at = 0")
	}
	is(s, "about", by.About)
	people(s, "fragment", by.Fragments)
	return page(ctx, f, "reviews", s, by.Page, func(r *Review) []any {
		return []any{id(&r.ID), id(&r.Fragment), id(&r.Touch), &r.About, id(&r.Life), id(&r.Case), &r.OpenedAt, &r.ClosedAt, &r.Answer, &r.By}
	})
}
