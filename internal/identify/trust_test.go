package identify

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/orrery-cxm/orrery"
	"pgregory.net/rapid"
)

// knownPersons tells for each unique identifier the person it belongs to.
func knownPersons(w *world) map[string]string {
	out := map[string]string{}
	for id, n := range w.nodes {
		if w.p.unique(n) {
			out[w.name(id)] = w.name(n.Person)
		}
	}
	return out
}

func TestAPublicTouchNeverJoinsTwoKnownPersons(t *testing.T) {
	p := tightPolicy(t)
	for i := range p.Namespaces {
		if !p.Namespaces[i].Unique {
			p.Namespaces[i].Limit = Limit{} // a full person that loses a shared device may have room for what servers said
		}
	}
	p.Guards.MaxIdentifiers = 200
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(p)
		for _, touch := range drawTouches(t, 15, orrery.Server) {
			w.mustDo(t, touch)
		}
		for range rapid.IntRange(1, 10).Draw(t, "public touches") {
			before := knownPersons(w)
			touch := drawTouch(t, orrery.Public)
			touch.At += 100 // later than all others: it changes the order of nothing that servers said
			for _, ids := range [][]orrery.Identifier{touch.Identifiers, touch.Alias} {
				for i := range ids {
					ids[i].Proven = false // what is proven may bridge, whoever brought it
				}
			}
			w.mustDo(t, touch)
			w.check(t)
			after := knownPersons(w)
			for a, was := range before {
				for b, other := range before {
					if was != other && after[a] == after[b] {
						t.Fatalf("a public touch joined %s and %s", a, b)
					}
				}
			}
		}
	})
}

func TestAPublicTouchIsNeverFiledUnderAnIdentifierItMayNotClaim(t *testing.T) {
	w := newWorld(DefaultPolicy())
	w.mustPlace(t, touchOf(1, "shop", orrery.Server, "user_id:Ann email:ann@x.org"))
	pl := w.mustPlace(t, touchOf(2, "web", orrery.Public, "anonymous_id:A1 email:ann@x.org"))
	if pl.Anchor != frag("anonymous_id:A1") || pl.Person != frag("anonymous_id:A1") {
		t.Fatalf("a browser that typed Ann's address was filed under %s of %s", w.name(pl.Anchor), w.name(pl.Person))
	}
	want := []Demotion{{ident("email:ann@x.org"), frag("email:ann@x.org"), Unproven}}
	if diff := cmp.Diff(want, pl.Demoted); diff != "" {
		t.Fatalf("what was left out (-want +got):\n%s", diff)
	}
}

func TestATouchWithoutTrustIsTreatedAsPublic(t *testing.T) {
	w := newWorld(DefaultPolicy())
	w.mustPlace(t, touchOf(1, "shop", orrery.Server, "user_id:Ann email:ann@x.org"))
	if pl := w.mustPlace(t, touchOf(2, "web", 0, "anonymous_id:A1 email:ann@x.org")); pl.Person == frag("user_id:Ann") {
		t.Fatal("a touch of no known trust was filed under Ann")
	}
}

func TestOnlyPeopleAndSecretKeysDecideWhoIsWho(t *testing.T) {
	w := newWorld(DefaultPolicy())
	w.mustPlace(t, touchOf(1, "shop", orrery.Server, "user_id:Ann email:ann@x.org"))
	a, b, by := frag("user_id:Ann"), frag("email:ann@x.org"), orrery.Actor{Name: "browser", Trust: orrery.Public}
	for _, c := range []Command{Unlink{A: a, B: b, By: by}, UnlinkLink{Of: a, Link: w.linkBetween("user_id:Ann", "email:ann@x.org"), By: by},
		UnlinkIdentifier{Identifier: a, By: by}, UnlinkSource{Of: a, Source: "shop", By: by}, Join{A: a, B: b, By: by},
		Undo{Of: a, Link: 1, By: by}, ReleaseQuarantined{Of: a, By: by}, RestoreSource{Source: "shop", By: by}} {
		before := len(w.facts)
		if err := Handle(w, w.p, c); orrery.KindOf(err) != orrery.KindDenied || len(w.facts) != before {
			t.Errorf("%T by a public key: %v and %d facts; it must be denied", c, err, len(w.facts)-before)
		}
	}
}

