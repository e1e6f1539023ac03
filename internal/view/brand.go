package view

import (
	"context"
	"database/sql"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/radar"
)

// AlertFilter says which alerts are wanted.
type AlertFilter struct {
	Page
	ID     orrery.AlertID
	Market *string
	Past   bool // those that ended too
}

const alertColumns = "id, market, aspect, about, severity, began, raised, window, people, usual, odds, counted, peak_at, peak, ended, ending"

func intoAlert(x *orrery.Alert) []any {
	return []any{id(&x.ID), &x.Market, &x.Aspect, &x.About, &x.Severity, &x.Began, &x.Raised, &x.Window, &x.People, &x.Usual, &x.Odds, &x.Counted,
		&x.PeakAt, &x.Peak, &x.Ended, &x.End}
}

// Alerts lists alerts, the last raised first; only those that last unless the past is asked for.
func (f *Follower) Alerts(ctx context.Context, by AlertFilter) (List[orrery.Alert], error) {
	s := &selection{from: "alerts", keys: []string{"id"}, columns: alertColumns}
	is(s, "id", num(by.ID))
	if by.Market != nil {
		s.and("market = ?", *by.Market)
	}
	if !by.Past && by.ID == 0 {
		s.and("ended = 0")
	}
	list, err := page(ctx, f, "alerts", s, by.Page, intoAlert)
	if err != nil {
		return list, err
	}
	return list, f.withExamples(ctx, len(list.Items), func(i int) (uint64, *[]orrery.Example) { return uint64(list.Items[i].ID), &list.Items[i].Examples })
}

// TopicFilter says which topics are wanted.
type TopicFilter struct {
	Page
	Language string
	Since    orrery.Instant
	Until    orrery.Instant
}

const topicColumns = "id, term, also, language, at, people, of_all, usual, score"

func intoTopic(x *orrery.Topic) []any {
	return []any{id(&x.ID), &x.Term, lines(&x.Also), &x.Language, &x.At, &x.People, &x.Of, &x.Usual, &x.Score}
}

// Topics lists topics, the last that emerged first.
func (f *Follower) Topics(ctx context.Context, by TopicFilter) (List[orrery.Topic], error) {
	s := &selection{from: "topics", keys: []string{"id"}, columns: topicColumns}
	is(s, "language", by.Language)
	between(s, "at", by.Since, by.Until)
	list, err := page(ctx, f, "topics", s, by.Page, intoTopic)
	if err != nil {
		return list, err
	}
	return list, f.withExamples(ctx, len(list.Items), func(i int) (uint64, *[]orrery.Example) { return uint64(list.Items[i].ID), &list.Items[i].Examples })
}

// withExamples adds the examples to n things.
func (f *Follower) withExamples(ctx context.Context, n int, of func(i int) (uint64, *[]orrery.Example)) error {
	_, err := f.reading(ctx, "examples", func(tx *sql.Tx) error {
		for i := range n {
			id, into := of(i)
			if err := readExamples(ctx, tx, id, into); err != nil {
				return err
			}
		}
		return nil
	})
	return err
}

func readExamples(ctx context.Context, tx *sql.Tx, of uint64, into *[]orrery.Example) error {
	rows, err := tx.QueryContext(ctx, "SELECT touch, fragment FROM examples WHERE of_id = ? ORDER BY place", num(of))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var e orrery.Example
		if err := rows.Scan(id(&e.Touch), id(&e.Fragment)); err != nil {
			return err
		}
		*into = append(*into, e)
	}
	return rows.Err()
}

// daysBefore is with how many days before it a day is compared.
const daysBefore = 28

// Radar is the page of a day, whose beginning is given (UTC).
func (f *Follower) Radar(ctx context.Context, begin orrery.Instant) (*radar.Page, error) {
	p := &radar.Page{Day: begin}
	seq, err := f.reading(ctx, "the day", func(tx *sql.Tx) error {
		days, err := heardIn(ctx, tx, dayOf(begin)-daysBefore, dayOf(begin))
		if err != nil {
			return err
		}
		p.Fill(dayOf(begin), days)
		if p.Alerts, err = gather(ctx, tx, intoAlert, "SELECT "+alertColumns+" FROM alerts WHERE raised < ? AND (ended = 0 OR ended >= ?) ORDER BY id LIMIT 200",
			begin.Add(orrery.Day), begin); err != nil {
			return err
		}
		if p.Topics, err = gather(ctx, tx, intoTopic, "SELECT "+topicColumns+" FROM topics WHERE at >= ? AND at < ? ORDER BY score DESC, id LIMIT 200",
			begin, begin.Add(orrery.Day)); err != nil {
			return err
		}
		p.Missed, err = gather(ctx, tx, func(c *radar.Count) []any { return []any{&c.Name, &c.N} },
			"SELECT signal, count(*) FROM signals WHERE state = 1 AND acted_at >= ? AND acted_at < ? GROUP BY signal ORDER BY 2 DESC, 1", begin, begin.Add(orrery.Day))
		return err
	})
	p.Seq = seq
	return p, err
}

// heardIn reads what was heard from one day to another, both included.
func heardIn(ctx context.Context, tx *sql.Tx, from, to int64) ([]radar.DayCount, error) {
	return gather(ctx, tx, func(d *radar.DayCount) []any { return []any{&d.Day, &d.Market, &d.What, &d.N} },
		"SELECT day, market, what, n FROM heard_days WHERE day >= ? AND day <= ? AND n > 0 ORDER BY market, what, day", from, to)
}

// gather reads all rows of a query inside a snapshot.
func gather[T any](ctx context.Context, tx *sql.Tx, into func(*T) []any, text string, args ...any) ([]T, error) {
	rows, err := tx.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := []T{}
	for rows.Next() {
		var x T
		if err := rows.Scan(into(&x)...); err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, rows.Err()
}
