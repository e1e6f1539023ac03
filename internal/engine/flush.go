package engine

import (
	"cmp"
	"maps"
	"slices"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/wire"
)

// flush writes a layer and its position as one change, and makes it durable. Kinds of rows come in the order of their
// letters.
func (s *store) flush(l *layer, at position, own []byte) error {
	t := s.newTables()
	for _, id := range slices.Sorted(maps.Keys(l.accounts)) {
		t.put(append([]byte{keyAccount}, id...), l.accounts[id])
	}
	for _, id := range slices.Sorted(maps.Keys(l.cases)) {
		t.put(idKey(keyCase, uint64(id)), l.cases[id])
	}
	for _, id := range slices.Sorted(maps.Keys(l.fragments)) {
		t.put(idKey(keyFragment, uint64(id)), l.fragments[id])
	}
	t.put([]byte{keyMeta, 'p'}, positionBytes(at))
	t.put([]byte{keyMeta, 'w'}, own)
	for _, m := range slices.SortedFunc(maps.Keys(l.mentions), func(a, b mention) int {
		return cmp.Or(cmp.Compare(a.fragment, b.fragment), cmp.Compare(a.seq, b.seq))
	}) {
		t.mark(pairKey(keyMention, uint64(m.fragment), uint64(m.seq)), true)
	}
	l.putPages(t)
	for _, x := range slices.SortedFunc(maps.Keys(l.timers), func(a, b timer) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.person, b.person))
	}) {
		t.mark(pairKey(keyTimer, uint64(x.at), uint64(x.person)), l.timers[x])
	}
	for _, id := range slices.Sorted(maps.Keys(l.waiting)) {
		t.mark(idKey(keyWaiting, uint64(id)), l.waiting[id])
	}
	return t.commit()
}

// putPages writes a page for each fragment that has entries, in the place of all older pages of those that were erased.
func (l *layer) putPages(t *tables) {
	ids := make([]orrery.FragmentID, 0, len(l.latest)+len(l.erased))
	ids = slices.AppendSeq(ids, maps.Keys(l.latest))
	for id := range l.erased {
		if l.latest[id] == 0 {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	var w wire.Writer
	for _, id := range ids {
		if l.erased[id] {
			t.deleteAll(idKey(keyPage, uint64(id)))
		}
		if l.latest[id] != 0 {
			w.B = w.B[:0]
			last := l.page(&w, id)
			t.put(pairKey(keyPage, uint64(id), ^uint64(last)), w.B)
		}
	}
}

// rows are a small change of the store, in any order, by key.
type rows map[string]row

type row struct {
	value  []byte // deleted when empty
	prefix bool   // everything that starts with the key is deleted
}

func (r rows) put(key, value []byte)   { r[string(key)] = row{value: value} }
func (r rows) deleteAll(prefix []byte) { r[string(prefix)] = row{prefix: true} }

// write makes a small change durable.
func (s *store) write(r rows) error {
	t := s.newTables()
	for _, key := range slices.Sorted(maps.Keys(r)) {
		if x := r[key]; x.prefix {
			t.deleteAll([]byte(key))
		} else {
			t.put([]byte(key), x.value)
		}
	}
	return t.commit()
}
