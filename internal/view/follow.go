package view

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/engine"
)

// errHistory says that the file belongs to another history of this workspace.
var errHistory = errors.New("the views belong to another history of this workspace")

// run follows until the context ends. Whatever fails is tried again from what the file holds.
func (f *Follower) run(ctx context.Context) {
	defer close(f.ended)
	for ctx.Err() == nil {
		err := f.follow(ctx)
		if ctx.Err() != nil {
			return
		}
		if errors.Is(err, errHistory) || damaged(err) {
			slog.Warn("views discarded; building them again from the log", "error", err)
			err = f.startOver(ctx)
		}
		f.progress.change(func() { f.progress.err = err })
		if err == nil {
			continue // it fell behind: read the log again
		}
		slog.Error("following the log", "error", err)
		select {
		case <-time.After(f.options.Pause):
		case <-ctx.Done():
		}
	}
}

// startOver throws the files away and opens new ones.
func (f *Follower) startOver(ctx context.Context) error {
	f.files.Lock()
	defer f.files.Unlock()
	if f.db != nil {
		if err := f.db.close(); err != nil {
			slog.Warn("closing discarded views", "error", err)
		}
		f.db = nil
	}
	if err := discard(f.options.Dir); err != nil {
		return err
	}
	db, err := openDatabase(ctx, f.options.Dir)
	if err != nil {
		return err
	}
	f.db = db
	f.progress.change(func() { f.progress.seq, f.progress.clean = 0, 0 })
	return nil
}

// gathering is what is to be applied with the next transaction.
type gathering struct {
	at    place // after it
	facts []engine.Fact
	dirty bool
	began time.Time
	heard func(context.Context, orrery.TouchID) (*orrery.TouchRecorded, error) // reads a touch from the log
}

func (g *gathering) add(b *engine.Batch) {
	if !g.dirty {
		g.dirty, g.began = true, time.Now()
	}
	scrub := g.at.scrub
	g.at = place{incarnation: b.Incarnation, seq: b.Seq, hash: b.Hash, at: b.Time, scrub: scrub}
	for i := range b.Facts {
		if concerns(b.Facts[i].Fact) {
			g.facts = append(g.facts, b.Facts[i])
		}
		if erases(b.Facts[i].Fact) {
			g.at.scrub = b.Seq
		}
	}
}

// follow catches up with the log and then watches. It returns nil when it fell behind.
func (f *Follower) follow(ctx context.Context) error {
	if f.db == nil {
		if err := f.startOver(ctx); err != nil {
			return err
		}
	}
	batches, stop := f.options.Source.Watch(f.options.Buffer)
	defer stop()
	at, err := f.db.place(ctx)
	if err != nil {
		return err
	}
	g := &gathering{at: at, heard: f.heard}
	if at.scrub != 0 {
		if err := f.scrub(ctx, g, nil); err != nil {
			return err
		}
	}
	if err := f.catchUp(ctx, g); err != nil {
		return err
	}
	f.progress.change(func() { f.progress.err = nil })
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		select {
		case b, ok := <-batches:
			if !ok {
				return f.flush(ctx, g)
			}
			if err := f.take(ctx, g, &b); err != nil {
				return err
			}
			if len(g.facts) >= f.options.Facts || (g.dirty && f.progress.waited()) {
				if err := f.flush(ctx, g); err != nil {
					return err
				}
			} else if g.dirty {
				timer.Reset(f.options.Gather - time.Since(g.began))
			}
		case <-timer.C:
			if err := f.flush(ctx, g); err != nil {
				return err
			}
		case <-f.kick:
			if err := f.flush(ctx, g); err != nil {
				return err
			}
		case <-ctx.Done():
			return f.flush(context.WithoutCancel(ctx), g)
		}
	}
}

// take gathers a watched chunk. What is known already is passed over; where some are missing they are read.
func (f *Follower) take(ctx context.Context, g *gathering, b *engine.Batch) error {
	switch {
	case b.Seq <= g.at.seq:
		return nil
	case b.Seq > g.at.seq+1:
		return f.catchUp(ctx, g)
	}
	g.add(b)
	return nil
}

// While the log is read, more goes into one transaction than while it is watched: nobody sees the lists up to date anyway,
// and pages that change often are written less often.
const (
	catchUpFacts  = 10
	catchUpGather = 10
)

// catchUp reads the log after what is gathered, to its end. It begins with the chunk last gathered, whose hash must be
// the one that it had when it was gathered.
func (f *Follower) catchUp(ctx context.Context, g *gathering) error {
	from, known := g.at.seq, g.at.seq == 0
	if !known {
		from--
	}
	err := f.options.Source.ReadLog(ctx, from, func(b engine.Batch) error {
		if !known {
			if !g.at.is(&b) {
				return errHistory
			}
			known = true
			return nil
		}
		if b.Seq != g.at.seq+1 {
			return fmt.Errorf("reading the log: chunk %d follows chunk %d", b.Seq, g.at.seq)
		}
		g.add(&b)
		if len(g.facts) >= catchUpFacts*f.options.Facts || time.Since(g.began) > catchUpGather*f.options.Gather {
			return f.flush(ctx, g)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("catching up with the log: %w", err)
	}
	if !known {
		return fmt.Errorf("catching up with the log: it ends before chunk %d: %w", g.at.seq, errHistory)
	}
	return f.flush(ctx, g)
}

// flush applies what is gathered in one transaction and tells those who wait.
func (f *Follower) flush(ctx context.Context, g *gathering) error {
	if !g.dirty {
		return nil
	}
	traces, err := f.db.apply(context.WithoutCancel(ctx), g)
	if err != nil {
		return err
	}
	g.dirty, g.facts = false, g.facts[:0]
	f.advance(g)
	if g.at.scrub != 0 {
		return f.scrub(ctx, g, traces)
	}
	return nil
}

func (f *Follower) advance(g *gathering) {
	f.progress.change(func() {
		f.progress.seq = g.at.seq
		if g.at.scrub == 0 {
			f.progress.clean = g.at.seq
		}
	})
}

// concerns says that a fact changes a list. It is asked for every fact of the log.
func concerns(f orrery.Fact) bool {
	switch f := f.(type) {
	case *orrery.TouchRecorded:
		return judgeable(&f.Touch) || f.Touch.Signals != nil
	case *orrery.FragmentSeen, *orrery.FragmentAssigned, *orrery.FragmentShared, *orrery.ConsentChanged,
		*orrery.ViewsWithdrawn, *orrery.ViewsRestored, *orrery.AccountChanged, *orrery.ClockJumped, *orrery.BackfillMoved:
		return false
	}
	return true
}

// erases says that rows of people go with this fact, and that no trace of them may stay in the files.
func erases(f orrery.Fact) bool {
	switch f := f.(type) {
	case *orrery.PersonErased:
		return true
	case *orrery.QuarantineCleared:
		return f.How == howErased
	}
	return false
}

// howErased is how a quarantined event ends when it names somebody who was erased.
const howErased = "erased"
