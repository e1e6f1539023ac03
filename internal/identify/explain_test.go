package identify

import (
	"testing"

	"github.com/orrery-cxm/orrery"
	"pgregory.net/rapid"
)

// distances is the number of links on the shortest way from a to everybody in its person, by relaxing until nothing changes.
func distances(w *world, a orrery.FragmentID) map[orrery.FragmentID]int {
	dist := map[orrery.FragmentID]int{a: 0}
	for changed := true; changed; {
		changed = false
		relax := func(x, y orrery.FragmentID) {
			if d, ok := dist[x]; ok && w.nodes[x].Person == w.nodes[y].Person {
				if old, ok := dist[y]; !ok || d+1 < old {
					dist[y], changed = d+1, true
				}
			}
		}
		for _, id := range w.ids() {
			n := w.nodes[id]
			for _, e := range n.Edges {
				if e.Live() && n.denial(e.Other) == nil && !n.Shared && !w.nodes[e.Other].Shared {
					relax(id, e.Other)
				}
			}
			if n.Identifier.Namespace == orrery.SliceID {
				holder := n.Device
				if w.nodes[n.Owner].linked(n.Device) {
					holder = n.Owner
				}
				relax(id, holder)
				relax(holder, id)
			}
		}
	}
	return dist
}

func TestExplainFindsAShortestChainOfRealEvidence(t *testing.T) {
	p := tightPolicy(t)
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(p)
		for range rapid.IntRange(1, 25).Draw(t, "steps") {
			if rapid.IntRange(0, 5).Draw(t, "decide?") == 0 {
				_, _ = decide(t, w)
			} else {
				w.mustDo(t, drawTouch(t, orrery.Server))
			}
		}
		if len(w.nodes) == 0 {
			return
		}
		a := rapid.SampledFrom(w.ids()).Draw(t, "a")
		dist := distances(w, a)
		for _, b := range w.ids() {
			c, err := Explain(w, p, a, b)
			if err != nil {
				t.Fatal(err)
			}
			if same := w.nodes[a].Person == w.nodes[b].Person; c.Same != same {
				t.Fatalf("%s and %s are one person: %t; explained as %t", w.name(a), w.name(b), same, c.Same)
			}
			if !c.Same {
				if len(c.Obstacles) == 0 {
					t.Fatalf("nothing explains why %s and %s are two persons", w.name(a), w.name(b))
				}
				for _, o := range c.Obstacles {
					if o.Why == Outweighed {
						t.Fatalf("%s and %s are two persons for no rule that still holds", w.name(a), w.name(b))
					}
				}
				continue
			}
			if want, ok := dist[b]; !ok || len(c.Steps) != want {
				t.Fatalf("the chain from %s to %s has %d steps, the shortest has %d", w.name(a), w.name(b), len(c.Steps), want)
			}
			at := a
			for _, s := range c.Steps {
				if s.From != at {
					t.Fatalf("the chain from %s to %s jumps to %s", w.name(a), w.name(b), w.name(s.From))
				}
				e := w.nodes[s.From].edge(s.To, s.Kind, s.Source)
				if s.Kind != orrery.SliceOf && (e == nil || !e.Live() || e.Link != s.Link || e.First != s.At || e.Touch != s.Touch) {
					t.Fatalf("the step from %s to %s is no evidence that counts", w.name(s.From), w.name(s.To))
				}
				at = s.To
			}
			if at != b {
				t.Fatalf("the chain from %s to %s ends at %s", w.name(a), w.name(b), w.name(at))
			}
		}
	})
}

func TestExplainKnowsWhatItHasNeverSeen(t *testing.T) {
	w := newWorld(DefaultPolicy())
	w.mustPlace(t, touchOf(1, "web", orrery.Server, "user_id:Ann"))
	if _, err := Explain(w, w.p, frag("user_id:Ann"), frag("user_id:Bob")); orrery.KindOf(err) != orrery.KindNotFound {
		t.Fatalf("explain a stranger: %v", err)
	}
	w.mustPlace(t, touchOf(1, "web", orrery.Server, "user_id:Bob"))
	c, err := Explain(w, w.p, frag("user_id:Ann"), frag("user_id:Bob"))
	if err != nil || len(c.Obstacles) != 1 || c.Obstacles[0].Why != NoEvidence {
		t.Fatalf("two who never met are explained by %v, %v", c.Obstacles, err)
	}
}
