package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/cockroachdb/pebble/v2"

	"github.com/orrery-cxm/orrery"
)

// walkBoth walks two stores in the order of their keys; a missing value is nil.
func walkBoth(ctx context.Context, live, again *store, prefix []byte, f func(key, a, b []byte)) error {
	o := &pebble.IterOptions{LowerBound: prefix, UpperBound: after(prefix)}
	a, err := live.iter(o)
	if err != nil {
		return err
	}
	b, err := again.iter(o)
	if err != nil {
		return errors.Join(err, a.Close())
	}
	okA, okB := a.First(), b.First()
	for n := 0; okA || okB; n++ {
		if n%1000 == 0 && ctx.Err() != nil {
			break
		}
		order := 0
		switch {
		case !okB:
			order = -1
		case !okA:
			order = 1
		default:
			order = bytes.Compare(a.Key(), b.Key())
		}
		switch {
		case order < 0:
			f(a.Key(), a.Value(), nil)
			okA = a.Next()
		case order > 0:
			f(b.Key(), nil, b.Value())
			okB = b.Next()
		default:
			f(a.Key(), a.Value(), b.Value())
			okA, okB = a.Next(), b.Next()
		}
	}
	return errors.Join(ctx.Err(), a.Close(), b.Close())
}

// timelines walks the timelines of a store, one fragment at a time.
type timelines struct {
	it  *pebble.Iterator
	ok  bool
	err error
}

func newTimelines(s *store) *timelines {
	it, err := s.iter(&pebble.IterOptions{LowerBound: []byte{keyPage}, UpperBound: after([]byte{keyPage})})
	t := &timelines{it: it, err: err}
	if err == nil {
		t.ok = it.First()
	}
	return t
}

// next is the next fragment with its entries, oldest first; 0 at the end.
func (t *timelines) next() (orrery.FragmentID, []byte, error) {
	if t.err != nil || !t.ok {
		return 0, nil, t.err
	}
	id, _ := splitPair(t.it.Key())
	var pages [][]byte // newest first
	for t.ok {
		of, _ := splitPair(t.it.Key())
		if of != id {
			break
		}
		pages = append(pages, bytes.Clone(t.it.Value()))
		t.ok = t.it.Next()
	}
	if err := t.it.Error(); err != nil {
		return 0, nil, fmt.Errorf("walking timelines: %w", err)
	}
	var all []byte
	for i := len(pages) - 1; i >= 0; i-- {
		all = append(all, pages[i]...)
	}
	return orrery.FragmentID(id), all, nil
}

func (t *timelines) close() {
	if t.it != nil {
		_ = t.it.Close() // read only
	}
}
