package dedupe

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/orrery-cxm/orrery/internal/log/file/disk"
	"github.com/orrery-cxm/orrery/internal/wire"
)

// patch is what an erasure writes into runs. It is first written to a file of its own, so that a crash in the middle of
// writing it into the runs is made good when the set is opened.
type patch []write

// write is bytes for a place in a run. The writes of one run stand together.
type write struct {
	run string
	at  int64
	b   []byte
}

const patchName = "erasure.redo"

func (p patch) encode() []byte {
	var w wire.Writer
	w.Uint(uint64(len(p)))
	for _, one := range p {
		w.String(one.run)
		w.Uint(uint64(one.at))
		w.Bytes(one.b)
	}
	return binary.LittleEndian.AppendUint32(w.B, crc32.Checksum(w.B, castagnoli))
}

// decodePatch reads what encode wrote; false for what a crash left half-written.
func decodePatch(b []byte) (patch, bool) {
	if len(b) < 4 {
		return nil, false
	}
	body, sum := b[:len(b)-4], binary.LittleEndian.Uint32(b[len(b)-4:])
	if crc32.Checksum(body, castagnoli) != sum {
		return nil, false
	}
	var p patch
	r := wire.NewReader(body)
	for n := r.Uint(); n > 0 && r.Err() == nil; n-- {
		one := write{run: r.String(), at: int64(r.Uint()), b: []byte(r.String())}
		if one.at < 0 || !runName.MatchString(one.run) {
			return nil, false
		}
		p = append(p, one)
	}
	return p, r.Err() == nil && r.Len() == 0
}

// patch changes runs in their places: first the intention, durably, then the runs. Readers see them before or after.
func (s *Set) patch(p patch) error {
	f, err := s.fs.Create(filepath.Join(s.dir, patchName))
	if err != nil {
		return fmt.Errorf("noting an erasure: %w", err)
	}
	if err := note(s.fs, s.dir, f, p.encode()); err != nil {
		return err
	}
	if err := s.step("erasure noted"); err != nil {
		return err
	}
	s.files.Lock() // nobody reads a block that is half one and half the other
	_, err = p.apply(s.fs, s.dir, s.step, false)
	s.files.Unlock()
	if err != nil {
		return err
	}
	return s.finishPatch(noted)
}

// note writes a patch into its own file, durable when it returns.
func note(files disk.FS, dir string, f disk.File, b []byte) error {
	_, err := f.WriteAt(b, 0)
	if err == nil {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("noting an erasure: %w", err)
	}
	if err := syncDir(files, dir); err != nil {
		return fmt.Errorf("noting an erasure: %w", err)
	}
	return nil
}

// certainty is what is known of a patch that can be read: whether the disk has it too.
type certainty bool

const (
	noted certainty = true  // it is durable
	found certainty = false // an earlier sync may have failed: it must be noted again before anything is changed
)

// finishPatch makes a noted erasure durable, if there is one, and opens its runs anew.
func (s *Set) finishPatch(how certainty) error {
	names, err := redo(s.fs, s.dir, how)
	if err != nil {
		return err
	}
	for i, old := range s.runs {
		if !slices.Contains(names, old.name) {
			continue
		}
		fresh, err := openRun(s.fs, s.dir, old.name)
		if err != nil {
			return err
		}
		s.files.Lock()
		s.runs[i] = fresh
		s.files.Unlock()
		if err := old.close(); err != nil {
			return err
		}
	}
	return nil
}

// apply writes the patch into its runs and gives their names. Writing it again changes nothing.
func (p patch) apply(files disk.FS, dir string, step func(string) error, sync bool) (names []string, err error) {
	for len(p) > 0 {
		name := p[0].run
		n := slices.IndexFunc(p, func(w write) bool { return w.run != name })
		if n < 0 {
			n = len(p)
		}
		if err := p[:n].applyTo(files, filepath.Join(dir, name), step, sync); err != nil {
			return nil, fmt.Errorf("erasing from %s: %w", name, err)
		}
		names, p = append(names, name), p[n:]
	}
	return names, nil
}

func (p patch) applyTo(files disk.FS, path string, step func(string) error, sync bool) error {
	f, err := files.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // merged or dropped since
	} else if err != nil {
		return err
	}
	for _, w := range p {
		if _, err = f.WriteAt(w.b, w.at); err == nil {
			err = step("erasure half done")
		}
		if err != nil {
			break
		}
	}
	if sync && err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// redo finishes an erasure that was noted and perhaps not done, and gives the names of its runs.
func redo(files disk.FS, dir string, how certainty) (names []string, err error) {
	path := filepath.Join(dir, patchName)
	b, err := disk.ReadFile(files, path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, fmt.Errorf("reading a noted erasure: %w", err)
	}
	if p, whole := decodePatch(b); whole {
		if how == found {
			f, err := files.Open(path) // the same bytes in the same places: a crash cannot make it worse
			if err != nil {
				return nil, fmt.Errorf("noting an erasure again: %w", err)
			}
			if err := note(files, dir, f, b); err != nil {
				return nil, err
			}
		}
		if names, err = p.apply(files, dir, func(string) error { return nil }, true); err != nil {
			return nil, err
		}
	}
	if err := files.Remove(path); err != nil {
		return nil, fmt.Errorf("removing a noted erasure: %w", err)
	}
	return names, nil // where its removal is lost it is done again, which changes nothing: whatever comes later syncs the names first
}
