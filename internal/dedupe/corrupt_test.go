package dedupe

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"os"
	"path/filepath"
	"testing"

	"github.com/orrery-cxm/orrery"
)

// written gives a directory with one run of n ids.
func written(t *testing.T, n int) (dir, runPath string) {
	dir = t.TempDir()
	s := mustOpen(t, dir)
	for i := range n {
		s.Add(key(i), start)
	}
	if err := s.Seal(1, [32]byte{}); err != nil {
		t.Fatal(err)
	}
	s.Close()
	names, err := filepath.Glob(filepath.Join(dir, "*.run"))
	if err != nil || len(names) != 1 {
		t.Fatalf("there are %d files, want 1 (%v)", len(names), err)
	}
	return dir, names[0]
}

// openAndVerify is nil only when the set opens and every byte of it is whole.
func openAndVerify(dir string) error {
	s, err := Open(dir, Options{})
	if err != nil {
		return err
	}
	return errors.Join(s.Verify(), s.Close())
}

func TestEveryChangedByteOfAFileIsNoticed(t *testing.T) {
	for _, manifest := range []bool{false, true} {
		dir, path := written(t, 600)
		if manifest {
			path = filepath.Join(dir, manifestName)
		}
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := openAndVerify(dir); err != nil {
			t.Fatalf("a whole file is refused: %v", err)
		}
		for at := 0; at < len(whole); at += 1 + len(whole)/500 {
			broken := bytes.Clone(whole)
			broken[at] ^= 0x10
			if err := os.WriteFile(path, broken, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := openAndVerify(dir); !errors.Is(err, ErrCorrupt) {
				t.Fatalf("byte %d of %s was changed, and nobody noticed (%v)", at, filepath.Base(path), err)
			}
		}
	}
}

func TestATornOrMissingFileIsRefusedAndCanBeBuiltAgain(t *testing.T) {
	dir, path := written(t, 600)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []int64{info.Size() - 1, headerSize + 10, headerSize - 1, 0} {
		if err := os.Truncate(path, size); err != nil {
			t.Fatal(err)
		}
		if err := openAndVerify(dir); !errors.Is(err, ErrCorrupt) {
			t.Errorf("a file torn at %d bytes is not refused: %v", size, err)
		}
	}
	os.Remove(path)
	if err := openAndVerify(dir); !errors.Is(err, ErrCorrupt) {
		t.Errorf("a missing file is not refused: %v", err)
	}
	if err := Discard(dir); err != nil {
		t.Fatal(err)
	}
	if s := mustOpen(t, dir); s.Position() != 0 {
		t.Errorf("after a discard the files still claim chunk %d", s.Position())
	}
}

func TestADiskThatCannotGiveAPageBackIsAnErrorNotTheEnd(t *testing.T) {
	dir, path := written(t, 600)
	s := mustOpen(t, dir)
	if err := os.Truncate(path, 0); err != nil { // the mapping stays, the pages behind it are gone
		t.Fatal(err)
	}
	if _, err := s.Seen(key(1), start); !errors.Is(err, ErrCorrupt) {
		t.Errorf("asking a file that vanished gives %v, want ErrCorrupt", err)
	}
}

func TestFilesThatACrashLeftBehindAreRemoved(t *testing.T) {
	dir, path := written(t, 3)
	stray := filepath.Join(dir, "20000-000000000077.run")
	for _, p := range []string{stray, filepath.Join(dir, manifestName+temporary)} {
		if err := os.WriteFile(p, []byte("half a file"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := mustOpen(t, dir)
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 2 {
		t.Errorf("%d files are left, want the manifest and %s (%v)", len(entries), filepath.Base(path), err)
	}
	s.Add(key(9), start)
	if err := s.Seal(2, [32]byte{}); err != nil {
		t.Fatal(err)
	}
	if seen, err := s.Seen(key(9), start.Add(orrery.Hour)); !seen || err != nil {
		t.Errorf("an id added after the clean-up is not seen (%v)", err)
	}
}

func FuzzAHeaderIsReadBackOrRefused(f *testing.F) {
	f.Add(header{day: 20000, count: 600, lines: 15, seq: 9}.encode()[:headerUsed], true)
	f.Add(header{day: 20000, count: 600, erased: 601, lines: 15, seq: 9}.encode()[:headerUsed], true)
	f.Fuzz(func(t *testing.T, used []byte, whole bool) {
		b := append(used, make([]byte, headerSize)...)[:headerSize] // short inputs are found faster
		if whole {                                                  // or the checksum would stop nearly everything
			binary.LittleEndian.PutUint32(b[headerUsed-4:], crc32.Checksum(b[:headerUsed-4], castagnoli))
		}
		h, err := decodeHeader(b)
		if err != nil {
			if !errors.Is(err, ErrCorrupt) {
				t.Fatalf("refused without saying that it is corrupt: %v", err)
			}
			return
		}
		if !bytes.Equal(h.encode(), b[:headerSize]) || h.size() <= headerSize || h.held() > h.count {
			t.Fatalf("a header was accepted that is written differently: %+v", h)
		}
	})
}

func FuzzAManifestIsReadBackOrRefused(f *testing.F) {
	f.Add(manifest{mark: Mark{1, 2, [32]byte{3}}, runs: []string{"20000-000000000001.run"}}.encode())
	f.Fuzz(func(t *testing.T, b []byte) {
		if m, err := decodeManifest(b); err == nil && !bytes.Equal(m.encode(), b) {
			t.Fatalf("a manifest was accepted that is written differently: %+v", m)
		}
	})
}
