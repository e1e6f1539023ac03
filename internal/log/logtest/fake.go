package logtest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"iter"
	"sync"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/log"
)

// Failure is how a change of a Fake fails.
type Failure struct {
	Err  error // log.ErrUnknown makes the fake refuse changes until Reopen
	Kept bool  // whether the change is made all the same
}

// Fake is a log in memory that behaves like a real one and fails when it is told to. It keeps its chunks when closed:
// Reopen brings them back.
type Fake struct {
	// FailAppend and FailRedact are asked before each change; nil, or a zero Failure, is success. The change is made
	// under the fake's lock, so they must not call it.
	FailAppend func(after orrery.Seq) Failure
	FailRedact func(seq orrery.Seq) Failure

	mu          sync.RWMutex
	incarnation uint16
	chunks      []fakeChunk
	broken      error
	closed      bool
}

type fakeChunk struct {
	log.Chunk
	room int
}

// fakeSlack is by how much a redacted body of a Fake may be longer than the one appended.
const fakeSlack = 128

var _ log.Log = (*Fake)(nil)

// NewFake is an empty log.
func NewFake() *Fake { return &Fake{} }

// Reopen makes the log usable again after a failure or Close; chunks appended from now on carry the incarnation, or
// that of the last chunk when that is higher.
func (f *Fake) Reopen(incarnation uint16) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.broken, f.closed, f.incarnation = nil, false, incarnation
	if n := len(f.chunks); n > 0 {
		f.incarnation = max(incarnation, f.chunks[n-1].Incarnation)
	}
}

// change says whether the log can be changed now.
func (f *Fake) change(ctx context.Context) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case f.closed:
		return log.ErrClosed
	case f.broken != nil:
		return fmt.Errorf("%w: refused after: %w", log.ErrUnknown, f.broken)
	}
	return nil
}

func (f *Fake) fail(err error) error {
	if errors.Is(err, log.ErrUnknown) {
		f.broken = err
	}
	return err
}

// Append appends in memory, or fails as FailAppend says.
func (f *Fake) Append(ctx context.Context, after orrery.Seq, body []byte) (log.Chunk, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.change(ctx); err != nil {
		return log.Chunk{}, err
	}
	var before log.Hash
	if n := len(f.chunks); n > 0 {
		before = f.chunks[n-1].Hash
	}
	if after != orrery.Seq(len(f.chunks)) {
		return log.Chunk{}, fmt.Errorf("append chunk %d: %w: it ends at %d", after+1, log.ErrConflict, len(f.chunks))
	}
	var failure Failure
	if f.FailAppend != nil {
		failure = f.FailAppend(after)
	}
	c := log.Chunk{Seq: after + 1, Incarnation: f.incarnation, Hash: log.Chain(before, after+1, f.incarnation, sha256.Sum256(body))}
	if failure.Err == nil || failure.Kept {
		kept := fakeChunk{Chunk: c, room: len(body) + fakeSlack}
		kept.Body = bytes.Clone(body)
		f.chunks = append(f.chunks, kept)
	}
	if failure.Err != nil {
		return log.Chunk{}, f.fail(failure.Err)
	}
	return c, nil
}

// Redact replaces a body in memory, or fails as FailRedact says.
func (f *Fake) Redact(ctx context.Context, seq orrery.Seq, body []byte) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.change(ctx); err != nil {
		return err
	}
	if seq == 0 || seq > orrery.Seq(len(f.chunks)) {
		return fmt.Errorf("redact chunk %d: %w", seq, log.ErrNoChunk)
	}
	c := &f.chunks[seq-1]
	if len(body) > c.room {
		return &log.TooLargeError{Seq: seq, Size: len(body), Room: c.room}
	}
	var failure Failure
	if f.FailRedact != nil {
		failure = f.FailRedact(seq)
	}
	if failure.Err == nil || failure.Kept {
		c.Body, c.Redacted = bytes.Clone(body), true
	}
	return f.fail(failure.Err)
}

// Read yields copies of the chunks after from.
func (f *Fake) Read(ctx context.Context, from orrery.Seq) iter.Seq2[log.Chunk, error] {
	return func(yield func(log.Chunk, error) bool) {
		for seq := from + 1; ; seq++ {
			c, err := f.At(ctx, seq)
			if errors.Is(err, log.ErrNoChunk) || !yield(c, err) || err != nil {
				return
			}
		}
	}
}

// At is a copy of the chunk at seq.
func (f *Fake) At(ctx context.Context, seq orrery.Seq) (log.Chunk, error) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	switch {
	case ctx.Err() != nil:
		return log.Chunk{}, ctx.Err()
	case f.closed:
		return log.Chunk{}, log.ErrClosed
	case seq == 0 || seq > orrery.Seq(len(f.chunks)):
		return log.Chunk{}, fmt.Errorf("read chunk %d: %w", seq, log.ErrNoChunk)
	}
	c := f.chunks[seq-1].Chunk
	c.Body = bytes.Clone(c.Body)
	return c, nil
}

// End is the last chunk and its hash.
func (f *Fake) End() (orrery.Seq, log.Hash) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	if len(f.chunks) == 0 {
		return 0, log.Hash{}
	}
	c := f.chunks[len(f.chunks)-1]
	return c.Seq, c.Hash
}

// Close makes the log refuse everything until Reopen.
func (f *Fake) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	return nil
}
