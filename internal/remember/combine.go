package remember

import (
	"cmp"
	"slices"
	"strings"

	"github.com/orrery-cxm/orrery"
)

// Combine is the memory of a person over their fragments: sums of counters, the newest MaxTimes times, the later trait,
// the later state of each order. It is associative and commutative as far as the limits of the package allow.
func Combine(parts []*Memory) *Memory {
	if len(parts) == 1 {
		return parts[0]
	}
	c := &Memory{}
	for _, p := range parts {
		c.add(p)
	}
	c.tally()
	return c
}

func (m *Memory) add(o *Memory) {
	m.Touches += o.Touches
	if m.First == 0 || (o.First != 0 && o.First < m.First) {
		m.First = o.First
	}
	if o.Last > m.Last || (o.Last == m.Last && o.Channel > m.Channel) {
		m.Last, m.Channel = o.Last, o.Channel
	}
	if o.LocaleAt > m.LocaleAt || (o.LocaleAt == m.LocaleAt && o.Locale > m.Locale) {
		m.Locale, m.LocaleAt = o.Locale, o.LocaleAt
	}
	if o.ZoneAt > m.ZoneAt || (o.ZoneAt == m.ZoneAt && o.Zone > m.Zone) {
		m.Zone, m.ZoneAt = o.Zone, o.ZoneAt
	}
	m.traits.set(merge(m.Traits(), o.Traits(), func(a, b Trait) int { return strings.Compare(a.Name, b.Name) }, laterTrait))
	m.Events = merge(m.wholeEvents(), o.wholeEvents(), func(a, b Event) int { return strings.Compare(a.Name, b.Name) }, sumEvents)
	m.orders.set(merge(m.Orders(), o.Orders(), compareOrders, joinOrders))
	m.combineOlder(o)
	views := slices.Concat(m.Products(), o.Products())
	slices.SortFunc(views, compareViews)
	m.setProducts(views)
	accounts := slices.Concat(m.Accounts, o.Accounts)
	slices.Sort(accounts)
	m.Accounts = slices.Compact(accounts)
}

// merge joins two sorted lists into a new one; items that compare equal become one.
func merge[T any](a, b []T, compare func(a, b T) int, both func(a, b T) T) []T {
	if len(a) == 0 {
		return slices.Clone(b)
	}
	out := make([]T, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		switch c := compare(a[0], b[0]); {
		case c < 0:
			out, a = append(out, a[0]), a[1:]
		case c > 0:
			out, b = append(out, b[0]), b[1:]
		default:
			out, a, b = append(out, both(a[0], b[0])), a[1:], b[1:]
		}
	}
	return append(append(out, a...), b...)
}

func laterTrait(a, b Trait) Trait {
	if cmp.Or(cmp.Compare(a.At, b.At), strings.Compare(a.Value, b.Value), strings.Compare(string(a.Source), string(b.Source)), cmp.Compare(a.Origin, b.Origin)) < 0 {
		return b
	}
	return a
}

// joinOrders is one order of which two states are known: status and quantity as told last, the money as named last, the
// earliest placement. It is associative and commutative; ties go by value.
func joinOrders(a, b Order) Order {
	later, money := a, a
	if cmp.Or(cmp.Compare(a.Changed, b.Changed), strings.Compare(a.Status, b.Status), cmp.Compare(a.Quantity, b.Quantity)) < 0 {
		later = b
	}
	if cmp.Or(cmp.Compare(a.Priced, b.Priced), cmp.Compare(a.Minor, b.Minor), strings.Compare(a.Currency, b.Currency)) < 0 {
		money = b
	}
	later.Minor, later.Currency, later.Priced = money.Minor, money.Currency, money.Priced
	later.Placed = min(a.Placed, b.Placed)
	return later
}

// wholeEvents are the events with their times, apart from the memory.
func (m *Memory) wholeEvents() []Event {
	events := slices.Clone(m.Events)
	for i := range events {
		events[i].times = list[orrery.Instant]{}
		events[i].times.set(m.timesOf(&m.Events[i]))
	}
	return events
}

func sumEvents(a, b Event) Event {
	e := Event{Name: a.Name, Total: a.Total + b.Total, First: min(a.First, b.First), Last: max(a.Last, b.Last)}
	x, y := a.times.items, b.times.items
	e.times.set(mergeTimes(make([]orrery.Instant, 0, min(len(x)+len(y), MaxTimes)), x, y))
	return e
}
