package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/wire"
)

// clean is the physical part of an erasure: every place in which bytes of the person may stand. Each step may be done
// twice.
func (w *Workspace) clean(ctx context.Context, plan *Erasure, seq orrery.Seq, began orrery.Instant,
	elsewhere func(context.Context, *Erasure, orrery.Seq) ([]Cleaned, error)) (*Receipt, error) {
	receipt := &Receipt{Person: plan.Person, Request: plan.Request, Seq: seq, Began: began}
	did := func(store, what string, count int) {
		receipt.Cleaned = append(receipt.Cleaned, Cleaned{Store: store, What: what, Count: count, At: w.clock()})
	}
	lines := make([]registerLine, len(plan.Hashes))
	for i, text := range plan.Hashes {
		var err error
		if lines[i], err = parseRegisterLine(text); err != nil {
			return nil, fmt.Errorf("reading the plan of an erasure: %w", err)
		}
	}
	if err := w.register.add(lines); err != nil {
		return nil, err
	}
	did("register", "keyed hashes of identifiers kept, so that a restore erases them again", len(lines))
	r, err := w.redactLog(ctx, plan, seq)
	if err != nil {
		return nil, err
	}
	did("dedupe", "message ids", len(r.keys))
	did("log", "facts left out or changed", r.facts)
	did("log", "chunks written anew", r.chunks)
	did("outbox", "messages, notices and dead letters emptied with their fragments", len(plan.Fragments))
	if err := w.exclusively(ctx, func() error { return w.cleanState(plan, r) }); err != nil {
		return nil, err
	}
	if err := w.purge(ctx, plan, r); err != nil {
		return nil, err
	}
	did("checkpoint", "fragments, their timers and what waited for them", len(plan.Fragments))
	did("checkpoint", "timeline entries", plan.Entries)
	did("checkpoint", "cases", len(r.cases))
	did("checkpoint", "entries in timelines of others", len(r.changed))
	n, err := w.sweepLeftovers()
	if err != nil {
		return nil, err
	}
	did("directory", "leftovers of verifications", n)
	if elsewhere != nil {
		more, err := elsewhere(ctx, plan, seq)
		if err != nil {
			return nil, err
		}
		receipt.Cleaned = append(receipt.Cleaned, more...)
	}
	receipt.Ended = w.clock()
	return receipt, w.dropPlan()
}

// redactLog redacts every chunk in which the person may be: those of the plan, and all between it and the erasure. Message
// ids go first: once a chunk is redacted nobody knows them any more.
func (w *Workspace) redactLog(ctx context.Context, plan *Erasure, seq orrery.Seq) (*redactor, error) {
	r := &redactor{w: w, at: seq, erased: map[orrery.FragmentID]bool{}, numbers: map[uint64]bool{},
		cases: map[orrery.CaseID]bool{}, account: map[orrery.AccountID]bool{}}
	for _, id := range plan.Fragments {
		r.erased[id] = true
	}
	for _, n := range plan.Quarantined {
		r.numbers[n] = true
	}
	for _, id := range plan.Cases { // a crash may have left them where the log no longer names them
		r.cases[id] = true
	}
	var err error
	if r.decoder, err = newDecoder(); err != nil {
		return nil, fmt.Errorf("making a decompressor: %w", err)
	}
	defer r.decoder.Close()
	seqs := slices.Clone(plan.Chunks)
	for s := plan.Upto + 1; s <= seq; s++ {
		seqs = append(seqs, s)
	}
	slices.Sort(seqs)
	const atOnce = 64 // chunks held in memory
	for part := range slices.Chunk(slices.Compact(seqs), atOnce) {
		var todo []*redacted
		before := len(r.keys)
		for _, s := range part {
			chunk, err := w.log.At(ctx, s)
			if err != nil {
				return nil, fmt.Errorf("reading chunk %d: %w", s, err)
			}
			x, err := r.read(chunk)
			if err != nil {
				return nil, err
			}
			if x != nil {
				todo = append(todo, x)
			}
		}
		if err := w.core.seen.Erase(r.keys[before:]); err != nil {
			return nil, fmt.Errorf("erasing message ids: %w", err)
		}
		for _, x := range todo {
			if err := r.put(ctx, x); err != nil {
				return nil, fmt.Errorf("redacting the log: %w", err)
			}
		}
	}
	return r, nil
}

