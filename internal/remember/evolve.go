package remember

import (
	"slices"
	"strings"

	"github.com/orrery-cxm/orrery"
)

// Evolve folds one fact into the memory. It looks at nothing but the memory and the fact.
func (m *Memory) Evolve(self orrery.FragmentID, f orrery.Fact, _ orrery.Stamp) {
	switch f := f.(type) {
	case *orrery.TouchRecorded:
		m.touch(&f.Touch)
	case *orrery.ViewsWithdrawn:
		m.withdraw(f)
	case *orrery.ViewsRestored:
		m.restore(f.Case)
	case *orrery.AccountChanged:
		if f.Fragment == self {
			m.join(f.Account)
		}
	}
}

// keep copies a text out of the request that it came with: a memory lives on when the request is long gone.
func keep(s string) string { return strings.Clone(s) }

func (m *Memory) touch(t *orrery.Touch) {
	m.Touches++
	if m.First == 0 || t.At < m.First {
		m.First = t.At
	}
	if t.At >= m.Last {
		if m.Last = t.At; t.Channel != m.Channel {
			m.Channel = orrery.Channel(keep(string(t.Channel)))
		}
	}
	if t.Locale != "" && t.At >= m.LocaleAt {
		if m.LocaleAt = t.At; m.Locale != t.Locale {
			m.Locale = keep(t.Locale)
		}
	}
	if t.Zone != "" && t.At >= m.ZoneAt {
		if m.ZoneAt = t.At; m.Zone != t.Zone {
			m.Zone = keep(t.Zone)
		}
	}
	name := EventName(t)
	m.count(name, t.At)
	page := PageName(t)
	if page != "" {
		m.count(page, t.At)
	}
	if t.Product != "" {
		m.viewed(ProductView{Product: t.Product, Event: name, Page: page, At: t.At})
	}
	for i := range t.Traits {
		if t.Kind == orrery.Group {
			break // traits of a group call are the account's
		}
		m.learn(&t.Traits[i], t)
	}
	if t.Order != nil {
		m.order(t.Order, t)
	}
	if t.Account != "" {
		m.join(t.Account)
	}
}

func (m *Memory) count(name string, at orrery.Instant) {
	i, ok := m.event(name)
	if !ok {
		if len(m.Events) >= MaxEvents && name != OtherEvents {
			m.count(OtherEvents, at)
			return
		}
		m.Events = slices.Insert(m.Events, i, Event{Name: keep(name), First: at})
	}
	e := &m.Events[i]
	e.Total++
	e.First = min(e.First, at)
	times := m.timesOf(e) // as steps back from the last one that was stored
	e.Last = max(e.Last, at)
	e.times.set(insertTime(times, at))
}

// insertTime keeps times newest first and at most MaxTimes long.
func insertTime(times []orrery.Instant, at orrery.Instant) []orrery.Instant {
	i := 0
	for i < len(times) && times[i] > at {
		i++
	}
	if i >= MaxTimes {
		return times
	}
	if len(times) < MaxTimes {
		times = append(times, 0)
	}
	copy(times[i+1:], times[i:len(times)-1])
	times[i] = at
	return times
}

// learn takes the later of two values of a trait by event time; of two at one moment, the one that was logged later.
func (m *Memory) learn(tr *orrery.Trait, t *orrery.Touch) {
	traits := m.Traits()
	i, ok := slices.BinarySearchFunc(traits, tr.Name, func(a Trait, n string) int { return strings.Compare(a.Name, n) })
	value := Trait{Name: tr.Name, Value: tr.Value, Origin: tr.Origin, At: t.At, Source: t.Source}
	switch {
	case ok && traits[i].At > t.At:
		return
	case ok && traits[i].Value == tr.Value && traits[i].Source == t.Source:
		traits[i].At, traits[i].Origin = t.At, tr.Origin
	case ok:
		value.Name, value.Value, value.Source = traits[i].Name, keep(tr.Value), orrery.SourceName(keep(string(t.Source)))
		traits[i] = value
	case len(traits) < MaxTraits:
		value.Name, value.Value, value.Source = keep(tr.Name), keep(tr.Value), orrery.SourceName(keep(string(t.Source)))
		traits = slices.Insert(traits, i, value)
	default:
		return
	}
	m.traits.set(traits)
}

// order takes the later state of an order by event time, for ever by (source, id). An update that names no money leaves
// it as it was, whichever of the two arrives first.
func (m *Memory) order(o *orrery.Order, t *orrery.Touch) {
	next := Order{Source: t.Source, ID: o.ID, Status: o.Status, Quantity: o.Quantity, Placed: o.Placed, Changed: t.At}
	if next.Placed == 0 {
		next.Placed = t.At
	}
	if o.Total != (orrery.Money{}) {
		next.Minor, next.Currency, next.Priced = o.Total.Minor, o.Total.Currency, t.At
	}
	orders := m.Orders()
	i, ok := slices.BinarySearchFunc(orders, next, compareOrders)
	if !ok && m.updateOlder(&next) {
		return
	}
	if !ok {
		next.Source, next.ID = orrery.SourceName(keep(string(next.Source))), keep(next.ID)
		next.Status, next.Currency = keep(next.Status), keep(next.Currency)
		m.orders.set(slices.Insert(orders, i, next))
		m.bought.add(&next)
		m.trimOrders()
		return
	}
	now := &orders[i]
	before := *now
	if next.Changed >= now.Changed { // of two states of one moment, the one that was logged later
		now.Status, now.Quantity, now.Changed = keep(next.Status), next.Quantity, next.Changed
	}
	if next.Priced != 0 && next.Priced >= now.Priced {
		now.Minor, now.Currency, now.Priced = next.Minor, keep(next.Currency), next.Priced
	}
	now.Placed = min(now.Placed, next.Placed)
	m.orders.set(orders)
	m.bought.remove(&before)
	m.bought.add(now)
	m.freshen()
}

func compareOrders(a, b Order) int {
	if c := strings.Compare(string(a.Source), string(b.Source)); c != 0 {
		return c
	}
	return strings.Compare(a.ID, b.ID)
}

// trimOrders puts the oldest order aside when there are more than MaxOrders.
func (m *Memory) trimOrders() {
	orders := m.Orders()
	for len(orders) > MaxOrders {
		oldest := 0
		for i := range orders {
			if orders[i].Placed < orders[oldest].Placed {
				oldest = i
			}
		}
		m.bought.remove(&orders[oldest])
		m.setAside(&orders[oldest])
		orders = slices.Delete(orders, oldest, oldest+1)
	}
	m.orders.set(orders)
	m.freshen()
}

func (m *Memory) join(a orrery.AccountID) {
	i, ok := slices.BinarySearch(m.Accounts, a)
	if !ok && len(m.Accounts) < MaxAccounts {
		m.Accounts = slices.Insert(m.Accounts, i, orrery.AccountID(keep(string(a))))
	}
}
