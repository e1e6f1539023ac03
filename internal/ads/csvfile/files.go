package csvfile

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

const (
	partSuffix = ".part" // being written
	oldSuffix  = ".old"  // replaced, to be overwritten
)

// writeFile makes a file that appears whole or not at all, for its owner only, durable when it returns.
func writeFile(path string, write func(io.Writer) error) error {
	if err := writePart(path, write); err != nil {
		return err
	}
	if err := os.Rename(path+partSuffix, path); err != nil {
		return fmt.Errorf("putting a file in place: %w", err)
	}
	return syncDir(filepath.Dir(path))
}

func writePart(path string, write func(io.Writer) error) error {
	f, err := os.OpenFile(path+partSuffix, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("making a file: %w", err)
	}
	out := bufio.NewWriterSize(f, 1<<16)
	err = write(out)
	if err == nil {
		err = out.Flush()
	}
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(fmt.Errorf("writing a file: %w", err), wipe(path+partSuffix))
	}
	return nil
}

// replaceSecurely replaces a file and overwrites what was there before. The old content keeps a second name until it is
// gone, so that a crash at any moment leaves it either in use or findable by recoverDir.
func replaceSecurely(path string, write func(io.Writer) error) error {
	if err := recoverDir(filepath.Dir(path)); err != nil { // an earlier replacement may have failed half-way
		return err
	}
	if err := writePart(path, write); err != nil {
		return err
	}
	if err := os.Link(path, path+oldSuffix); err != nil {
		return fmt.Errorf("keeping the old file: %w", err)
	}
	if err := os.Rename(path+partSuffix, path); err != nil {
		return fmt.Errorf("putting a file in place: %w", err)
	}
	if err := syncDir(filepath.Dir(path)); err != nil {
		return err
	}
	return wipe(path + oldSuffix)
}

// wipe overwrites a file with zeros and removes it.
func wipe(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("opening a file to overwrite it: %w", err)
	}
	size, err := f.Seek(0, io.SeekEnd)
	zeros := make([]byte, 1<<16)
	for at := int64(0); at < size && err == nil; at += int64(len(zeros)) {
		_, err = f.WriteAt(zeros[:min(int64(len(zeros)), size-at)], at)
	}
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("overwriting a file: %w", err)
	}
	if err := os.Remove(path); err != nil {
		return fmt.Errorf("removing a file: %w", err)
	}
	return syncDir(filepath.Dir(path))
}

// recoverDir finishes what a crash left in a list's directory: half-written files go, replaced ones are overwritten.
func recoverDir(dir string) error {
	files, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("reading a list's directory: %w", err)
	}
	for _, f := range files {
		path := filepath.Join(dir, f.Name())
		base, replaced := strings.CutSuffix(path, oldSuffix)
		switch {
		case replaced && sameFile(path, base): // the new one did not take its place yet
			err = os.Remove(path)
		case replaced, strings.HasSuffix(path, partSuffix):
			err = wipe(path)
		}
		if err != nil {
			return fmt.Errorf("tidying a list's directory: %w", err)
		}
	}
	return nil
}

func sameFile(a, b string) bool {
	x, errA := os.Stat(a)
	y, errB := os.Stat(b)
	return errA == nil && errB == nil && os.SameFile(x, y)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("opening a directory: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("syncing a directory: %w", err)
	}
	return nil
}
