package view

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/engine"
)

// Source is what the views follow: a workspace.
type Source interface {
	Watch(buffer int) (batches <-chan engine.Batch, stop func())
	ReadLog(ctx context.Context, after orrery.Seq, f func(engine.Batch) error) error
	Seq() orrery.Seq
}

// Options of a follower.
type Options struct {
	Dir    string // the workspace directory
	Source Source
	// Buffer is how many chunks may wait for the follower before it reads the log instead; 128 when 0.
	Buffer int
	// Gather is how long chunks are gathered into one transaction while nobody waits; 200 ms when 0.
	Gather time.Duration
	// Facts is how many facts of the lists are gathered at most; 8000 when 0.
	Facts int
	// Pause is how long the follower waits after a failure before it tries again; 1 s when 0.
	Pause time.Duration
}

func (o *Options) fill() {
	if o.Buffer == 0 {
		o.Buffer = 128
	}
	if o.Gather == 0 {
		o.Gather = 200 * time.Millisecond
	}
	if o.Facts == 0 {
		o.Facts = 8000
	}
	if o.Pause == 0 {
		o.Pause = time.Second
	}
}

// Follower keeps the lists of one workspace. All methods are safe for concurrent use.
type Follower struct {
	options Options

	files sync.RWMutex // held for writing while the files are replaced or emptied
	db    *database

	progress progress
	kick     chan struct{} // somebody waits: do not gather any longer

	cancel context.CancelFunc
	ended  chan struct{}
	once   sync.Once
}

// Open opens the lists and begins to follow. Lists made by another version of the product, of another history, or
// damaged, are thrown away and built again in the background; until then their sequence says how far they are.
func Open(ctx context.Context, o Options) (*Follower, error) {
	o.fill()
	db, at, err := openAt(ctx, o)
	if errors.Is(err, errForeign) || errors.Is(err, errHistory) || damaged(err) {
		slog.Warn("views discarded; building them again from the log", "error", err)
		if err := discard(o.Dir); err != nil {
			return nil, err
		}
		at = place{}
		db, err = openDatabase(ctx, o.Dir)
	}
	if err != nil {
		return nil, err
	}
	f := &Follower{options: o, db: db, kick: make(chan struct{}, 1), ended: make(chan struct{})}
	f.progress.moved = make(chan struct{})
	f.progress.seq = at.seq
	if at.scrub == 0 {
		f.progress.clean = at.seq
	}
	run, cancel := context.WithCancel(context.Background())
	f.cancel = cancel
	go f.run(run)
	return f, nil
}

// openAt opens the file and checks that the last chunk it knows is that chunk of the log.
func openAt(ctx context.Context, o Options) (*database, place, error) {
	db, err := openDatabase(ctx, o.Dir)
	if err != nil {
		return nil, place{}, err
	}
	at, err := db.place(ctx)
	if err == nil {
		err = at.belongs(ctx, o.Source)
	}
	if err != nil {
		return nil, place{}, errors.Join(err, db.close())
	}
	return db, at, nil
}

// belongs fails with errHistory when the place does not lie on the history of the source.
func (p place) belongs(ctx context.Context, s Source) error {
	if p.seq == 0 {
		return nil
	}
	enough := errors.New("enough")
	err := s.ReadLog(ctx, p.seq-1, func(b engine.Batch) error {
		if p.is(&b) {
			return enough
		}
		return errHistory
	})
	switch {
	case errors.Is(err, enough):
		return nil
	case err == nil: // the log ends before it
		return errHistory
	}
	return fmt.Errorf("comparing the views with the log: %w", err)
}

// Close stops following and releases the file.
func (f *Follower) Close() error {
	f.once.Do(f.cancel)
	<-f.ended
	f.files.Lock()
	defer f.files.Unlock()
	if f.db == nil {
		return nil
	}
	err := f.db.close()
	f.db = nil
	if err != nil {
		return fmt.Errorf("closing the views: %w", err)
	}
	return nil
}

// progress tells readers how far the lists have come.
type progress struct {
	mu      sync.Mutex
	seq     orrery.Seq
	clean   orrery.Seq // erasures up to here are out of the files
	waiters int
	err     error
	moved   chan struct{} // closed and replaced at each step
}

func (p *progress) change(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f()
	close(p.moved)
	p.moved = make(chan struct{})
}

func (p *progress) waited() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.waiters > 0
}

// Seq is the chunk up to which the lists are complete.
func (f *Follower) Seq() orrery.Seq {
	f.progress.mu.Lock()
	defer f.progress.mu.Unlock()
	return f.progress.seq
}

// Wait returns once everything up to seq is in the lists, or with the context's error.
func (f *Follower) Wait(ctx context.Context, seq orrery.Seq) error {
	return f.wait(ctx, func() bool { return f.progress.seq >= seq })
}

// Erased returns once the lists are complete up to seq and their files hold no byte of anybody who was erased up to
// there, or with the context's error.
func (f *Follower) Erased(ctx context.Context, seq orrery.Seq) error {
	return f.wait(ctx, func() bool { return f.progress.seq >= seq && f.progress.clean >= seq })
}

func (f *Follower) wait(ctx context.Context, enough func() bool) error {
	p := &f.progress
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiters++
	defer func() { p.waiters-- }()
	for !enough() {
		moved := p.moved
		p.mu.Unlock()
		select {
		case f.kick <- struct{}{}:
		default:
		}
		var err error
		select {
		case <-moved:
		case <-f.ended:
			err = &orrery.Error{Kind: orrery.KindUnavailable, Code: "view.closed", Say: "this workspace is being closed", RetryAfter: 5 * orrery.Second}
		case <-ctx.Done():
			err = fmt.Errorf("waiting for the lists: %w", ctx.Err())
		}
		p.mu.Lock()
		if err != nil {
			return err
		}
	}
	return nil
}

// Lag is how far the lists are behind the workspace.
type Lag struct {
	Seq    orrery.Seq `json:"seq"`    // the lists are complete up to here
	Behind uint64     `json:"behind"` // chunks that they do not have yet
	Err    error      `json:"-"`      // why following stands still, nil when it does not
}

// Lag tells how far the lists are behind, for health checks.
func (f *Follower) Lag() Lag {
	end := f.options.Source.Seq()
	f.progress.mu.Lock()
	defer f.progress.mu.Unlock()
	l := Lag{Seq: f.progress.seq, Err: f.progress.err}
	if end > l.Seq {
		l.Behind = uint64(end - l.Seq)
	}
	return l
}
