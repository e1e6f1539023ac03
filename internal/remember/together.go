package remember

import (
	"github.com/orrery-cxm/orrery"
)

// Together answers questions about a person's fragments without combining them first: what Combine would say, at a
// fraction of its cost. The zero value knows nothing.
type Together struct {
	Parts []*Memory
	times []orrery.Instant // scratch of Times
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

// Times is when it happened, newest first, at most MaxTimes. The list is valid until the next call.
func (g *Together) Times(event string) []orrery.Instant {
	var only []orrery.Instant
	found := 0
	for _, p := range g.Parts {
		if e := p.Event(event); e != nil && len(e.Times) > 0 {
			only = e.Times
			found++
		}
	}
	if found < 2 {
		return only
	}
	g.times = g.times[:0]
	for _, p := range g.Parts {
		if e := p.Event(event); e != nil {
			for _, at := range e.Times {
				g.times = insertTime(g.times, at)
			}
		}
	}
	return g.times
}

// Spent is the number and the sum of the orders that count. An order that two fragments know counts once, in its later
// state.
func (g *Together) Spent() (count, minor int64) {
	with := 0
	for _, p := range g.Parts {
		if len(p.Orders) > 0 {
			with++
		}
		c, m := p.Spent()
		count, minor = count+c, minor+m
	}
	if with < 2 {
		return count, minor
	}
	for i, p := range g.Parts {
		for _, q := range g.Parts[:i] {
			c, m := overlap(p.Orders, q.Orders)
			count, minor = count-c, minor-m
		}
	}
	return count, minor
}

// overlap is what two sorted lists of orders count twice.
func overlap(a, b []Order) (count, minor int64) {
	for len(a) > 0 && len(b) > 0 {
		switch c := compareOrders(a[0], b[0]); {
		case c < 0:
			a = a[1:]
		case c > 0:
			b = b[1:]
		default:
			earlier := a[0]
			if laterOrder(a[0], b[0]) == a[0] {
				earlier = b[0]
			}
			if earlier.Counts() {
				count++
				minor += earlier.Minor
			}
			a, b = a[1:], b[1:]
		}
	}
	return count, minor
}

// EachOrder calls f for each order; one that two fragments know may come twice.
func (g *Together) EachOrder(f func(*Order)) {
	for _, p := range g.Parts {
		for i := range p.Orders {
			f(&p.Orders[i])
		}
	}
}

// EachProduct calls f for each product view.
func (g *Together) EachProduct(f func(*ProductView)) {
	for _, p := range g.Parts {
		for i := range p.Products {
			f(&p.Products[i])
		}
	}
}
