package remember_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/remember"
	"github.com/orrery-cxm/orrery/internal/wire"
)

const base orrery.Instant = 1_780_000_000_000

func fold(touches []orrery.Touch) *remember.Memory {
	m := &remember.Memory{}
	for i := range touches {
		m.Evolve(7, &orrery.TouchRecorded{Anchor: 7, Touch: touches[i]}, orrery.Stamp{Seq: orrery.Seq(i + 1)})
	}
	return m
}

func encode(m *remember.Memory) []byte {
	var w wire.Writer
	m.AppendTo(&w)
	return w.B
}

// touchAt draws a touch of any kind that a memory keeps something of.
func touchAt(t *rapid.T, at orrery.Instant) orrery.Touch {
	x := orrery.Touch{At: at, Source: rapid.SampledFrom([]orrery.SourceName{"shop", "care"}).Draw(t, "source"),
		Channel: rapid.SampledFrom([]orrery.Channel{"", "web", "email", "app"}).Draw(t, "channel"),
		Locale:  rapid.SampledFrom([]string{"", "en", "de-AT"}).Draw(t, "locale"),
		Zone:    rapid.SampledFrom([]string{"", "UTC", "Asia/Tokyo"}).Draw(t, "zone")}
	switch x.Kind = rapid.SampledFrom([]orrery.TouchKind{orrery.Track, orrery.Page, orrery.Identify, orrery.Group, orrery.OrderTouch}).Draw(t, "kind"); x.Kind {
	case orrery.Track:
		x.Name = rapid.SampledFrom([]string{"Product Viewed", "Signed Up", "Played"}).Draw(t, "event")
		x.Product = rapid.SampledFrom([]string{"", "shoe", "hat"}).Draw(t, "product")
	case orrery.Page:
		x.Name = rapid.SampledFrom([]string{"", "Pricing"}).Draw(t, "page")
	case orrery.Group:
		x.Account = rapid.SampledFrom([]orrery.AccountID{"acme", "home"}).Draw(t, "account")
		fallthrough
	case orrery.Identify:
		x.Traits = []orrery.Trait{{Name: rapid.SampledFrom([]string{"city", "age"}).Draw(t, "trait"),
			Value: rapid.SampledFrom([]string{`"Wien"`, "41", "null"}).Draw(t, "value"), Origin: orrery.ZeroParty}}
	case orrery.OrderTouch:
		x.Order = &orrery.Order{ID: rapid.SampledFrom([]string{"o1", "o2", "o3"}).Draw(t, "order"),
			Status: rapid.SampledFrom([]string{"placed", "shipped", "cancelled"}).Draw(t, "status"), Quantity: rapid.Int64Range(0, 3).Draw(t, "quantity")}
		if rapid.Bool().Draw(t, "money") {
			x.Order.Total = orrery.Money{Minor: rapid.Int64Range(0, 500).Draw(t, "minor"), Currency: "EUR"}
		}
		if rapid.Bool().Draw(t, "placed") {
			x.Order.Placed = base + orrery.Instant(rapid.Int64Range(0, 200).Draw(t, "placed_at"))
		}
	}
	return x
}

// touches draws touches with event times of their own, within so many milliseconds.
func touches(t *rapid.T, most int, within int64) []orrery.Touch {
	times := rapid.SliceOfNDistinct(rapid.Int64Range(1, within), 0, most, rapid.ID[int64]).Draw(t, "times")
	out := make([]orrery.Touch, len(times))
	for i, at := range times {
		out[i] = touchAt(t, base+orrery.Instant(at))
	}
	return out
}

func TestTheOrderInWhichTouchesArriveDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := touches(t, 80, 500)
		sorted := slices.Clone(list)
		slices.SortFunc(sorted, func(a, b orrery.Touch) int { return int(a.At - b.At) })
		a, b := fold(list), fold(sorted)
		if diff := cmp.Diff(encode(b), encode(a)); diff != "" {
			t.Fatalf("touches that arrive late are remembered otherwise (-by event time +as they came):\n%s", cmp.Diff(b, a, cmpopts.IgnoreUnexported(remember.Memory{}, remember.Event{})))
		}
	})
}

