package identify

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/orrery-cxm/orrery"
	"pgregory.net/rapid"
)

// tightPolicy has limits so low that random histories meet all of them.
func tightPolicy(t testing.TB) *Policy {
	p := DefaultPolicy()
	p.Namespaces = slices.Insert(p.Namespaces, 1, Rule{Name: "crm_id", Unique: true, Limit: Limit{Count: 1}, Bridge: BridgeAlways})
	for i := range p.Namespaces {
		switch r := &p.Namespaces[i]; r.Name {
		case orrery.Email:
			r.Limit = Limit{2, 30}
		case orrery.DeviceID:
			r.Limit = Limit{2, 0}
		}
	}
	p.Guards = Guards{MaxIdentifiers: 6, MaxConnected: 1000, MaxEdges: 1000, GrowthPerDay: 1_000_000, SuspectsPerMinute: 1_000_000}
	if err := p.Validate(); err != nil {
		t.Fatal(err)
	}
	return p
}

var pool = []string{"user_id:u1", "user_id:u2", "user_id:u3", "user_id:u4", "crm_id:c1", "crm_id:c2", "email:a@x.org",
	"email:b@x.org", "email:c@x.org", "email:d@x.org", "phone:+4915112345670", "phone:+4915112345671!", "phone:+4915112345671",
	"device_id:d1", "device_id:d2", "device_id:d3", "anonymous_id:a1", "anonymous_id:a2", "anonymous_id:a3", "cookie_id:k1",
	"handle:x:ann", "loyalty:l1", "loyalty:l2"}

func drawTouch(t *rapid.T, trusts ...orrery.Trust) *orrery.Touch {
	touch := &orrery.Touch{Kind: orrery.Track,
		At:     orrery.Instant(rapid.Int64Range(1, 100).Draw(t, "at")),
		Source: orrery.SourceName(rapid.SampledFrom([]string{"web", "shop", "care"}).Draw(t, "source")),
		Trust:  rapid.SampledFrom(trusts).Draw(t, "trust")}
	for _, s := range rapid.SliceOfNDistinct(rapid.SampledFrom(pool), 1, 4, rapid.ID).Draw(t, "identifiers") {
		touch.Identifiers = append(touch.Identifiers, ident(s))
	}
	if rapid.IntRange(0, 9).Draw(t, "alias?") == 0 {
		touch.Kind, touch.Alias = orrery.AliasCall, []orrery.Identifier{ident(rapid.SampledFrom(pool).Draw(t, "alias"))}
	}
	touch.Historical = rapid.IntRange(0, 9).Draw(t, "historical?") == 0
	return touch
}

func drawTouches(t *rapid.T, most int, trusts ...orrery.Trust) []*orrery.Touch {
	out := make([]*orrery.Touch, rapid.IntRange(0, most).Draw(t, "touches"))
	for i := range out {
		out[i] = drawTouch(t, trusts...)
	}
	return out
}

// decide draws a decision of a person about what the world holds now, and carries it out; refusals are part of the game.
func decide(t *rapid.T, w *world) (string, error) {
	ids := w.ids()
	if len(ids) == 0 {
		return "nothing", nil
	}
	draw := rapid.SampledFrom(ids)
	a, b := draw.Draw(t, "a"), draw.Draw(t, "b")
	var links []orrery.LinkID
	for _, id := range Fragments(w, a) {
		n := w.Node(id)
		for _, e := range n.Edges {
			links = append(links, e.Link)
		}
		for _, d := range n.Denials {
			links = append(links, d.Link)
		}
	}
	l := orrery.LinkID(1)
	if len(links) > 0 {
		l = rapid.SampledFrom(links).Draw(t, "link")
	}
	c := rapid.SampledFrom([]Command{
		Unlink{A: a, B: b, By: staff}, UnlinkLink{Of: a, Link: l, By: staff}, UnlinkIdentifier{Identifier: a, By: staff},
		UnlinkSource{Of: a, Source: "web", From: 20, To: 60, By: staff}, Join{A: a, B: b, By: staff},
		Undo{Of: a, Link: l, By: staff}, ReleaseQuarantined{Of: a, By: staff},
	}).Draw(t, "command")
	return fmt.Sprintf("%T", c), Handle(w, w.p, c)
}

func TestSolvingOnlyWhatIsTouchedEqualsSolvingEverything(t *testing.T) {
	p := tightPolicy(t)
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(p)
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			if rapid.IntRange(0, 4).Draw(t, "decide?") == 0 {
				before := len(w.facts)
				if what, err := decide(t, w); err != nil && len(w.facts) != before {
					t.Fatalf("%s was refused (%v) but emitted %d facts", what, err, len(w.facts)-before)
				}
			} else if _, err := w.place(drawTouch(t, orrery.Server, orrery.Public, orrery.Internal)); err != nil {
				t.Fatal(err)
			}
			w.check(t)
		}
		before := len(w.facts)
		if Resolve(w, p, w.ids()...); len(w.facts) != before {
			t.Fatalf("solving everything again emitted %d facts: %+v", len(w.facts)-before, w.facts[before].fact)
		}
	})
}

