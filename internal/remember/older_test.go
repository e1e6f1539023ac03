package remember_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/remember"
	"github.com/orrery-cxm/orrery/internal/wire"
)

// ledger is what somebody slow and careful would write down of every order, for ever.
type ledger map[string]*remember.Order

func (l ledger) note(t *orrery.Touch) {
	o := l[t.Order.ID]
	if o == nil {
		o = &remember.Order{}
		l[t.Order.ID] = o
	}
	if t.At >= o.Changed {
		o.Status, o.Changed = t.Order.Status, t.At
	}
	if t.Order.Total != (orrery.Money{}) && t.At >= o.Priced {
		o.Minor, o.Priced = t.Order.Total.Minor, t.At
	}
}

func (l ledger) spent() (count, minor int64) {
	for _, o := range l {
		if o.Counts() {
			count, minor = count+1, minor+o.Minor
		}
	}
	return count, minor
}

// trade makes orders and updates of them, also of those that are long past; every touch has an event time of its own.
func trade(r *rand.Rand, orders, updates int) []orrery.Touch {
	var list []orrery.Touch
	for i := range orders + updates {
		at := base + orrery.Instant(i)
		if i >= orders && r.IntN(10) == 0 {
			at = base - orrery.Instant(i) // it waited in a queue and comes late
		}
		id := i
		if i >= orders {
			id = r.IntN(orders)
		}
		x := ordered(fmt.Sprint("o", id), []string{"placed", "paid", "cancelled", "refunded"}[r.IntN(4)], int64(r.IntN(50)), at)
		list = append(list, x)
	}
	return list
}

func TestWhatWasSpentIsExactHoweverOldTheOrderThatChanges(t *testing.T) {
	for seed := range uint64(4) {
		r := rand.New(rand.NewPCG(seed, 1))
		parts, all := []*remember.Memory{{}, {}}, ledger{}
		alone := &remember.Memory{}
		for i, x := range trade(r, remember.MaxOrders+300, 900) {
			f := &orrery.TouchRecorded{Touch: x}
			alone.Evolve(7, f, orrery.Stamp{})
			parts[min(r.IntN(12), 1)].Evolve(7, f, orrery.Stamp{}) // most of it under the second fragment
			all.note(&x)
			if i%400 != 0 && i < remember.MaxOrders+1190 {
				continue
			}
			count, minor := all.spent()
			if n, sum := alone.Spent(); n != count || sum != minor {
				t.Fatalf("seed %d, after %d touches: %d orders of %d were spent; the memory says %d of %d", seed, i+1, count, minor, n, sum)
			}
			g := remember.Together{Parts: parts}
			if n, sum := g.Spent(); n != count || sum != minor {
				t.Fatalf("seed %d, after %d touches: over two fragments, %d orders of %d were spent; together they say %d of %d", seed, i+1, count, minor, n, sum)
			}
			if n, sum := remember.Combine([]*remember.Memory{parts[1], parts[0]}).Spent(); n != count || sum != minor {
				t.Fatalf("seed %d, after %d touches: combined the other way round they say %d of %d, not %d of %d", seed, i+1, n, sum, count, minor)
			}
			back := &remember.Memory{}
			if err := back.Read(wire.NewReader(bytes.Clone(encode(alone)))); err != nil || back.Check() != nil {
				t.Fatalf("the memory does not come back: %v %v", err, back.Check())
			}
			if !bytes.Equal(encode(back), encode(alone)) {
				t.Fatal("the memory that comes back writes other bytes")
			}
			alone = back // whatever is not written is lost
		}
		listed := map[string]bool{}
		(&remember.Together{Parts: parts}).EachOrder(func(o *remember.Order) {
			if listed[o.ID] {
				t.Errorf("order %s is listed twice", o.ID)
			}
			if want := all[o.ID]; o.Status != want.Status || o.Minor != want.Minor {
				t.Errorf("order %s is %s of %d; it was told last as %s of %d", o.ID, o.Status, o.Minor, want.Status, want.Minor)
			}
			listed[o.ID] = true
		})
	}
}

