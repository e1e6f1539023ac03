package csvfile

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/orrery-cxm/orrery/internal/log/file/disk"
)

const (
	partSuffix = ".part" // being written
	oldSuffix  = ".old"  // replaced, to be overwritten
)

// fileSystem is where a destination's files appear whole or not at all, and go without a trace.
type fileSystem struct{ disk.FS }

// create makes a file that appears whole or not at all, for its owner only, durable when it returns.
func (s fileSystem) create(path string, write func(io.Writer) error) error {
	if err := s.writePart(path, write); err != nil {
		return err
	}
	if err := s.Rename(path+partSuffix, path); err != nil {
		return fmt.Errorf("putting a file in place: %w", err)
	}
	return s.syncNames(filepath.Dir(path))
}

func (s fileSystem) writePart(path string, write func(io.Writer) error) error {
	f, err := s.Create(path + partSuffix)
	if err != nil {
		return fmt.Errorf("making a file: %w", err)
	}
	out := bufio.NewWriterSize(disk.Writer(f), 1<<16)
	err = write(out)
	if err == nil {
		err = out.Flush()
	}
	if err == nil {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return errors.Join(fmt.Errorf("writing a file: %w", err), s.wipe(path+partSuffix))
	}
	return nil
}

// replace replaces a file and overwrites what was there before. The old content keeps a second name until it is gone, so
// that a crash at any moment leaves it either in use or findable by recover.
func (s fileSystem) replace(path string, write func(io.Writer) error) error {
	dir := filepath.Dir(path)
	if err := s.recover(dir); err != nil { // an earlier replacement may have failed half-way
		return err
	}
	if err := s.writePart(path, write); err != nil {
		return err
	}
	if err := s.Link(path, path+oldSuffix); err != nil {
		return fmt.Errorf("keeping the old file: %w", err)
	}
	if err := s.syncNames(dir); err != nil { // the second name must last before the first is taken away
		return err
	}
	if err := s.Rename(path+partSuffix, path); err != nil {
		return fmt.Errorf("putting a file in place: %w", err)
	}
	if err := s.syncNames(dir); err != nil { // the old content must not be in use when it is overwritten
		return err
	}
	return s.wipe(path + oldSuffix)
}

// remove takes a file away and overwrites what was in it.
func (s fileSystem) remove(path string) error {
	if err := s.Rename(path, path+oldSuffix); err != nil {
		return fmt.Errorf("putting a file aside: %w", err)
	}
	if err := s.syncNames(filepath.Dir(path)); err != nil { // or a crash leaves zeros under a name that is uploaded
		return err
	}
	return s.wipe(path + oldSuffix)
}

// wipe overwrites a file with zeros and removes it. A power cut may bring it back with its zeros; recover looks for that.
func (s fileSystem) wipe(path string) error {
	f, err := s.Open(path)
	if err != nil {
		return fmt.Errorf("opening a file to overwrite it: %w", err)
	}
	size, err := f.Size()
	if err == nil {
		err = overwrite(f, 0, size)
	}
	if err == nil {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("overwriting a file: %w", err)
	}
	if err := s.Remove(path); err != nil {
		return fmt.Errorf("removing a file: %w", err)
	}
	return nil
}

// overwrite writes zeros.
func overwrite(f disk.File, from, to int64) error {
	zeros := make([]byte, min(1<<16, max(0, to-from)))
	for at := from; at < to; at += int64(len(zeros)) {
		if _, err := f.WriteAt(zeros[:min(int64(len(zeros)), to-at)], at); err != nil {
			return err
		}
	}
	return nil
}

// recover finishes what a crash left in a list's directory: half-written files go, replaced ones are overwritten.
func (s fileSystem) recover(dir string) error {
	names, err := s.List(dir)
	if err != nil {
		return fmt.Errorf("reading a list's directory: %w", err)
	}
	names = slices.DeleteFunc(names, func(n string) bool { return !strings.HasSuffix(n, oldSuffix) && !strings.HasSuffix(n, partSuffix) })
	if len(names) == 0 {
		return nil
	}
	if err := s.syncNames(dir); err != nil { // what is overwritten must have lost its place on the disk too
		return err
	}
	for _, name := range names {
		path := filepath.Join(dir, name)
		base, replaced := strings.CutSuffix(path, oldSuffix)
		switch {
		case replaced && s.Same(path, base): // the new one did not take its place yet
			err = s.Remove(path)
		default:
			err = s.wipe(path)
		}
		if err != nil {
			return fmt.Errorf("tidying a list's directory: %w", err)
		}
	}
	return nil
}

// has says whether there is a file of that name.
func (s fileSystem) has(path string) (bool, error) {
	f, err := s.OpenToRead(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	} else if err != nil {
		return false, err
	}
	return true, f.Close()
}

func (s fileSystem) syncNames(dir string) error {
	if err := s.SyncDir(dir); err != nil {
		return fmt.Errorf("syncing a directory: %w", err)
	}
	return nil
}
