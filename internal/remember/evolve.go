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
		m.withdraw(f.Product, f.From, f.To)
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
	if page := PageName(t); page != "" {
		m.count(page, t.At)
	}
	if t.Product != "" {
		if e := m.Event(name); e != nil {
			name = e.Name
		} else {
			name = keep(name) // one of too many names
		}
		m.viewed(ProductView{Product: keep(t.Product), Event: name, At: t.At})
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
	e.Last = max(e.Last, at)
	e.Times = insertTime(e.Times, at)
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

// viewed keeps product views newest first and at most MaxProducts long; equal times are ordered by product and event,
// so that the order of arrival does not matter.
func (m *Memory) viewed(v ProductView) {
	i, _ := slices.BinarySearchFunc(m.Products, v, compareViews)
	if i >= MaxProducts {
		return
	}
	m.Products = slices.Insert(m.Products, i, v)
	if len(m.Products) > MaxProducts {
		m.Products = m.Products[:MaxProducts]
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
	return strings.Compare(a.Event, b.Event)
}

// learn takes the later of two values of a trait by event time; of two at one moment, the one that was logged later.
func (m *Memory) learn(tr *orrery.Trait, t *orrery.Touch) {
	i, ok := slices.BinarySearchFunc(m.Traits, tr.Name, func(a Trait, n string) int { return strings.Compare(a.Name, n) })
	value := Trait{Name: tr.Name, Value: tr.Value, Origin: tr.Origin, At: t.At, Source: t.Source}
	switch {
	case ok && m.Traits[i].At > t.At:
	case ok && m.Traits[i].Value == tr.Value && m.Traits[i].Source == t.Source:
		m.Traits[i].At, m.Traits[i].Origin = t.At, tr.Origin
	case ok:
		value.Name, value.Value, value.Source = m.Traits[i].Name, keep(tr.Value), orrery.SourceName(keep(string(t.Source)))
		m.Traits[i] = value
	case len(m.Traits) < MaxTraits:
		value.Name, value.Value, value.Source = keep(tr.Name), keep(tr.Value), orrery.SourceName(keep(string(t.Source)))
		m.Traits = slices.Insert(m.Traits, i, value)
	}
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
	i, ok := slices.BinarySearchFunc(m.Orders, next, compareOrders)
	if !ok {
		next.Source, next.ID = orrery.SourceName(keep(string(next.Source))), keep(next.ID)
		next.Status, next.Currency = keep(next.Status), keep(next.Currency)
		m.Orders = slices.Insert(m.Orders, i, next)
		m.tally(&next, 1)
		m.trimOrders()
		return
	}
	now := &m.Orders[i]
	m.tally(now, -1)
	if next.Changed >= now.Changed { // of two states of one moment, the one that was logged later
		now.Status, now.Quantity, now.Changed = keep(next.Status), next.Quantity, next.Changed
	}
	if next.Priced != 0 && next.Priced >= now.Priced {
		now.Minor, now.Currency, now.Priced = next.Minor, keep(next.Currency), next.Priced
	}
	now.Placed = min(now.Placed, next.Placed)
	m.tally(now, 1)
}

func compareOrders(a, b Order) int {
	if c := strings.Compare(string(a.Source), string(b.Source)); c != 0 {
		return c
	}
	return strings.Compare(a.ID, b.ID)
}

// trimOrders folds the oldest order into a sum when there are more than MaxOrders.
func (m *Memory) trimOrders() {
	for len(m.Orders) > MaxOrders {
		oldest := 0
		for i := range m.Orders {
			if m.Orders[i].Placed < m.Orders[oldest].Placed {
				oldest = i
			}
		}
		if o := m.Orders[oldest]; o.Counts() {
			m.Older.Count++
			m.Older.Minor += o.Minor
		}
		m.tally(&m.Orders[oldest], -1)
		m.Orders = slices.Delete(m.Orders, oldest, oldest+1)
	}
}

func (m *Memory) join(a orrery.AccountID) {
	i, ok := slices.BinarySearch(m.Accounts, a)
	if !ok && len(m.Accounts) < MaxAccounts {
		m.Accounts = slices.Insert(m.Accounts, i, orrery.AccountID(keep(string(a))))
	}
}

// withdraw takes back the views of a product between two moments: they no longer count in any window.
func (m *Memory) withdraw(product string, from, to orrery.Instant) {
	kept := m.Products[:0]
	for _, v := range m.Products {
		if v.Product != product || v.At < from || v.At > to {
			kept = append(kept, v)
			continue
		}
		e := m.Event(v.Event)
		if e == nil {
			e = m.Event(OtherEvents)
		}
		if e != nil {
			if i := slices.Index(e.Times, v.At); i >= 0 {
				e.Times = slices.Delete(e.Times, i, i+1)
				e.Total--
			}
		}
	}
	m.Products = kept
}