func TestThePartitionDoesNotDependOnTheOrderOfArrival(t *testing.T) {
	p := tightPolicy(t)
	rapid.Check(t, func(t *rapid.T) {
		touches := drawTouches(t, 30, orrery.Server, orrery.Internal)
		w, v := newWorld(p), newWorld(p)
		for _, touch := range touches {
			w.mustDo(t, touch)
		}
		for _, touch := range rapid.Permutation(touches).Draw(t, "order") {
			v.mustDo(t, touch)
		}
		if diff := cmp.Diff(w.partition(false), v.partition(false)); diff != "" {
			t.Fatalf("the same touches in another order give other persons (-first +second):\n%s", diff)
		}
		for id, n := range w.nodes {
			if n.Identifier.Namespace == orrery.SliceID {
				continue
			}
			if v.nodes[id].Shared != n.Shared || v.nodes[id].First != n.First {
				t.Fatalf("%s is shared %t since %d, in another order %t since %d", w.name(id), n.Shared, n.First, v.nodes[id].Shared, v.nodes[id].First)
			}
			if diff := cmp.Diff(n.Edges, v.nodes[id].Edges, cmpopts.IgnoreFields(Edge{}, "Touch", "Link")); diff != "" {
				t.Fatalf("%s has other evidence in another order (-first +second):\n%s", w.name(id), diff)
			}
		}
	})
}

func (w *world) mustDo(t *rapid.T, touch *orrery.Touch) {
	t.Helper()
	if _, err := w.place(touch); err != nil {
		t.Fatalf("place a touch: %v", err)
	}
}

// apart gives one touch for each identifier of a touch: all that it says but its links.
func apart(touch *orrery.Touch) []*orrery.Touch {
	var out []*orrery.Touch
	for _, id := range slices.Concat(touch.Identifiers, touch.Alias) {
		one := *touch
		one.Identifiers, one.Alias = []orrery.Identifier{id}, nil
		out = append(out, &one)
	}
	return out
}

func TestAMergeTakenBackIsAsIfItHadNeverBeen(t *testing.T) {
	p := tightPolicy(t)
	rapid.Check(t, func(t *rapid.T) {
		before, after := drawTouches(t, 15, orrery.Server), drawTouches(t, 15, orrery.Server)
		bad := drawTouch(t, orrery.Server)
		bad.Source = "bad"
		how := rapid.SampledFrom([]string{"link", "source", "identifier"}).Draw(t, "how")
		w, v := newWorld(p), newWorld(p)
		for _, touch := range before {
			w.mustDo(t, touch)
			v.mustDo(t, touch)
		}
		w.mustDo(t, bad)
		for _, touch := range apart(bad) {
			v.mustDo(t, touch)
		}
		for _, touch := range after {
			w.mustDo(t, touch)
			v.mustDo(t, touch)
		}
		takeBackAll(t, w, bad, how)
		if how == "identifier" {
			_ = Handle(v, p, UnlinkIdentifier{Identifier: fragmentOf(bad.Identifiers[0]), By: staff})
		}
		w.check(t)
		if diff := cmp.Diff(v.partition(false), w.partition(false)); diff != "" {
			t.Fatalf("taken back by %s, persons differ from those who never had the link (-never +taken back):\n%s", how, diff)
		}
		for id, n := range w.nodes {
			if o := v.nodes[id]; o != nil && o.Shared != n.Shared {
				t.Fatalf("%s is shared: %t, without the link: %t", w.name(id), n.Shared, o.Shared)
			}
		}
	})
}

// takeBackAll takes back all that the touch linked: piece by piece, by its source, or (for its first identifier) all.
func takeBackAll(t *rapid.T, w *world, bad *orrery.Touch, how string) {
	for _, one := range slices.Concat(bad.Identifiers, bad.Alias) {
		id := fragmentOf(one)
		if how == "source" || how == "identifier" {
			_ = Handle(w, w.p, UnlinkSource{Of: id, Source: "bad", By: staff})
			continue
		}
		for _, e := range slices.Clone(w.nodes[id].Edges) {
			if e.Source == "bad" && !e.Withdrawn {
				if err := Handle(w, w.p, UnlinkLink{Of: id, Link: e.Link, By: staff}); err != nil {
					t.Fatalf("take %s back: %v", e.Link, err)
				}
			}
		}
	}
	if how == "identifier" {
		_ = Handle(w, w.p, UnlinkIdentifier{Identifier: fragmentOf(bad.Identifiers[0]), By: staff})
	}
}

