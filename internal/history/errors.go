package history

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// Marks of an errors file. It holds the rows that were not taken as they stand, each below a line that says what is
// wrong; once they are corrected, the file itself can be imported, and every row keeps its file and line.
const (
	markFile = "# orrery import: rows of file "
	markLine = "# line "
)

// Errors writes an errors file.
type Errors struct {
	out   *bufio.Writer
	count int
}

// NewErrors begins an errors file for rows of a file with this hash. header is the columns' names as a line of the same
// format, "" for none.
func NewErrors(w io.Writer, file, header string) *Errors {
	e := &Errors{out: bufio.NewWriter(w)}
	fmt.Fprintf(e.out, "%s%s\n", markFile, file) // errors show up at Flush
	if header != "" {
		fmt.Fprintln(e.out, header)
	}
	return e
}

// Add writes one row.
func (e *Errors) Add(line int, raw []byte, err RowError) {
	e.count++
	field := ""
	if err.Field != "" {
		field = err.Field + ": "
	}
	say := strings.Join(strings.Fields(field+err.Say), " ")
	fmt.Fprintf(e.out, "%s%d: %s (%s)\n%s\n", markLine, line, say, err.Code, raw)
}

// Count is how many rows were added.
func (e *Errors) Count() int { return e.count }

// Flush writes everything out.
func (e *Errors) Flush() error {
	if err := e.out.Flush(); err != nil {
		return fmt.Errorf("writing the errors file: %w", err)
	}
	return nil
}
