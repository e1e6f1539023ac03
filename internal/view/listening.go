package view

import (
	"context"
	"database/sql"
	"slices"

	"github.com/orrery-cxm/orrery"
)

// Reasons for which a person is asked to judge a text.
const (
	ReasonRandom      = "random"      // of the sample, whatever the engine thought of it
	ReasonDisagreeing = "disagreeing" // the engine's heads, a provider or an agent see it otherwise
	ReasonUncertain   = "uncertain"   // the engine is not sure
)

// Doubt is a text that a person should judge.
type Doubt struct {
	Touch     orrery.TouchID    `json:"touch"`
	Fragment  orrery.FragmentID `json:"fragment"`
	At        orrery.Instant    `json:"at"`
	Language  string            `json:"language"`
	Engine    string            `json:"engine"`              // whose answer it is about
	Reasons   []string          `json:"reasons"`             // random, disagreeing, uncertain
	Uncertain string            `json:"uncertain,omitempty"` // the head that is least certain
	Margin    int               `json:"margin,omitempty"`    // how far it is from another answer, in thousandths
	Disagrees string            `json:"disagrees,omitempty"` // the head that is seen otherwise
	Whose     string            `json:"whose,omitempty"`     // who sees it otherwise: engine, case.dismissed, case.opened, or a provider
	Answered  orrery.Instant    `json:"answered,omitempty"`
}

// DoubtFilter says which doubts are wanted.
type DoubtFilter struct {
	Page
	Reason    string // random, disagreeing or uncertain; any when ""
	Language  string
	Fragments []orrery.FragmentID
	Answered  bool // those that were judged instead of those that wait
}

// Doubts lists texts to be judged: the random ones first, then those that disagree, then the least certain.
func (f *Follower) Doubts(ctx context.Context, by DoubtFilter) (List[Doubt], error) {
	s := &selection{from: "doubts", keys: []string{"rank", "touch"}, columns: "touch, fragment, at, language, engine, random, uncertain, margin, disagrees, whose, answered"}
	if by.Answered {
		s.and("answered <> 0")
	} else {
		s.and("answered = 0")
	}
	switch by.Reason {
	case "":
	case ReasonRandom:
		s.and("random = 1")
	case ReasonDisagreeing:
		s.and("disagrees <> ''")
	case ReasonUncertain:
		s.and("uncertain <> ''")
	default:
		return List[Doubt]{}, orrery.Invalid("listening.reason", "reason: random, disagreeing or uncertain")
	}
	is(s, "language", by.Language)
	people(s, "fragment", by.Fragments)
	type row struct {
		Doubt
		random bool
	}
	rows, err := page(ctx, f, "texts to be judged", s, by.Page, func(x *row) []any {
		return []any{id(&x.Touch), id(&x.Fragment), &x.At, &x.Language, &x.Engine, &x.random, &x.Uncertain, &x.Margin, &x.Disagrees, &x.Whose, &x.Answered}
	})
	out := List[Doubt]{Seq: rows.Seq, Items: make([]Doubt, 0, len(rows.Items)), Next: rows.Next}
	for _, x := range rows.Items {
		if x.random {
			x.Reasons = append(x.Reasons, ReasonRandom)
		}
		if x.Disagrees != "" {
			x.Reasons = append(x.Reasons, ReasonDisagreeing)
		}
		if x.Uncertain != "" {
			x.Reasons = append(x.Reasons, ReasonUncertain)
		} else {
			x.Margin = 0
		}
		out.Items = append(out.Items, x.Doubt)
	}
	return out, err
}

// DoubtCounts counts the texts to be judged: by reason, those that wait and those that were answered in 90 days.
type DoubtCounts struct {
	RandomWaiting      int `json:"random_waiting"`
	RandomAnswered     int `json:"random_answered"`
	DisagreeingWaiting int `json:"disagreeing_waiting"`
	UncertainWaiting   int `json:"uncertain_waiting"`
}

// DoubtCounts counts the texts to be judged.
func (f *Follower) DoubtCounts(ctx context.Context) (c DoubtCounts, err error) {
	_, err = f.reading(ctx, "counts of texts to be judged", func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, `SELECT coalesce(sum(random = 1 AND answered = 0), 0), coalesce(sum(random = 1 AND answered <> 0), 0),
			coalesce(sum(disagrees <> '' AND answered = 0), 0), coalesce(sum(uncertain <> '' AND answered = 0), 0) FROM doubts`).
			Scan(&c.RandomWaiting, &c.RandomAnswered, &c.DisagreeingWaiting, &c.UncertainWaiting)
	})
	return c, err
}

// Correction says where in the log the latest answer about a touch stands.
type Correction struct {
	ID    uint64 // of the fact
	Touch orrery.TouchID
	By    string
}

// Corrections lists the latest answers of people about touches, at most n of them, oldest first.
func (f *Follower) Corrections(ctx context.Context, n int) ([]Correction, error) {
	var out []Correction
	_, err := f.reading(ctx, "corrections", func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, "SELECT id, touch, by FROM corrections ORDER BY at DESC, id DESC LIMIT ?", n)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var c Correction
			if err := rows.Scan(id(&c.ID), id(&c.Touch), &c.By); err != nil {
				return err
			}
			out = append(out, c)
		}
		return rows.Err()
	})
	slices.Reverse(out)
	return out, err
}
