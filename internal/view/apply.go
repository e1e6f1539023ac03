package view

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/orrery-cxm/orrery"
)

// applier turns facts into rows inside one transaction. The first error sticks; nothing is written after it.
type applier struct {
	ctx     context.Context
	db      *database
	err     error
	waiting bool // some link waits for a decision
	traces  traces
	heard   func(context.Context, orrery.TouchID) (*orrery.TouchRecorded, error)
}

// apply writes what is gathered, and the place after it, in one transaction. It returns what an erasure must not leave
// behind in the files.
func (d *database) apply(ctx context.Context, g *gathering) (*traces, error) {
	if _, err := d.write.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return nil, fmt.Errorf("beginning a transaction: %w", err)
	}
	a := &applier{ctx: ctx, db: d, heard: g.heard}
	if len(g.facts) > 0 {
		a.waiting = a.one("SELECT EXISTS (SELECT 1 FROM links WHERE state = 'waiting')") != 0
	}
	for i := 0; i < len(g.facts) && a.err == nil; i++ {
		if a.fact(g.facts[i].At, g.facts[i].Fact); a.err != nil {
			a.err = fmt.Errorf("applying chunk %d: %w", g.facts[i].At.Seq, a.err)
		}
	}
	a.exec("UPDATE place SET incarnation = ?, seq = ?, hash = ?, at = ?, scrub = ?",
		g.at.incarnation, num(g.at.seq), g.at.hash[:], g.at.at, num(g.at.scrub))
	a.exec("COMMIT")
	if a.err != nil {
		d.radar = nil
		_, err := d.write.ExecContext(ctx, "ROLLBACK")
		return nil, errors.Join(a.err, err)
	}
	return &a.traces, nil
}

// statement is a prepared statement, nil when it cannot be prepared.
func (a *applier) statement(text string) *sql.Stmt {
	s, err := a.db.prepared(a.ctx, text)
	if err != nil {
		a.err = err
	}
	return s
}

// exec runs a statement and returns how many rows it changed.
func (a *applier) exec(text string, args ...any) int64 {
	if a.err != nil {
		return 0
	}
	s := a.statement(text)
	if s == nil {
		return 0
	}
	r, err := s.ExecContext(a.ctx, args...)
	if err != nil {
		a.err = fmt.Errorf("%.60s: %w", text, err)
		return 0
	}
	n, err := r.RowsAffected()
	if err != nil {
		a.err = err
	}
	return n
}

// one reads a single number, 0 when there is no row.
func (a *applier) one(text string, args ...any) int64 {
	if a.err != nil {
		return 0
	}
	s := a.statement(text)
	if s == nil {
		return 0
	}
	var n int64
	if err := s.QueryRowContext(a.ctx, args...).Scan(&n); err != nil && !errors.Is(err, sql.ErrNoRows) {
		a.err = fmt.Errorf("%.60s: %w", text, err)
	}
	return n
}

// text reads a single text, "" when there is no row.
func (a *applier) text(text string, args ...any) string {
	if a.err != nil {
		return ""
	}
	s := a.statement(text)
	if s == nil {
		return ""
	}
	var out string
	if err := s.QueryRowContext(a.ctx, args...).Scan(&out); err != nil && !errors.Is(err, sql.ErrNoRows) {
		a.err = fmt.Errorf("%.60s: %w", text, err)
	}
	return out
}

// fact changes the rows that a fact is about. Every fact that concerns a list has its line here.
func (a *applier) fact(at orrery.Stamp, f orrery.Fact) {
	a.listening(at, f)
	if a.care(at, f) || a.outbound(at, f) || a.operate(at, f) || a.brand(f) {
		return
	}
	a.err = fmt.Errorf("no list knows what to do with a fact of kind %d", f.Kind())
}

// num is an id as SQLite keeps it: the same 64 bits, signed.
func num[T ~uint64](id T) int64 { return int64(id) }

// dayOf is the day of a moment, counted from 1970 in UTC.
func dayOf(at orrery.Instant) int64 { return int64(at) / int64(orrery.Day) }

// today counts something that happened because of a fragment.
func (a *applier) today(at orrery.Stamp, fragment orrery.FragmentID, name string) {
	a.exec("INSERT INTO daily VALUES (?, ?, ?, 1) ON CONFLICT DO UPDATE SET n = n + 1", num(fragment), dayOf(at.Time), name)
}
