package view

import (
	"context"
	"database/sql"
	"fmt"
	"hash/fnv"
	"io"
	"strconv"
	"strings"

	"github.com/orrery-cxm/orrery"
)

// Cursor is a place in a list, as a page gives it; "" is the beginning. It stays good while the list changes.
type Cursor string

// MaxLimit is how many rows a page has at most.
const MaxLimit = 200

// defaultLimit is how many rows a page has when nobody says.
const defaultLimit = 50

// Page says which part of a list is wanted.
type Page struct {
	Limit int    `json:"limit,omitempty"` // 1 to MaxLimit; 50 when 0
	After Cursor `json:"after,omitempty"` // Next of the page before
}

// List is one page of a list, true at Seq.
type List[T any] struct {
	Seq   orrery.Seq `json:"seq"`
	Items []T        `json:"items"`
	Next  Cursor     `json:"next,omitempty"` // "" at the end
}

// Count is how many things have a name.
type Count struct {
	Name string `json:"name"`
	N    int64  `json:"n"`
}

// Counts are counts that are true at Seq. Names without anything are left out.
type Counts struct {
	Seq    orrery.Seq `json:"seq"`
	Counts []Count    `json:"counts"`
}

// Of is the count of a name.
func (c Counts) Of(name string) int64 {
	for _, x := range c.Counts {
		if x.Name == name {
			return x.N
		}
	}
	return 0
}

// selection is a query as it grows by its filter.
type selection struct {
	columns string
	from    string
	where   []string
	args    []any
	keys    []string // whole numbers that order the list, the greatest first, and tell rows apart
}

func (s *selection) and(condition string, args ...any) {
	s.where = append(s.where, condition)
	s.args = append(s.args, args...)
}

// is narrows to one value, unless it is the zero value.
func is[T comparable](s *selection, column string, v T) {
	var zero T
	if v != zero {
		s.and(column+" = ?", v)
	}
}

// among narrows to any of the values, unless there are none.
func among[T any](s *selection, column string, values []T) {
	if len(values) == 0 {
		return
	}
	args := make([]any, len(values))
	for i := range values {
		args[i] = values[i]
	}
	s.and(column+" IN (?"+strings.Repeat(", ?", len(values)-1)+")", args...)
}

// maxFragments bounds how many fragments a filter may name.
const maxFragments = 1000

// people narrows to rows of any of the fragments.
func people(s *selection, column string, fragments []orrery.FragmentID) {
	among(s, column, numbers(fragments[:min(len(fragments), maxFragments)]))
}

func numbers[T ~uint64](ids []T) []int64 {
	out := make([]int64, len(ids))
	for i := range ids {
		out[i] = num(ids[i])
	}
	return out
}

// between narrows to a span of time: since is part of it, until is not; 0 leaves an end open.
func between(s *selection, column string, since, until orrery.Instant) {
	if since != 0 {
		s.and(column+" >= ?", since)
	}
	if until != 0 {
		s.and(column+" < ?", until)
	}
}

// either narrows by yes or no, unless it is nil.
func either(s *selection, column string, v *bool) {
	if v != nil {
		s.and(column+" = ?", *v)
	}
}

func (s *selection) text() string {
	text := "SELECT " + s.columns
	for _, k := range s.keys {
		text += ", " + k
	}
	text += " FROM " + s.from
	if len(s.where) > 0 {
		text += " WHERE " + strings.Join(s.where, " AND ")
	}
	if len(s.keys) > 0 {
		text += " ORDER BY " + strings.Join(s.keys, " DESC, ") + " DESC"
	}
	return text
}

// page narrows to what comes after the cursor and returns how many rows are wanted.
func (s *selection) page(p Page) (int, error) {
	switch {
	case p.Limit == 0:
		p.Limit = defaultLimit
	case p.Limit < 0 || p.Limit > MaxLimit:
		return 0, orrery.Invalid("limit", fmt.Sprintf("limit: %d; it may be 1 to %d", p.Limit, MaxLimit))
	}
	if p.After == "" {
		return p.Limit, nil
	}
	text, check, _ := strings.Cut(string(p.After), "~")
	parts := strings.Split(text, ".")
	if check != s.check(text) || len(parts) != len(s.keys) {
		return 0, badCursor(p.After)
	}
	marks := "?"
	for i, part := range parts {
		v, err := strconv.ParseInt(part, 36, 64)
		if err != nil {
			return 0, badCursor(p.After)
		}
		s.args = append(s.args, v)
		if i > 0 {
			marks += ", ?"
		}
	}
	s.where = append(s.where, "("+strings.Join(s.keys, ", ")+") < ("+marks+")")
	return p.Limit, nil
}

func badCursor(c Cursor) error {
	return orrery.Invalid("cursor", fmt.Sprintf("cursor: %q is no place in this list: use next of the page before, with the same filter", string(c)))
}

