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
	w.Uint(m.Touches)
	w.Int(int64(m.First))
	w.Int(int64(m.Last - m.First))
	w.String(string(m.Channel))
	w.String(m.Locale)
	w.Int(int64(m.LocaleAt))
	w.String(m.Zone)
	w.Int(int64(m.ZoneAt))
	w.Uint(uint64(len(m.Traits)))
	for i := range m.Traits {
		t := &m.Traits[i]
		w.String(t.Name)
		w.String(t.Value)
		w.Uint(uint64(t.Origin))
		w.Int(int64(t.At))
		w.String(string(t.Source))
	}
	w.Uint(uint64(len(m.Events)))
	for i := range m.Events {
		e := &m.Events[i]
		w.String(e.Name)
		w.Uint(e.Total)
		w.Int(int64(e.First))
		w.Int(int64(e.Last - e.First))
		w.Uint(uint64(len(e.Times)))
		before := e.Last
		for _, at := range e.Times { // newest first: each is a short step back
			w.Int(int64(before - at))
			before = at
		}
	}
	w.Uint(uint64(len(m.Orders)))
	for i := range m.Orders {
		o := &m.Orders[i]
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
	w.Int(m.Older.Count)
	w.Int(m.Older.Minor)
	w.Uint(uint64(len(m.Products)))
	for i := range m.Products {
		w.String(m.Products[i].Product)
		w.String(m.Products[i].Event)
		w.Int(int64(m.Products[i].At))
	}
	w.Uint(uint64(len(m.Accounts)))
	for _, a := range m.Accounts {
		w.String(string(a))
	}
}

// Read reads what AppendTo wrote; strings share the memory of the bytes.
func (m *Memory) Read(r *wire.Reader) error {
	*m = Memory{}
	if r.Len() == 0 {
		return r.Err()
	}
	m.Touches = r.Uint()
	m.First = orrery.Instant(r.Int())
	m.Last = m.First + orrery.Instant(r.Int())
	m.Channel = orrery.Channel(r.String())
	m.Locale, m.LocaleAt = r.String(), orrery.Instant(r.Int())
	m.Zone, m.ZoneAt = r.String(), orrery.Instant(r.Int())
	if n := r.Count(); n > 0 {
		m.Traits = make([]Trait, n)
		for i := range m.Traits {
			m.Traits[i] = Trait{Name: r.String(), Value: r.String(), Origin: orrery.TraitOrigin(r.Uint()),
				At: orrery.Instant(r.Int()), Source: orrery.SourceName(r.String())}
		}
	}
	m.readEvents(r)
	if n := r.Count(); n > 0 {
		m.Orders = make([]Order, n)
		for i := range m.Orders {
			m.Orders[i] = Order{Source: orrery.SourceName(r.String()), ID: r.String(), Status: r.String(), Minor: r.Int(),
				Currency: r.String(), Quantity: r.Int(), Placed: orrery.Instant(r.Int())}
			m.Orders[i].Changed = m.Orders[i].Placed + orrery.Instant(r.Int())
			m.Orders[i].Priced = m.Orders[i].Changed - orrery.Instant(r.Int())
		}
	}
	m.retally()
	m.Older = OlderOrders{Count: r.Int(), Minor: r.Int()}
	if n := r.Count(); n > 0 {
		m.Products = make([]ProductView, n)
		for i := range m.Products {
			m.Products[i] = ProductView{Product: r.String(), Event: r.String(), At: orrery.Instant(r.Int())}
		}
	}
	if n := r.Count(); n > 0 {
		m.Accounts = make([]orrery.AccountID, n)
		for i := range m.Accounts {
			m.Accounts[i] = orrery.AccountID(r.String())
		}
	}
	if err := r.Err(); err != nil {
		return fmt.Errorf("reading a memory: %w", err)
	}
	return nil
}

func (m *Memory) readEvents(r *wire.Reader) {
	n := r.Count()
	if n == 0 {
		return
	}
	m.Events = make([]Event, n)
	for i := range m.Events {
		e := &m.Events[i]
		e.Name, e.Total = r.String(), r.Uint()
		e.First = orrery.Instant(r.Int())
		e.Last = e.First + orrery.Instant(r.Int())
		k := r.Count()
		if k == 0 {
			continue
		}
		e.Times = make([]orrery.Instant, k, k+4)
		before := e.Last
		for j := range e.Times {
			before -= orrery.Instant(r.Int())
			e.Times[j] = before
		}
	}
}