// exclusively calls f between two chunks.
func (w *Workspace) exclusively(ctx context.Context, f func() error) error {
	done := make(chan error, 1)
	select {
	case w.between <- func() { done <- f() }:
		return <-done
	case <-w.loopDone: // driven by hand
		return f()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// cleanState takes out of the checkpoint what no fact takes out: cases that are nobody's, memberships of accounts, and in
// timelines of others the entries that named the person. Everything is on disk before, so that is the only place.
func (w *Workspace) cleanState(plan *Erasure, r *redactor) error {
	if err := w.checkpointHere(); err != nil {
		return err
	}
	s := w.core.state
	b := rows{}
	for id := range r.cases {
		if err := w.cleanCase(b, id, r); err != nil {
			return err
		}
	}
	for id := range r.account {
		if err := w.cleanAccount(b, id, r); err != nil {
			return err
		}
	}
	if err := w.rewriteEntries(b, r.changed); err != nil {
		return err
	}
	for _, id := range plan.Fragments {
		b.deleteAll(idKey(keyMention, uint64(id)))
	}
	if err := s.store.write(b); err != nil {
		return fmt.Errorf("cleaning the checkpoint: %w", err)
	}
	return nil
}

func (w *Workspace) cleanCase(b rows, id orrery.CaseID, r *redactor) error {
	blob, err := w.core.state.caseBlob(id)
	if err != nil || blob == nil {
		return err
	}
	c, err := decodeCase(blob)
	if err != nil {
		return err
	}
	if _, others := withoutErased(*c, func(f orrery.FragmentID) bool { return r.erased[f] }); others {
		delete(r.cases, id) // somebody else's by now
		return nil
	}
	b.put(idKey(keyCase, uint64(id)), nil)
	return nil
}

func (w *Workspace) cleanAccount(b rows, id orrery.AccountID, r *redactor) error {
	blob, err := w.core.state.accountBlob(id)
	if err != nil || blob == nil {
		return err
	}
	var a Account
	if err := decodeRare.Unmarshal(blob, &a); err != nil {
		return fmt.Errorf("reading account: %w", err)
	}
	// Whoever came again since keeps their place: it is theirs by a younger fact.
	a.Members = slices.DeleteFunc(a.Members, func(f orrery.FragmentID) bool {
		if !r.erased[f] {
			return false
		}
		again, e := w.known(f)
		err = errors.Join(err, e)
		return !again
	})
	if err != nil {
		return fmt.Errorf("reading who came again: %w", err)
	}
	if blob, err = encodeRare.Marshal(&a); err != nil {
		return fmt.Errorf("encoding account: %w", err)
	}
	b.put(append([]byte{keyAccount}, id...), blob)
	return nil
}

// known says that a fragment is somebody; of an erased one at most a removal is left that a destination has not taken yet.
func (w *Workspace) known(id orrery.FragmentID) (bool, error) {
	blob, err := w.core.state.blob(id)
	if err != nil || len(blob) == 0 {
		return false, err
	}
	f, err := decodeFragment(id, blob)
	return err == nil && !f.node.empty(), err
}

// rewriteEntries puts entries in the place of those of the same stamp.
func (w *Workspace) rewriteEntries(b rows, changed []changedEntry) error {
	of := map[orrery.FragmentID]map[orrery.Stamp][]byte{}
	for _, c := range changed {
		if of[c.fragment] == nil {
			of[c.fragment] = map[orrery.Stamp][]byte{}
		}
		of[c.fragment][c.at] = c.body
	}
	for id, bodies := range of {
		err := w.core.state.store.scan(idKey(keyPage, uint64(id)), nil, func(key, value []byte) (bool, error) {
			page, any, err := rewritePage(bytes.Clone(value), bodies)
			if err != nil || !any {
				return true, err
			}
			b.put(key, page)
			return true, nil
		})
		if err != nil {
			return fmt.Errorf("cleaning a timeline: %w", err)
		}
	}
	return nil
}

func rewritePage(page []byte, bodies map[orrery.Stamp][]byte) (out []byte, any bool, err error) {
	r := wire.NewReader(page)
	var w wire.Writer
	for r.Len() > 0 {
		at := orrery.Stamp{Seq: orrery.Seq(r.Uint()), Incarnation: uint16(r.Uint()), Index: uint32(r.Uint()), Time: orrery.Instant(r.Int())}
		kind, body := r.Uint(), r.Bytes()
		if next, ok := bodies[at]; ok {
			body, any = next, true
		}
		w.Uint(uint64(at.Seq))
		w.Uint(uint64(at.Incarnation))
		w.Uint(uint64(at.Index))
		w.Int(int64(at.Time))
		w.Uint(kind)
		w.Bytes(body)
	}
	return w.B, any, r.Err()
}

// purgeWait bounds how long an erasure waits for old files of the checkpoint to go: readers hold them for milliseconds.
const purgeWait = 30 * time.Second

// purge writes those files of the checkpoint anew in which the person was, and waits until the old ones are gone.
func (w *Workspace) purge(ctx context.Context, plan *Erasure, r *redactor) error {
	db := w.core.state.store.db
	ranges := [][2][]byte{}
	add := func(prefix []byte) { ranges = append(ranges, [2][]byte{prefix, after(prefix)}) }
	for _, id := range plan.Fragments {
		add(idKey(keyFragment, uint64(id)))
		add(idKey(keyPage, uint64(id)))
		add(idKey(keyWaiting, uint64(id)))
		add(idKey(keyMention, uint64(id)))
	}
	for id := range r.cases {
		add(idKey(keyCase, uint64(id)))
	}
	for id := range r.account {
		add(append([]byte{keyAccount}, id...))
	}
	for i, c := range r.changed {
		if i == 0 || c.fragment != r.changed[i-1].fragment {
			add(idKey(keyPage, uint64(c.fragment)))
			add(idKey(keyFragment, uint64(c.fragment)))
		}
	}
	done := make(chan error, len(ranges))
	for _, p := range ranges { // the store runs as many at once as it may
		go func() { done <- db.Compact(ctx, p[0], p[1], false) }()
	}
	var failed error
	for range ranges {
		failed = errors.Join(failed, <-done)
	}
	if failed != nil {
		return fmt.Errorf("writing files of the checkpoint anew: %w", failed)
	}
	release := func() error { w.core.state.store.release(); return nil } // the loop may still hold the old ones
	if err := w.exclusively(ctx, release); err != nil {
		return err
	}
	for until := time.Now().Add(purgeWait); ; {
		m := db.Metrics()
		if m.Table.ObsoleteCount == 0 && m.Table.ZombieCount == 0 {
			return nil
		}
		if time.Now().After(until) {
			return errors.New("old files of the checkpoint do not go: somebody still reads them; erase again when they have ended")
		}
		select {
		case <-time.After(2 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// sweepLeftovers removes what verifications that were cut off left behind.
func (w *Workspace) sweepLeftovers() (int, error) {
	left, err := filepath.Glob(filepath.Join(w.options.Dir, "verify-*"))
	if err != nil {
		return 0, fmt.Errorf("looking for leftovers: %w", err)
	}
	for _, path := range left {
		if err := os.RemoveAll(path); err != nil {
			return 0, fmt.Errorf("removing leftovers: %w", err)
		}
	}
	return len(left), nil
}
