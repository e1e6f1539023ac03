package eval

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// layout is how the files of one source are named and read.
type layout struct {
	name     string
	patterns []string // relative to the directory
	all      bool     // each file that matches is a set of its own; else the first one is read
	read     func(file string) ([]Set, error)
}

// files are those that match, in the order of the patterns.
func (l *layout) files(dir string) []string {
	var out []string
	for _, p := range l.patterns {
		found, err := filepath.Glob(filepath.Join(dir, p))
		if err != nil {
			panic("a pattern of a layout is broken: " + p)
		}
		for _, f := range found {
			if !slices.Contains(out, f) {
				out = append(out, f)
			}
		}
	}
	return out
}

// open reads a text file whatever its byte order mark says: UTF-8 without one.
func open(name string) (io.Reader, io.Closer, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, nil, err
	}
	return transform.NewReader(f, unicode.BOMOverride(encoding.Nop.NewDecoder())), f, nil
}

// lines calls row with the tab-separated fields of each line.
func lines(name string, row func(fields []string)) error {
	r, c, err := open(name)
	if err != nil {
		return err
	}
	defer c.Close()
	sc := bufio.NewScanner(r)
	sc.Buffer(nil, 4<<20)
	for sc.Scan() {
		row(strings.Split(strings.TrimRight(sc.Text(), "\r"), "\t"))
	}
	return sc.Err()
}

// table calls row with the records of a file with a head, by the names in it, in lower case. Columns are parted by tabs
// where the head has one, else by commas.
func table(name string, row func(col map[string]string)) error {
	r, c, err := open(name)
	if err != nil {
		return err
	}
	defer c.Close()
	in := bufio.NewReaderSize(r, 1<<16)
	start, err := in.Peek(1 << 12)
	if len(start) == 0 {
		return fmt.Errorf("read the head: %w", err)
	}
	line, _, _ := strings.Cut(string(start), "\n")
	if strings.Contains(line, "\t") { // quotes mean nothing there
		var head []string
		return lines(name, func(f []string) {
			if head == nil {
				head = lower(f)
				return
			}
			row(columns(head, f))
		})
	}
	cr := csv.NewReader(in)
	cr.FieldsPerRecord, cr.LazyQuotes = -1, true
	head, err := cr.Read()
	if err != nil {
		return fmt.Errorf("read the head: %w", err)
	}
	head = lower(head)
	for {
		rec, err := cr.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		row(columns(head, rec))
	}
}

func lower(fields []string) []string {
	out := make([]string, len(fields))
	for i, f := range fields {
		out[i] = strings.ToLower(strings.TrimSpace(f))
	}
	return out
}

func columns(head, fields []string) map[string]string {
	m := make(map[string]string, len(head))
	for i, v := range fields {
		if i < len(head) {
			m[head[i]] = v
		}
	}
	return m
}
