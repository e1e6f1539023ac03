package remember

import (
	"slices"
	"strings"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/wire"
)

// withdrawn is a look that was taken back for the sake of a case, under the names under which it had been counted: it
// counts again when the case turns out to be none.
type withdrawn struct {
	ProductView
	Case   orrery.CaseID
	Counts []string
}

// withdraw takes back the views of a product between two moments: they no longer count in any window, under none of
// their names. The latest MaxProducts stay aside for as long as their case may be dismissed.
func (m *Memory) withdraw(f *orrery.ViewsWithdrawn) {
	kept := make([]ProductView, 0, m.products.count)
	aside := m.withdrawals()
	for _, v := range m.Products() {
		if v.Product != f.Product || v.At < f.From || v.At > f.To {
			kept = append(kept, v)
			continue
		}
		x := withdrawn{ProductView: v, Case: f.Case}
		for _, name := range []string{v.Event, v.Page} {
			if counted := m.uncount(name, v.At); counted != "" {
				x.Counts = append(x.Counts, counted)
			}
		}
		if f.Case != 0 {
			aside = append(aside, x)
		}
	}
	if len(kept) < m.products.count {
		m.setProducts(kept)
		m.aside.set(aside[max(0, len(aside)-MaxProducts):])
	}
}

// uncount takes one count at a moment back and says under which name it stood; "" when it is not among the times.
func (m *Memory) uncount(name string, at orrery.Instant) string {
	if name == "" {
		return ""
	}
	e := m.Event(name)
	if e == nil {
		e = m.Event(OtherEvents)
	}
	if e == nil {
		return ""
	}
	times := m.timesOf(e)
	i := slices.Index(times, at)
	if i < 0 {
		return ""
	}
	e.times.set(slices.Delete(times, i, i+1))
	e.Total--
	return e.Name
}

// restore lets the views that were withdrawn for a case count again.
func (m *Memory) restore(id orrery.CaseID) {
	if !m.aside.some() {
		return
	}
	var aside []withdrawn
	for _, x := range m.withdrawals() {
		if x.Case != id {
			aside = append(aside, x)
			continue
		}
		m.viewed(x.ProductView)
		for _, name := range x.Counts {
			m.count(name, x.At)
		}
	}
	m.aside.set(aside)
}

func (m *Memory) withdrawals() []withdrawn { return m.aside.read(m.raw, readWithdrawn) }

// writeAside appends the sections that only few memories have, older orders and withdrawn views; none of them for others.
func (m *Memory) writeAside(w *wire.Writer, base int) {
	m.older.next, m.aside.next = stretch{}, stretch{}
	if m.older.some() || m.aside.some() {
		m.older.write(w, base, m.raw, writeOlder)
	}
	if m.aside.some() {
		m.aside.write(w, base, m.raw, writeWithdrawn)
	}
}

func (m *Memory) placeAside(r *wire.Reader, size int) {
	if r.Len() > 0 {
		m.older.place(r, size)
	}
	if r.Len() > 0 {
		m.aside.place(r, size)
	}
}

func writeWithdrawn(w *wire.Writer, list []withdrawn) {
	for i := range list {
		writeView(w, &list[i].ProductView)
		w.Uint(uint64(list[i].Case))
		w.Uint(uint64(len(list[i].Counts)))
		for _, name := range list[i].Counts {
			w.String(name)
		}
	}
}

func readWithdrawn(r *wire.Reader) (list []withdrawn) {
	for r.Len() > 0 {
		x := withdrawn{ProductView: readView(r), Case: orrery.CaseID(r.Uint())}
		for range r.Count() {
			x.Counts = append(x.Counts, r.String())
		}
		list = append(list, x)
	}
	return list
}

// pageMark parts the two names of a look at a named page where it is stored: no name holds it.
const pageMark = "\x1f"

// storedNames are the names of a view as one.
func storedNames(v *ProductView) string {
	if v.Page == "" {
		return v.Event
	}
	return v.Event + pageMark + v.Page
}

func (v *ProductView) setNames(stored string) { v.Event, v.Page, _ = strings.Cut(stored, pageMark) }
