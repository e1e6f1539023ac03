package view

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"math"
	"os"
	"path/filepath"

	"github.com/orrery-cxm/orrery"
)

// SQLite overwrites what it deletes (secure_delete), but when it moves rows between pages it may leave a copy behind in
// the unused part of a page, of which nobody knows any more. So after an erasure the file is read from end to end for what
// must be gone, and written anew when any of it is found.

// ofPeople are the lists whose rows belong to one fragment.
var ofPeople = []string{"holds", "hold_lines", "reviews", "life", "apologies", "conflicts", "signals", "intents", "ledger", "members", "daily", "doubts",
	"corrections", "heard", "examples"}

// textsOfPeople select texts that an erasure must not leave behind.
var textsOfPeople = []string{
	"SELECT title FROM cases WHERE reporter = ?1 OR (affected = ?1 AND affected <> 0)",
	"SELECT folded FROM cases WHERE reporter = ?1 OR (affected = ?1 AND affected <> 0)",
	"SELECT detail FROM ledger WHERE fragment = ?1 AND detail <> ''",
	"SELECT detail FROM intents WHERE fragment = ?1 AND detail <> ''",
}

// erase deletes every row of the fragments. A case stays as long as one of the two people it is about does.
func (a *applier) erase(fragments []orrery.FragmentID) {
	for _, f := range fragments {
		id := num(f)
		a.traces.fragment(f)
		for _, text := range textsOfPeople {
			a.trace(text, id)
		}
		for _, table := range ofPeople {
			a.exec("DELETE FROM "+table+" WHERE fragment = ?", id)
		}
		a.exec("DELETE FROM cases WHERE reporter = ?1 AND affected IN (0, ?1)", id)
		a.exec("DELETE FROM cases WHERE reporter = 0 AND affected = ? AND affected <> 0", id)
		a.exec("UPDATE cases SET affected = 0, erased = 1 WHERE affected = ? AND affected <> 0", id)
		a.exec("UPDATE cases SET reporter = 0, touch = 0, title = '', folded = '', erased = 1 WHERE reporter = ?", id)
		a.exec("DELETE FROM links WHERE a = ?1 OR b = ?1", id)
	}
}

// trace remembers texts that are about to be deleted.
func (a *applier) trace(text string, args ...any) {
	if a.err != nil {
		return
	}
	s := a.statement(text)
	if s == nil {
		return
	}
	rows, err := s.QueryContext(a.ctx, args...)
	if err != nil {
		a.err = fmt.Errorf("%.60s: %w", text, err)
		return
	}
	defer rows.Close()
	for rows.Next() {
		var b []byte
		if a.err = rows.Scan(&b); a.err != nil {
			return
		}
		a.traces.text(b)
	}
	a.err = rows.Err()
}

// traces are the bytes that may not be found in the files after an erasure.
type traces struct {
	patterns [][]byte
	unsure   bool // something is too short to be looked for
}

// minPattern is the least number of bytes that are looked for: less would be found by chance.
const minPattern = 6

// maxPattern bounds what is looked for of a long text: its beginning, and a piece of every part that a page could hold.
const maxPattern = 32

func (t *traces) add(b []byte) {
	if len(b) < minPattern {
		t.unsure = t.unsure || len(b) > 0
		return
	}
	t.patterns = append(t.patterns, b)
}

// fragment looks for an id as SQLite writes it: big-endian in the fewest of 1, 2, 3, 4, 6 or 8 bytes.
func (t *traces) fragment(id orrery.FragmentID) {
	b := binary.BigEndian.AppendUint64(nil, uint64(id))
	switch v := int64(id); {
	case v < -1<<47 || v >= 1<<47:
		t.add(b)
	case v < math.MinInt32 || v > math.MaxInt32:
		t.add(b[2:])
	default:
		t.unsure = true
	}
}

func (t *traces) text(b []byte) {
	const step = 500 // bytes: less than any piece of a page that survives whole
	for from := 0; from < len(b); from += step {
		piece := b[from:min(from+maxPattern, len(b))]
		if from > 0 && len(piece) < minPattern {
			return
		}
		t.add(bytes.Clone(piece))
	}
}

// scrub takes erased bytes out of the files and says so in the file itself: out of the unused parts of the pages in which
// they are found, or, after a crash and wherever that is not possible, by writing the file anew.
func (f *Follower) scrub(ctx context.Context, g *gathering, t *traces) error {
	ctx = context.WithoutCancel(ctx)
	if err := f.settleFile(ctx, "PRAGMA incremental_vacuum"); err != nil {
		return err
	}
	anew := t == nil || t.unsure
	if !anew {
		pages, err := t.in(filepath.Join(f.options.Dir, fileName))
		if err != nil {
			return err
		}
		done, err := f.clearPages(ctx, pages)
		if err != nil {
			return err
		}
		anew = !done
	}
	statement := "SELECT 1" // only the write-ahead log is to be moved
	if anew {
		slog.Info("writing the views anew after an erasure")
		statement = "VACUUM"
	}
	if err := f.settleFile(ctx, statement); err != nil {
		return err
	}
	if _, err := f.db.write.ExecContext(ctx, "UPDATE place SET scrub = 0"); err != nil {
		return fmt.Errorf("noting the end of an erasure: %w", err)
	}
	g.at.scrub = 0
	f.advance(g)
	return nil
}

// settleFile runs a statement and moves everything from the write-ahead log into the file, while nobody reads.
func (f *Follower) settleFile(ctx context.Context, statement string) error {
	f.files.Lock()
	defer f.files.Unlock()
	if _, err := f.db.write.ExecContext(ctx, statement); err != nil {
		return fmt.Errorf("clearing the views: %w", err)
	}
	var busy, frames, moved int
	if err := f.db.write.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &frames, &moved); err != nil {
		return fmt.Errorf("clearing the write-ahead log of the views: %w", err)
	}
	if busy != 0 {
		return errors.New("clearing the write-ahead log of the views: another process reads it")
	}
	return nil
}

// in looks for the patterns in a file and returns the numbers of the pages in which one begins, ascending.
func (t *traces) in(path string) ([]int, error) {
	if len(t.patterns) == 0 {
		return nil, nil
	}
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("looking for erased bytes: %w", err)
	}
	defer file.Close()
	pages, err := t.find(file)
	if err != nil {
		return nil, fmt.Errorf("looking for erased bytes: %w", err)
	}
	return pages, nil
}

// pageBytes is the size of a page of the lists, SQLite's own default.
const pageBytes = 4096

// find reads to the end. Each place is looked at by its first two bytes; few go further. No pattern goes over a page's
// end: of a longer text, pieces are looked for.
func (t *traces) find(r io.Reader) (pages []int, err error) {
	var starts [1 << 16][]int32
	for i, p := range t.patterns {
		k := uint16(p[0])<<8 | uint16(p[1])
		starts[k] = append(starts[k], int32(i))
	}
	buffer := make([]byte, 256*pageBytes)
	for number := 1; ; {
		n, err := io.ReadFull(r, buffer)
		for from := 0; from < n; from += pageBytes {
			if t.inPage(buffer[from:min(from+pageBytes, n)], &starts) {
				pages = append(pages, number)
			}
			number++
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return pages, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

func (t *traces) inPage(page []byte, starts *[1 << 16][]int32) bool {
	for i := 0; i+1 < len(page); i++ {
		for _, p := range starts[uint16(page[i])<<8|uint16(page[i+1])] {
			if bytes.HasPrefix(page[i:], t.patterns[p]) {
				return true
			}
		}
	}
	return false
}
