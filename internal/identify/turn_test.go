package identify

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/orrery-cxm/orrery"
	"pgregory.net/rapid"
)

func TestATurnBelongsToWhoLoggedInLastByItsOwnTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(DefaultPolicy())
		type login struct {
			at   orrery.Instant
			user string
		}
		var logins []login
		at := orrery.Instant(10)
		for range rapid.IntRange(1, 30).Draw(t, "logins") {
			at += orrery.Instant(rapid.Int64Range(1, 9).Draw(t, "later"))
			l := login{at, rapid.SampledFrom([]string{"user_id:Ann", "user_id:Bob", "user_id:Carl"}).Draw(t, "user")}
			logins = append(logins, l)
			w.mustDo(t, touchOf(l.at, "web", orrery.Server, l.user+" device_id:T"))
		}
		when := orrery.Instant(rapid.Int64Range(1, int64(at)+5).Draw(t, "when"))
		want := "device_id:T"
		for _, l := range logins {
			if l.at <= when {
				want = "turns of " + l.user + " at device_id:T"
			}
		}
		pl, err := w.place(touchOf(when, "web", orrery.Server, "device_id:T"))
		if err != nil || w.name(pl.Anchor) != want {
			t.Fatalf("a turn at %d went to %s (%v), not to %s; logins: %v", when, w.name(pl.Anchor), err, want, logins)
		}
		w.check(t)
	})
}

func TestTheListOfLoginsIsBoundedAndKeepsOnlyChanges(t *testing.T) {
	w := newWorld(DefaultPolicy())
	for i := range 3 * maxLogins {
		w.mustPlace(t, touchOf(orrery.Instant(10+i), "web", orrery.Server, fmt.Sprintf("user_id:u%d device_id:T", i/2%5)))
	}
	list := w.Node(frag("device_id:T")).Logins
	if len(list) != maxLogins || list[len(list)-1].At != 10+3*maxLogins-2 {
		t.Fatalf("a device keeps %d logins, the last at %d", len(list), list[len(list)-1].At)
	}
	for i := 1; i < len(list); i++ {
		if list[i].Owner == list[i-1].Owner || list[i].At <= list[i-1].At {
			t.Fatalf("login %d changes nothing: %v", i, list[i-1:i+1])
		}
	}
	// Older than all that is kept: known as far as it can be, so a late delivery changes nothing.
	before := len(w.facts)
	w.mustPlace(t, touchOf(15, "web", orrery.Server, "user_id:u4 device_id:T"))
	w.mustPlace(t, touchOf(15, "web", orrery.Server, "user_id:u4 device_id:T"))
	for _, f := range w.facts[before:] {
		if s, ok := f.fact.(*orrery.FragmentSeen); ok && s.Owner != 0 {
			t.Fatalf("a login too old to be kept was recorded: %+v", s)
		}
	}
}

func TestALateLoginMovesTheStartOfAnOwnersTurn(t *testing.T) {
	a, b := orrery.FragmentID(1), orrery.FragmentID(2)
	list := withLogin(nil, Login{20, a})
	for _, step := range []struct {
		add  Login
		want []Login
	}{
		{Login{10, a}, []Login{{10, a}}},
		{Login{30, a}, []Login{{10, a}}},
		{Login{40, b}, []Login{{10, a}, {40, b}}},
		{Login{35, b}, []Login{{10, a}, {35, b}}},
		{Login{20, b}, []Login{{10, a}, {20, b}}},
		{Login{25, a}, []Login{{10, a}, {20, b}, {25, a}}},
		{Login{20, b}, []Login{{10, a}, {20, b}, {25, a}}},
	} {
		list = withLogin(slices.Clone(list), step.add)
		if diff := cmp.Diff(step.want, list); diff != "" {
			t.Fatalf("after a login of %d at %d (-want +got):\n%s", step.add.Owner, step.add.At, diff)
		}
	}
}

func TestAMomentExactlyOneSpanLaterIsOutsideTheSpan(t *testing.T) {
	for _, c := range []struct {
		moments []orrery.Instant
		per     orrery.Span
		want    int
	}{
		{[]orrery.Instant{1, 11, 21}, 10, 1}, {[]orrery.Instant{21, 1, 10}, 10, 2}, {[]orrery.Instant{1, 2, 3, 12, 13}, 10, 3},
		{[]orrery.Instant{1, 100, 1000}, 0, 3}, {nil, 10, 0}, {[]orrery.Instant{5, 5, 5}, 1, 3},
	} {
		if got := within(slices.Clone(c.moments), Limit{Count: 1, Per: c.per}); got != c.want {
			t.Errorf("of %v at most %d lie within %d; want %d", c.moments, got, c.per, c.want)
		}
	}
}

func TestAnAddressIsSharedOnlyByThoseWhoUseItWithinTheSpan(t *testing.T) {
	p := DefaultPolicy()
	for i := range p.Namespaces {
		if p.Namespaces[i].Name == orrery.Email {
			p.Namespaces[i].SharedAfter = Limit{3, 90 * orrery.Day}
		}
	}
	if err := p.Validate(); err != nil {
		t.Fatal(err)
	}
	w := newWorld(p)
	day := orrery.Instant(orrery.Day)
	for i, at := range []orrery.Instant{1 * day, 80 * day, 100 * day} {
		w.mustPlace(t, touchOf(at, "shop", orrery.Server, fmt.Sprintf("user_id:u%d email:office@x.org", i)))
	}
	if w.Node(frag("email:office@x.org")).Shared {
		t.Fatal("three accounts in 100 days made an address shared; the policy says 90")
	}
	w.mustPlace(t, touchOf(85*day, "shop", orrery.Server, "user_id:u3 email:office@x.org"))
	if !w.Node(frag("email:office@x.org")).Shared {
		t.Fatal("three accounts within 20 days did not make an address shared")
	}
}

func TestFragmentsAreListedFromTheOldest(t *testing.T) {
	w := newWorld(DefaultPolicy())
	w.mustPlace(t, touchOf(30, "web", orrery.Server, "user_id:Ann cookie_id:1"))
	w.mustPlace(t, touchOf(20, "web", orrery.Server, "user_id:Ann cookie_id:2"))
	w.mustPlace(t, touchOf(25, "web", orrery.Server, "user_id:Ann cookie_id:3"))
	w.mustPlace(t, touchOf(10, "web", orrery.Server, "cookie_id:3"))
	var got []string
	for _, id := range Fragments(w, frag("cookie_id:1")) {
		got = append(got, w.name(id))
	}
	// Ann herself was first seen at 20, with the second cookie: between those two the smaller id comes first.
	want := [][]string{{"cookie_id:3", "user_id:Ann", "cookie_id:2", "cookie_id:1"}, {"cookie_id:3", "cookie_id:2", "user_id:Ann", "cookie_id:1"}}
	first := want[0]
	if frag("cookie_id:2") < frag("user_id:Ann") {
		first = want[1]
	}
	if diff := cmp.Diff(first, got); diff != "" {
		t.Fatalf("Ann's fragments by age (-want +got):\n%s", diff)
	}
	if Fragments(w, 12345) != nil {
		t.Fatal("somebody never seen has fragments")
	}
}
