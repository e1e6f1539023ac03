package remember

import (
	"fmt"

	"github.com/orrery-cxm/orrery/internal/wire"
)

// list is a list that stays bytes until somebody looks at it, and is written from these bytes as long as nobody
// changes it: a touch looks at one or two of the lists of a memory, which may be long. The zero value is empty.
type list[T any] struct {
	items   []T
	at      stretch // of the memory's raw bytes
	next    stretch // where AppendTo put it
	decoded bool
	changed bool
}

// stretch is where something lies in the bytes of a memory.
type stretch struct{ from, to int32 }

// read is the list. Bytes that do not decode are a broken invariant: [Memory.Check] finds them first where they may come
// from outside.
func (l *list[T]) read(raw []byte, decode func(*wire.Reader) []T) []T {
	if !l.decoded {
		if l.at.to > l.at.from {
			r := wire.NewReader(raw[l.at.from:l.at.to])
			if l.items = decode(r); r.Err() != nil {
				panic(fmt.Sprintf("remember: a list does not decode: %v", r.Err()))
			}
		}
		l.decoded = true
	}
	return l.items
}

// some says without decoding that the list is not empty.
func (l *list[T]) some() bool { return len(l.items) > 0 || (!l.decoded && l.at.to > l.at.from) }

// set replaces the list.
func (l *list[T]) set(items []T) { l.items, l.decoded, l.changed = items, true, true }

// write appends the list as a section: anew when it was changed, else as it was read.
func (l *list[T]) write(w *wire.Writer, base int, raw []byte, encode func(*wire.Writer, []T)) {
	begin := w.Reserve()
	if l.changed {
		encode(w, l.items)
	} else {
		w.B = append(w.B, raw[l.at.from:l.at.to]...)
	}
	w.Fill(begin)
	l.next = stretch{int32(begin - base), int32(len(w.B) - base)}
}

// place notes where the list lies, without decoding it.
func (l *list[T]) place(r *wire.Reader, size int) {
	n := len(r.Section())
	l.at.to = int32(size - r.Len())
	l.at.from = l.at.to - int32(n)
}

func (l *list[T]) settle() { l.at, l.changed = l.next, false }

// Settled tells the memory that raw, which never changes, holds what AppendTo wrote last, or when the memory was not
// changed since, what it was read from.
func (m *Memory) Settled(raw []byte) {
	m.raw = raw
	if !m.written {
		return
	}
	m.traits.settle()
	m.products.at = m.products.next
	m.orders.settle()
	m.older.settle()
	m.aside.settle()
	for i := range m.Events {
		m.Events[i].times.settle()
	}
	m.written = false
}

// Check decodes everything and says whether it is sound.
func (m *Memory) Check() (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
	}()
	m.Traits()
	m.Products()
	m.Orders()
	m.olderOrders()
	m.withdrawals()
	for i := range m.Events {
		m.timesOf(&m.Events[i])
	}
	return nil
}
