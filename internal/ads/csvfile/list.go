package csvfile

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/ads"
	"github.com/orrery-cxm/orrery/internal/log/file/disk"
)

const (
	journalName = "members.jsonl"
	fullName    = "full.csv"
)

// ErrDamaged says that a file of members cannot be read. Its list must be moved away and pushed again from the start.
var ErrDamaged = errors.New("csvfile: members.jsonl is damaged")

// record is one line of the journal: what was last written for a person. The first line of the file is a head instead.
type record struct {
	Person  string     `json:"person"`
	Version uint64     `json:"version"`
	Number  uint64     `json:"number"`         // of the files in which it stands
	Rows    [][]string `json:"rows,omitempty"` // as they were added; none: the person is not on the list
}

// head says whose columns the rows are, and the highest number of a file when the journal was last rewritten.
type head struct {
	Platform ads.Platform `json:"platform"`
	Columns  []string     `json:"columns"`
	Number   uint64       `json:"number"`
}

// id stands for a person's key in memory.
type id [16]byte

func idOf(key string) id {
	sum := sha256.Sum256([]byte(key))
	return id(sum[:16])
}

// entry is what is known in memory of a person: the version and where the record is. It holds no pointer.
type entry struct {
	version uint64
	at      int64 // offset of the record in the journal
	length  int32
	in      bool
}

// list is one list, its journal open.
type list struct {
	d       *Destination
	dir     string
	name    string
	journal disk.File
	end     int64 // of the journal
	number  uint64
	batch   int64 // where the records of that number begin
	lines   int   // records in the journal, superseded ones included
	people  map[id]entry
}

func openList(d *Destination, name string) (_ *list, err error) {
	l := &list{d: d, name: name, dir: filepath.Join(d.dir, name), people: map[id]entry{}}
	if err := d.fs.MkdirAll(l.dir); err != nil {
		return nil, fmt.Errorf("making its directory: %w", err)
	}
	path := filepath.Join(l.dir, journalName)
	if there, err := d.fs.has(path); err != nil {
		return nil, fmt.Errorf("looking for its members: %w", err)
	} else if !there {
		if err := d.fs.create(path, l.writeHead); err != nil {
			return nil, err
		}
	}
	if err := d.fs.syncNames(d.dir); err != nil { // also of a directory that a process which ended made
		return nil, err
	}
	if l.journal, err = d.fs.Open(path); err != nil {
		return nil, fmt.Errorf("opening its members: %w", err)
	}
	if err := errors.Join(l.load(), l.countFiles()); err != nil {
		l.close()
		return nil, err
	}
	if l.lines > 2*len(l.people)+1000 {
		return l.compacted()
	}
	return l, nil
}

func (l *list) close() error { return l.journal.Close() }

func (l *list) writeHead(w io.Writer) error {
	return json.NewEncoder(w).Encode(head{l.d.o.Platform, l.d.columns, l.number})
}

// unfinished stands in place of the first byte of what is being appended, until all of it is durable.
const unfinished = 0

// load reads the journal. What a crash cut short before anybody was told is overwritten and dropped: a batch of lines
// whose first byte is not there yet, or a last line without its end.
func (l *list) load() error {
	in := bufio.NewReaderSize(disk.Reader(l.journal), 1<<16)
	for first := true; ; first = false {
		line, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return fmt.Errorf("reading its members: %w", err)
		}
		if line[0] == unfinished {
			break
		}
		if first {
			err = l.checkHead(line)
		} else {
			err = l.take(line)
		}
		if err != nil {
			return err
		}
		l.end += int64(len(line))
	}
	if l.end == 0 {
		return ErrDamaged
	}
	if err := l.cutOff(); err != nil {
		return fmt.Errorf("cutting off what was half-written: %w", err)
	}
	return l.settle()
}

// settle makes sure that what is read is on the disk: where the last sync of a batch failed, its first byte may be seen
// and lost all the same, and no later sync would write it.
func (l *list) settle() error {
	var begin [1]byte
	_, err := l.journal.ReadAt(begin[:], l.batch)
	if err == nil {
		_, err = l.journal.WriteAt(begin[:], l.batch)
	}
	if err == nil {
		err = l.journal.Sync()
	}
	if err != nil {
		return fmt.Errorf("settling its members: %w", err)
	}
	return nil
}

