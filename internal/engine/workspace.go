package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/dedupe"
	"github.com/orrery-cxm/orrery/internal/identify"
	"github.com/orrery-cxm/orrery/internal/log"
	"github.com/orrery-cxm/orrery/internal/log/file"
	"github.com/orrery-cxm/orrery/internal/log/file/disk"
	"github.com/orrery-cxm/orrery/internal/seal"
)

// Options of a workspace.
type Options struct {
	Dir       string
	Workspace orrery.WorkspaceName
	// Policy is applied when the workspace is created; nil for the default.
	Policy *Policy
	// CacheBytes bounds the state kept in memory beside what is not yet checkpointed.
	CacheBytes int
	// CheckpointBytes is how much changed state is gathered before a checkpoint, CheckpointTouches how many touches.
	CheckpointBytes   int
	CheckpointTouches int
	// CheckpointEvery is how long an idle workspace waits with a checkpoint.
	CheckpointEvery time.Duration
	// Now is the wall clock; time.Now when nil. Tests and the simulator hand in their own.
	Now func() time.Time
	// Elapsed is the monotonic clock, against which jumps of the wall clock are noticed; the machine's when nil.
	Elapsed func() time.Duration
	// LogFS is the file system of the log; the operating system's when nil.
	LogFS disk.FS
	// LogSegment is the length of the log's files in bytes; its default when 0.
	LogSegment int64
	// LogChance gives the random bytes of the log; crypto/rand when nil.
	LogChance io.Reader
	// Driven leaves the loop to the caller, see [Workspace.Drive]: the same inputs at the same moments then give the same
	// log, byte for byte. For simulations.
	Driven bool
}

func (o *Options) fill() {
	if o.CacheBytes == 0 {
		o.CacheBytes = 192 << 20
	}
	if o.CheckpointBytes == 0 {
		o.CheckpointBytes = 96 << 20
	}
	if o.CheckpointTouches == 0 {
		o.CheckpointTouches = 250_000
	}
	if o.CheckpointEvery == 0 {
		o.CheckpointEvery = 20 * time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Elapsed == nil {
		began := time.Now()
		o.Elapsed = func() time.Duration { return time.Since(began) }
	}
}

// Workspace is one brand's tenant: its log, its state and the loop that runs them. All methods are safe for concurrent
// use.
type Workspace struct {
	options    Options
	log        log.Log
	core       *core
	keys       *seal.Keys
	queue      waiting
	down       outage
	restored   bool
	killed     atomic.Bool
	walkReady  int   // loop only: the policy version whose walk has its checkpoint
	walkFailed int   // loop only: the policy version whose walk met a fault; tried again after a restart
	doubt      bool  // the log may hold a chunk that our state does not; loop only
	broken     error // loop only
	metrics    counters

	loopDone      chan struct{}
	closing       chan struct{}
	closeOnce     sync.Once
	driveOnce     sync.Once
	releaseOnce   sync.Once
	released      error // of releaseOnce
	checkpointNow chan chan error
	between       chan func() // what must run between two chunks
	erasing       sync.Mutex  // one erasure at a time
	register      *Register
	flushing      sync.WaitGroup
	flushed       chan error // the result of the checkpoint being written
	flushBusy     bool       // loop only
	lastFlush     time.Time  // loop only

	clockMark clockMark // loop only

	readPeople personCache
	progress   progress
	policy     atomic.Pointer[Policy]
	watchers   watchers
}

// Open opens or creates a workspace and starts its loop. It fails with log.ErrLocked when another process has it open.
func Open(ctx context.Context, o Options) (*Workspace, error) {
	o.fill()
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("making the workspace directory: %w", err)
	}
	keys, err := seal.Open(filepath.Join(o.Dir, "keys"))
	if err != nil {
		return nil, fmt.Errorf("opening the workspace keys: %w", err)
	}
	l, restored, err := openLog(ctx, o)
	if err != nil {
		return nil, err
	}
	w := &Workspace{options: o, log: l, keys: keys, restored: restored, loopDone: make(chan struct{}), closing: make(chan struct{}),
		checkpointNow: make(chan chan error), between: make(chan func()), flushed: make(chan error, 1)}
	if w.register, err = openRegister(filepath.Join(o.Dir, RegisterName)); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	w.queue.bell = make(chan struct{}, 1)
	w.progress.init()
	if err := w.load(ctx); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	if err := w.found(); err != nil {
		return nil, errors.Join(err, w.release())
	}
	w.policy.Store(w.core.policy)
	w.lastFlush = time.Now()
	if o.Driven {
		close(w.loopDone)
	} else {
		go w.run()
	}
	return w, nil
}

