package remember

import (
	"fmt"
	"slices"
	"strings"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/wire"
)

// views are the latest looks at products, kept as the bytes in which they are stored: oldest first, so that a new look
// is appended and the oldest one skipped, whatever the length of the list. Half of a shop's touches are such looks.
type views struct {
	count  int
	latest orrery.Instant // of the newest
	at     stretch        // of the memory's raw bytes, unless own
	next   stretch
	bytes  []byte // when own
	own    bool
}

func (v *views) stored(raw []byte) []byte {
	if v.own {
		return v.bytes
	}
	return raw[v.at.from:v.at.to]
}

// Products are the latest looks at products, newest first.
func (m *Memory) Products() []ProductView {
	if m.products.count == 0 {
		return nil
	}
	list := make([]ProductView, 0, m.products.count)
	r := wire.NewReader(m.products.stored(m.raw))
	for r.Len() > 0 {
		list = append(list, readView(r))
	}
	if r.Err() != nil || len(list) != m.products.count {
		panic(fmt.Sprintf("remember: %d product views are not %d: %v", len(list), m.products.count, r.Err()))
	}
	slices.Reverse(list)
	return list
}

// viewed keeps the newest MaxProducts views; equal times are ordered by product and event, so that the order of arrival
// does not matter.
func (m *Memory) viewed(v ProductView) {
	p := &m.products
	if p.count > 0 && v.At <= p.latest {
		m.viewedLate(v)
		return
	}
	m.ownProducts()
	w := wire.Writer{B: p.bytes}
	writeView(&w, &v)
	p.bytes, p.latest = w.B, v.At
	if p.count++; p.count > MaxProducts {
		p.dropOldest()
	}
}

// viewedLate puts a view among those that it came after: several workers of one sender make that common. The bytes before
// and behind it are copied into new ones, because strings that were read from the old ones may still be in use.
func (m *Memory) viewedLate(v ProductView) {
	p := &m.products
	stored := p.stored(m.raw)
	r := wire.NewReader(stored)
	before := 0
	for r.Len() > 0 {
		if old := readView(r); compareViews(old, v) < 0 {
			break
		}
		before = len(stored) - r.Len()
	}
	if before == 0 && p.count >= MaxProducts {
		return
	}
	w := wire.Writer{B: append(make([]byte, 0, len(stored)+len(stored)/4+64), stored[:before]...)}
	writeView(&w, &v)
	p.bytes, p.own = append(w.B, stored[before:]...), true
	if p.count++; p.count > MaxProducts {
		p.dropOldest()
	}
}

// dropOldest skips the first of the own bytes.
func (v *views) dropOldest() {
	r := wire.NewReader(v.bytes)
	readView(r)
	v.bytes, v.count = r.Rest(), v.count-1
}

// ownProducts copies the stored bytes once, with room behind them.
func (m *Memory) ownProducts() {
	if p := &m.products; !p.own {
		stored := p.stored(m.raw)
		p.bytes, p.own = append(make([]byte, 0, len(stored)+len(stored)/4+64), stored...), true
	}
}

// setProducts writes the list anew: newest first, of which the newest MaxProducts stay.
func (m *Memory) setProducts(list []ProductView) {
	list = list[:min(len(list), MaxProducts)]
	m.products = views{count: len(list), own: true}
	var w wire.Writer
	for i := len(list) - 1; i >= 0; i-- {
		writeView(&w, &list[i])
	}
	m.products.bytes = w.B
	if len(list) > 0 {
		m.products.latest = list[0].At
	}
}

func compareViews(a, b ProductView) int {
	switch {
	case a.At > b.At:
		return -1
	case a.At < b.At:
		return 1
	}
	if c := strings.Compare(a.Product, b.Product); c != 0 {
		return c
	}
	return strings.Compare(storedNames(&a), storedNames(&b))
}

func writeView(w *wire.Writer, v *ProductView) {
	w.Int(int64(v.At))
	w.String(v.Product)
	w.String(storedNames(v))
}

func readView(r *wire.Reader) ProductView {
	v := ProductView{At: orrery.Instant(r.Int()), Product: r.String()}
	v.setNames(r.String())
	return v
}

func (m *Memory) writeProducts(w *wire.Writer, base int) {
	p := &m.products
	w.Uint(uint64(p.count))
	w.Int(int64(p.latest))
	begin := w.Reserve()
	w.B = append(w.B, p.stored(m.raw)...)
	w.Fill(begin)
	p.next = stretch{int32(begin - base), int32(len(w.B) - base)}
}

func (m *Memory) placeProducts(r *wire.Reader, size int) {
	p := &m.products
	p.count, p.latest = r.Count(), orrery.Instant(r.Int())
	n := len(r.Section())
	p.at.to = int32(size - r.Len())
	p.at.from = p.at.to - int32(n)
}
