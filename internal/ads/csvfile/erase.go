package csvfile

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/orrery-cxm/orrery/internal/log/file/disk"
)

// erase takes a person out of every file of the list, which must be opened anew afterwards when it says so. The journal
// goes last: as long as it knows the person, an erasure that a crash cut short can be seen to be unfinished.
func (l *list) erase(key string) (changed bool, err error) {
	if err := l.d.fs.recover(l.dir); err != nil { // what failed half-way may hold the person too
		return false, err
	}
	names, err := l.d.fs.List(l.dir)
	if err != nil {
		return false, fmt.Errorf("reading its directory: %w", err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, ".csv") {
			if err := l.d.fs.eraseFrom(filepath.Join(l.dir, name), key); err != nil {
				return false, err
			}
		}
	}
	if err := l.d.step("erased from files"); err != nil {
		return false, err
	}
	if _, known := l.people[idOf(key)]; !known {
		return false, nil
	}
	return true, l.rewrite(func(person []byte) bool { return string(person) != key })
}

// eraseFrom rewrites a file without the person's rows. A file of changes that holds nobody else goes altogether.
func (s fileSystem) eraseFrom(path, key string) error {
	if there, err := s.holds(path, key); err != nil || !there {
		return err
	}
	theirs, ottheirs := 0, 0
	err := s.readRows(path, func(row []string, first bool) error {
		if row[0] == key && !first {
			theirs++
		} else if !first {
			ottheirs++
		}
		return nil
	})
	if err != nil || theirs == 0 {
		return err
	}
	if ottheirs == 0 && filepath.Base(path) != fullName {
		return s.remove(path)
	}
	return s.replace(path, func(w io.Writer) error {
		out := csv.NewWriter(w)
		err := s.readRows(path, func(row []string, first bool) error {
			if row[0] == key && !first {
				return nil
			}
			return out.Write(row)
		})
		out.Flush()
		return errors.Join(err, out.Error())
	})
}

// holds says that a file holds a key somewhere: most files do not, and need not be read row by row.
func (s fileSystem) holds(path, key string) (bool, error) {
	file, err := s.OpenToRead(path)
	if err != nil {
		return false, fmt.Errorf("reading a file: %w", err)
	}
	defer file.Close()
	in := disk.Reader(file)
	buffer := make([]byte, 0, 1<<16)
	for {
		n, err := io.ReadFull(in, buffer[len(buffer):cap(buffer)])
		buffer = buffer[:len(buffer)+n]
		if bytes.Contains(buffer, []byte(key)) {
			return true, nil
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return false, nil
		}
		if err != nil {
			return false, fmt.Errorf("reading %s: %w", filepath.Base(path), err)
		}
		buffer = append(buffer[:0], buffer[max(0, len(buffer)-len(key)):]...) // a key may lie across two reads
	}
}

// readRows calls f for each row of a CSV file, first the header.
func (s fileSystem) readRows(path string, f func(row []string, first bool) error) error {
	file, err := s.OpenToRead(path)
	if err != nil {
		return fmt.Errorf("reading a file: %w", err)
	}
	defer file.Close()
	in := csv.NewReader(disk.Reader(file))
	in.ReuseRecord = true
	for first := true; ; first = false {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("reading %s: %w", filepath.Base(path), err)
		}
		if err := f(row, first); err != nil {
			return err
		}
	}
}