func TestABrokenSourceWaitsUntilItIsRestored(t *testing.T) {
	p := DefaultPolicy()
	p.Guards.GrowthPerDay, p.Guards.SuspectsPerMinute = 1, 1
	w := newWorld(p)
	for i := range 4 {
		w.mustPlace(t, touchOf(orrery.Instant(i+1), "web", orrery.Server, fmt.Sprintf("user_id:hub anonymous_id:A%d", i)))
	}
	if !w.b.Broken("web") || w.b.Broken("shop") {
		t.Fatalf("after four browsers in a minute web is broken: %t, shop: %t", w.b.Broken("web"), w.b.Broken("shop"))
	}
	w.mustPlace(t, touchOf(9, "web", orrery.Server, "user_id:Ann email:ann@x.org"))
	if w.Node(frag("email:ann@x.org")).Person == frag("user_id:Ann") {
		t.Fatal("a broken source still links")
	}
	if err := Handle(w, p, RestoreSource{Source: "web", By: staff}); err != nil {
		t.Fatal(err)
	}
	w.mustPlace(t, touchOf(10, "web", orrery.Server, "user_id:Bob email:bob@x.org"))
	if w.Node(frag("email:bob@x.org")).Person != frag("user_id:Bob") {
		t.Fatal("a restored source does not link")
	}
	if err := Handle(w, p, ReleaseQuarantined{Of: frag("email:ann@x.org"), Source: "web", By: staff}); err != nil {
		t.Fatal(err)
	}
	if w.Node(frag("email:ann@x.org")).Person != frag("user_id:Ann") {
		t.Fatal("released evidence does not count")
	}
	w.check(t)
}

func TestTheMinuteAndTheDayOfABreakerEnd(t *testing.T) {
	p := DefaultPolicy()
	p.Guards.GrowthPerDay, p.Guards.SuspectsPerMinute = 1, 1
	w := newWorld(p)
	for i := range 3 {
		// One a minute: growth waits, the source stays whole.
		w.now = orrery.Instant(i) * orrery.Instant(2*orrery.Minute)
		w.mustPlace(t, touchOf(1, "web", orrery.Server, fmt.Sprintf("user_id:hub anonymous_id:A%d", i)))
	}
	if w.b.Broken("web") {
		t.Fatal("suspects of different minutes were counted together")
	}
	w.now = orrery.Instant(orrery.Day)
	w.mustPlace(t, touchOf(1, "web", orrery.Server, "user_id:hub anonymous_id:B1 anonymous_id:B2"))
	w.mustPlace(t, touchOf(1, "web", orrery.Server, "user_id:hub anonymous_id:B3"))
	for id, want := range map[string]string{"anonymous_id:B1": "user_id:hub", "anonymous_id:B2": "user_id:hub", "anonymous_id:B3": "anonymous_id:B3"} {
		if got := w.name(w.Node(frag(id)).Person); got != want {
			t.Errorf("on the next day, with one growing touch allowed, %s belongs to %s, not to %s", id, got, want)
		}
	}
}

