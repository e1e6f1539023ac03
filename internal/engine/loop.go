package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/log"
)

// Limits of what waits for the loop. Beyond them a source is told to come back.
const (
	maxWaitingInputs = 20000
	maxWaitingBytes  = 64 << 20
)

// request is one caller's inputs on their way through the loop.
type request struct {
	inputs  []Input
	bytes   int
	results []Result
	err     error
	done    chan struct{}
}

// waiting is the queue in front of the loop.
type waiting struct {
	mu       sync.Mutex
	requests []*request
	inputs   int
	bytes    int
	closed   bool
	bell     chan struct{}
}

// Submit hands inputs to the loop and waits until they are durable, or refused. The results are in the order of the
// inputs; each holds its own error. The error of Submit itself means that nothing of the rest was kept: the caller may
// try again, with the same message ids.
func (w *Workspace) Submit(ctx context.Context, inputs []Input) ([]Result, error) {
	if len(inputs) == 0 {
		return nil, nil
	}
	r := &request{inputs: inputs, done: make(chan struct{})}
	for i := range inputs {
		if t := inputs[i].Touch; t != nil {
			r.bytes += 256 + len(t.Properties)
		}
	}
	if err := w.queue.add(r); err != nil {
		return nil, err
	}
	select {
	case <-r.done:
		return r.results, r.err
	case <-ctx.Done():
		// The inputs may still become durable: a retry with the same message ids is recognised.
		return nil, &orrery.Error{Kind: orrery.KindUnavailable, Code: "engine.no_answer", Say: "no answer in time; send it again with the same message ids", RetryAfter: orrery.Second, Err: ctx.Err()}
	}
}

// Do submits one command and returns its answer with the chunk that holds it.
func (w *Workspace) Do(ctx context.Context, c Command) (any, orrery.Seq, error) {
	results, err := w.Submit(ctx, []Input{{Command: c}})
	if err != nil {
		return nil, 0, err
	}
	return results[0].Value, results[0].Seq, results[0].Err
}

func (q *waiting) add(r *request) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case q.closed:
		return &orrery.Error{Kind: orrery.KindUnavailable, Code: "engine.closed", Say: "this workspace is being closed", RetryAfter: 5 * orrery.Second}
	case q.inputs > 0 && (q.inputs+len(r.inputs) > maxWaitingInputs || q.bytes+r.bytes > maxWaitingBytes):
		return &orrery.Error{Kind: orrery.KindLimited, Code: "engine.busy", Say: "too much at once; come back in a second", RetryAfter: orrery.Second}
	}
	q.requests = append(q.requests, r)
	q.inputs += len(r.inputs)
	q.bytes += r.bytes
	select {
	case q.bell <- struct{}{}:
	default:
	}
	return nil
}

// take removes requests that together have at most about n inputs, at least one request when there is any.
func (q *waiting) take(n int) []*request {
	q.mu.Lock()
	defer q.mu.Unlock()
	count, inputs := 0, 0
	for count < len(q.requests) && (count == 0 || inputs+len(q.requests[count].inputs) <= n) {
		inputs += len(q.requests[count].inputs)
		q.bytes -= q.requests[count].bytes
		count++
	}
	q.inputs -= inputs
	taken := append([]*request(nil), q.requests[:count]...)
	q.requests = append(q.requests[:0], q.requests[count:]...)
	return taken
}

// run is the loop. It ends when the workspace is closed.
func (w *Workspace) run() {
	defer close(w.loopDone)
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		select { // also while there is always work
		case f := <-w.between:
			f()
		case done := <-w.checkpointNow:
			w.checkpointWait(done)
		default:
		}
		if w.round() {
			continue
		}
		timer.Reset(w.untilNextTimer())
		select {
		case <-w.queue.bell:
		case <-timer.C:
			w.maybeCheckpoint(true)
		case done := <-w.checkpointNow:
			w.checkpointWait(done)
		case f := <-w.between:
			f()
		case <-w.closing:
			w.finish()
			return
		}
	}
}

// round serves what waits and what is due, as far as one chunk goes; false when there was nothing.
func (w *Workspace) round() bool {
	w.checkClock()
	if w.broken == nil && w.down.is() {
		_ = w.health() // probes by itself: timers must not wait until somebody calls
	}
	requests := w.queue.take(MaxChunkInputs)
	var own []*request
	if due := w.dueTimers(MaxChunkInputs / 4); len(due) > 0 {
		own = append(own, &request{inputs: due, done: make(chan struct{})})
	}
	if slice, ok := w.backfillSlice(); ok {
		own = append(own, &request{inputs: []Input{slice}, done: make(chan struct{})})
	}
	requests = append(requests, own...)
	if len(requests) == 0 {
		return false
	}
	w.serve(requests)
	w.afterOwn(own)
	w.maybeCheckpoint(false)
	return true
}

// afterOwn looks what became of the loop's own work. Timers that were taken and not served ring again; a slice of a walk
// that fails by itself is not tried for ever.
func (w *Workspace) afterOwn(own []*request) {
	for _, r := range own {
		for i := range r.inputs {
			switch c := r.inputs[i].Command.(type) {
			case wake:
				if i >= len(r.results) {
					w.core.timers.add(c.timer)
				}
			case advanceBackfill:
				if i < len(r.results) && r.results[i].Err != nil {
					w.walkFailed = w.core.backfill.policy
					w.core.alarms.raise("walk.failed", r.results[i].Err.Error())
				}
			}
		}
	}
}

