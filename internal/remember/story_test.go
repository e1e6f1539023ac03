package remember_test

import (
	"bytes"
	"fmt"
	"testing"
	"unsafe"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/remember"
)

func viewed(product string, at orrery.Instant) orrery.Touch {
	return orrery.Touch{Kind: orrery.Track, Name: "Product Viewed", Product: product, At: at}
}

func ordered(id, status string, minor int64, at orrery.Instant) orrery.Touch {
	o := &orrery.Order{ID: id, Status: status}
	if minor != 0 {
		o.Total = orrery.Money{Minor: minor, Currency: "EUR"}
	}
	return orrery.Touch{Kind: orrery.OrderTouch, Source: "shop", Order: o, At: at}
}

func TestWithdrawnViewsCountInNoWindow(t *testing.T) {
	m := fold([]orrery.Touch{viewed("shoe", base+1), viewed("shoe", base+5), viewed("hat", base+5), viewed("shoe", base+9), viewed("shoe", base+20)})
	m.Evolve(7, &orrery.ViewsWithdrawn{Fragment: 7, Product: "shoe", From: base + 5, To: base + 9}, orrery.Stamp{})
	e := m.Event("Product Viewed")
	if e.Total != 3 || fmt.Sprint(m.Times("Product Viewed")) != fmt.Sprint([]orrery.Instant{base + 20, base + 5, base + 1}) {
		t.Errorf("two of five views were withdrawn; %d remain, at %v", e.Total, m.Times("Product Viewed"))
	}
	if len(m.Products()) != 3 {
		t.Errorf("three product views should remain: the hat's, and the shoe's before and after the span; there are %v", m.Products())
	}
	if m.Touches != 5 {
		t.Errorf("what happened stays counted as touches: 5, not %d", m.Touches)
	}
}

func TestAViewUnderOneOfTooManyNamesIsWithdrawnToo(t *testing.T) {
	var list []orrery.Touch
	for i := range remember.MaxEvents {
		list = append(list, orrery.Touch{Kind: orrery.Track, Name: fmt.Sprint("event ", i), At: base})
	}
	m := fold(append(list, viewed("shoe", base+1)))
	if e := m.Event(remember.OtherEvents); e == nil || e.Total != 1 {
		t.Fatalf("the name beyond the limit should be counted under %s: %+v", remember.OtherEvents, e)
	}
	m.Evolve(7, &orrery.ViewsWithdrawn{Fragment: 7, Product: "shoe", From: base, To: base + 2}, orrery.Stamp{})
	if e := m.Event(remember.OtherEvents); e.Total != 0 || len(m.Products()) != 0 {
		t.Errorf("after the withdrawal %d are counted and %v kept", e.Total, m.Products())
	}
}

func TestAnUpdateWithoutMoneyKeepsTheMoney(t *testing.T) {
	placed, shipped := ordered("o1", "placed", 500, base), ordered("o1", "shipped", 0, base+10)
	for name, m := range map[string]*remember.Memory{
		"in order":      fold([]orrery.Touch{placed, shipped}),
		"shipped first": fold([]orrery.Touch{shipped, placed}),
		"two fragments": remember.Combine([]*remember.Memory{fold([]orrery.Touch{shipped}), fold([]orrery.Touch{placed})}),
	} {
		if n, sum := m.Spent(); n != 1 || sum != 500 || m.Orders()[0].Status != "shipped" || m.Orders()[0].Placed != base {
			t.Errorf("%s: one order of 500, shipped, placed at first is expected; there are %d of %d: %+v", name, n, sum, m.Orders())
		}
	}
}

func TestACancelledOrderNoLongerCounts(t *testing.T) {
	m := fold([]orrery.Touch{ordered("o1", "placed", 500, base), ordered("o2", "placed", 70, base), ordered("o1", "cancelled", 0, base+1)})
	if n, sum := m.Spent(); n != 1 || sum != 70 {
		t.Errorf("one order of 70 counts; the memory says %d of %d", n, sum)
	}
}

func TestAnOrderThatThreeFragmentsKnowCountsOnce(t *testing.T) {
	g := remember.Together{Parts: []*remember.Memory{fold([]orrery.Touch{ordered("o1", "placed", 100, base)}),
		fold([]orrery.Touch{ordered("o1", "paid", 110, base+1)}), fold([]orrery.Touch{ordered("o1", "shipped", 120, base+2), ordered("o2", "placed", 7, base)})}}
	if n, sum := g.Spent(); n != 2 || sum != 127 {
		t.Errorf("the order at its last price and the other one make 127; the fragments say %d of %d", n, sum)
	}
}

func TestOrdersBeyondTheLimitStayInTheSum(t *testing.T) {
	m := &remember.Memory{}
	for i := range remember.MaxOrders + 10 {
		x := ordered(fmt.Sprint("o", i), "paid", 3, base+orrery.Instant(i))
		m.Evolve(7, &orrery.TouchRecorded{Touch: x}, orrery.Stamp{})
	}
	if n, sum := m.Spent(); n != remember.MaxOrders+10 || sum != 3*(remember.MaxOrders+10) || len(m.Orders()) != remember.MaxOrders || m.Older.Count != 10 {
		t.Errorf("all %d orders count: the memory says %d of %d, %d in detail", remember.MaxOrders+10, n, sum, len(m.Orders()))
	}
	for _, o := range m.Orders() {
		if o.Placed < base+10 {
			t.Fatalf("the ten oldest should be the ones that were summed up; %s is still there", o.ID)
		}
	}
}

