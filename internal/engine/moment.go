package engine

import (
	"cmp"
	"context"
	"fmt"
	"sort"

	"github.com/orrery-cxm/orrery"
)

// firstSince is the first chunk at or after a moment, and its time: chunk times never go back. The end's successor when
// there is none.
func (w *Workspace) firstSince(ctx context.Context, end orrery.Seq, since orrery.Instant) (orrery.Seq, orrery.Instant, error) {
	var failure error
	n := sort.Search(int(end), func(i int) bool {
		at, err := w.chunkAt(ctx, orrery.Seq(i+1))
		failure = cmp.Or(failure, err)
		return failure != nil || at >= since
	})
	first := orrery.Seq(n + 1)
	if failure != nil || first > end {
		return first, w.clock(), failure
	}
	at, err := w.chunkAt(ctx, first)
	return first, at, err
}

// chunkAt is the time of a chunk.
func (w *Workspace) chunkAt(ctx context.Context, seq orrery.Seq) (orrery.Instant, error) {
	chunk, err := w.log.At(ctx, seq)
	if err != nil {
		return 0, fmt.Errorf("reading chunk %d: %w", seq, err)
	}
	decoder, err := newDecoder()
	if err != nil {
		return 0, fmt.Errorf("making a decompressor: %w", err)
	}
	defer decoder.Close()
	at, _, err := decodeChunk(decoder, seq, chunk.Incarnation, chunk.Body)
	return at, err
}

// seenDays is how much of the log is read at most to know its message ids again: those are kept for seven days after the
// one on which they came.
const seenDays = 9 * orrery.Day

// oldestSeen is the chunk after which message ids still count, by the time of the last chunk: the machine's clock may be
// wrong.
func (w *Workspace) oldestSeen(ctx context.Context) (orrery.Seq, error) {
	end, _ := w.log.End()
	if end == 0 {
		return 0, nil
	}
	last, err := w.chunkAt(ctx, end)
	if err != nil {
		return 0, err
	}
	first, _, err := w.firstSince(ctx, end, last.Add(-seenDays))
	return first - 1, err
}

// replaySeen adds the message ids of chunks that the checkpoint has and the files of ids do not.
func (w *Workspace) replaySeen(ctx context.Context, from, to orrery.Seq) error {
	for chunk, err := range w.log.Read(ctx, from) {
		if err != nil {
			return fmt.Errorf("reading the log: %w", err)
		}
		if chunk.Seq > to {
			return nil
		}
		at, facts, err := decodeChunk(w.core.decoder, chunk.Seq, chunk.Incarnation, chunk.Body)
		if err != nil {
			return err
		}
		for i := range facts {
			w.core.saw(facts[i].fact, at)
		}
	}
	return nil
}
