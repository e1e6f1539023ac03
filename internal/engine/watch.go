package engine

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/log"
)

// counters count what the engine did since it was opened.
type counters struct {
	chunks, facts               atomic.Int64
	appendFailures, checkpoints atomic.Int64
	checkpointNanos, factBytes  atomic.Int64
}

// Counts is what the engine did since it was opened.
type Counts struct {
	Chunks, Facts, FactBytes, AppendFailures, Checkpoints int64
}

// Counts reads the counters.
func (w *Workspace) Counts() Counts {
	m := &w.metrics
	return Counts{Chunks: m.chunks.Load(), Facts: m.facts.Load(), FactBytes: m.factBytes.Load(),
		AppendFailures: m.appendFailures.Load(), Checkpoints: m.checkpoints.Load()}
}

// alarms are things that must not pass unseen: the latest of each kind, with how often.
type alarms struct {
	mu   sync.Mutex
	last map[string]Alarm
}

// Alarm is something that an operator should look at.
type Alarm struct {
	Code   string `json:"code"`
	Detail string `json:"detail"`
	Count  int    `json:"count"`
}

func (a *alarms) raise(code, detail string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.last == nil {
		a.last = map[string]Alarm{}
	}
	x := a.last[code]
	a.last[code] = Alarm{Code: code, Detail: detail, Count: x.Count + 1}
}

func (a *alarms) list() []Alarm {
	a.mu.Lock()
	defer a.mu.Unlock()
	out := make([]Alarm, 0, len(a.last))
	for _, x := range a.last {
		out = append(out, x)
	}
	return out
}

// progress tells readers how far the published state has come.
type progress struct {
	mu    sync.Mutex
	seq   orrery.Seq
	moved chan struct{} // closed and replaced at each step
}

func (p *progress) init() { p.moved = make(chan struct{}) }

func (p *progress) advance(seq orrery.Seq) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seq = seq
	close(p.moved)
	p.moved = make(chan struct{})
}

// Wait returns once everything up to seq is visible to readers, or with the context's error.
func (w *Workspace) Wait(ctx context.Context, seq orrery.Seq) error {
	for {
		w.progress.mu.Lock()
		at, moved := w.progress.seq, w.progress.moved
		w.progress.mu.Unlock()
		if at >= seq {
			return nil
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Seq is the chunk up to which readers see everything.
func (w *Workspace) Seq() orrery.Seq {
	w.core.state.mu.RLock()
	defer w.core.state.mu.RUnlock()
	return w.core.state.at.seq
}

// Batch is one durable chunk as watchers see it.
type Batch struct {
	Seq         orrery.Seq
	Incarnation uint16
	Hash        log.Hash
	Time        orrery.Instant
	Facts       []Fact
}

// Fact is a fact with its place in the log.
type Fact struct {
	At   orrery.Stamp
	Fact orrery.Fact
}

// watchers are told of durable chunks. A watcher that is too slow loses its place and reads the log instead.
type watchers struct {
	mu   sync.Mutex
	list map[chan Batch]bool
}

// Watch hands every durable chunk from now on to the returned channel, until stop is called. When the watcher falls
// behind by more than its buffer the channel is closed: the watcher reads the log from where it was.
func (w *Workspace) Watch(buffer int) (batches <-chan Batch, stop func()) {
	c := make(chan Batch, buffer)
	w.watchers.mu.Lock()
	defer w.watchers.mu.Unlock()
	if w.watchers.list == nil {
		w.watchers.list = map[chan Batch]bool{}
	}
	w.watchers.list[c] = true
	return c, func() {
		w.watchers.mu.Lock()
		defer w.watchers.mu.Unlock()
		if w.watchers.list[c] {
			delete(w.watchers.list, c)
			close(c)
		}
	}
}

// announce tells readers and watchers that a chunk is durable and published.
func (w *Workspace) announce(b *batch, chunk log.Chunk) {
	w.metrics.chunks.Add(1)
	w.metrics.facts.Add(int64(len(b.facts)))
	w.metrics.factBytes.Add(int64(len(b.chunk.raw.B)))
	w.policy.Store(b.policy)
	w.progress.advance(chunk.Seq)
	w.watchers.mu.Lock()
	defer w.watchers.mu.Unlock()
	if len(w.watchers.list) == 0 {
		return
	}
	out := Batch{Seq: chunk.Seq, Incarnation: chunk.Incarnation, Hash: chunk.Hash, Time: b.now, Facts: make([]Fact, len(b.facts))}
	for i := range b.facts {
		out.Facts[i] = Fact{At: b.facts[i].at, Fact: b.facts[i].fact}
	}
	for c := range w.watchers.list {
		select {
		case c <- out:
		default:
			delete(w.watchers.list, c)
			close(c)
		}
	}
}

// ReadLog calls f for each chunk after seq that is durable now, in order.
func (w *Workspace) ReadLog(ctx context.Context, after orrery.Seq, f func(Batch) error) error {
	decoder, err := newDecoder()
	if err != nil {
		return err
	}
	defer decoder.Close()
	for chunk, err := range w.log.Read(ctx, after) {
		if err != nil {
			return err
		}
		at, facts, err := decodeChunk(decoder, chunk.Seq, chunk.Incarnation, chunk.Body)
		if err != nil {
			return err
		}
		out := Batch{Seq: chunk.Seq, Incarnation: chunk.Incarnation, Hash: chunk.Hash, Time: at, Facts: make([]Fact, len(facts))}
		for i := range facts {
			out.Facts[i] = Fact{At: facts[i].at, Fact: facts[i].fact}
		}
		if err := f(out); err != nil {
			return err
		}
	}
	return nil
}
