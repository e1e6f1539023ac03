package remember

import (
	"cmp"
	"hash/fnv"
	"slices"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/wire"
)

// MaxOlder is how many orders beyond MaxOrders a fragment knows at most well enough to follow their updates, three quarters
// of it at least. Of those beyond it only the sum is left: they are final, and an update of one counts as an order of its own.
const MaxOlder = 8000

// OlderOrders sums up the orders beyond MaxOrders that count.
type OlderOrders struct {
	Count int64
	Minor int64
}

// olderOrder is what an update of an older order needs: enough to take back what the order came to.
type olderOrder struct {
	Key     uint64 // hash of source and id
	Status  string
	Minor   int64
	Changed orrery.Instant
	Priced  orrery.Instant
}

func olderKey(o *Order) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(o.Source)) // a hash takes everything
	_, _ = h.Write([]byte{0})
	_, _ = h.Write([]byte(o.ID))
	return h.Sum64()
}

func compareOlder(a, b olderOrder) int { return cmp.Compare(a.Key, b.Key) }

func (o *olderOrder) counts() bool { return Order{Status: o.Status}.Counts() }

// add counts an older order, or with -1 takes it back.
func (s *OlderOrders) add(o *olderOrder, sign int64) {
	if o.counts() {
		s.Count += sign
		s.Minor += sign * o.Minor
	}
}

// setAside puts an order with the older ones.
func (m *Memory) setAside(o *Order) {
	x := olderOrder{Key: olderKey(o), Status: o.Status, Minor: o.Minor, Changed: o.Changed, Priced: o.Priced}
	older := m.olderOrders()
	i, _ := slices.BinarySearchFunc(older, x, compareOlder)
	older = slices.Insert(older, i, x)
	m.Older.add(&x, 1)
	if len(older) > MaxOlder {
		older = newestOf(older, MaxOlder*3/4) // the sums of the others stay
	}
	m.older.set(older)
}

// newestOf keeps the n that were changed last, in the order of their keys. Many go at once, so that each costs little.
func newestOf(older []olderOrder, n int) []olderOrder {
	byChange := func(a, b olderOrder) int { return cmp.Or(cmp.Compare(a.Changed, b.Changed), cmp.Compare(a.Key, b.Key)) }
	sorted := slices.SortedFunc(slices.Values(older), byChange)
	first := sorted[len(sorted)-n]
	return slices.DeleteFunc(older, func(o olderOrder) bool { return byChange(o, first) < 0 })
}

// updateOlder takes the later state of an order that is no longer listed; false when it is none.
func (m *Memory) updateOlder(next *Order) bool {
	if !m.older.some() {
		return false
	}
	older := m.olderOrders()
	i, ok := slices.BinarySearchFunc(older, olderOrder{Key: olderKey(next)}, compareOlder)
	if !ok {
		return false
	}
	x := &older[i]
	m.Older.add(x, -1)
	if next.Changed >= x.Changed {
		x.Status, x.Changed = keep(next.Status), next.Changed
	}
	if next.Priced != 0 && next.Priced >= x.Priced {
		x.Minor, x.Priced = next.Minor, next.Priced
	}
	m.Older.add(x, 1)
	m.older.set(older)
	return true
}

// combineOlder joins the older orders of two memories. What one of them lists and the other has put aside is listed, in
// the later of its states. It comes before the orders are read again, which it may change.
func (m *Memory) combineOlder(o *Memory) {
	m.Older.Count += o.Older.Count
	m.Older.Minor += o.Older.Minor
	if !m.older.some() && !o.older.some() {
		return
	}
	for _, part := range []*Memory{m, o} {
		for _, x := range part.olderOrders() {
			m.Older.add(&x, -1) // what is left is final
		}
	}
	older := merge(m.olderOrders(), o.olderOrders(), compareOlder, joinOlder)
	orders := m.Orders()
	for i := range orders {
		at, ok := slices.BinarySearchFunc(older, olderOrder{Key: olderKey(&orders[i])}, compareOlder)
		if !ok {
			continue
		}
		x := &older[at]
		aside := orders[i]
		aside.Status, aside.Changed, aside.Minor, aside.Priced = x.Status, x.Changed, x.Minor, x.Priced
		orders[i] = joinOrders(orders[i], aside)
		older = slices.Delete(older, at, at+1)
	}
	for i := range older {
		m.Older.add(&older[i], 1)
	}
	m.older.set(older)
}

func joinOlder(a, b olderOrder) olderOrder {
	x := joinOrders(Order{Status: a.Status, Minor: a.Minor, Changed: a.Changed, Priced: a.Priced}, Order{Status: b.Status, Minor: b.Minor, Changed: b.Changed, Priced: b.Priced})
	return olderOrder{Key: a.Key, Status: x.Status, Minor: x.Minor, Changed: x.Changed, Priced: x.Priced}
}

func (m *Memory) olderOrders() []olderOrder { return m.older.read(m.raw, readOlder) }

func writeOlder(w *wire.Writer, older []olderOrder) {
	for i := range older {
		o := &older[i]
		w.Fixed(o.Key)
		w.String(o.Status)
		w.Int(o.Minor)
		w.Int(int64(o.Changed))
		w.Int(int64(o.Changed - o.Priced))
	}
}

func readOlder(r *wire.Reader) (older []olderOrder) {
	for r.Len() > 0 {
		o := olderOrder{Key: r.Fixed(), Status: r.String(), Minor: r.Int(), Changed: orrery.Instant(r.Int())}
		o.Priced = o.Changed - orrery.Instant(r.Int())
		older = append(older, o)
	}
	return older
}
