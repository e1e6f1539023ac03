package remember

import (
	"fmt"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/wire"
)

// AppendTo writes the memory; an empty one writes nothing. Equal memories write equal bytes.
func (m *Memory) AppendTo(w *wire.Writer) {
	if m.Touches == 0 && len(m.Accounts) == 0 {
		return
	}
	base := len(w.B)
	w.Uint(m.Touches)
	w.Int(int64(m.First))
	w.Int(int64(m.Last - m.First))
	w.String(string(m.Channel))
	w.String(m.Locale)
	w.Int(int64(m.LocaleAt))
	w.String(m.Zone)
	w.Int(int64(m.ZoneAt))
	w.Uint(uint64(len(m.Accounts)))
	for _, a := range m.Accounts {
		w.String(string(a))
	}
	w.Uint(uint64(len(m.Events)))
	for i := range m.Events {
		e := &m.Events[i]
		w.String(e.Name)
		w.Uint(e.Total)
		w.Int(int64(e.First))
		w.Int(int64(e.Last - e.First))
		e.times.write(w, base, m.raw, func(w *wire.Writer, times []orrery.Instant) { writeTimes(w, times, e.Last) })
	}
	m.traits.write(w, base, m.raw, writeTraits)
	m.writeProducts(w, base)
	w.Int(m.bought.count)
	w.Int(m.bought.minor)
	w.Int(int64(m.bought.last))
	w.Int(m.Older.Count)
	w.Int(m.Older.Minor)
	m.orders.write(w, base, m.raw, writeOrders)
	m.writeAside(w, base)
	m.written = true
}

// Read reads what AppendTo wrote; the memory shares these bytes, which must never change.
func (m *Memory) Read(r *wire.Reader) error {
	*m = Memory{}
	if r.Len() == 0 {
		return r.Err()
	}
	m.raw = r.Rest()
	size := len(m.raw)
	m.Touches = r.Uint()
	m.First = orrery.Instant(r.Int())
	m.Last = m.First + orrery.Instant(r.Int())
	m.Channel = orrery.Channel(r.String())
	m.Locale, m.LocaleAt = r.String(), orrery.Instant(r.Int())
	m.Zone, m.ZoneAt = r.String(), orrery.Instant(r.Int())
	if n := r.Count(); n > 0 {
		m.Accounts = make([]orrery.AccountID, n)
		for i := range m.Accounts {
			m.Accounts[i] = orrery.AccountID(r.String())
		}
	}
	if n := r.Count(); n > 0 {
		m.Events = make([]Event, n, n+2)
		for i := range m.Events {
			e := &m.Events[i]
			e.Name, e.Total = r.String(), r.Uint()
			e.First = orrery.Instant(r.Int())
			e.Last = e.First + orrery.Instant(r.Int())
			e.times.place(r, size)
		}
	}
	m.traits.place(r, size)
	m.placeProducts(r, size)
	m.bought = bought{count: r.Int(), minor: r.Int(), last: orrery.Instant(r.Int())}
	m.Older = OlderOrders{Count: r.Int(), Minor: r.Int()}
	m.orders.place(r, size)
	m.placeAside(r, size)
	if err := r.Err(); err != nil {
		return fmt.Errorf("reading a memory: %w", err)
	}
	return nil
}

// writeTimes writes moments, newest first, as steps back from the last one.
func writeTimes(w *wire.Writer, times []orrery.Instant, before orrery.Instant) {
	for _, at := range times {
		w.Int(int64(before - at))
		before = at
	}
}

func readTimes(r *wire.Reader, before orrery.Instant) []orrery.Instant {
	var room [MaxTimes]orrery.Instant
	times := room[:0]
	for r.Len() > 0 {
		before -= orrery.Instant(r.Int())
		times = append(times, before)
	}
	return append(make([]orrery.Instant, 0, min(len(times)+4, MaxTimes)), times...)
}

func writeTraits(w *wire.Writer, traits []Trait) {
	for i := range traits {
		t := &traits[i]
		w.String(t.Name)
		w.String(t.Value)
		w.Uint(uint64(t.Origin))
		w.Int(int64(t.At))
		w.String(string(t.Source))
	}
}

func readTraits(r *wire.Reader) (traits []Trait) {
	for r.Len() > 0 {
		traits = append(traits, Trait{Name: r.String(), Value: r.String(), Origin: orrery.TraitOrigin(r.Uint()),
			At: orrery.Instant(r.Int()), Source: orrery.SourceName(r.String())})
	}
	return traits
}

func writeOrders(w *wire.Writer, orders []Order) {
	for i := range orders {
		o := &orders[i]
		w.String(string(o.Source))
		w.String(o.ID)
		w.String(o.Status)
		w.Int(o.Minor)
		w.String(o.Currency)
		w.Int(o.Quantity)
		w.Int(int64(o.Placed))
		w.Int(int64(o.Changed - o.Placed))
		w.Int(int64(o.Changed - o.Priced))
	}
}

func readOrders(r *wire.Reader) (orders []Order) {
	for r.Len() > 0 {
		o := Order{Source: orrery.SourceName(r.String()), ID: r.String(), Status: r.String(), Minor: r.Int(),
			Currency: r.String(), Quantity: r.Int(), Placed: orrery.Instant(r.Int())}
		o.Changed = o.Placed + orrery.Instant(r.Int())
		o.Priced = o.Changed - orrery.Instant(r.Int())
		orders = append(orders, o)
	}
	return orders
}
