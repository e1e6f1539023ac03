package remember

import (
	"slices"
	"strings"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/wire"
)

// Limits of what one fragment keeps in detail.
const (
	MaxTimes    = 50
	MaxEvents   = 100
	MaxTraits   = 500
	MaxProducts = 50
	MaxOrders   = 2000
	MaxAccounts = 20
)

// OtherEvents is the name under which events beyond MaxEvents different names are counted.
const OtherEvents = "*other"

// Memory is remember's slice of one fragment's state. Lists are sorted, so equal memories are equal byte for byte.
type Memory struct {
	Touches  uint64 // live and historical
	First    orrery.Instant
	Last     orrery.Instant
	Channel  orrery.Channel // of the latest touch
	Locale   string         // latest given
	Zone     string         // latest given
	LocaleAt orrery.Instant
	ZoneAt   orrery.Instant
	Events   []Event // by name
	Accounts []orrery.AccountID
	Older    OlderOrders

	// The long lists stay bytes until somebody looks at them, see lazy.go.
	traits   list[Trait] // by name
	products views
	orders   list[Order]      // by source, then id
	older    list[olderOrder] // by key
	aside    list[withdrawn]  // as they were taken back
	bought   bought           // of orders
	raw      []byte           // in which the lists and the times of events lie that nobody looked at
	written  bool             // AppendTo ran: the lists' places in its bytes are known
}

// Trait is the latest value of one trait.
type Trait struct {
	Name   string
	Value  string // canonical JSON
	Origin orrery.TraitOrigin
	At     orrery.Instant
	Source orrery.SourceName
}

// Event is how often and when something with one name happened.
type Event struct {
	Name  string
	Total uint64
	First orrery.Instant
	Last  orrery.Instant

	times list[orrery.Instant] // newest first, at most MaxTimes; without withdrawn ones
}

// Order is the state of one order as its source last gave it.
type Order struct {
	Source   orrery.SourceName
	ID       string
	Status   string
	Minor    int64
	Currency string
	Quantity int64
	Placed   orrery.Instant // the earliest that any touch gave
	Changed  orrery.Instant // event time of the touch that gave this state
	Priced   orrery.Instant // event time of the touch that named the money; 0 when none did
}

// Counts says whether the order adds to what the person spent.
func (o Order) Counts() bool { return o.Status != "cancelled" && o.Status != "refunded" }

// ProductView is one look at a product.
type ProductView struct {
	Product string
	Event   string
	Page    string // the second name of a named page or screen
	At      orrery.Instant
}

// EventName is the name under which a touch is counted: its own for track calls, the kind for all others. A named page
// or screen is also counted under [PageName].
func EventName(t *orrery.Touch) string {
	if t.Kind == orrery.Track {
		return t.Name
	}
	return t.Kind.String()
}

// PageName is the second name under which a named page or screen is counted ("page:Pricing"), or "".
func PageName(t *orrery.Touch) string {
	if (t.Kind == orrery.Page || t.Kind == orrery.Screen) && t.Name != "" {
		return t.Kind.String() + ":" + t.Name
	}
	return ""
}

// Traits are all traits by name. The list is the memory's own.
func (m *Memory) Traits() []Trait { return m.traits.read(m.raw, readTraits) }

// Orders are the orders in detail, by source and id. The list is the memory's own.
func (m *Memory) Orders() []Order { return m.orders.read(m.raw, readOrders) }

// Times is when the event of that name happened, newest first, at most MaxTimes. The list is the memory's own.
func (m *Memory) Times(name string) []orrery.Instant {
	if e := m.Event(name); e != nil {
		return m.timesOf(e)
	}
	return nil
}

func (m *Memory) timesOf(e *Event) []orrery.Instant {
	return e.times.read(m.raw, func(r *wire.Reader) []orrery.Instant { return readTimes(r, e.Last) })
}

// Trait is the trait of that name.
func (m *Memory) Trait(name string) (Trait, bool) {
	traits := m.Traits()
	i, ok := slices.BinarySearchFunc(traits, name, func(t Trait, n string) int { return strings.Compare(t.Name, n) })
	if !ok {
		return Trait{}, false
	}
	return traits[i], true
}

// Event is the counter of that name, or nil.
func (m *Memory) Event(name string) *Event {
	i, ok := m.event(name)
	if !ok {
		return nil
	}
	return &m.Events[i]
}

func (m *Memory) event(name string) (int, bool) {
	// Most fragments know fewer than ten names: a scan beats a search.
	if len(m.Events) <= 8 {
		for i := range m.Events {
			if m.Events[i].Name == name {
				return i, true
			}
			if m.Events[i].Name > name {
				return i, false
			}
		}
		return len(m.Events), false
	}
	return slices.BinarySearchFunc(m.Events, name, func(e Event, n string) int { return strings.Compare(e.Name, n) })
}

// bought sums up the orders in detail that count.
type bought struct {
	count, minor int64
	last         orrery.Instant // the latest placement
	stale        bool           // last may be that of an order that no longer counts
}

// Spent is the number and the sum in minor units of the orders that count.
func (m *Memory) Spent() (count, minor int64) {
	return m.Older.Count + m.bought.count, m.Older.Minor + m.bought.minor
}

// tally counts the orders in detail anew.
func (m *Memory) tally() {
	m.bought = bought{}
	orders := m.Orders()
	for i := range orders {
		m.bought.add(&orders[i])
	}
}

// freshen tallies when adding and removing could not tell the latest placement.
func (m *Memory) freshen() {
	if m.bought.stale {
		m.tally()
	}
}

func (b *bought) add(o *Order) {
	if o.Counts() {
		b.count++
		b.minor += o.Minor
		b.stale = b.stale && o.Placed < b.last
		b.last = max(b.last, o.Placed)
	}
}

// remove takes an order out. When it was the latest one, [Memory.freshen] must follow.
func (b *bought) remove(o *Order) {
	if o.Counts() {
		b.count--
		b.minor -= o.Minor
		b.stale = b.stale || o.Placed >= b.last
	}
}
