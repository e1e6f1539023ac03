package dedupe

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/orrery-cxm/orrery"
)

func TestAnErasedIDIsInNoFile(t *testing.T) {
	dir, _ := written(t, 3000)
	s := mustOpen(t, dir)
	var keys []Key
	for k, err := range merged(s.runs) {
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, k)
	}
	// One in the middle, one twice, the first of a block, all of two blocks, one that was never there.
	gone := append([]Key{keys[3], keys[3], keys[2*keysPerBlock], key(100_000)}, keys[5*keysPerBlock:7*keysPerBlock]...)
	if err := s.Erase(gone); err != nil {
		t.Fatal(err)
	}
	names, _ := filepath.Glob(filepath.Join(dir, "*"))
	if len(names) != 2 {
		t.Errorf("files are %v, want the manifest and one run", names)
	}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range gone {
			fence := slices.Clone(k[:8])
			slices.Reverse(fence)
			alone := k[0] != 0x10 // many others begin like the rest
			if bytes.Contains(b, k[:]) || alone && bytes.Contains(b, fence) {
				t.Errorf("%s still holds an erased id or half of it", filepath.Base(name))
			}
		}
	}
	for i, k := range keys {
		want := i != 3 && i != 2*keysPerBlock && i/keysPerBlock != 5 && i/keysPerBlock != 6
		if seen, err := s.Seen(k, start); err != nil || seen != want {
			t.Errorf("id %d is seen %v, want %v (%v)", i, seen, want, err)
		}
	}
	if st, left := s.Stats(), uint64(3000-2-2*keysPerBlock); st.Keys != left {
		t.Errorf("%d ids are left, want %d", st.Keys, left)
	}
	if err := s.Verify(); err != nil {
		t.Errorf("after the erasure the files are not whole: %v", err)
	}
}

func FuzzANotedErasureIsReadBackOrRefused(f *testing.F) {
	p := patch{{"20000-000000000001.run", 77, []byte("abc")}, {"20001-000000000002.run", 0, nil}}
	f.Add(p.encode())
	f.Fuzz(func(t *testing.T, b []byte) {
		sum := binary.LittleEndian.AppendUint32(nil, crc32.Checksum(b, castagnoli))
		for _, b := range [][]byte{b, append(slices.Clone(b), sum...)} {
			if p, whole := decodePatch(b); whole {
				if again, whole := decodePatch(p.encode()); !whole || !cmp.Equal(again, p, cmp.AllowUnexported(write{}), cmpopts.EquateEmpty()) {
					t.Fatalf("a noted erasure is read that is written differently: %+v", p)
				}
			}
		}
	})
}

func TestAnErasureThatFailedIsFinishedByTheNext(t *testing.T) {
	dir, _ := written(t, 600)
	s := mustOpen(t, dir)
	s.step = func(at string) error {
		if at == "erasure half done" {
			return errCrash
		}
		return nil
	}
	if err := s.Erase([]Key{key(1), key(2)}); !errors.Is(err, errCrash) {
		t.Fatalf("the failure is not reported: %v", err)
	}
	s.step = func(string) error { return nil }
	if err := s.Erase([]Key{key(4)}); err != nil {
		t.Fatal(err)
	}
	for n, want := range []bool{true, false, false, true, false, true} {
		if seen, err := s.Seen(key(n), start); err != nil || seen != want {
			t.Errorf("id %d is seen %v, want %v (%v)", n, seen, want, err)
		}
	}
	if st := s.Stats(); st.Keys != 597 || s.Verify() != nil {
		t.Errorf("%d ids are left (%v), want 597", st.Keys, s.Verify())
	}
}

func TestAnErasureThatACrashCutShortIsFinishedWhenTheSetIsOpened(t *testing.T) {
	for writes := range 3 { // that were done when the power went out
		dir, _ := written(t, 600)
		s := mustOpen(t, dir)
		var first Key
		for k := range merged(s.runs) {
			first = k
			break
		}
		s.step = func(at string) error {
			if at != "erasure half done" {
				return nil
			}
			if writes--; writes < 0 {
				return errCrash
			}
			return nil
		}
		if err := s.Erase([]Key{first}); !errors.Is(err, errCrash) {
			t.Fatalf("the failure is not reported: %v", err)
		}
		s.Close()
		s = mustOpen(t, dir)
		if seen, err := s.Seen(first, start); seen || err != nil || s.Verify() != nil || s.Stats().Keys != 599 {
			t.Errorf("the id is seen %v (%v), %d are left (%v), want it gone and 599 left", seen, err, s.Stats().Keys, s.Verify())
		}
	}
}

func TestFilesThatWereErasedFromAreMerged(t *testing.T) {
	for _, left := range []uint64{0, 2, 3} { // of 4 ids in 2 files
		s := mustOpen(t, t.TempDir())
		for n := range 4 {
			s.Add(key(n), start)
			if n%2 == 1 {
				if err := s.Seal(orrery.Seq(n), [32]byte{}); err != nil {
					t.Fatal(err)
				}
			}
		}
		gone := []Key{key(0), key(1), key(2), key(3)}[:4-left]
		if err := s.Erase(gone); err != nil {
			t.Fatal(err)
		}
		s.Add(key(9), start.Add(orrery.Day))
		if err := s.Compact(); err != nil {
			t.Fatal(err)
		}
		if st := s.Stats(); st.Keys != left || st.Runs != int(min(left, 1)) {
			t.Errorf("%d ids are left in %d files, want %d in %d", st.Keys, st.Runs, left, min(left, 1))
		}
		if seen, err := s.Seen(key(3), start); err != nil || seen != (left > 0) {
			t.Errorf("after erasing %d of 4 ids the last is seen %v (%v)", len(gone), seen, err)
		}
	}
}
