package engine

import (
	"fmt"
	"sync"

	"github.com/cockroachdb/pebble/v2"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/wire"
)

// state is everything the loop has published: what changed since the last checkpoint in memory, the rest on disk.
// The loop writes it, anybody may read it; all of it is at one sequence.
type state struct {
	mu     sync.RWMutex
	at     position
	fresh  *layer // changed since the last checkpoint began
	frozen *layer // being written by the checkpoint, or nil
	cache  *blobCache
	store  *store
}

// layer is a set of changes that is not on disk yet. Values are never changed in place.
type layer struct {
	fragments map[orrery.FragmentID][]byte
	cases     map[orrery.CaseID][]byte
	accounts  map[orrery.AccountID][]byte
	pages     map[orrery.FragmentID]*page
	timers    map[timer]bool // true: set, false: cleared
	waiting   map[orrery.FragmentID]bool
	bytes     int
	touches   int
}

func newLayer() *layer {
	return &layer{
		fragments: map[orrery.FragmentID][]byte{}, cases: map[orrery.CaseID][]byte{}, accounts: map[orrery.AccountID][]byte{},
		pages: map[orrery.FragmentID]*page{}, timers: map[timer]bool{}, waiting: map[orrery.FragmentID]bool{},
	}
}

func newState(s *store, at position, cacheBytes int) *state {
	return &state{at: at, fresh: newLayer(), cache: newBlobCache(cacheBytes), store: s}
}

// blob is the published state of a fragment; nil when it was never seen. The caller holds mu or is the loop.
func (s *state) blob(id orrery.FragmentID) ([]byte, error) {
	if b, ok := s.fresh.fragments[id]; ok {
		return b, nil
	}
	if s.frozen != nil {
		if b, ok := s.frozen.fragments[id]; ok {
			return b, nil
		}
	}
	if b, ok := s.cache.get(id); ok {
		return b, nil
	}
	b, err := s.store.get(idKey(keyFragment, uint64(id)))
	if err != nil {
		return nil, err
	}
	if b != nil {
		s.cache.put(id, b)
	}
	return b, nil
}

func (s *state) caseBlob(id orrery.CaseID) ([]byte, error) {
	if b, ok := s.fresh.cases[id]; ok {
		return b, nil
	}
	if s.frozen != nil {
		if b, ok := s.frozen.cases[id]; ok {
			return b, nil
		}
	}
	return s.store.get(idKey(keyCase, uint64(id)))
}

func (s *state) accountBlob(id orrery.AccountID) ([]byte, error) {
	if b, ok := s.fresh.accounts[id]; ok {
		return b, nil
	}
	if s.frozen != nil {
		if b, ok := s.frozen.accounts[id]; ok {
			return b, nil
		}
	}
	return s.store.get(append([]byte{keyAccount}, id...))
}

// freeze sets what changed aside for a checkpoint and returns it with its position; nil when one is already being
// written or nothing changed.
func (s *state) freeze() (*layer, position) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.frozen != nil || (len(s.fresh.fragments) == 0 && s.fresh.touches == 0 && len(s.fresh.cases) == 0 && s.fresh.bytes == 0) {
		return nil, position{}
	}
	s.frozen, s.fresh = s.fresh, newLayer()
	return s.frozen, s.at
}

// thaw lets go of a layer that is safely on disk.
func (s *state) thaw() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, b := range s.frozen.fragments {
		if _, again := s.fresh.fragments[id]; again {
			continue
		}
		if len(b) == 0 {
			s.cache.drop(id)
			continue
		}
		s.cache.put(id, b)
	}
	s.frozen = nil
}

// flush writes a layer and its position in one atomic batch and makes it durable.
func (s *store) flush(l *layer, at position, own []byte) error {
	b := s.db.NewBatchWithSize(l.bytes + l.bytes/4 + 4096)
	defer b.Close()
	put := func(key, value []byte) error {
		if len(value) == 0 {
			return b.Delete(key, nil)
		}
		return b.Set(key, value, nil)
	}
	for id, blob := range l.fragments {
		if err := put(idKey(keyFragment, uint64(id)), blob); err != nil {
			return fmt.Errorf("writing the checkpoint: %w", err)
		}
	}
	for id, blob := range l.cases {
		if err := put(idKey(keyCase, uint64(id)), blob); err != nil {
			return fmt.Errorf("writing the checkpoint: %w", err)
		}
	}
	for id, blob := range l.accounts {
		if err := put(append([]byte{keyAccount}, id...), blob); err != nil {
			return fmt.Errorf("writing the checkpoint: %w", err)
		}
	}
	for id, p := range l.pages {
		if err := b.Set(pairKey(keyPage, uint64(id), ^uint64(p.last)), p.body, nil); err != nil {
			return fmt.Errorf("writing the checkpoint: %w", err)
		}
	}
	for t, set := range l.timers {
		key := pairKey(keyTimer, uint64(t.at), uint64(t.person))
		var err error
		if set {
			err = b.Set(key, nil, nil)
		} else {
			err = b.Delete(key, nil)
		}
		if err != nil {
			return fmt.Errorf("writing the checkpoint: %w", err)
		}
	}
	for id, set := range l.waiting {
		key := idKey(keyWaiting, uint64(id))
		var err error
		if set {
			err = b.Set(key, nil, nil)
		} else {
			err = b.Delete(key, nil)
		}
		if err != nil {
			return fmt.Errorf("writing the checkpoint: %w", err)
		}
	}
	if err := b.Set([]byte{keyMeta, 'w'}, own, nil); err != nil {
		return fmt.Errorf("writing the checkpoint: %w", err)
	}
	if err := putPosition(b, at); err != nil {
		return fmt.Errorf("writing the checkpoint: %w", err)
	}
	if err := b.Commit(pebble.NoSync); err != nil {
		return fmt.Errorf("writing the checkpoint: %w", err)
	}
	if err := s.db.Flush(); err != nil {
		return fmt.Errorf("making the checkpoint durable: %w", err)
	}
	return nil
}

// page is the tail of a fragment's timeline that is not on disk yet.
type page struct {
	last orrery.Seq // the chunk of its newest entry
	body []byte     // entries, oldest first
}

// addEntry appends one entry to the fragment's unwritten page.
func (l *layer) addEntry(id orrery.FragmentID, at orrery.Stamp, kind orrery.FactKind, body []byte) {
	p := l.pages[id]
	if p == nil {
		p = &page{}
		l.pages[id] = p
		l.bytes += 64
	}
	w := wire.Writer{B: p.body}
	w.Uint(uint64(at.Seq))
	w.Uint(uint64(at.Incarnation))
	w.Uint(uint64(at.Index))
	w.Int(int64(at.Time))
	w.Uint(uint64(kind))
	w.Bytes(body)
	l.bytes += len(w.B) - len(p.body)
	p.body, p.last = w.B, at.Seq
}