// cutOff ends the journal where its records end, and leaves nothing readable of what came after.
func (l *list) cutOff() error {
	size, err := l.journal.Size()
	if err != nil || size == l.end {
		return err
	}
	if err := overwrite(l.journal, l.end, size); err != nil {
		return err
	}
	if err := l.journal.Sync(); err != nil {
		return err
	}
	return l.journal.Truncate(l.end)
}

func (l *list) checkHead(line []byte) error {
	var h head
	if err := decode(line, &h); err != nil {
		return err
	}
	if h.Platform != l.d.o.Platform || !slices.Equal(h.Columns, l.d.columns) {
		return orrery.Conflict("ads.platform", fmt.Sprintf("its files were written for %q with other columns: use another directory", h.Platform))
	}
	l.number = max(l.number, h.Number)
	return nil
}

// take notes the record of a line that begins at l.end.
func (l *list) take(line []byte) error {
	var r record
	if err := decode(line, &r); err != nil {
		return err
	}
	for _, row := range r.Rows {
		if len(row) != len(l.d.columns)-1 {
			return ErrDamaged
		}
	}
	if person, ok := personOf(line); !ok || string(person) != r.Person || !personKey.MatchString(r.Person) {
		return ErrDamaged
	}
	l.note(r, l.end, len(line))
	return nil
}

func (l *list) note(r record, at int64, length int) {
	l.lines++
	if r.Number > l.number {
		l.number, l.batch = r.Number, at
	}
	l.people[idOf(r.Person)] = entry{version: r.Version, at: at, length: int32(length), in: len(r.Rows) > 0}
}

func decode(line []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return nil
}

// read gives the last record of a person who is known.
func (l *list) read(e entry) (record, error) {
	var r record
	line := make([]byte, e.length)
	if _, err := l.journal.ReadAt(line, e.at); err != nil {
		return r, fmt.Errorf("reading its members: %w", err)
	}
	return r, decode(line, &r)
}

// personOf is whose record a line is, without decoding it: we wrote it, with that field first and nothing to escape in it.
func personOf(line []byte) ([]byte, bool) {
	rest, ok := bytes.CutPrefix(line, []byte(`{"person":"`))
	if !ok {
		return nil, false
	}
	end := bytes.IndexByte(rest, '"')
	return rest[:max(end, 0)], end >= 0
}

// latest calls f with the last line of everybody who ever was on the list, and whose it is. Both are valid in the call.
func (l *list) latest(f func(person, line []byte) error) error {
	in := bufio.NewReaderSize(io.NewSectionReader(l.journal, 0, l.end), 1<<16)
	for at := int64(0); at < l.end; {
		line, err := in.ReadBytes('\n')
		if err != nil {
			return fmt.Errorf("reading its members: %w", err)
		}
		if at > 0 { // the head is no record
			person, ok := personOf(line)
			if !ok {
				return ErrDamaged
			}
			if l.people[idOf(string(person))].at == at {
				if err := f(person, line); err != nil {
					return err
				}
			}
		}
		at += int64(len(line))
	}
	return nil
}

// countFiles makes sure that a number is never used twice, also when a crash came between the files and the journal.
func (l *list) countFiles() error {
	names, err := l.d.fs.List(l.dir)
	if err != nil {
		return fmt.Errorf("reading its directory: %w", err)
	}
	for _, name := range names {
		var n uint64
		var kind string
		if _, err := fmt.Sscanf(name, "%d-%s", &n, &kind); err == nil && (kind == "add.csv" || kind == "remove.csv") {
			l.number = max(l.number, n)
		}
	}
	return nil
}

// compacted rewrites the journal without superseded records and opens it again.
func (l *list) compacted() (*list, error) {
	err := l.rewrite(func([]byte) bool { return true })
	if err := errors.Join(err, l.close()); err != nil {
		return nil, fmt.Errorf("tidying its members: %w", err)
	}
	return openList(l.d, l.name)
}

// rewrite replaces the journal by the last record of each person for whom keep is true; l must be opened anew.
func (l *list) rewrite(keep func(person []byte) bool) error {
	return l.d.fs.replace(filepath.Join(l.dir, journalName), func(w io.Writer) error {
		if err := l.writeHead(w); err != nil {
			return err
		}
		return l.latest(func(person, line []byte) error {
			if !keep(person) {
				return nil
			}
			_, err := w.Write(line)
			return err
		})
	})
}
