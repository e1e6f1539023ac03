package engine

import (
	"fmt"
	"slices"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/identify"
	"github.com/orrery-cxm/orrery/internal/wire"
)

// Cursor is a place in a timeline: entries before it are older. The zero value is the newest end.
type Cursor struct {
	Seq   orrery.Seq
	Index uint32
}

func (c Cursor) zero() bool { return c == Cursor{} }

// before says that an entry is older than the cursor.
func (c Cursor) before(at orrery.Stamp) bool {
	return c.zero() || at.Seq < c.Seq || (at.Seq == c.Seq && at.Index < c.Index)
}

// Timeline lists what happened with a person, newest first, at most n entries before the cursor, over all fragments of
// the person. more is the cursor of the next page; the zero cursor when there is none.
func (w *Workspace) Timeline(id orrery.FragmentID, from Cursor, n int) (entries []Fact, more Cursor, err error) {
	err = w.read(func(s *snapshot) error {
		node := s.Node(id)
		if node == nil {
			return orrery.NotFound("person.unknown", "nobody is known by that identifier")
		}
		for _, fragment := range identify.Fragments(s, node.Person) {
			part, err := s.state.entries(fragment, from, n+1)
			if err != nil {
				return err
			}
			entries = append(entries, part...)
		}
		return nil
	})
	if err != nil {
		return nil, Cursor{}, err
	}
	entries, more = newest(entries, n)
	return entries, more, nil
}

// OfBrand says that a fragment is nobody's, but stands for the brand as a whole.
func (w *Workspace) OfBrand(id orrery.FragmentID) bool {
	return id == w.Find(brandNamespace, brandValue)
}

// BrandTimeline reads what concerns the brand as a whole, newest first, as Timeline reads what concerns a person.
func (w *Workspace) BrandTimeline(from Cursor, n int) (entries []Fact, more Cursor, err error) {
	brand := w.Find(brandNamespace, brandValue)
	err = w.read(func(s *snapshot) (err error) {
		entries, err = s.state.entries(brand, from, n+1)
		return err
	})
	if err != nil {
		return nil, Cursor{}, err
	}
	entries, more = newest(entries, n)
	return entries, more, nil
}

// newest sorts entries, the newest first, and keeps n of them.
func newest(entries []Fact, n int) (page []Fact, more Cursor) {
	slices.SortFunc(entries, func(a, b Fact) int { return compareStamps(b.At, a.At) })
	entries = slices.CompactFunc(entries, func(a, b Fact) bool { return a.At == b.At }) // one fact may name two fragments
	if len(entries) > n {
		entries = entries[:n]
		last := entries[n-1].At
		more = Cursor{Seq: last.Seq, Index: last.Index}
	}
	return entries, more
}

func compareStamps(a, b orrery.Stamp) int {
	switch {
	case a.Seq != b.Seq:
		return int(int64(a.Seq) - int64(b.Seq))
	default:
		return int(a.Index) - int(b.Index)
	}
}

// entries reads at most n entries of one fragment before the cursor, newest first. The caller holds the read lock.
func (s *state) entries(id orrery.FragmentID, from Cursor, n int) ([]Fact, error) {
	var out []Fact
	add := func(body []byte) error {
		page, err := decodePage(body)
		if err != nil {
			return fmt.Errorf("timeline of %s: %w", id, err)
		}
		slices.SortFunc(page, func(a, b Fact) int { return compareStamps(b.At, a.At) })
		for _, e := range page {
			if from.before(e.At) && len(out) < n {
				out = append(out, e)
			}
		}
		return nil
	}
	for _, l := range []*layer{s.fresh, s.frozen} {
		if l == nil {
			continue
		}
		for i := l.latest[id]; i != 0 && len(out) < n; {
			e := l.entries.at(i - 1)
			if i = e.before; !from.before(e.at) {
				continue
			}
			f, err := decodeFact(e.kind, e.body)
			if err != nil {
				return nil, fmt.Errorf("timeline of %s: %w", id, err)
			}
			out = append(out, Fact{At: e.at, Fact: f})
		}
		if l.erased[id] {
			return out, nil
		}
	}
	if len(out) >= n {
		return out, nil
	}
	prefix := idKey(keyPage, uint64(id))
	err := s.store.scan(prefix, nil, func(_, value []byte) (bool, error) {
		err := add(slices.Clone(value))
		return len(out) < n, err
	})
	return out, err
}

// decodePage reads the entries of a page, oldest first. They share the memory of body.
func decodePage(body []byte) ([]Fact, error) {
	r := wire.NewReader(body)
	var out []Fact
	for r.Len() > 0 {
		at := orrery.Stamp{Seq: orrery.Seq(r.Uint()), Incarnation: uint16(r.Uint()), Index: uint32(r.Uint()), Time: orrery.Instant(r.Int())}
		kind, b := orrery.FactKind(r.Uint()), r.Bytes()
		if err := r.Err(); err != nil {
			return nil, fmt.Errorf("reading a page: %w", err)
		}
		f, err := decodeFact(kind, b)
		if err != nil {
			return nil, err
		}
		out = append(out, Fact{At: at, Fact: f})
	}
	return out, nil
}
