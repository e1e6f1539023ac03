package history

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Row is one record of a file.
type Row struct {
	File   string // hash of the file that the row was first read from, when it comes from an errors file; else ""
	Line   int    // in that file, from 1
	Raw    []byte // as it stands, without the line end; valid until the next call
	Fields []string
	Err    *RowError // the row cannot be read
	Start  int64     // offset of the row
	Next   int64     // offset of what follows
	Lines  int       // lines read up to there
}

// RowError says what is wrong with a row.
type RowError struct {
	Code  string // "import.columns"
	Field string // column or path; "" for the row as a whole
	Say   string
}

func (e *RowError) Error() string { return e.Field + ": " + e.Say }

// maxRow bounds a row in bytes: an event has at most 32 KiB.
const maxRow = 64 << 10

// Rows reads the records of a file one by one.
type Rows struct {
	in      *bufio.Reader
	mapping *Mapping
	comma   byte
	header  []string
	offset  int64
	line    int
	errors  bool   // the file is an errors file
	file    string // the file that an errors file speaks of
	marked  int    // the line that the errors file gives the next row
	raw     []byte
	cells   []byte
	ends    []int
	fields  []string
}

// OpenRows reads the head of a file: byte-order mark, delimiter and header. resume is where an earlier import ended, as
// Row.Next and Row.Lines gave it; 0 for the beginning.
func OpenRows(f io.ReadSeeker, m *Mapping, resume int64, lines int) (*Rows, error) {
	r := &Rows{in: bufio.NewReaderSize(f, 256<<10), mapping: m, header: m.Columns}
	start, err := r.in.Peek(4096)
	if err != nil && len(start) == 0 && err != io.EOF {
		return nil, fmt.Errorf("reading the file: %w", err)
	}
	if bytes.HasPrefix(start, []byte("\xef\xbb\xbf")) {
		_, _ = r.in.Discard(3) // just peeked
		r.offset, start = 3, start[3:]
	}
	if bytes.HasPrefix(start, []byte("\xff\xfe")) || bytes.HasPrefix(start, []byte("\xfe\xff")) {
		return nil, &RowError{Code: "import.encoding", Say: "the file is UTF-16: save it as UTF-8"}
	}
	if m.Format == CSV {
		if r.comma = m.comma(); r.comma == 0 {
			r.comma = sniff(start)
		}
	}
	r.skipMarks()
	if m.Format != JSONLines && m.hasHeader() {
		row := r.Next()
		if row == nil {
			return nil, &RowError{Code: "import.empty", Say: "the file is empty"}
		}
		if row.Err != nil {
			return nil, row.Err
		}
		r.header = append([]string(nil), row.Fields...)
	}
	if err := m.bind(r.header); err != nil {
		return nil, err
	}
	if resume > r.offset {
		if _, err := f.Seek(resume, io.SeekStart); err != nil {
			return nil, fmt.Errorf("going on where the import ended: %w", err)
		}
		r.in.Reset(f)
		r.offset, r.line = resume, lines
	}
	return r, nil
}

// sniff finds the delimiter of the first line: the one of comma, semicolon, tab and bar that stands there most often
// outside quotes.
func sniff(start []byte) byte {
	for bytes.HasPrefix(start, []byte("#")) { // marks of an errors file
		_, start, _ = bytes.Cut(start, []byte("\n"))
	}
	first, _, _ := bytes.Cut(start, []byte("\n"))
	best, most := byte(','), 0
	for _, c := range []byte(",;\t|") {
		n, quoted := 0, false
		for _, b := range first {
			switch {
			case b == '"':
				quoted = !quoted
			case b == c && !quoted:
				n++
			}
		}
		if n > most {
			best, most = c, n
		}
	}
	return best
}

// Header is the names of the columns.
func (r *Rows) Header() []string { return r.header }

// Comma is the delimiter of a CSV file.
func (r *Rows) Comma() byte { return r.comma }

// skipMarks reads the marks of an errors file, which say where the next row comes from.
func (r *Rows) skipMarks() {
	for {
		start, _ := r.in.Peek(len(markFile))
		if !bytes.HasPrefix(start, []byte(markFile)) && !(r.errors && bytes.HasPrefix(start, []byte(markLine))) {
			return
		}
		line, _ := r.in.ReadBytes('\n')
		r.offset += int64(len(line))
		r.line++
		text := strings.TrimSpace(string(line))
		if file, ok := strings.CutPrefix(text, markFile); ok {
			r.errors, r.file = true, strings.TrimSpace(file)
			continue
		}
		_, _ = fmt.Sscanf(text, markLine+"%d", &r.marked) // 0, and thus the place in this file, when somebody changed it
	}
}

