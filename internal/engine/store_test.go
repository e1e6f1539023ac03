package engine

import (
	"fmt"
	"testing"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/orrery-cxm/orrery"
)

// The loop looks things up another way than readers do: it must find the same, and must not keep old files.
func TestTheLoopFindsWhatReadersGet(t *testing.T) {
	s, err := openStore(t.TempDir(), vfs.Default, 8<<20)
	if err != nil {
		t.Fatal(err)
	}
	state := newState(s, position{}, 1)
	key := func(id orrery.FragmentID) []byte { return idKey(keyFragment, uint64(id)) }
	const people = 500
	for round := range 4 {
		state.mu.Lock()
		for id := range orrery.FragmentID(people) {
			switch {
			case int(id)%5 == round:
				state.fresh.fragments[id] = nil // gone
			case int(id)%3 == round%3:
				state.fresh.fragments[id] = fmt.Appendf(nil, "%d in round %d", id, round)
			}
			state.fresh.bytes += 10
		}
		state.mu.Unlock()
		layer, at := state.freeze()
		if err := s.flush(layer, at, []byte{1}); err != nil {
			t.Fatal(err)
		}
		state.thaw()
		for id := range orrery.FragmentID(2 * people) { // the second half is nobody
			got, err1 := s.get(key(id))
			found, err2 := s.find(key(id))
			if err1 != nil || err2 != nil || string(got) != string(found) || (got == nil) != (found == nil) {
				t.Fatalf("round %d, fragment %d: a reader gets %q (%v), the loop finds %q (%v)", round, id, got, err1, found, err2)
			}
		}
		if err := s.db.Compact(t.Context(), []byte{keyFragment}, []byte{keyFragment + 1}, false); err != nil {
			t.Fatal(err)
		}
	}
	if s.seeker == nil {
		t.Fatal("the loop does not keep its place")
	}
	s.release()
	letGo(t, s.db)
	if err := s.close(); err != nil {
		t.Errorf("closing: %v", err)
	}
}

// letGo fails when files of older checkpoints are still held by somebody.
func letGo(t *testing.T, db *pebble.DB) {
	t.Helper()
	if n := db.Metrics().Table.ZombieCount; n != 0 {
		t.Errorf("%d old files are still held after the loop let go", n)
	}
}

func TestNobodyIsReadAsTheyWereBeforeACheckpoint(t *testing.T) {
	s, err := openStore(t.TempDir(), vfs.Default, 8<<20)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	state := newState(s, position{}, 1<<20)
	const changed, gone = orrery.FragmentID(1), orrery.FragmentID(2)
	for round := range 4 {
		want := fmt.Sprintf("round %d", round)
		state.fresh.fragments[changed] = []byte(want)
		state.fresh.fragments[gone] = []byte(want)
		if round == 3 {
			state.fresh.fragments[gone] = nil
		}
		state.fresh.bytes++
		layer, at := state.freeze()
		if err := s.flush(layer, at, []byte{1}); err != nil {
			t.Fatal(err)
		}
		if round%2 == 0 { // as a checkpoint beside the loop does it; else it is left to thaw
			state.warm(layer)
		}
		state.thaw()
		got, err := state.blob(changed)
		if err != nil || string(got) != want {
			t.Fatalf("after checkpoint %d a reader gets %q (%v), want %q: the cache must follow what was written", round, got, err, want)
		}
		left, err := state.blob(gone)
		if err != nil || (round == 3) != (left == nil) {
			t.Fatalf("after checkpoint %d a reader gets %q (%v) of somebody who was erased in the last", round, left, err)
		}
	}
}
