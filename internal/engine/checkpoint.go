package engine

import (
	"fmt"
	"log/slog"
	"time"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/wire"
)

// A checkpoint writes everything that changed since the one before, with the position in the log up to which it is
// complete, in one atomic batch. It is taken at a chunk boundary and written beside the loop.

// workspaceState is what the workspace itself keeps beside people: it goes into each checkpoint.
func (c *core) workspaceState() []byte {
	var w, b wire.Writer
	w.Uint(1)
	w.Uint(uint64(c.policy.Version))
	w.String(c.policy.Text)
	w.Bool(c.paused)
	w.Bool(c.frozen)
	w.Bool(c.backfill.active)
	w.Fixed(uint64(c.backfill.cursor))
	w.Uint(uint64(c.backfill.policy))
	c.breakers.AppendTo(&b)
	w.Bytes(b.B)
	return w.B
}

// loadWorkspaceState reads what workspaceState wrote.
func (c *core) loadWorkspaceState() error {
	b, err := c.state.store.get([]byte{keyMeta, 'w'})
	if err != nil || b == nil {
		return err
	}
	r := wire.NewReader(b)
	if v := r.Uint(); v != 1 {
		return fmt.Errorf("checkpoint format %d is unknown to this version", v)
	}
	version, text := int(r.Uint()), r.String()
	c.paused, c.frozen = r.Bool(), r.Bool()
	c.backfill = backfill{active: r.Bool(), cursor: orrery.FragmentID(r.Fixed()), policy: int(r.Uint())}
	breakers := r.Bytes()
	if err := r.Err(); err != nil {
		return fmt.Errorf("reading the workspace's own state: %w", err)
	}
	if err := c.breakers.Read(wire.NewReader(breakers)); err != nil {
		return fmt.Errorf("reading the breakers: %w", err)
	}
	p, err := ParsePolicy(text)
	if err != nil {
		return fmt.Errorf("policy version %d in the checkpoint: %w", version, err)
	}
	p.Version = version
	c.policy = p
	return nil
}

// loadIndexes fills what is derived from the state: timers, and what waits to go out.
func (c *core) loadIndexes() error {
	if err := c.loadWorkspaceState(); err != nil {
		return err
	}
	err := c.state.store.scan([]byte{keyTimer}, nil, func(key, _ []byte) (bool, error) {
		at, person := splitPair(key)
		c.timers.heap = append(c.timers.heap, timer{orrery.Instant(at), orrery.FragmentID(person)}) // sorted, so it is a heap
		return true, nil
	})
	if err != nil {
		return fmt.Errorf("loading timers: %w", err)
	}
	err = c.state.store.scan([]byte{keyWaiting}, nil, func(key, _ []byte) (bool, error) {
		id, _ := splitPair(append(append([]byte(nil), key...), make([]byte, 8)...))
		blob, err := c.state.blob(orrery.FragmentID(id))
		if err != nil {
			return false, err
		}
		f, err := decodeFragment(orrery.FragmentID(id), blob)
		if err != nil {
			return false, err
		}
		c.outbox.set(f.id, itemsOf(f.id, f.box.get()))
		return true, nil
	})
	if err != nil {
		return fmt.Errorf("loading what waits to go out: %w", err)
	}
	return nil
}

// maybeCheckpoint begins a checkpoint when enough has changed, or when the workspace is idle and something has.
func (w *Workspace) maybeCheckpoint(idle bool) {
	w.collectFlush()
	l := w.core.state.fresh
	full := l.bytes > w.options.CheckpointBytes || l.touches > w.options.CheckpointTouches
	stale := idle && time.Since(w.lastFlush) > w.options.CheckpointEvery && l.bytes > 0
	if w.flushBusy {
		if l.bytes > 3*w.options.CheckpointBytes { // the disk cannot keep up: wait rather than grow
			w.checkpointDone(<-w.flushed)
		}
		return
	}
	if full || stale {
		w.beginCheckpoint()
	}
}

func (w *Workspace) beginCheckpoint() bool {
	c := w.core
	layer, at := c.state.freeze()
	if layer == nil {
		return false
	}
	own := c.workspaceState()
	c.seen.Freeze(at.seq, at.hash)
	w.flushBusy = true
	w.lastFlush = time.Now()
	w.flushing.Add(1)
	go func() {
		defer w.flushing.Done()
		w.flushed <- w.writeCheckpoint(layer, at, own)
	}()
	return true
}

func (w *Workspace) writeCheckpoint(l *layer, at position, own []byte) error {
	began := time.Now()
	if err := w.core.state.store.flush(l, at, own); err != nil {
		return err
	}
	if err := w.core.seen.Write(); err != nil {
		return fmt.Errorf("writing message ids: %w", err)
	}
	if err := w.core.seen.Compact(); err != nil {
		return fmt.Errorf("compacting message ids: %w", err)
	}
	w.core.state.warm(l)
	w.metrics.checkpoints.Add(1)
	w.metrics.checkpointNanos.Add(int64(time.Since(began)))
	return nil
}

// collectFlush takes the result of a checkpoint that has ended.
func (w *Workspace) collectFlush() {
	if !w.flushBusy {
		return
	}
	select {
	case err := <-w.flushed:
		w.checkpointDone(err)
	default:
	}
}

func (w *Workspace) checkpointDone(err error) {
	w.flushBusy = false
	if err != nil {
		slog.Error("checkpoint failed; it will be tried again", "error", err)
		w.core.alarms.raise("checkpoint.failed", err.Error())
		w.core.state.refreeze()
		return
	}
	w.core.state.thaw()
}

// checkpointWait takes a whole checkpoint and answers when it is on disk.
func (w *Workspace) checkpointWait(done chan error) {
	if w.flushBusy {
		w.checkpointDone(<-w.flushed)
	}
	if w.beginCheckpoint() {
		err := <-w.flushed
		w.checkpointDone(err)
		done <- err
		return
	}
	done <- nil
}

// checkpointHere writes a checkpoint in the calling goroutine: while the loop does not run yet, or no longer.
func (w *Workspace) checkpointHere() error {
	done := make(chan error, 1)
	w.checkpointWait(done)
	return <-done
}

// refreeze puts a layer that could not be written back under what changed since.
func (s *state) refreeze() {
	s.mu.Lock()
	defer s.mu.Unlock()
	old, now := s.frozen, s.fresh
	for id, b := range now.fragments {
		old.fragments[id] = b
	}
	for id, b := range now.cases {
		old.cases[id] = b
	}
	for id, b := range now.accounts {
		old.accounts[id] = b
	}
	for id := range now.erased {
		old.eraseTimeline(id)
	}
	for i := range now.entries.count {
		e := now.entries.at(i)
		if now.erased[e.fragment] && !now.holds(i) {
			continue // written before the erasure
		}
		old.addEntry(e.fragment, e.at, e.kind, e.body)
	}
	for t, set := range now.timers {
		old.timers[t] = set
	}
	for id, set := range now.waiting {
		old.waiting[id] = set
	}
	for m := range now.mentions {
		old.mentions[m] = true
	}
	old.bytes += now.bytes - int(now.entries.count)*entryOverhead
	old.touches += now.touches
	s.fresh, s.frozen = old, nil
}