func TestALoginAtASharedDeviceIsNoGrowth(t *testing.T) {
	p := DefaultPolicy()
	p.Guards.GrowthPerDay, p.Guards.SuspectsPerMinute = 2, 1
	w := newWorld(p)
	for i := range 9 {
		w.mustPlace(t, touchOf(orrery.Instant(i+1), "web", orrery.Server, fmt.Sprintf("user_id:u%d device_id:kiosk", i)))
	}
	w.mustPlace(t, touchOf(19, "web", orrery.Server, "user_id:Ann email:ann@x.org"))
	w.mustPlace(t, touchOf(20, "web", orrery.Server, "user_id:Ann cookie_id:1")) // her growth of the day is used up
	w.mustPlace(t, touchOf(21, "web", orrery.Server, "user_id:Ann device_id:kiosk"))
	if pl := w.mustPlace(t, touchOf(22, "web", orrery.Server, "device_id:kiosk")); pl.Person != frag("user_id:Ann") {
		t.Fatalf("Ann's turn at the kiosk went to %s: her login waited, although it joins nobody", w.name(pl.Person))
	}
}

func TestARestoredSourceBeginsToCountAnew(t *testing.T) {
	p := DefaultPolicy()
	p.Guards.GrowthPerDay, p.Guards.SuspectsPerMinute = 1, 2
	w := newWorld(p)
	login := func(i int) {
		w.mustPlace(t, touchOf(orrery.Instant(i+1), "web", orrery.Server, fmt.Sprintf("user_id:hub anonymous_id:A%d", i)))
	}
	for i := range 5 {
		login(i)
	}
	if err := Handle(w, p, RestoreSource{Source: "web", By: staff}); err != nil || w.b.Broken("web") {
		t.Fatalf("restore a source: %v", err)
	}
	login(7)
	if w.b.Broken("web") {
		t.Fatal("the first suspect after a source was restored broke it again")
	}
}

func TestOneTouchIsOneGrowthHoweverManyIdentifiersItBrings(t *testing.T) {
	p := DefaultPolicy()
	p.Guards.GrowthPerDay = 2
	w := newWorld(p)
	w.mustPlace(t, touchOf(1, "web", orrery.Server, "user_id:Ann cookie_id:1 cookie_id:2 cookie_id:3"))
	w.mustPlace(t, touchOf(2, "web", orrery.Server, "user_id:Ann cookie_id:4"))
	w.mustPlace(t, touchOf(3, "web", orrery.Server, "user_id:Ann cookie_id:5"))
	if w.Node(frag("cookie_id:4")).Person != frag("user_id:Ann") || w.Node(frag("cookie_id:5")).Person == frag("user_id:Ann") {
		t.Fatal("with two growing touches a day the second must pass and the third must wait")
	}
}

func TestTheOperatorsImportMeetsNoBreaker(t *testing.T) {
	p := DefaultPolicy()
	p.Guards.GrowthPerDay, p.Guards.SuspectsPerMinute = 1, 1
	w := newWorld(p)
	for i := range 9 {
		touch := touchOf(orrery.Instant(i+1), "crm", orrery.Internal, fmt.Sprintf("user_id:Ann cookie_id:%d", i+1))
		touch.Historical = true
		w.mustPlace(t, touch)
	}
	n := w.Node(frag("user_id:Ann"))
	if len(n.Members) != 10 {
		t.Fatalf("an import of nine cookies gave Ann %d fragments", len(n.Members))
	}
	for _, e := range n.Edges {
		if e.Kind != orrery.Imported {
			t.Fatalf("the evidence of an import is called %s", e.Kind)
		}
	}
}

func TestEvidenceBeyondWhatOneIdentifierMayHaveWaits(t *testing.T) {
	p := DefaultPolicy()
	p.Guards.MaxEdges = 10
	w := newWorld(p)
	for i := range 400 {
		w.mustPlace(t, touchOf(orrery.Instant(i+1), "web", orrery.Server, fmt.Sprintf("user_id:u%d device_id:kiosk", i)))
	}
	k := w.Node(frag("device_id:kiosk"))
	if live := len(k.Edges); live > maxWaiting || !k.Shared {
		t.Fatalf("a kiosk of 400 people keeps %d links and is shared: %t", live, k.Shared)
	}
	before := len(w.facts)
	w.mustPlace(t, touchOf(1000, "web", orrery.Server, "user_id:u399 device_id:kiosk"))
	if len(w.facts) != before+1 {
		t.Fatalf("what waits already emitted %d facts again", len(w.facts)-before-1)
	}
}

