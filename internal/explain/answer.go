package explain

import (
	"context"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/engine"
	"github.com/orrery-cxm/orrery/internal/identify"
	"github.com/orrery-cxm/orrery/internal/rule"
)

// Answer is one explanation.
type Answer struct {
	Question string            `json:"question" doc:"intent, notice, membership, push, touch, identity or person"`
	Subject  string            `json:"subject" doc:"the id that was asked about"`
	Verdict  string            `json:"verdict" doc:"the answer in one word: held, accepted, in, one ..."`
	Args     map[string]string `json:"args,omitempty" doc:"what else the first sentence names"`
	Lines    []Line            `json:"lines" doc:"what led to it, in order"`
	Seq      orrery.Seq        `json:"seq" doc:"the chunk that this answer shows"`
}

// Line is one step of an explanation: a fact of the log, or something that decided it.
type Line struct {
	At     orrery.Instant    `json:"at,omitzero"`
	Code   string            `json:"code" doc:"what happened: the name of a fact, or line.* for what decided it"`
	Args   map[string]string `json:"args,omitempty"`
	Facts  []string          `json:"facts,omitempty" doc:"ids to look closer"`
	Cursor string            `json:"cursor,omitempty" doc:"the entry in the person's timeline"`
}

// Source is what explaining reads; [engine.Workspace] is one.
type Source interface {
	Seq() orrery.Seq
	Policy() *engine.Policy
	Person(ctx context.Context, id orrery.FragmentID, after orrery.Seq) (*engine.Person, error)
	Timeline(id orrery.FragmentID, from engine.Cursor, n int) ([]engine.Fact, engine.Cursor, error)
	OfBrand(orrery.FragmentID) bool
	BrandTimeline(from engine.Cursor, n int) ([]engine.Fact, engine.Cursor, error)
	Chunk(ctx context.Context, seq orrery.Seq) ([]engine.Fact, error)
	Born(ctx context.Context, id uint64) (engine.Fact, error)
	Ask(ctx context.Context, in *orrery.Intent) (orrery.Answer, error)
	ExplainIdentity(ctx context.Context, a, b orrery.FragmentID) (identify.Chain, error)
	ExplainAudience(ctx context.Context, person orrery.FragmentID, name orrery.AudienceName) ([]rule.Term, error)
}

var _ Source = (*engine.Workspace)(nil)
