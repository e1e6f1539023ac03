package csvfile

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"slices"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/ads"
)

// line is one row of a file to be written.
type line struct {
	person string
	row    []string
}

// delta is what one Apply writes for one list.
type delta struct {
	remove, add []line
	records     []record
	people      map[id]entry // of the records, but for their place
}

// apply writes those of changes whose indexes are given, in that order, and fills in their results.
func (l *list) apply(changes []Change, which []int, results []Result) error {
	number := l.number + 1
	out := delta{people: map[id]entry{}}
	for _, i := range which {
		c := &changes[i]
		known, ok := out.people[idOf(c.PersonKey)]
		if !ok {
			known, ok = l.people[idOf(c.PersonKey)]
		}
		if ok && c.Version < known.version {
			results[i] = Result{Outcome: orrery.OutcomeStale, Detail: "a newer wish is written already"}
			continue
		}
		file := ""
		if !ok || c.Version > known.version {
			var err error
			if known, file, err = l.plan(&out, c, number); err != nil {
				return err
			}
		}
		results[i] = Result{Outcome: orrery.Accepted, File: file}
		if c.Op == orrery.PushAdd && !known.in {
			results[i].Outcome = orrery.Rejected
			results[i].Detail = fmt.Sprintf("nothing is known by which %s could find the person", l.d.o.Platform)
		}
	}
	if len(out.records) == 0 {
		return nil
	}
	return l.write(out, number)
}

// plan adds to out what a change asks for, and gives how the person stands then and the file that says so. Rows by which the person was added
// before and which are not wanted now are removed as they were written then.
func (l *list) plan(out *delta, c *Change, number uint64) (then entry, file string, err error) {
	var before [][]string
	if e := l.people[idOf(c.PersonKey)]; e.in {
		r, err := l.read(e)
		if err != nil {
			return then, "", err
		}
		before = r.Rows
	}
	now := ads.KeptRows(l.d.o.Platform, c.Person)
	r := record{Person: c.PersonKey, Version: c.Version, Number: number}
	gone, fresh := before, [][]string(nil)
	if c.Op == orrery.PushAdd {
		gone, fresh, r.Rows = without(before, now), now, now
	} else {
		gone = slices.Concat(before, without(now, before))
	}
	for _, row := range gone {
		out.remove = append(out.remove, line{c.PersonKey, row})
		file = fileName(l.name, number, orrery.PushRemove)
	}
	for _, row := range fresh {
		out.add = append(out.add, line{c.PersonKey, row})
		file = fileName(l.name, number, orrery.PushAdd)
	}
	out.records = append(out.records, r)
	then = entry{version: r.Version, in: len(r.Rows) > 0}
	out.people[idOf(r.Person)] = then
	return then, file, nil
}

// without gives the rows of a that are not in b.
func without(a, b [][]string) [][]string {
	var rest [][]string
	for _, row := range a {
		if !slices.ContainsFunc(b, func(other []string) bool { return slices.Equal(row, other) }) {
			rest = append(rest, row)
		}
	}
	return rest
}

func fileName(list string, number uint64, op orrery.PushKind) string {
	return filepath.Join(list, fmt.Sprintf("%06d-%s.csv", number, op))
}

// write makes the files durable, removals first, and then the journal, which makes them count. A crash between the two
// leaves files that are right and are written once more, under the next number, when the changes are applied again.
func (l *list) write(out delta, number uint64) error {
	for _, f := range []struct {
		op    orrery.PushKind
		lines []line
	}{{orrery.PushRemove, out.remove}, {orrery.PushAdd, out.add}} {
		if len(f.lines) == 0 {
			continue
		}
		err := l.d.fs.create(filepath.Join(l.d.dir, fileName(l.name, number, f.op)), func(w io.Writer) error {
			return writeLines(w, l.d.columns, func(put func(line) error) error { return putAll(f.lines, put) })
		})
		if err != nil {
			return err
		}
		if err := l.d.step("written " + f.op.String()); err != nil {
			return err
		}
	}
	if l.d.o.Full {
		if err := l.writeFull(out); err != nil {
			return err
		}
	}
	if err := l.d.step("written full"); err != nil {
		return err
	}
	return l.append(out.records)
}

func putAll(lines []line, put func(line) error) error {
	for _, l := range lines {
		if err := put(l); err != nil {
			return err
		}
	}
	return nil
}

// writeFull writes everybody who is on the list once out counts.
func (l *list) writeFull(out delta) error {
	path := filepath.Join(l.dir, fullName)
	there, err := l.d.fs.has(path)
	if err != nil {
		return fmt.Errorf("looking for the file of all members: %w", err)
	}
	put := l.d.fs.create
	if there {
		put = l.d.fs.replace // those who are off the list now shall not stay readable on the disk
	}
	return put(path, func(w io.Writer) error {
		return writeLines(w, l.d.columns, func(put func(line) error) error {
			putRows := func(r record) error {
				for _, row := range r.Rows {
					if err := put(line{r.Person, row}); err != nil {
						return err
					}
				}
				return nil
			}
			err := l.latest(func(person, line []byte) error {
				if _, changed := out.people[idOf(string(person))]; changed {
					return nil
				}
				var r record
				if err := decode(line, &r); err != nil {
					return err
				}
				return putRows(r)
			})
			for _, r := range out.records {
				if err == nil {
					err = putRows(r)
				}
			}
			return err
		})
	})
}

func (l *list) append(records []record) error {
	var b []byte
	ends := make([]int, len(records))
	for i, r := range records {
		one, err := json.Marshal(r)
		if err != nil {
			return err
		}
		b = append(append(b, one...), '\n')
		ends[i] = len(b)
	}
	// The first byte comes last: a crash leaves a batch that can be told from a damaged one.
	begin := b[0]
	b[0] = unfinished
	for _, part := range [][]byte{b, {begin}} {
		if _, err := l.journal.WriteAt(part, l.end); err != nil {
			return fmt.Errorf("writing its members: %w", err)
		}
		if err := l.journal.Sync(); err != nil {
			return fmt.Errorf("syncing its members: %w", err)
		}
	}
	start := 0
	for i, r := range records {
		l.note(r, l.end+int64(start), ends[i]-start)
		start = ends[i]
	}
	l.end += int64(len(b))
	return nil
}

// writeLines writes CSV with its header (RFC 4180, but that lines end in a line feed alone).
func writeLines(w io.Writer, columns []string, fill func(put func(line) error) error) error {
	out := csv.NewWriter(w)
	if err := out.Write(columns); err != nil {
		return err
	}
	if err := fill(func(l line) error { return out.Write(append([]string{l.person}, l.row...)) }); err != nil {
		return err
	}
	out.Flush()
	return out.Error()
}