func TestOrdersBeyondEveryLimitStayInTheSumForGood(t *testing.T) {
	m := &remember.Memory{}
	n := remember.MaxOrders + 40
	for i := range n {
		m.Evolve(7, &orrery.TouchRecorded{Touch: ordered(fmt.Sprint("o", i), "paid", 3, base+orrery.Instant(i))}, orrery.Stamp{})
	}
	m.Evolve(7, &orrery.TouchRecorded{Touch: ordered("o1", "refunded", 0, base+orrery.Instant(n))}, orrery.Stamp{})
	m.Evolve(7, &orrery.TouchRecorded{Touch: ordered("o2", "paid", 10, base+orrery.Instant(n))}, orrery.Stamp{})
	if count, sum := m.Spent(); count != int64(n-1) || sum != int64(3*(n-1)+7) || len(m.Orders()) != remember.MaxOrders {
		t.Errorf("one of %d orders was refunded and one costs 7 more; the memory says %d of %d and lists %d", n, count, sum, len(m.Orders()))
	}
}

// The sums of orders are kept as they come, and must be those of the orders at any time.
func TestTheSumsOfOrdersAreThoseOfTheOrders(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &remember.Memory{}
		for i := range rapid.IntRange(1, 60).Draw(t, "updates") {
			o := orrery.Order{ID: fmt.Sprint(rapid.IntRange(0, 8).Draw(t, "order")), Status: rapid.SampledFrom([]string{"placed", "paid", "cancelled"}).Draw(t, "status"),
				Placed: base + orrery.Instant(rapid.IntRange(0, 9).Draw(t, "placed"))}
			if rapid.Bool().Draw(t, "priced") {
				o.Total = orrery.Money{Minor: int64(rapid.IntRange(1, 99).Draw(t, "total")), Currency: "EUR"}
			}
			m.Evolve(7, &orrery.TouchRecorded{Anchor: 7, Touch: orrery.Touch{Kind: orrery.Track, Name: "order", Source: "shop", Order: &o,
				At: base + orrery.Instant(rapid.IntRange(0, 50).Draw(t, "at"))}}, orrery.Stamp{Seq: orrery.Seq(i + 1)})
			var count, minor int64
			var last orrery.Instant
			for _, o := range m.Orders() {
				if o.Counts() {
					count, minor, last = count+1, minor+o.Minor, max(last, o.Placed)
				}
			}
			together := remember.Together{Parts: []*remember.Memory{m}}
			if c, s := m.Spent(); c != count || s != minor || together.LastOrder() != last {
				t.Fatalf("after %d updates: %d orders of %d, the last at %d; kept are %d of %d, the last at %d", i+1, count, minor, last, c, s, together.LastOrder())
			}
		}
	})
}

func TestOrdersBeyondAllThatIsFollowedStillCount(t *testing.T) {
	m := &remember.Memory{}
	n := remember.MaxOrders + remember.MaxOlder + 20
	put := func(i int, minor int64, at orrery.Instant) {
		x := ordered(fmt.Sprintf("o%06d", i), "paid", minor, at)
		m.Evolve(7, &orrery.TouchRecorded{Anchor: 7, Touch: x}, orrery.Stamp{Seq: orrery.Seq(i + 1)})
	}
	for i := range n {
		put(i, 3, base+orrery.Instant(i))
	}
	if count, sum := m.Spent(); count != int64(n) || sum != int64(3*n) {
		t.Fatalf("%d orders of 3 came; kept are %d of %d in all", n, count, sum)
	}
	followed := n - remember.MaxOrders - 1 // the youngest of those put aside
	put(followed, 10, base+orrery.Instant(n))
	if count, sum := m.Spent(); count != int64(n) || sum != int64(3*n+7) {
		t.Errorf("an order put aside lately changed its price: %d of %d in all, want %d of %d", count, sum, n, 3*n+7)
	}
}
