package view

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/orrery-cxm/orrery"
)

// PolicyVersion is one version of the policy, without its text.
type PolicyVersion struct {
	Version int            `json:"version"`
	At      orrery.Instant `json:"at"`
	By      orrery.Actor   `json:"by"`
	Bytes   int            `json:"bytes"`
}

// Policies lists the versions of the policy, the newest first.
func (f *Follower) Policies(ctx context.Context, p Page) (List[PolicyVersion], error) {
	s := &selection{from: "policies", keys: []string{"version"}, columns: "version, at, by, trust, length(CAST(text AS BLOB))"}
	return page(ctx, f, "policies", s, p, func(v *PolicyVersion) []any { return []any{&v.Version, &v.At, &v.By.Name, &v.By.Trust, &v.Bytes} })
}

// PolicyText is the text of one version. It fails with an *orrery.Error of kind not found when there is none.
func (f *Follower) PolicyText(ctx context.Context, version int) (string, error) {
	var text string
	_, err := f.reading(ctx, "policies", func(tx *sql.Tx) error {
		err := tx.QueryRowContext(ctx, "SELECT text FROM policies WHERE version = ?", version).Scan(&text)
		if errors.Is(err, sql.ErrNoRows) {
			return orrery.NotFound("policy.unknown", fmt.Sprintf("there is no version %d of the policy", version))
		}
		return err
	})
	return text, err
}

// Incarnation is the workspace from its making, or from a restore, on.
type Incarnation struct {
	Incarnation uint16         `json:"incarnation"`
	Seq         orrery.Seq     `json:"began_seq"`
	BeganAt     orrery.Instant `json:"began_at"`
	Restored    bool           `json:"restored,omitempty"`
	ResumedAt   orrery.Instant `json:"resumed_at,omitempty"` // after a restore: when effects were resumed by hand
}

// Incarnations lists them, the newest first.
func (f *Follower) Incarnations(ctx context.Context) (List[Incarnation], error) {
	s := &selection{from: "incarnations", keys: []string{"incarnation"}, columns: "incarnation, seq, began_at, restored, resumed_at"}
	return all(ctx, f, "incarnations", s, func(i *Incarnation) []any {
		return []any{&i.Incarnation, id(&i.Seq), &i.BeganAt, &i.Restored, &i.ResumedAt}
	})
}

// SourceState is whether a source may bridge people.
type SourceState struct {
	Source orrery.SourceName `json:"source"`
	Broken bool              `json:"broken"`
	Joins  int               `json:"joins,omitempty"`
	Since  orrery.Instant    `json:"since"`
	By     string            `json:"by,omitempty"`
}

// SourcesBroken lists the sources whose right to bridge is suspended, by name.
func (f *Follower) SourcesBroken(ctx context.Context) (List[SourceState], error) {
	s := &selection{from: "sources WHERE broken = 1 ORDER BY source", columns: "source, broken, joins, since, by"}
	return all(ctx, f, "sources", s, func(x *SourceState) []any { return []any{&x.Source, &x.Broken, &x.Joins, &x.Since, &x.By} })
}

// Link is evidence that a breaker set aside.
type Link struct {
	orrery.Evidence
	Link          orrery.LinkID  `json:"link"`
	Breaker       string         `json:"breaker"`
	QuarantinedAt orrery.Instant `json:"quarantined_at"`
	State         string         `json:"state"` // waiting, accepted, same, different, undone
	DecidedAt     orrery.Instant `json:"decided_at,omitempty"`
	By            string         `json:"by,omitempty"`
	Why           string         `json:"why,omitempty"`
}

// LinkFilter says which links are wanted.
type LinkFilter struct {
	Page
	Source    orrery.SourceName
	Fragments []orrery.FragmentID // at either end
	Decided   bool                // the decided ones instead of those that wait
}

// LinksQuarantined lists evidence that was set aside, newest first.
func (f *Follower) LinksQuarantined(ctx context.Context, by LinkFilter) (List[Link], error) {
	s := &selection{from: "links", keys: []string{"link"}, columns: "link, a, b, kind, at, source, touch, breaker, quarantined_at, state, decided_at, by, why"}
	if by.Decided {
		s.and("state <> 'waiting'")
	} else {
		s.and("state = 'waiting'")
	}
	is(s, "source", string(by.Source))
	if len(by.Fragments) > 0 {
		ends := &selection{}
		people(ends, "a", by.Fragments)
		people(ends, "b", by.Fragments)
		s.and("("+strings.Join(ends.where, " OR ")+")", ends.args...)
	}
	return page(ctx, f, "links", s, by.Page, func(l *Link) []any {
		return []any{id(&l.Link), id(&l.A), id(&l.B), &l.Evidence.Kind, &l.Evidence.At, &l.Evidence.Source, id(&l.Evidence.Touch), &l.Breaker,
			&l.QuarantinedAt, &l.State, &l.DecidedAt, &l.By, &l.Why}
	})
}

// AudienceCounts counts the members of each audience that has any.
func (f *Follower) AudienceCounts(ctx context.Context) (Counts, error) {
	return f.counts(ctx, "members", func(key string) string { return key })
}

// Member is somebody in an audience.
type Member struct {
	Fragment orrery.FragmentID   `json:"fragment"` // the person's representative
	Audience orrery.AudienceName `json:"audience"`
	Since    orrery.Instant      `json:"since"`
	Reason   string              `json:"reason,omitempty"`
}

// MemberFilter says whose membership is wanted. One of the two must be given.
type MemberFilter struct {
	Page
	Audience  orrery.AudienceName
	Fragments []orrery.FragmentID
}

// Members lists the members of an audience, or the audiences of people, the last entered first.
func (f *Follower) Members(ctx context.Context, by MemberFilter) (List[Member], error) {
	s := &selection{from: "members", keys: []string{"id"}, columns: "fragment, audience, since, reason"}
	if by.Audience == "" && len(by.Fragments) == 0 {
		return List[Member]{}, orrery.Invalid("audience", "audience: missing: say of which audience, or of whom")
	}
	is(s, "audience", string(by.Audience))
	people(s, "fragment", by.Fragments)
	return page(ctx, f, "members", s, by.Page, func(m *Member) []any { return []any{id(&m.Fragment), &m.Audience, &m.Since, &m.Reason} })
}
