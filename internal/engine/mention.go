package engine

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/identify"
)

// A touch may carry an identifier that leads to somebody else: the one whom its writer says was wronged, a device in other
// hands, a claim that was refused. Nothing in that person's timeline tells of it, so an erasure would not find it. Such
// touches are rare; for each the checkpoint keeps the fragment and the chunk, and nothing of what was said.

// mention says that a chunk names a fragment in a touch of another person.
type mention struct {
	fragment orrery.FragmentID
	seq      orrery.Seq
}

// mentionsOf notes whom a touch names besides the person who made it.
func (b *batch) mentionsOf(at orrery.Stamp, f *orrery.TouchRecorded) {
	note := func(ids []orrery.Identifier) {
		for i := range ids {
			id := b.FragmentOf(ids[i].Namespace, ids[i].Value)
			if b.PersonOf(id) != f.Person {
				b.mentions = append(b.mentions, mention{id, at.Seq})
			}
		}
	}
	if len(f.Touch.Identifiers) > 1 || len(f.Touch.Alias) > 0 {
		note(f.Touch.Identifiers)
		note(f.Touch.Alias)
	}
	if f.Touch.Message != nil {
		note(f.Touch.Message.Affected)
	}
}

// mentioned lists the chunks in which others name a fragment. The caller holds the state's lock or is the loop.
func (s *state) mentioned(id orrery.FragmentID) ([]orrery.Seq, error) {
	var out []orrery.Seq
	for _, l := range []*layer{s.fresh, s.frozen} {
		if l == nil {
			continue
		}
		for m := range l.mentions {
			if m.fragment == id {
				out = append(out, m.seq)
			}
		}
	}
	err := s.store.scan(idKey(keyMention, uint64(id)), nil, func(key, _ []byte) (bool, error) {
		out = append(out, orrery.Seq(binary.BigEndian.Uint64(key[9:])))
		return true, nil
	})
	if err != nil {
		return nil, fmt.Errorf("looking for touches of others: %w", err)
	}
	return out, nil
}

// readOthers gathers the chunks in which others name a fragment: those that are known as mentions, and of whoever was or is
// connected with it by evidence the touches that carry its identifier: they were the same person's once.
func (e *Erasure) readOthers(s *snapshot, n *identify.Node) error {
	seqs, err := s.state.mentioned(n.ID)
	if err != nil {
		return err
	}
	e.Chunks = append(e.Chunks, seqs...)
	others := map[orrery.FragmentID]bool{}
	for i := range n.Edges {
		others[n.Edges[i].Other] = true
	}
	for i := range n.Denials {
		others[n.Denials[i].Other] = true
	}
	for id := range others {
		if slices.Contains(e.Fragments, id) {
			continue // all of theirs is gone anyway
		}
		entries, err := s.state.entries(id, Cursor{}, maxEntries)
		if err != nil {
			return err
		}
		for i := range entries {
			if f, ok := entries[i].Fact.(*orrery.TouchRecorded); ok && carries(&f.Touch, &n.Identifier) {
				e.Chunks = append(e.Chunks, entries[i].At.Seq)
			}
		}
	}
	return nil
}

// carries says that a touch names an identifier.
func carries(t *orrery.Touch, id *orrery.Identifier) bool {
	same := func(i orrery.Identifier) bool { return i.Namespace == id.Namespace && i.Value == id.Value }
	return slices.ContainsFunc(t.Identifiers, same) || slices.ContainsFunc(t.Alias, same) ||
		t.Message != nil && slices.ContainsFunc(t.Message.Affected, same)
}
