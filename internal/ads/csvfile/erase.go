package csvfile

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// erase takes a person out of every file of the list, which must be opened anew afterwards. The journal goes last: as
// long as it knows the person, an erasure that a crash cut short can be seen to be unfinished.
func (l *list) erase(key string) error {
	files, err := os.ReadDir(l.dir)
	if err != nil {
		return fmt.Errorf("reading its directory: %w", err)
	}
	for _, f := range files {
		if path := filepath.Join(l.dir, f.Name()); strings.HasSuffix(path, ".csv") {
			if err := eraseFromFile(path, key); err != nil {
				return err
			}
		}
	}
	if err := l.d.step("erased from files"); err != nil {
		return err
	}
	if _, known := l.people[idOf(key)]; !known {
		return nil
	}
	return l.rewrite(func(r record) bool { return r.Person != key })
}

// eraseFromFile rewrites a file without the person's rows. A file of changes that holds nobody else goes altogether.
func eraseFromFile(path, key string) error {
	theirs, ottheirs := 0, 0
	err := readRows(path, func(row []string, first bool) error {
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
		return wipe(path)
	}
	return replaceSecurely(path, func(w io.Writer) error {
		out := csv.NewWriter(w)
		err := readRows(path, func(row []string, first bool) error {
			if row[0] == key && !first {
				return nil
			}
			return out.Write(row)
		})
		out.Flush()
		return errors.Join(err, out.Error())
	})
}

// readRows calls f for each row of a CSV file, first the header.
func readRows(path string, f func(row []string, first bool) error) error {
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("reading a file: %w", err)
	}
	defer file.Close()
	in := csv.NewReader(file)
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