// finish ends the loop: what is still waiting is served, and a checkpoint written unless the workspace was killed.
func (w *Workspace) finish() {
	if w.killed.Load() {
		return
	}
	for requests := w.queue.take(MaxChunkInputs); len(requests) > 0; requests = w.queue.take(MaxChunkInputs) {
		w.serve(requests)
	}
	if err := w.checkpointHere(); err != nil {
		slog.Error("checkpoint at the end", "error", err)
	}
}

// backfillSlice is the next bounded piece of a walk over everybody. People changed since the last checkpoint are part of
// it, so a checkpoint is taken before a walk begins.
func (w *Workspace) backfillSlice() (Input, bool) {
	c := w.core
	if !c.backfill.active || w.broken != nil || w.down.is() || w.walkFailed == c.backfill.policy {
		return Input{}, false
	}
	if w.walkReady != c.backfill.policy { // also when it goes on after a restart, which may have read people from the log alone
		if err := w.checkpointHere(); err != nil {
			slog.Error("checkpoint before a walk over everybody", "error", err)
			return Input{}, false
		}
		w.walkReady = c.backfill.policy
	}
	in, ok, err := c.nextBackfill(w.options.Elapsed)
	if err != nil {
		slog.Error("reading the next slice of a walk over everybody", "error", err)
		return Input{}, false
	}
	return in, ok
}

// serve runs requests through as many chunks as they need and answers them.
func (w *Workspace) serve(requests []*request) {
	var inputs []Input
	for _, r := range requests {
		inputs = append(inputs, r.inputs...)
	}
	results := make([]Result, 0, len(inputs))
	var failure error
	for len(inputs) > 0 && failure == nil {
		n, made, err := w.step(inputs)
		if err != nil {
			failure = err
			break
		}
		results = append(results, made...)
		inputs = inputs[n:]
	}
	for _, r := range requests {
		n := min(len(r.inputs), len(results))
		r.results, results = results[:n:n], results[n:]
		if n < len(r.inputs) {
			r.err = failure
		}
		close(r.done)
	}
}

// step makes one chunk of the first inputs, appends it and publishes it.
func (w *Workspace) step(inputs []Input) (int, []Result, error) {
	if err := w.health(); err != nil {
		return 0, nil, err
	}
	c := w.core
	b, results, err := c.process(w.chunkTime(), inputs)
	if err != nil {
		return 0, nil, w.fail("processing", err)
	}
	body := c.body(b)
	if body == nil { // only duplicates, refusals and early timers: nothing to make durable
		at := c.state.at
		if err := c.publish(b, log.Chunk{Seq: at.seq, Incarnation: at.incarnation, Hash: at.hash}); err != nil {
			return 0, nil, w.fail("publishing", err)
		}
		for i := range results {
			results[i].Seq = c.state.at.seq
		}
		return len(results), results, nil
	}
	chunk, err := w.log.Append(context.Background(), c.state.at.seq, body)
	if err != nil {
		c.seen.Remove(b.addedKeys...)
		return 0, nil, w.appendFailed(err)
	}
	if err := c.publish(b, chunk); err != nil {
		return 0, nil, w.fail("publishing", err)
	}
	w.announce(b, chunk)
	for i := range results {
		results[i].Seq = chunk.Seq
	}
	return len(results), results, nil
}

// appendFailed decides what an append that failed means. Nothing was published, so nothing needs to be undone; when the
// log cannot say whether the chunk was kept, it is reopened and what it holds beyond our state is folded.
func (w *Workspace) appendFailed(err error) error {
	w.metrics.appendFailures.Add(1)
	slog.Error("append failed", "error", err)
	w.down.set(w.clock())
	if errors.Is(err, log.ErrUnknown) {
		w.doubt = true
	}
	return unavailable("the disk did not take it", err)
}

// health refuses work while the log is in doubt or the disk refuses, probing with growing pauses.
func (w *Workspace) health() error {
	if w.broken != nil {
		return w.broken
	}
	if !w.down.is() {
		return nil
	}
	if !w.down.mayProbe(w.clock()) {
		return unavailable("the disk does not take anything at the moment", nil)
	}
	if w.doubt {
		if err := w.settleDoubt(); err != nil {
			w.down.set(w.clock())
			return unavailable("the log is being checked", err)
		}
		w.doubt = false
	}
	w.down.clear()
	return nil
}

// settleDoubt reopens the log and folds what it turned out to have kept.
func (w *Workspace) settleDoubt() error {
	ctx := context.Background()
	if r, ok := w.log.(interface{ Reopen(context.Context) error }); ok {
		if err := r.Reopen(ctx); err != nil {
			return fmt.Errorf("reopening the log: %w", err)
		}
	}
	return w.replay(ctx)
}

// fail takes the workspace out of service after an error that leaves its memory in doubt: it is read again from the
// checkpoint and the log when it is opened the next time.
func (w *Workspace) fail(doing string, err error) error {
	slog.Error("workspace out of service", "doing", doing, "error", err)
	w.broken = unavailable("this workspace met a fault while "+doing+" and must be opened again", err)
	return w.broken
}

func unavailable(say string, err error) error {
	return &orrery.Error{Kind: orrery.KindUnavailable, Code: "engine.unavailable", Say: say + "; nothing was kept, try again", RetryAfter: orrery.Second, Err: err}
}
