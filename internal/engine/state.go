package engine

import (
	"sync"

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
	warmed *layer // the frozen layer, once all of it is in the cache
	cache  *blobCache
	store  *store

	register *Register // who was erased
}

// layer is a set of changes that is not on disk yet. Values are never changed in place.
type layer struct {
	fragments map[orrery.FragmentID][]byte
	cases     map[orrery.CaseID][]byte
	accounts  map[orrery.AccountID][]byte
	entries   entries                     // of timelines, in the order of the log
	latest    map[orrery.FragmentID]int32 // the last entry of a fragment, as its index in entries plus one
	erased    map[orrery.FragmentID]bool  // their timelines on disk end here; entries of the layer are younger
	timers    map[timer]bool              // true: set, false: cleared
	waiting   map[orrery.FragmentID]bool
	mentions  map[mention]bool
	bytes     int
	touches   int
}

func newLayer() *layer {
	return &layer{
		fragments: map[orrery.FragmentID][]byte{}, cases: map[orrery.CaseID][]byte{}, accounts: map[orrery.AccountID][]byte{},
		latest: map[orrery.FragmentID]int32{}, erased: map[orrery.FragmentID]bool{}, timers: map[timer]bool{}, waiting: map[orrery.FragmentID]bool{}, mentions: map[mention]bool{},
	}
}

func newState(s *store, at position, cacheBytes int) *state {
	return &state{at: at, fresh: newLayer(), cache: newBlobCache(cacheBytes), store: s}
}

// blob is the published state of a fragment; nil when it was never seen. The caller holds mu or is the loop.
func (s *state) blob(id orrery.FragmentID) ([]byte, error) {
	if b, ok := s.inMemory(id); ok {
		return b, nil
	}
	b, err := s.store.get(idKey(keyFragment, uint64(id)))
	return s.keep(id, b, err)
}

// blobInLoop is blob for the loop alone.
func (s *state) blobInLoop(id orrery.FragmentID) ([]byte, error) {
	if b, ok := s.inMemory(id); ok {
		return b, nil
	}
	b, err := s.store.find(idKey(keyFragment, uint64(id)))
	return s.keep(id, b, err)
}

func (s *state) inMemory(id orrery.FragmentID) ([]byte, bool) {
	if b, ok := s.fresh.fragments[id]; ok {
		return b, true
	}
	if s.frozen != nil {
		if b, ok := s.frozen.fragments[id]; ok {
			return b, true
		}
	}
	return s.cache.get(id)
}

func (s *state) keep(id orrery.FragmentID, b []byte, err error) ([]byte, error) {
	if err == nil && b != nil {
		s.cache.put(id, b)
	}
	return b, err
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

// warm keeps the people of a layer that is safely on disk at hand, before thaw lets go of it. Some of them may have changed
// since: whoever looks finds the younger layer first, and the cache is set right when that one is on disk. It may run beside the loop.
func (s *state) warm(l *layer) {
	for id, b := range l.fragments {
		if len(b) == 0 {
			s.cache.drop(id)
		} else {
			s.cache.put(id, b)
		}
	}
	s.warmed = l
}

// thaw lets go of a layer that is safely on disk. Only the loop calls it. Readers wait for its lock, so what takes
// long is done by warm, without the lock: by the checkpoint beside the loop, or here.
func (s *state) thaw() {
	if s.warmed != s.frozen {
		s.warm(s.frozen)
	}
	s.store.release()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.frozen, s.warmed = nil, nil
}

// entry is one line of a fragment's timeline that is not on disk yet. Its body shares the memory of its chunk.
type entry struct {
	fragment orrery.FragmentID
	at       orrery.Stamp
	before   int32 // the entry before it of the same fragment, as its index plus one; 0 for none
	kind     orrery.FactKind
	body     []byte
}

// entries is a list that grows without moving what it holds.
type entries struct {
	slabs [][]entry
	count int32
}

const slabEntries = 4096

func (s *entries) add(e entry) {
	if n := len(s.slabs); n == 0 || len(s.slabs[n-1]) == slabEntries {
		s.slabs = append(s.slabs, make([]entry, 0, slabEntries))
	}
	last := &s.slabs[len(s.slabs)-1]
	*last = append(*last, e)
	s.count++
}

func (s *entries) at(i int32) *entry { return &s.slabs[i/slabEntries][i%slabEntries] }

// entryOverhead is what an entry costs in memory beside its body.
const entryOverhead = 72

// addEntry appends one entry to the fragment's timeline.
func (l *layer) addEntry(id orrery.FragmentID, at orrery.Stamp, kind orrery.FactKind, body []byte) {
	l.entries.add(entry{fragment: id, at: at, before: l.latest[id], kind: kind, body: body})
	l.latest[id] = l.entries.count
	l.bytes += entryOverhead
}

// eraseTimeline lets the fragment's timeline begin anew.
func (l *layer) eraseTimeline(id orrery.FragmentID) {
	delete(l.latest, id)
	l.erased[id] = true
	l.bytes += entryOverhead
}

// holds says that an entry still belongs to its fragment's timeline: it was not written before an erasure.
func (l *layer) holds(i int32) bool {
	for at := l.latest[l.entries.at(i).fragment]; at != 0; at = l.entries.at(at - 1).before {
		if at-1 == i {
			return true
		}
	}
	return false
}

// page writes the fragment's entries as a page, oldest first.
func (l *layer) page(w *wire.Writer, id orrery.FragmentID) (last orrery.Seq) {
	var order [64]int32
	list := order[:0]
	for i := l.latest[id]; i != 0; i = l.entries.at(i - 1).before {
		list = append(list, i-1)
	}
	for i := len(list) - 1; i >= 0; i-- {
		e := l.entries.at(list[i])
		w.Uint(uint64(e.at.Seq))
		w.Uint(uint64(e.at.Incarnation))
		w.Uint(uint64(e.at.Index))
		w.Int(int64(e.at.Time))
		w.Uint(uint64(e.kind))
		w.Bytes(e.body)
		last = e.at.Seq
	}
	return last
}