func TestTraitsOfAnAccountAreNotThePersons(t *testing.T) {
	traits := []orrery.Trait{{Name: "plan", Value: `"gold"`}}
	m := fold([]orrery.Touch{{Kind: orrery.Group, Account: "acme", Traits: traits, At: base}})
	if _, ok := m.Trait("plan"); ok || len(m.Accounts) != 1 {
		t.Errorf("the person joined acme and has no plan; traits %v, accounts %v", m.Traits(), m.Accounts)
	}
	m.Evolve(7, &orrery.AccountChanged{Account: "other", Fragment: 8, Traits: traits}, orrery.Stamp{})
	if len(m.Accounts) != 1 {
		t.Errorf("somebody else joined another account; this one is in %v", m.Accounts)
	}
}

func TestEveryLimitHolds(t *testing.T) {
	m := &remember.Memory{}
	for i := range 700 {
		name := fmt.Sprint("n", i)
		m.Evolve(7, &orrery.TouchRecorded{Touch: orrery.Touch{Kind: orrery.Track, Name: name, Product: name, At: base + orrery.Instant(i), Account: orrery.AccountID(name),
			Traits: []orrery.Trait{{Name: name, Value: "1"}}}}, orrery.Stamp{})
	}
	if len(m.Events) > remember.MaxEvents+1 || len(m.Products()) > remember.MaxProducts || len(m.Traits()) > remember.MaxTraits || len(m.Accounts) > remember.MaxAccounts {
		t.Errorf("beyond the limits: %d events, %d views, %d traits, %d accounts", len(m.Events), len(m.Products()), len(m.Traits()), len(m.Accounts))
	}
	if e := m.Event(remember.OtherEvents); e == nil || e.Total != 600 || len(m.Times(remember.OtherEvents)) != remember.MaxTimes {
		t.Errorf("600 touches have names beyond the limit, and %d times are kept of them: %+v", remember.MaxTimes, e)
	}
}

// A request's memory is used again for the next request. Every text of the touch below lies in one array, which the test
// overwrites.
func TestAMemoryKeepsNothingOfTheRequest(t *testing.T) {
	for _, known := range []int{0, remember.MaxEvents} { // also when the event has one of too many names
		var array []byte
		text := func(s string) string {
			array = append(array, s...)
			return unsafe.String(&array[len(array)-len(s)], len(s))
		}
		array = make([]byte, 0, 4096)
		touch := orrery.Touch{Kind: orrery.Track, Name: text("Product Viewed"), Source: orrery.SourceName(text("shop")), Channel: orrery.Channel(text("web")),
			Product: text("shoe"), Locale: text("de-AT"), Zone: text("Europe/Vienna"), Account: orrery.AccountID(text("acme")), At: base,
			Traits: []orrery.Trait{{Name: text("city"), Value: text(`"Wien"`)}},
			Order:  &orrery.Order{ID: text("o1"), Status: text("placed"), Total: orrery.Money{Minor: 5, Currency: text("EUR")}}}
		m := &remember.Memory{}
		for i := range known {
			m.Evolve(7, &orrery.TouchRecorded{Touch: orrery.Touch{Kind: orrery.Track, Name: fmt.Sprint("event ", i), At: base}}, orrery.Stamp{})
		}
		m.Evolve(7, &orrery.TouchRecorded{Touch: touch}, orrery.Stamp{})
		once := fold([]orrery.Touch{touch})
		beforeOnce := bytes.Clone(encode(once))
		touch.At, touch.Order.Status = base+1, text("shipped")
		touch.Order.Total.Minor, touch.Traits[0].Value, touch.Order.Total.Currency = 6, text(`"Graz"`), text("USD")
		m.Evolve(7, &orrery.TouchRecorded{Touch: touch}, orrery.Stamp{})
		before := bytes.Clone(encode(m))
		for i := range array {
			array[i] = '#'
		}
		if !bytes.Equal(before, encode(m)) || !bytes.Equal(beforeOnce, encode(once)) {
			t.Errorf("with %d names known, the memory changed when the request's bytes were overwritten: %+v", known, m)
		}
	}
}

func TestTwoStatesOfOneMomentAreCombinedTheSameWayRoundAndRound(t *testing.T) {
	a, b := fold([]orrery.Touch{ordered("o1", "paid", 5, base)}), fold([]orrery.Touch{ordered("o1", "cancelled", 9, base)})
	x, y := remember.Combine([]*remember.Memory{a, b}), remember.Combine([]*remember.Memory{b, a})
	if !bytes.Equal(encode(x), encode(y)) {
		t.Errorf("one way round the order is %+v, the other way %+v", x.Orders(), y.Orders())
	}
}

func TestWhatWasReadStaysWhenALateViewComes(t *testing.T) {
	m := &remember.Memory{}
	view := func(product string, at orrery.Instant) {
		m.Evolve(7, &orrery.TouchRecorded{Anchor: 7, Touch: orrery.Touch{Kind: orrery.Track, Name: "Product Viewed", Product: product, At: at}}, orrery.Stamp{})
	}
	for i := range orrery.Instant(10) {
		view(fmt.Sprintf("product-%d", i), base+10*i)
	}
	read := m.Products()
	view("late", base+35)
	view("later", base+36)
	for i, v := range read {
		if want := fmt.Sprintf("product-%d", 9-i); v.Product != want {
			t.Errorf("the list read before now says %q where it said %q", v.Product, want)
		}
	}
	if now := m.Products(); len(now) != 12 || now[6].Product != "later" || now[7].Product != "late" || now[8].Product != "product-3" {
		t.Errorf("after two late views: %+v", now)
	}
}
