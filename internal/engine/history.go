package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/log"
)

// Chunk reads all facts of one chunk, in the order in which they were emitted. It fails with an *orrery.Error of kind not
// found when the log has no such chunk.
func (w *Workspace) Chunk(ctx context.Context, seq orrery.Seq) ([]Fact, error) {
	chunk, err := w.log.At(ctx, seq)
	if errors.Is(err, log.ErrNoChunk) || seq == 0 {
		return nil, orrery.NotFound("chunk.unknown", fmt.Sprintf("the log has no chunk %d", seq))
	}
	if err != nil {
		return nil, fmt.Errorf("reading chunk %d: %w", seq, err)
	}
	decoder, err := newDecoder()
	if err != nil {
		return nil, fmt.Errorf("making a decompressor: %w", err)
	}
	defer decoder.Close()
	_, facts, err := decodeChunk(decoder, seq, chunk.Incarnation, chunk.Body)
	if err != nil {
		return nil, err
	}
	out := make([]Fact, len(facts))
	for i := range facts {
		out[i] = Fact{At: facts[i].at, Fact: facts[i].fact}
	}
	return out, nil
}

// Born reads the fact at whose place an id was born (see [orrery.Stamp.ID]). It fails with an *orrery.Error of kind not
// found when the log has no such fact, be it that there never was one or that it was erased.
func (w *Workspace) Born(ctx context.Context, id uint64) (Fact, error) {
	facts, err := w.Chunk(ctx, orrery.SeqOf(id))
	if err != nil {
		return Fact{}, err
	}
	for _, f := range facts {
		if f.At.ID() == id {
			return f, nil
		}
	}
	return Fact{}, orrery.NotFound("fact.unknown", "the log has nothing under this id")
}

// FactNames lists the name of every kind of fact, sorted.
func FactNames() []string {
	names := make([]string, 0, len(factNames))
	for _, n := range factNames {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// Subjects lists the fragments that a fact is about.
func Subjects(f orrery.Fact) []orrery.FragmentID { return subjectsOf(nil, f) }
