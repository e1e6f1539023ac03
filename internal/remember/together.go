package remember

import (
	"slices"

	"github.com/orrery-cxm/orrery"
)

// Together answers questions about a person's fragments without combining them first: what Combine would say, at a
// fraction of its cost. The zero value knows nothing.
type Together struct {
	Parts []*Memory
}

// Touches is the number of touches.
func (g *Together) Touches() (n uint64) {
	for _, p := range g.Parts {
		n += p.Touches
	}
	return n
}

// First is the earliest touch; 0 for none.
func (g *Together) First() (first orrery.Instant) {
	for _, p := range g.Parts {
		if p.Touches > 0 && (first == 0 || p.First < first) {
			first = p.First
		}
	}
	return first
}

// Last is the part with the latest touch, by which the latest channel is told; nil for none.
func (g *Together) Last() (last *Memory) {
	for _, p := range g.Parts {
		if p.Touches > 0 && (last == nil || p.Last > last.Last || (p.Last == last.Last && p.Channel > last.Channel)) {
			last = p
		}
	}
	return last
}

// Locale is the locale given last.
func (g *Together) Locale() string {
	var best *Memory
	for _, p := range g.Parts {
		if best == nil || p.LocaleAt > best.LocaleAt || (p.LocaleAt == best.LocaleAt && p.Locale > best.Locale) {
			best = p
		}
	}
	if best == nil {
		return ""
	}
	return best.Locale
}

// Zone is the zone given last.
func (g *Together) Zone() string {
	var best *Memory
	for _, p := range g.Parts {
		if best == nil || p.ZoneAt > best.ZoneAt || (p.ZoneAt == best.ZoneAt && p.Zone > best.Zone) {
			best = p
		}
	}
	if best == nil {
		return ""
	}
	return best.Zone
}

// Trait is the latest value of a trait.
func (g *Together) Trait(name string) (best Trait, ok bool) {
	for _, p := range g.Parts {
		if t, has := p.Trait(name); has {
			if ok {
				t = laterTrait(best, t)
			}
			best, ok = t, true
		}
	}
	return best, ok
}

// Count is how often something with that name happened.
func (g *Together) Count(event string) (n uint64) {
	for _, p := range g.Parts {
		if e := p.Event(event); e != nil {
			n += e.Total
		}
	}
	return n
}

// FirstOf is when it happened first; 0 for never.
func (g *Together) FirstOf(event string) (first orrery.Instant) {
	for _, p := range g.Parts {
		if e := p.Event(event); e != nil && (first == 0 || e.First < first) {
			first = e.First
		}
	}
	return first
}

// Times is when it happened, newest first, at most MaxTimes. The list is a memory's own, or lies in room.
func (g *Together) Times(event string, room *Room) []orrery.Instant {
	var list []orrery.Instant
	found := 0
	for _, p := range g.Parts {
		times := p.Times(event)
		switch {
		case len(times) == 0:
			continue
		case found == 0:
			list = times
		default:
			half := &room[found%2]
			list = mergeTimes(half[:0], list, times)
		}
		found++
	}
	return list
}

// Room is where the times of several fragments are put together.
type Room [2][MaxTimes]orrery.Instant

// mergeTimes appends the MaxTimes newest of two lists that are newest first.
func mergeTimes(dst, a, b []orrery.Instant) []orrery.Instant {
	for len(dst) < MaxTimes && len(a) > 0 && len(b) > 0 {
		if a[0] >= b[0] {
			dst, a = append(dst, a[0]), a[1:]
		} else {
			dst, b = append(dst, b[0]), b[1:]
		}
	}
	dst = append(dst, a[:min(len(a), MaxTimes-len(dst))]...)
	return append(dst, b[:min(len(b), MaxTimes-len(dst))]...)
}

// Spent is the number and the sum of the orders that count. An order that two fragments know counts once.
func (g *Together) Spent() (count, minor int64) {
	if g.older() {
		return Combine(g.Parts).Spent()
	}
	with := 0
	for _, p := range g.Parts {
		if p.orders.some() {
			with++
		}
		c, m := p.Spent()
		count, minor = count+c, minor+m
	}
	if with < 2 {
		return count, minor
	}
	count, minor = 0, 0
	for _, p := range g.Parts {
		count, minor = count+p.Older.Count, minor+p.Older.Minor
	}
	g.EachOrder(func(o *Order) {
		if o.Counts() {
			count, minor = count+1, minor+o.Minor
		}
	})
	return count, minor
}

// older says that several fragments know orders and one has put some aside: which of those the others list only
// combining tells.
func (g *Together) older() bool {
	with, aside := 0, false
	for _, p := range g.Parts {
		if p.orders.some() {
			with++
		}
		aside = aside || p.older.some()
	}
	return aside && with > 1
}

// LastOrder is when the latest order that counts was placed; 0 for none.
func (g *Together) LastOrder() (last orrery.Instant) {
	if g.older() {
		return Combine(g.Parts).bought.last
	}
	with := 0
	for _, p := range g.Parts {
		if p.orders.some() {
			with++
			last = max(last, p.bought.last)
		}
	}
	if with < 2 {
		return last
	}
	last = 0
	g.EachOrder(func(o *Order) {
		if o.Counts() {
			last = max(last, o.Placed)
		}
	})
	return last
}

// EachOrder calls f for each order once, by source and id, in the state in which all that is known of it puts it.
func (g *Together) EachOrder(f func(*Order)) {
	if g.older() {
		orders := Combine(g.Parts).Orders()
		for i := range orders {
			f(&orders[i])
		}
		return
	}
	rest := make([][]Order, 0, len(g.Parts))
	for _, p := range g.Parts {
		if orders := p.Orders(); len(orders) > 0 {
			rest = append(rest, orders)
		}
	}
	if len(rest) == 1 {
		for i := range rest[0] {
			f(&rest[0][i])
		}
		return
	}
	for len(rest) > 0 {
		first := &rest[0][0]
		for _, list := range rest[1:] {
			if compareOrders(list[0], *first) < 0 {
				first = &list[0]
			}
		}
		whole := first
		for i, list := range rest {
			if compareOrders(list[0], *first) != 0 {
				continue
			}
			if &list[0] != first {
				joined := joinOrders(*whole, list[0])
				whole = &joined
			}
			rest[i] = list[1:]
		}
		rest = slices.DeleteFunc(rest, func(list []Order) bool { return len(list) == 0 })
		f(whole)
	}
}

// EachProduct calls f for each product view.
func (g *Together) EachProduct(f func(*ProductView)) {
	for _, p := range g.Parts {
		for _, v := range p.Products() {
			f(&v)
		}
	}
}