// Next reads one row; nil at the end. Empty lines are passed over.
func (r *Rows) Next() *Row {
	for {
		r.skipMarks()
		line, start := r.line+1, r.offset
		err := r.record()
		if err != nil && len(r.raw) == 0 {
			return nil
		}
		row := &Row{File: r.file, Line: line, Raw: bytes.TrimRight(r.raw, "\r\n"), Start: start, Next: r.offset, Lines: r.line}
		if r.errors && r.marked > 0 {
			row.Line, r.marked = r.marked, 0
		}
		if len(bytes.TrimSpace(row.Raw)) == 0 {
			continue
		}
		switch {
		case err != nil && err != io.EOF:
			row.Err = &RowError{Code: "import.row", Say: err.Error()}
		case !utf8.Valid(row.Raw):
			row.Err = &RowError{Code: "import.encoding", Say: "not UTF-8"}
		default:
			row.Fields, row.Err = r.split(row.Raw)
		}
		return row
	}
}

// record reads lines until the quotes of a CSV record are closed.
func (r *Rows) record() error {
	r.raw = r.raw[:0]
	quotes := 0
	for {
		part, err := r.in.ReadSlice('\n')
		r.offset += int64(len(part))
		if len(r.raw)+len(part) <= maxRow {
			r.raw = append(r.raw, part...)
		} else if err == nil {
			r.line++
			return fmt.Errorf("longer than %d bytes, or a quote is never closed", maxRow)
		}
		if err == bufio.ErrBufferFull {
			continue
		}
		if len(part) > 0 {
			r.line++
		}
		if err != nil {
			return err
		}
		if r.mapping.Format != CSV {
			return nil
		}
		if quotes += bytes.Count(part, []byte{'"'}); quotes%2 == 0 {
			return nil
		}
	}
}

// split takes a record apart.
func (r *Rows) split(raw []byte) ([]string, *RowError) {
	switch r.mapping.Format {
	case JSONLines:
		return nil, nil
	case Table:
		r.fields = append(r.fields[:0], strings.Fields(string(raw))...)
		return r.fields, nil
	case Fixed:
		return r.cut(string(raw))
	}
	r.cells, r.ends, r.fields = r.cells[:0], r.ends[:0], r.fields[:0]
	for i := 0; ; i++ {
		if i < len(raw) && raw[i] == '"' {
			for i++; ; i++ {
				if i >= len(raw) {
					return nil, &RowError{Code: "import.quotes", Field: r.column(len(r.ends)), Say: "a quote is never closed"}
				}
				if raw[i] != '"' {
					r.cells = append(r.cells, raw[i])
					continue
				}
				if i+1 >= len(raw) || raw[i+1] != '"' {
					break
				}
				r.cells = append(r.cells, '"')
				i++
			}
			if i++; i < len(raw) && raw[i] != r.comma {
				return nil, &RowError{Code: "import.quotes", Field: r.column(len(r.ends)), Say: "something stands behind a closing quote: write a quote inside quotes twice"}
			}
		} else {
			for ; i < len(raw) && raw[i] != r.comma; i++ {
				r.cells = append(r.cells, raw[i])
			}
		}
		r.ends = append(r.ends, len(r.cells))
		if i >= len(raw) {
			break
		}
	}
	all, from := string(r.cells), 0
	for _, end := range r.ends {
		r.fields = append(r.fields, all[from:end])
		from = end
	}
	return r.fields, nil
}

// cut takes a line of columns of fixed width apart.
func (r *Rows) cut(raw string) ([]string, *RowError) {
	r.fields = r.fields[:0]
	for i, width := range r.mapping.Widths {
		runes := []rune(raw)
		if len(runes) < width && i < len(r.mapping.Widths)-1 {
			return nil, &RowError{Code: "import.columns", Field: r.column(i), Say: "the line ends before this column"}
		}
		width = min(width, len(runes))
		r.fields = append(r.fields, strings.TrimSpace(string(runes[:width])))
		raw = string(runes[width:])
	}
	return r.fields, nil
}

func (r *Rows) column(i int) string {
	if i < len(r.header) {
		return r.header[i]
	}
	return fmt.Sprintf("column %d", i+1)
}
