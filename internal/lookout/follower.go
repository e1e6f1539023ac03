package lookout

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/engine"
	"github.com/orrery-cxm/orrery/internal/radar"
)

// Source is what the radar follows and tells: a workspace.
type Source interface {
	Watch(buffer int) (batches <-chan engine.Batch, stop func())
	ReadLog(ctx context.Context, after orrery.Seq, f func(engine.Batch) error) error
	Seq() orrery.Seq
	Clock() orrery.Instant
	Do(ctx context.Context, c engine.Command) (any, orrery.Seq, error)
}

// Options of a follower.
type Options struct {
	Dir    string // the workspace directory
	Source Source
	Still  bool // only follow: nothing is recorded
	// Look is how often somebody looks whether an alert has ended; 10 s when 0.
	Look time.Duration
	// Topics is how often somebody looks for topics; 15 min when 0.
	Topics time.Duration
	// Save is how often the state is saved while it changes; 5 min when 0.
	Save time.Duration
}

func (o *Options) fill() {
	set := func(d *time.Duration, to time.Duration) {
		if *d == 0 {
			*d = to
		}
	}
	set(&o.Look, 10*time.Second)
	set(&o.Topics, 15*time.Minute)
	set(&o.Save, 5*time.Minute)
}

// watching is how many chunks may wait before the log is read instead.
const watching = 256

// Follower runs the radar of one workspace. All methods are safe for concurrent use.
type Follower struct {
	options Options

	mu      sync.Mutex
	state   *radar.State
	at      place
	stale   bool       // people were erased who are still counted
	settled orrery.Seq // what was noticed before is in the state from here on
	dirty   bool       // changed since it was saved
	moved   chan struct{}

	cancel context.CancelFunc
	ended  chan struct{}
}

// Open goes on from the file, or begins, and follows in the background.
func Open(o Options) *Follower {
	o.fill()
	ctx, cancel := context.WithCancel(context.Background())
	f := &Follower{options: o, moved: make(chan struct{}), cancel: cancel, ended: make(chan struct{})}
	f.state, f.at = load(o.Dir)
	go f.run(ctx)
	return f
}

// Close ends following and saves the state.
func (f *Follower) Close() error {
	f.cancel()
	<-f.ended
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.save()
}

// save writes the state when it changed. The caller holds mu.
func (f *Follower) save() error {
	if !f.dirty {
		return nil
	}
	if err := save(f.options.Dir, f.state, f.at, f.stale); err != nil {
		return err
	}
	f.dirty = false
	return nil
}

// Seq is the chunk up to which the radar has heard everything.
func (f *Follower) Seq() orrery.Seq {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.at.seq
}

// Wait returns once everything up to seq was heard, or with the context's error.
func (f *Follower) Wait(ctx context.Context, seq orrery.Seq) error {
	for {
		f.mu.Lock()
		at, moved := f.at.seq, f.moved
		f.mu.Unlock()
		if at >= seq {
			return nil
		}
		select {
		case <-moved:
		case <-f.ended:
			return &orrery.Error{Kind: orrery.KindUnavailable, Code: "radar.closed", Say: "this workspace is being closed", RetryAfter: 5 * orrery.Second}
		case <-ctx.Done():
			return fmt.Errorf("waiting for the radar: %w", ctx.Err())
		}
	}
}

// Erased returns once memory and file hold nothing of people erased up to seq but numbers, or with the context's error.
func (f *Follower) Erased(ctx context.Context, seq orrery.Seq) error {
	if err := f.Wait(ctx, seq); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.dirty = true
	return f.save()
}

// run follows until the context ends. Whatever fails is tried again.
func (f *Follower) run(ctx context.Context) {
	defer close(f.ended)
	for ctx.Err() == nil {
		err := f.follow(ctx)
		if ctx.Err() != nil {
			return
		}
		if errors.Is(err, errHistory) {
			slog.Warn("the radar's state is of another history; reading the log instead", "error", err)
			f.startOver()
			err = nil
		}
		if err != nil {
			slog.Error("running the radar", "error", err)
			select {
			case <-time.After(time.Second):
			case <-ctx.Done():
			}
		}
	}
}

func (f *Follower) startOver() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.state, f.at, f.stale, f.settled, f.dirty = radar.New(), place{}, false, 0, true
}

// follow catches up with the log and then watches. It returns nil when it fell behind.
func (f *Follower) follow(ctx context.Context) error {
	batches, stop := f.options.Source.Watch(watching)
	defer stop()
	if err := f.catchUp(ctx); err != nil {
		return err
	}
	f.mu.Lock()
	f.state.LookAgain()
	f.mu.Unlock()
	look, topics, save := time.NewTicker(f.options.Look), time.NewTicker(f.options.Topics), time.NewTicker(f.options.Save)
	defer look.Stop()
	defer topics.Stop()
	defer save.Stop()
	f.notice(ctx, f.alerts)
	for {
		select {
		case b, ok := <-batches:
			if !ok {
				return nil
			}
			if err := f.take(ctx, &b); err != nil {
				return err
			}
			if f.waiting() {
				f.notice(ctx, f.alerts)
			}
		case <-look.C:
			f.notice(ctx, f.alerts)
		case <-topics.C:
			f.notice(ctx, f.topics)
		case <-save.C:
			f.mu.Lock()
			err := f.save()
			f.mu.Unlock()
			if err != nil {
				slog.Error("saving the radar; it goes on without", "error", err)
			}
		case <-ctx.Done():
			return nil
		}
	}
}

// take folds a watched chunk. What is known already is passed over; where some are missing they are read.
func (f *Follower) take(ctx context.Context, b *engine.Batch) error {
	switch at := f.Seq(); {
	case b.Seq <= at:
		return nil
	case b.Seq > at+1:
		return f.catchUp(ctx)
	}
	f.fold(b)
	return nil
}

func (f *Follower) fold(b *engine.Batch) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range b.Facts {
		f.state.Evolve(b.Facts[i].Fact, b.Facts[i].At)
		if _, ok := b.Facts[i].Fact.(*orrery.PersonErased); ok {
			f.stale = true
		}
	}
	f.at, f.dirty = place{b.Incarnation, b.Seq, b.Hash}, true
	close(f.moved)
	f.moved = make(chan struct{})
}

var errHistory = errors.New("the radar's state belongs to another history of this workspace")

// catchUp reads the log from the place on, whose chunk must be the one that it was.
func (f *Follower) catchUp(ctx context.Context) error {
	f.mu.Lock()
	at := f.at
	f.mu.Unlock()
	from, known := at.seq, at.seq == 0
	if !known {
		from--
	}
	err := f.options.Source.ReadLog(ctx, from, func(b engine.Batch) error {
		if !known {
			if known = b.Seq == at.seq && b.Hash == at.hash && b.Incarnation == at.incarnation; !known {
				return errHistory
			}
			return nil
		}
		f.fold(&b)
		return ctx.Err()
	})
	if err != nil {
		return fmt.Errorf("reading the log for the radar: %w", err)
	}
	if !known {
		return errHistory
	}
	return nil
}
