package identify

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/wire"
	"pgregory.net/rapid"
)

func TestANodeIsReadBackAsItWasWritten(t *testing.T) {
	if b := bytesOf(&Node{}); len(b) != 0 {
		t.Fatalf("a node never seen is written as % x, not as nothing", b)
	}
	var empty Node
	if err := empty.Read(wire.NewReader(nil)); err != nil || empty.ID != 0 {
		t.Fatalf("nothing is read as %+v, %v", empty, err)
	}
	p := tightPolicy(t)
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(p)
		w.plain = true // in place: nothing was encoded yet
		for range rapid.IntRange(1, 25).Draw(t, "steps") {
			if rapid.IntRange(0, 3).Draw(t, "decide?") == 0 {
				_, _ = decide(t, w)
			} else {
				w.mustDo(t, drawTouch(t, orrery.Server))
			}
		}
		for id, n := range w.nodes {
			if diff := cmp.Diff(n, reread(n)); diff != "" {
				t.Fatalf("%s changes when written and read (-before +after):\n%s", w.name(id), diff)
			}
		}
	})
}

func FuzzReadNeverPanicsAndIsCanonical(f *testing.F) {
	w := newWorld(DefaultPolicy())
	for i, ids := range []string{"user_id:Ann device_id:T email:a@x.org", "device_id:T", "user_id:Bob device_id:T", "device_id:T"} {
		w.mustPlace(f, touchOf(orrery.Instant(i+1), "web", orrery.Server, ids))
	}
	if err := Handle(w, w.p, Unlink{A: frag("user_id:Ann"), B: frag("user_id:Bob"), By: staff}); err != nil {
		f.Fatal(err)
	}
	for _, id := range w.ids() {
		f.Add(bytesOf(w.nodes[id]))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var n Node
		if n.Read(wire.NewReader(b)) != nil || n.ID == 0 {
			return
		}
		once := bytesOf(&n)
		var m Node
		if err := m.Read(wire.NewReader(once)); err != nil {
			t.Fatalf("what was written can not be read: %v", err)
		}
		if twice := bytesOf(&m); !bytes.Equal(once, twice) {
			t.Fatalf("a node read and written twice differs:\n% x\n% x", once, twice)
		}
	})
}

func TestBrokenSourcesOutliveARestart(t *testing.T) {
	var b, back Breakers
	for _, s := range []orrery.SourceName{"web", "shop", "care"} {
		b.Evolve(&orrery.SourceBroken{Source: s, Broken: true})
	}
	b.Evolve(&orrery.SourceBroken{Source: "care"})
	b.suspect("crm", 5)
	var w wire.Writer
	b.AppendTo(&w)
	if err := back.Read(wire.NewReader(w.B)); err != nil {
		t.Fatal(err)
	}
	for s, want := range map[orrery.SourceName]bool{"web": true, "shop": true, "care": false, "crm": false} {
		if back.Broken(s) != want {
			t.Errorf("after a restart %s is broken: %t", s, back.Broken(s))
		}
	}
	if err := back.Read(wire.NewReader([]byte{9, 'w'})); err == nil {
		t.Error("torn bytes were read without an error")
	}
}

func TestEvolveOfAnErasedPersonLeavesNothing(t *testing.T) {
	w := newWorld(DefaultPolicy())
	for i, ids := range []string{"user_id:Ann device_id:T email:a@x.org", "user_id:Bob device_id:T", "device_id:T"} {
		w.mustPlace(t, touchOf(orrery.Instant(i+1), "web", orrery.Server, ids))
	}
	gone, around := Fragments(w, frag("user_id:Bob")), Neighbours(w, frag("user_id:Bob"))
	if want := []orrery.FragmentID{frag("device_id:T")}; !cmp.Equal(want, around) {
		t.Fatalf("Bob's neighbours are %v, not the tablet", around)
	}
	w.Emit(&orrery.PersonErased{Fragments: gone, By: staff})
	Resolve(w, w.p, around...)
	w.check(t)
	if n := w.Node(frag("device_id:T")); n.Shared || n.Person != frag("user_id:Ann") {
		t.Fatal("with Bob gone the tablet is Ann's again, but it is not")
	}
	// Bob comes back as somebody new; what the tablet remembers of him joins nobody by itself.
	w.mustPlace(t, touchOf(9, "web", orrery.Server, "user_id:Bob"))
	Resolve(w, w.p, frag("device_id:T"), frag("user_id:Bob"))
	w.check(t)
	if n := w.Node(frag("device_id:T")); n.Shared {
		t.Fatal("an erased link counts again")
	}
	w.mustPlace(t, touchOf(10, "web", orrery.Server, "user_id:Bob device_id:T"))
	w.check(t)
	if n := w.Node(frag("device_id:T")); !n.Shared {
		t.Fatal("a new login after an erasure does not count")
	}
	here := w.Node(frag("device_id:T")).between(frag("user_id:Bob"))
	there := w.Node(frag("user_id:Bob")).between(frag("device_id:T"))
	if len(here) != 1 || len(there) != 1 || here[0].First != there[0].First || here[0].Link != there[0].Link {
		t.Fatalf("the two ends of one link tell it differently: %+v and %+v", here, there)
	}
}
