package identify

import (
	"fmt"
	"testing"

	"github.com/orrery-cxm/orrery"
)

// quiet is a world that keeps no facts, so that a benchmark measures the graph alone.
func quiet() *world {
	w := newWorld(DefaultPolicy())
	w.plain = true
	w.p.Guards.GrowthPerDay, w.p.Guards.SuspectsPerMinute = 1_000_000, 1_000_000
	return w
}

func BenchmarkAKnownTouch(b *testing.B) {
	for name, ids := range map[string]string{"known": "user_id:u-71f3c2 anonymous_id:5b0e1c9a-9a38-4c5e-8e0b-1f1f6a7a0f11 email:ann.example@x.org",
		"anonymous": "anonymous_id:5b0e1c9a-9a38-4c5e-8e0b-1f1f6a7a0f11"} {
		b.Run(name, func(b *testing.B) {
			w := quiet()
			touch := touchOf(1, "web", orrery.Server, ids)
			w.mustPlace(b, touch)
			facts := len(w.facts)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Place(w, w.p, &w.b, touch, 7); err != nil {
					b.Fatal(err)
				}
			}
			if len(w.facts) != facts {
				b.Fatal("a known touch emitted facts")
			}
		})
	}
}

func BenchmarkANewAnonymous(b *testing.B) {
	w := quiet()
	touch := touchOf(1, "web", orrery.Public, "anonymous_id:x")
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		touch.Identifiers[0].Value = fmt.Sprintf("5b0e1c9a-9a38-4c5e-8e0b-%012d", i)
		w.facts = w.facts[:0]
		if _, err := Place(w, w.p, &w.b, touch, orrery.TouchID(i)); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkALogin joins an anonymous browser with a known person of four identifiers.
func BenchmarkALogin(b *testing.B) {
	w := quiet()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if i%8 == 0 {
			w.facts = w.facts[:0]
			clear(w.nodes)
			w.mustPlace(b, touchOf(1, "web", orrery.Server, "user_id:Ann email:ann@x.org phone:+4915112345678 device_id:d"))
		}
		anon := fmt.Sprintf("anonymous_id:5b0e1c9a-9a38-4c5e-8e0b-%012d", i)
		w.mustPlace(b, touchOf(2, "web", orrery.Public, anon))
		w.mustPlace(b, touchOf(3, "web", orrery.Public, "user_id:Ann "+anon))
	}
}

// twoOf gives a person of n identifiers that one link holds together in its middle.
func twoOf(b *testing.B, n int) (*world, orrery.LinkID) {
	w := quiet()
	for i := range n/2 - 1 {
		w.mustPlace(b, touchOf(orrery.Instant(i+1), "web", orrery.Server, fmt.Sprintf("user_id:Ann anonymous_id:A%d", i)))
		w.mustPlace(b, touchOf(orrery.Instant(i+1), "web", orrery.Server, fmt.Sprintf("email:bob@x.org anonymous_id:B%d", i)))
	}
	w.mustPlace(b, touchOf(1000, "shop", orrery.Server, "user_id:Ann email:bob@x.org"))
	if got := len(Fragments(w, frag("user_id:Ann"))); got != n {
		b.Fatalf("the person has %d identifiers, not %d", got, n)
	}
	return w, w.linkBetween("user_id:Ann", "email:bob@x.org")
}

func BenchmarkUnmergeAndMergeAgain200(b *testing.B) {
	w, link := twoOf(b, 200)
	ann, bob := frag("user_id:Ann"), frag("email:bob@x.org")
	b.ReportAllocs()
	for b.Loop() {
		w.facts = w.facts[:0]
		if err := Handle(w, w.p, UnlinkLink{Of: ann, Link: link, By: staff}); err != nil {
			b.Fatal(err)
		}
		if err := Handle(w, w.p, Undo{Of: bob, Link: link, By: staff}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkUnlinkWithin200 says of two of 200 identifiers that they are not the same and takes it back: the denial lies
// inside the component, so nothing fits whole and every link is weighed.
func BenchmarkUnlinkWithin200(b *testing.B) {
	w, _ := twoOf(b, 200)
	one, other := frag("anonymous_id:A0"), frag("anonymous_id:B0")
	for b.Loop() {
		w.facts = w.facts[:0]
		if err := Handle(w, w.p, Unlink{A: one, B: other, By: staff}); err != nil {
			b.Fatal(err)
		}
		if err := Handle(w, w.p, Undo{Of: one, Link: w.Node(one).denial(other).Link, By: staff}); err != nil {
			b.Fatal(err)
		}
	}
}