func (s *selection) cursor(keys []int64) Cursor {
	parts := make([]string, len(keys))
	for i, k := range keys {
		parts[i] = strconv.FormatInt(k, 36)
	}
	text := strings.Join(parts, ".")
	return Cursor(text + "~" + s.check(text))
}

// check tells a cursor of this list from any word, which would read as numbers too, and from a cursor of another list: an
// empty page would say that there is nothing.
func (s *selection) check(text string) string {
	h := fnv.New32a()
	_, _ = io.WriteString(h, s.from+"\x00"+strings.Join(s.keys, ",")+"\x00"+text) // never fails
	return strconv.FormatUint(uint64(h.Sum32()), 36)
}

// reading calls f with a snapshot of the lists and the sequence that it shows.
func (f *Follower) reading(ctx context.Context, what string, read func(tx *sql.Tx) error) (orrery.Seq, error) {
	f.files.RLock()
	defer f.files.RUnlock()
	if f.db == nil {
		return 0, &orrery.Error{Kind: orrery.KindUnavailable, Code: "view.closed", Say: "the lists are being opened; try again", RetryAfter: orrery.Second}
	}
	tx, err := f.db.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return 0, fmt.Errorf("listing %s: %w", what, err)
	}
	defer func() { _ = tx.Rollback() }() // only reads
	var seq int64
	if err := tx.QueryRowContext(ctx, "SELECT seq FROM place").Scan(&seq); err != nil {
		return 0, fmt.Errorf("listing %s: %w", what, err)
	}
	if err := read(tx); err != nil {
		return 0, fmt.Errorf("listing %s: %w", what, err)
	}
	return orrery.Seq(seq), nil
}

// page reads one page of a list. into gives the places of the selection's columns in an item.
func page[T any](ctx context.Context, f *Follower, what string, s *selection, p Page, into func(*T) []any) (List[T], error) {
	limit, err := s.page(p)
	if err != nil {
		return List[T]{}, err
	}
	out := List[T]{Items: []T{}}
	out.Seq, err = f.reading(ctx, what, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, s.text()+" LIMIT "+strconv.Itoa(limit+1), s.args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		keys, last := make([]int64, len(s.keys)), []int64(nil)
		for rows.Next() {
			if len(out.Items) == limit {
				out.Next = s.cursor(last)
				break
			}
			var item T
			places := into(&item)
			for i := range keys {
				places = append(places, &keys[i])
			}
			if err := rows.Scan(places...); err != nil {
				return err
			}
			out.Items = append(out.Items, item)
			last = append(last[:0], keys...)
		}
		return rows.Err()
	})
	return out, err
}

// all reads a whole short list.
func all[T any](ctx context.Context, f *Follower, what string, s *selection, into func(*T) []any) (List[T], error) {
	out := List[T]{Items: []T{}}
	var err error
	out.Seq, err = f.reading(ctx, what, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, s.text(), s.args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		keys := make([]int64, len(s.keys))
		for rows.Next() {
			var item T
			places := into(&item)
			for i := range keys {
				places = append(places, &keys[i])
			}
			if err := rows.Scan(places...); err != nil {
				return err
			}
			out.Items = append(out.Items, item)
		}
		return rows.Err()
	})
	return out, err
}

// counts reads the tally of a list; name turns a key into the name that is shown.
func (f *Follower) counts(ctx context.Context, list string, name func(key string) string) (Counts, error) {
	s := &selection{columns: "key, n", from: "tally"}
	s.and("list = ?", list)
	s.and("n <> 0")
	got, err := all(ctx, f, "counts of "+list, s, func(c *Count) []any { return []any{&c.Name, &c.N} })
	if err != nil {
		return Counts{}, err
	}
	for i := range got.Items {
		got.Items[i].Name = name(got.Items[i].Name)
	}
	return Counts{Seq: got.Seq, Counts: got.Items}, nil
}

// id is a place for an id kept as a signed number.
func id[T ~uint64](p *T) sql.Scanner { return word[T]{p} }

type word[T ~uint64] struct{ p *T }

func (w word[T]) Scan(v any) error {
	n, ok := v.(int64)
	if !ok {
		return fmt.Errorf("an id is stored as %T", v)
	}
	*w.p = T(n)
	return nil
}

// lines is a place for a list of texts kept one a line.
func lines(p *[]string) sql.Scanner { return textLines{p} }

type textLines struct{ p *[]string }

func (l textLines) Scan(v any) error {
	s, ok := v.(string)
	if !ok {
		return fmt.Errorf("lines of text are stored as %T", v)
	}
	*l.p = nil
	if s != "" {
		*l.p = strings.Split(s, "\n")
	}
	return nil
}
