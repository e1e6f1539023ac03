package lookout

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/log"
	"github.com/orrery-cxm/orrery/internal/radar"
	"github.com/orrery-cxm/orrery/internal/wire"
)

// FileName is the name of the file inside the workspace directory. It may be deleted at any time.
const FileName = "radar.state"

const magic = "orrery-radar-1\n"

// place is the last chunk folded.
type place struct {
	incarnation uint16
	seq         orrery.Seq
	hash        log.Hash
}

// save writes state and place in the place of what was there.
func save(dir string, s *radar.State, at place, stale bool) error {
	w := wire.Writer{B: []byte(magic)}
	w.Uint(uint64(at.incarnation))
	w.Uint(uint64(at.seq))
	w.Bytes(at.hash[:])
	w.Bool(stale)
	s.AppendTo(&w)
	sum := sha256.Sum256(w.B)
	path := filepath.Join(dir, FileName)
	if err := write(path+".new", append(w.B, sum[:]...)); err != nil {
		return fmt.Errorf("saving the radar: %w", err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return fmt.Errorf("saving the radar: %w", err)
	}
	return nil
}

func write(path string, b []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	return errors.Join(err, f.Sync(), f.Close())
}

// load reads what save wrote; an empty state when there is nothing to go on from.
func load(dir string) (*radar.State, place) {
	b, err := os.ReadFile(filepath.Join(dir, FileName))
	if errors.Is(err, fs.ErrNotExist) {
		return radar.New(), place{}
	}
	s, at := radar.New(), place{}
	if err == nil {
		at, err = decode(b, s)
	}
	if err != nil {
		slog.Warn("the radar's file is not used; reading the log instead", "error", err)
		return radar.New(), place{}
	}
	return s, at
}

func decode(b []byte, s *radar.State) (at place, err error) {
	body := len(b) - sha256.Size
	if body < len(magic) || string(b[:len(magic)]) != magic {
		return at, errors.New("it was made by another version")
	}
	if sum := sha256.Sum256(b[:body]); !bytes.Equal(sum[:], b[body:]) {
		return at, errors.New("it is damaged")
	}
	r := wire.NewReader(b[len(magic):body])
	at.incarnation, at.seq = uint16(r.Uint()), orrery.Seq(r.Uint())
	copy(at.hash[:], r.Bytes())
	if stale := r.Bool(); stale {
		return place{}, errors.New("people were erased since it was built")
	}
	return at, s.Read(r)
}