func TestCombiningKnowsNoOrderAndNoGroups(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := fold(touches(t, 15, 15)), fold(touches(t, 15, 15)), fold(touches(t, 15, 15))
		whole := encode(remember.Combine([]*remember.Memory{a, b, c}))
		for name, other := range map[string]*remember.Memory{
			"c, a, b":   remember.Combine([]*remember.Memory{c, a, b}),
			"(a, b), c": remember.Combine([]*remember.Memory{remember.Combine([]*remember.Memory{a, b}), c}),
			"a, (b, c)": remember.Combine([]*remember.Memory{a, remember.Combine([]*remember.Memory{b, c})}),
		} {
			if !bytes.Equal(whole, encode(other)) {
				t.Errorf("combining %s differs from a, b, c", name)
			}
		}
	})
}

func TestFragmentsTogetherSayWhatTheirCombinationSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parts := []*remember.Memory{fold(touches(t, 20, 40)), fold(touches(t, 20, 40)), fold(touches(t, 20, 40)), {}}
		parts = parts[:rapid.IntRange(0, 4).Draw(t, "parts")]
		g, c := remember.Together{Parts: parts}, remember.Combine(parts)
		same := func(what string, got, want any) {
			t.Helper()
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s of the fragments together (-combined +together):\n%s", what, diff)
			}
		}
		same("the number of touches", g.Touches(), c.Touches)
		same("the first touch", g.First(), c.First)
		var last orrery.Instant
		var channel orrery.Channel
		if m := g.Last(); m != nil {
			last, channel = m.Last, m.Channel
		}
		same("the last touch", last, c.Last)
		same("the last channel", channel, c.Channel)
		same("the locale", g.Locale(), c.Locale)
		same("the zone", g.Zone(), c.Zone)
		for _, name := range []string{"city", "age", "nothing"} {
			x, ok := g.Trait(name)
			y, has := c.Trait(name)
			same("trait "+name, []any{x, ok}, []any{y, has})
		}
		for _, name := range []string{"Product Viewed", "page", "page:Pricing", "order", "nothing"} {
			e := c.Event(name)
			if e == nil {
				e = &remember.Event{}
			}
			same("the count of "+name, g.Count(name), e.Total)
			same("the first "+name, g.FirstOf(name), e.First)
			if got := g.Times(name, &remember.Room{}); !slices.Equal(got, c.Times(name)) {
				t.Errorf("the times of %s: together %v, combined %v", name, got, c.Times(name))
			}
		}
		count, minor := g.Spent()
		n, sum := c.Spent()
		same("what was spent", []int64{count, minor}, []int64{n, sum})
		var counted []remember.Counted
		for i := range c.Events {
			e := &c.Events[i]
			counted = append(counted, remember.Counted{Name: e.Name, Total: e.Total, First: e.First, Last: e.Last})
		}
		var latest orrery.Instant
		for _, o := range c.Orders() {
			if o.Counts() {
				latest = max(latest, o.Placed)
			}
		}
		want := remember.Known{Touches: c.Touches, First: c.First, Last: c.Last, Channel: c.Channel, Locale: c.Locale, Zone: c.Zone,
			Traits: c.Traits(), Events: counted, Accounts: c.Accounts, Orders: n, Minor: sum, LastOrder: latest}
		if diff := cmp.Diff(want, g.Known(), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("what is known (-combined +together):\n%s", diff)
		}
		var orders []remember.Order
		g.EachOrder(func(o *remember.Order) { orders = append(orders, *o) })
		if !slices.Equal(orders, c.Orders()) {
			t.Errorf("orders together %+v, combined %+v", orders, c.Orders())
		}
	})
}

func TestAMemoryComesBackFromItsBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := fold(touches(t, 60, 500))
		if rapid.Bool().Draw(t, "withdraw") {
			m.Evolve(7, &orrery.ViewsWithdrawn{Fragment: 7, Product: "shoe", From: base, To: base + 250}, orrery.Stamp{})
		}
		b := encode(m)
		back := &remember.Memory{}
		if err := back.Read(wire.NewReader(bytes.Clone(b))); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(b, encode(back)) {
			t.Error("the memory that was read writes other bytes")
		}
		// As the engine does it: written, told where its bytes lie, changed a little, written again.
		m.Settled(bytes.Clone(b))
		for _, more := range touches(t, 5, 600) {
			for _, x := range []*remember.Memory{m, back} {
				x.Evolve(7, &orrery.TouchRecorded{Anchor: 7, Touch: more}, orrery.Stamp{})
			}
			b = encode(m)
			m.Settled(bytes.Clone(b))
			fresh := &remember.Memory{}
			if err := fresh.Read(wire.NewReader(bytes.Clone(b))); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(b, encode(back)) || !bytes.Equal(b, encode(fresh)) {
				t.Fatal("a memory that is written from the bytes of its unchanged lists differs from one that is written anew")
			}
			if diff := cmp.Diff(fresh.Products(), m.Products(), cmpopts.EquateEmpty()); diff != "" {
				t.Fatalf("products after settling (-read +kept):\n%s", diff)
			}
			if diff := cmp.Diff(fresh.Orders(), m.Orders(), cmpopts.EquateEmpty()); diff != "" {
				t.Fatalf("orders after settling (-read +kept):\n%s", diff)
			}
		}
		c1, m1 := m.Spent()
		if c2, m2 := back.Spent(); c1 != c2 || m1 != m2 {
			t.Errorf("%d orders of %d were spent; after reading %d of %d", c1, m1, c2, m2)
		}
	})
}

func TestAnEmptyMemoryHasNoBytes(t *testing.T) {
	if b := encode(&remember.Memory{}); len(b) != 0 {
		t.Errorf("an empty memory writes %d bytes", len(b))
	}
	m := fold([]orrery.Touch{{Kind: orrery.Track, Name: "x", At: base}})
	if err := m.Read(wire.NewReader(nil)); err != nil || m.Touches != 0 {
		t.Errorf("no bytes should read as an empty memory; they read as %d touches (%v)", m.Touches, err)
	}
}

func FuzzRead(f *testing.F) {
	r := rand.New(rand.NewPCG(1, 2))
	var list []orrery.Touch
	for i := range 40 {
		list = append(list, orrery.Touch{Kind: orrery.Track, Name: fmt.Sprint("e", r.IntN(4)), Product: "shoe", At: base + orrery.Instant(i), Account: "acme",
			Traits: []orrery.Trait{{Name: "city", Value: `"Wien"`}}, Order: &orrery.Order{ID: fmt.Sprint(i % 3), Total: orrery.Money{Minor: 5, Currency: "EUR"}}})
	}
	whole := encode(fold(list))
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		m := &remember.Memory{}
		if m.Read(wire.NewReader(b)) != nil || m.Check() != nil {
			return
		}
		again := encode(m)
		if len(again) == 0 {
			return
		}
		back := &remember.Memory{}
		if err := back.Read(wire.NewReader(again)); err != nil {
			t.Fatalf("what was read and written does not read again: %v", err)
		}
		if !bytes.Equal(again, encode(back)) {
			t.Fatal("what was read and written reads as something else")
		}
	})
}

func typical(n int) []orrery.Touch {
	list := make([]orrery.Touch, n)
	for i := range list {
		list[i] = orrery.Touch{Kind: orrery.Track, Name: fmt.Sprint("event ", i%7), Product: "shoe", Channel: "web", Source: "shop", At: base + orrery.Instant(i)*1000}
	}
	return list
}

func BenchmarkEvolve(b *testing.B) {
	list := typical(1000)
	m := &remember.Memory{}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		f := orrery.TouchRecorded{Touch: list[i%len(list)]}
		f.Touch.At = base + orrery.Instant(i)
		m.Evolve(7, &f, orrery.Stamp{})
	}
}

func BenchmarkAppendTo(b *testing.B) {
	m := fold(typical(200))
	var w wire.Writer
	b.ReportAllocs()
	for b.Loop() {
		w.B = w.B[:0]
		m.AppendTo(&w)
	}
	b.ReportMetric(float64(len(w.B)), "bytes")
}

func BenchmarkRead(b *testing.B) {
	bytes := encode(fold(typical(200)))
	b.ReportAllocs()
	for b.Loop() {
		var m remember.Memory
		if err := m.Read(wire.NewReader(bytes)); err != nil {
			b.Fatal(err)
		}
	}
}