// load reads the state from the checkpoint and folds the rest of the log. A checkpoint of another history is rebuilt.
func (w *Workspace) load(ctx context.Context) error {
	c := &core{keys: w.keys, policy: DefaultPolicy(), breakers: &identify.Breakers{}, incarnation: 1, alarms: &alarms{}, outbox: newOutbox()}
	var err error
	if c.encoder, err = newEncoder(); err != nil {
		return fmt.Errorf("making a compressor: %w", err)
	}
	if c.decoder, err = newDecoder(); err != nil {
		return fmt.Errorf("making a decompressor: %w", err)
	}
	c.hot, c.hotLimit = map[orrery.FragmentID]*fragment{}, max(1, w.options.CacheBytes/hotCost)
	w.core = c
	if err := w.openStores(ctx); err != nil {
		return err
	}
	if err := c.loadIndexes(); err != nil {
		return err
	}
	return w.replay(ctx)
}

// openStores opens checkpoint and message ids and checks that they belong to this log.
func (w *Workspace) openStores(ctx context.Context) error {
	dir := filepath.Join(w.options.Dir, "checkpoint")
	store, at, err := w.openCheckpoint(ctx, dir)
	if errors.Is(err, errMismatch) {
		slog.Warn("checkpoint discarded: it belongs to another history of this workspace; building it again from the log")
		if err := os.RemoveAll(dir); err != nil {
			return fmt.Errorf("discarding the checkpoint: %w", err)
		}
		store, at, err = w.openCheckpoint(ctx, dir)
	}
	if err != nil {
		return err
	}
	w.core.state = newState(store, at, w.options.CacheBytes)
	w.core.state.register = w.register
	w.core.incarnation, w.core.lastTime = max(at.incarnation, 1), at.time
	seen, err := w.openSeen(ctx, filepath.Join(w.options.Dir, "dedupe"))
	if err != nil {
		return errors.Join(err, store.close())
	}
	w.core.seen = seen
	return nil
}

func (w *Workspace) openCheckpoint(ctx context.Context, dir string) (*store, position, error) {
	s, err := openStore(dir, vfs.Default, 64<<20)
	if err != nil {
		return nil, position{}, err
	}
	at, err := s.position()
	if err == nil {
		err = w.belongs(ctx, at.seq, at.hash)
	}
	if err != nil {
		return nil, position{}, errors.Join(err, s.close())
	}
	return s, at, nil
}

func (w *Workspace) openSeen(ctx context.Context, dir string) (*dedupe.Set, error) {
	s, err := dedupe.Open(dir, dedupe.Options{Incarnation: w.core.incarnation})
	if err == nil {
		mark := s.Mark()
		if err = w.belongs(ctx, mark.Seq, mark.Hash); err != nil {
			err = errors.Join(err, s.Close())
		}
	}
	if errors.Is(err, dedupe.ErrCorrupt) || errors.Is(err, errMismatch) {
		slog.Warn("message ids discarded; building them again from the log", "error", err)
		if err := dedupe.Discard(dir); err != nil {
			return nil, fmt.Errorf("discarding message ids: %w", err)
		}
		s, err = dedupe.Open(dir, dedupe.Options{Incarnation: w.core.incarnation})
	}
	if err != nil {
		return nil, fmt.Errorf("opening message ids: %w", err)
	}
	return s, nil
}

// belongs checks that a store's position lies on the chain of this log.
func (w *Workspace) belongs(ctx context.Context, seq orrery.Seq, hash log.Hash) error {
	if seq == 0 {
		return nil
	}
	chunk, err := w.log.At(ctx, seq)
	if errors.Is(err, log.ErrNoChunk) || (err == nil && chunk.Hash != hash) {
		return errMismatch
	}
	if err != nil {
		return fmt.Errorf("reading chunk %d: %w", seq, err)
	}
	return nil
}