func TestWhatIsSaidOfTheAffectedProvesNothing(t *testing.T) {
	w := newWorld(DefaultPolicy())
	touch := touchOf(1, "web", orrery.Server, "user_id:Ann")
	touch.Message = &orrery.Message{Affected: []orrery.Identifier{ident("phone:+4930123456!"), ident("email:undefined"), ident("email:mother@x.org")}}
	pl := w.mustPlace(t, touch)
	if diff := cmp.Diff([]orrery.FragmentID{frag("phone:+4930123456"), frag("email:mother@x.org")}, pl.Affected); diff != "" {
		t.Fatalf("the affected fragments (-want +got):\n%s", diff)
	}
	if w.Node(frag("phone:+4930123456")).Identifier.Proven {
		t.Fatal("somebody else's word proved a phone")
	}
	if len(pl.Demoted) != 1 || pl.Demoted[0].Why != Blocked {
		t.Fatalf("of the affected identifiers were refused: %v", pl.Demoted)
	}
}

func TestOneProofAmongEqualIdentifiersIsEnough(t *testing.T) {
	w := newWorld(DefaultPolicy())
	w.mustPlace(t, touchOf(1, "shop", orrery.Server, "phone:+4930123456 phone:+4930123456!"))
	if !w.Node(frag("phone:+4930123456")).Identifier.Proven {
		t.Fatal("a proof was lost because the same phone came first without one")
	}
}

func TestALoginThatAPersonDeniedIsNotRecorded(t *testing.T) {
	w := newWorld(DefaultPolicy())
	w.mustPlace(t, touchOf(1, "web", orrery.Server, "user_id:Ann device_id:T"))
	w.mustPlace(t, touchOf(2, "web", orrery.Server, "user_id:Bob device_id:T"))
	if err := Handle(w, w.p, Unlink{A: frag("user_id:Ann"), B: frag("device_id:T"), By: staff}); err != nil {
		t.Fatal(err)
	}
	before := len(w.facts)
	w.mustPlace(t, touchOf(3, "web", orrery.Server, "user_id:Ann device_id:T"))
	if len(w.facts) != before+1 {
		t.Fatalf("a denied login emitted %+v", w.facts[before].fact)
	}
	// Evidence from another time or source is kept, but makes nobody the owner.
	w.mustPlace(t, touchOf(0, "web", orrery.Server, "user_id:Ann device_id:T"))
	w.mustPlace(t, touchOf(4, "app", orrery.Server, "user_id:Ann device_id:T"))
	want := []Login{{1, frag("user_id:Ann")}, {2, frag("user_id:Bob")}}
	if diff := cmp.Diff(want, w.Node(frag("device_id:T")).Logins); diff != "" {
		t.Fatalf("the logins before and after denied ones (-want +got):\n%s", diff)
	}
}

func TestASourceThatKeepsBridgingKnownPersonsIsBroken(t *testing.T) {
	p := DefaultPolicy()
	p.Guards.SuspectsPerMinute = 2
	w := newWorld(p)
	for i := range 4 {
		w.mustPlace(t, touchOf(1, "shop", orrery.Server, fmt.Sprintf("user_id:u%d email:%d@x.org", i, i)))
	}
	for i := range 3 {
		if w.b.Broken("web") {
			t.Fatalf("broken after %d bridges, 2 are allowed", i)
		}
		w.mustPlace(t, touchOf(2, "web", orrery.Server, fmt.Sprintf("user_id:u%d email:%d@x.org", i, i+1)))
	}
	if !w.b.Broken("web") {
		t.Fatal("a source that gave three people each other's addresses within a minute still links")
	}
}