func TestUndoingADecisionGivesBackWhatWas(t *testing.T) {
	p := tightPolicy(t)
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(p)
		for _, touch := range drawTouches(t, 20, orrery.Server) {
			w.mustDo(t, touch)
		}
		ids := w.ids()
		if len(ids) < 2 {
			return
		}
		before := w.partition(true)
		a, b := rapid.SampledFrom(ids).Draw(t, "a"), rapid.SampledFrom(ids).Draw(t, "b")
		c := rapid.SampledFrom([]Command{Unlink{A: a, B: b, By: staff}, Join{A: a, B: b, By: staff},
			UnlinkIdentifier{Identifier: a, By: staff}, UnlinkSource{Of: a, Source: "shop", By: staff}}).Draw(t, "command")
		from := len(w.facts)
		if err := Handle(w, p, c); err != nil {
			return
		}
		if j, ok := c.(Join); ok && w.nodes[j.A].Person != w.nodes[j.B].Person {
			t.Fatalf("the join of %s and %s was accepted but joined nobody", w.name(a), w.name(b))
		}
		if u, ok := c.(Unlink); ok && w.nodes[u.A].Person == w.nodes[u.B].Person {
			t.Fatalf("%s and %s are one person although a person said they are not", w.name(a), w.name(b))
		}
		for _, f := range slices.Clone(w.facts[from:]) {
			if d, ok := f.fact.(*orrery.LinkDecided); ok {
				if err := Handle(w, p, Undo{Of: d.A, Link: d.Link, By: staff}); err != nil {
					t.Fatalf("undo %s: %v", d.Link, err)
				}
			}
		}
		w.check(t)
		if diff := cmp.Diff(before, w.partition(true)); diff != "" {
			t.Fatalf("%T undone differs from before (-before +undone):\n%s", c, diff)
		}
	})
}

// TestReplayAndReloadGiveTheSameBytes: what was decided is in the facts alone, and a node read anew for every look is as good
// as one kept.
func TestReplayAndReloadGiveTheSameBytes(t *testing.T) {
	p := tightPolicy(t)
	rapid.Check(t, func(t *rapid.T) {
		live, bare := newWorld(p), newWorld(p)
		bare.uncache = true
		for range rapid.IntRange(1, 25).Draw(t, "steps") {
			touch := drawTouch(t, orrery.Server, orrery.Public)
			live.mustDo(t, touch)
			bare.mustDo(t, touch)
			if ids := live.ids(); rapid.IntRange(0, 3).Draw(t, "decide?") == 0 {
				c := Join{A: rapid.SampledFrom(ids).Draw(t, "a"), B: rapid.SampledFrom(ids).Draw(t, "b"), By: staff}
				u := UnlinkIdentifier{Identifier: c.A, By: staff}
				for _, w := range []*world{live, bare} {
					_ = Handle(w, p, c)
					_ = Handle(w, p, u)
				}
			}
		}
		replayed := newWorld(p)
		for _, f := range live.facts {
			replayed.seq, replayed.index, replayed.now = f.at.Seq, f.at.Index, f.at.Time
			replayed.Emit(f.fact)
		}
		for name, w := range map[string]*world{"replayed from the facts": replayed, "reloaded at every look": bare} {
			if !slices.Equal(slices.Sorted(maps.Keys(live.nodes)), slices.Sorted(maps.Keys(w.nodes))) {
				t.Fatalf("%s: other nodes", name)
			}
			for id, n := range live.nodes {
				if !bytes.Equal(bytesOf(n), bytesOf(w.nodes[id])) {
					t.Fatalf("%s: %s differs:\n%s", name, live.name(id), cmp.Diff(n, w.nodes[id]))
				}
			}
		}
	})
}

func TestATouchThatBringsNothingNewEmitsNothing(t *testing.T) {
	p := tightPolicy(t)
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(p)
		touches := drawTouches(t, 20, orrery.Server, orrery.Public)
		for _, touch := range touches {
			w.mustDo(t, touch)
		}
		for _, touch := range touches[max(0, len(touches)-1):] {
			again := *touch
			again.At += orrery.Instant(rapid.Int64Range(0, 50).Draw(t, "later"))
			first, _ := w.place(&again) // may open a turn at a later owner's
			before := len(w.facts)
			second, err := w.place(&again)
			if err != nil || len(w.facts) != before+1 {
				t.Fatalf("a repeated touch emitted %d facts beside its own: %v", len(w.facts)-before-1, err)
			}
			if first.Anchor != second.Anchor || first.Person != second.Person {
				t.Fatalf("a repeated touch went to %s of %s, then to %s of %s", w.name(first.Anchor), w.name(first.Person),
					w.name(second.Anchor), w.name(second.Person))
			}
		}
	})
}