// replay folds the chunks that the state does not have yet.
func (w *Workspace) replay(ctx context.Context) error {
	c := w.core
	from := c.state.at.seq
	known := c.seen.Position()
	if known < from {
		oldest, err := w.oldestSeen(ctx)
		if err != nil {
			return err
		}
		if err := w.replaySeen(ctx, max(known, oldest), from); err != nil {
			return err
		}
	}
	for chunk, err := range w.log.Read(ctx, from) {
		if err != nil {
			return fmt.Errorf("reading the log: %w", err)
		}
		if err := c.apply(chunk, chunk.Seq > known); err != nil {
			return err
		}
		if c.state.fresh.bytes > w.options.CheckpointBytes {
			if err := w.checkpointHere(); err != nil {
				return err
			}
		}
	}
	return nil
}

// hotCost is about what one decoded fragment costs: its share of the bound on cached state is a quarter.
const hotCost = 4 * 1500

// restoredMark is the name of the file by which a restore says that a new incarnation must begin.
const restoredMark = "restored"

// openLog opens the log, under a new incarnation when the workspace was restored from a backup.
func openLog(ctx context.Context, o Options) (l *file.Log, restored bool, err error) {
	fo := file.Options{Dir: filepath.Join(o.Dir, "log"), Workspace: o.Workspace, FS: o.LogFS, Incarnation: 1, Entropy: o.LogChance, SegmentSize: o.LogSegment, Foreground: o.Driven}
	if l, err = file.Open(ctx, fo); err != nil {
		return nil, false, fmt.Errorf("opening the log of %s: %w", o.Workspace, err)
	}
	if _, err := os.Stat(filepath.Join(o.Dir, restoredMark)); err != nil {
		return l, false, nil
	}
	fo.Incarnation = l.Incarnation() + 1
	if err := l.Close(); err != nil {
		return nil, false, fmt.Errorf("beginning a new incarnation: %w", err)
	}
	if l, err = file.Open(ctx, fo); err != nil {
		return nil, false, fmt.Errorf("opening the log of %s: %w", o.Workspace, err)
	}
	return l, true, nil
}

// found writes the first chunk of a new workspace, or of a new incarnation after a restore.
func (w *Workspace) found() error {
	c := w.core
	if c.state.at.seq != 0 && !w.restored {
		return nil
	}
	if w.restored {
		c.incarnation++
	}
	inputs := []Input{{Command: beginIncarnation{incarnation: c.incarnation, restored: w.restored}}}
	if c.state.at.seq == 0 {
		text := ""
		if w.options.Policy != nil {
			text = w.options.Policy.Text
		}
		inputs = append(inputs, Input{Command: ApplyPolicy{Text: text, By: orrery.Actor{Name: "setup", Trust: orrery.Internal}}})
	}
	_, results, err := w.step(inputs)
	if err != nil {
		return fmt.Errorf("writing the first chunk: %w", err)
	}
	for _, r := range results {
		if r.Err != nil {
			return fmt.Errorf("writing the first chunk: %w", r.Err)
		}
	}
	if w.restored {
		if err := os.Remove(filepath.Join(w.options.Dir, restoredMark)); err != nil {
			return fmt.Errorf("ending the restore: %w", err)
		}
	}
	return nil
}

// Close ends the loop, writes a checkpoint and releases the files. A second call does nothing more.
func (w *Workspace) Close() error {
	w.closeOnce.Do(func() {
		w.queue.mu.Lock()
		w.queue.closed = true
		w.queue.mu.Unlock()
		close(w.closing)
	})
	<-w.loopDone
	if w.options.Driven {
		w.driveOnce.Do(w.finish)
	}
	return w.release()
}

// Kill lets go of the files without a checkpoint, as a crash would: for tests and simulations. After a Close, or another
// Kill, it does nothing more.
func (w *Workspace) Kill() {
	w.killed.Store(true)
	w.closeOnce.Do(func() { close(w.closing) })
	<-w.loopDone
	_ = w.release() // nothing is lost: the log has it
}

func (w *Workspace) release() error {
	w.releaseOnce.Do(func() {
		w.flushing.Wait()
		w.released = errors.Join(w.core.seen.Close(), w.core.state.store.close(), w.log.Close())
	})
	return w.released
}
