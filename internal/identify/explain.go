package identify

import (
	"fmt"
	"slices"

	"github.com/orrery-cxm/orrery"
)

// Chain says why two fragments are, or are not, one person.
type Chain struct {
	Same      bool       `json:"same"`
	Steps     []Step     `json:"steps,omitempty"`     // the shortest chain of evidence from one to the other; when not joined, of any evidence
	Obstacles []Obstacle `json:"obstacles,omitempty"` // when not joined: what stands in the way, in the order of the steps
}

// Step is one piece of evidence on the way.
type Step struct {
	From   orrery.FragmentID   `json:"from"`
	To     orrery.FragmentID   `json:"to"`
	Kind   orrery.EvidenceKind `json:"kind"`
	At     orrery.Instant      `json:"at"`
	Source orrery.SourceName   `json:"source,omitempty"`
	Touch  orrery.TouchID      `json:"touch,omitempty"`
	Link   orrery.LinkID       `json:"link,omitempty"`
}

// Obstacle is one reason why two fragments are not one person.
type Obstacle struct {
	Why       string            `json:"why"`         // no_evidence, denied, withdrawn, quarantined, shared, over_limit, too_large, no_bridge, outweighed
	A         orrery.FragmentID `json:"a,omitempty"` // the two that clash, or the identifier that is shared
	B         orrery.FragmentID `json:"b,omitempty"`
	Link      orrery.LinkID     `json:"link,omitempty"`      // the decision or the evidence
	Namespace orrery.Namespace  `json:"namespace,omitempty"` // of which there would be too many, or that may not bridge
	Limit     Limit             `json:"limit,omitzero"`
}

// Reasons of an [Obstacle].
const (
	NoEvidence = "no_evidence" // nothing connects them
	Denied     = "denied"      // a person said they are two
	Withdrawn  = "withdrawn"   // a person took the evidence back
	Waiting    = "quarantined" // the evidence waits for a person
	SharedWay  = "shared"      // the identifier between them serves several people
	OverLimit  = "over_limit"  // together they hold more of a namespace than a person may
	TooLarge   = "too_large"   // together they hold more identifiers than a person may
	NoBridge   = "no_bridge"   // this identifier may not join two known persons
	Outweighed = "outweighed"  // stronger evidence came first
)

// maxSearched bounds how many identifiers Explain looks at for two that are not joined.
const maxSearched = 10_000

// Explain says why a and b are one person, by the shortest chain of evidence, or what keeps them apart. It fails with
// an *orrery.Error when one of them was never seen.
func Explain(g Graph, p *Policy, a, b orrery.FragmentID) (Chain, error) {
	for _, id := range []orrery.FragmentID{a, b} {
		if n := g.Node(id); n == nil || n.ID == 0 {
			return Chain{}, orrery.NotFound("identify.fragment", id.String()+" was never seen")
		}
	}
	if a == b {
		return Chain{Same: true}, nil
	}
	if g.Node(a).Person == g.Node(b).Person {
		return Chain{Same: true, Steps: search(g, a, b, usedSteps)}, nil
	}
	c := Chain{Steps: search(g, a, b, allSteps)}
	if d := g.Node(a).denial(b); d != nil {
		c.Obstacles = append(c.Obstacles, Obstacle{Why: Denied, A: a, B: b, Link: d.Link})
	}
	if len(c.Steps) == 0 && len(c.Obstacles) == 0 {
		c.Obstacles = append(c.Obstacles, Obstacle{Why: NoEvidence})
	}
	for _, s := range c.Steps {
		if o := obstacleAt(g, p, s); o != nil && !slices.Contains(c.Obstacles, *o) {
			c.Obstacles = append(c.Obstacles, *o)
		}
	}
	return c, nil
}

// search walks breadth first from a to b; steps lists what leads on from a node, in a fixed order.
func search(g Graph, a, b orrery.FragmentID, steps func(Graph, *Node) []Step) []Step {
	came := map[orrery.FragmentID]Step{a: {}}
	queue := []orrery.FragmentID{a}
	for at := 0; at < len(queue) && len(queue) < maxSearched; at++ {
		for _, s := range steps(g, g.Node(queue[at])) {
			if _, ok := came[s.To]; ok || g.Node(s.To) == nil {
				continue
			}
			came[s.To] = s
			if s.To == b {
				return wayBack(came, a, b)
			}
			queue = append(queue, s.To)
		}
	}
	return nil
}

func wayBack(came map[orrery.FragmentID]Step, a, b orrery.FragmentID) []Step {
	var steps []Step
	for id := b; id != a; id = came[id].From {
		steps = append(steps, came[id])
	}
	slices.Reverse(steps)
	return steps
}

// usedSteps lists the evidence that holds a person together, one piece for each neighbour.
func usedSteps(g Graph, n *Node) []Step {
	var out []Step
	eachNeighbour(g, n, func(other orrery.FragmentID) {
		if g.Node(other).Person == n.Person {
			out = append(out, stepTo(n, other))
		}
	})
	for _, s := range sliceSteps(g, n) {
		if g.Node(s.To).Person == n.Person {
			out = append(out, s)
		}
	}
	return out
}

// allSteps lists all evidence, also what does not count.
func allSteps(g Graph, n *Node) []Step {
	var out []Step
	for i := range n.Edges {
		if i == 0 || n.Edges[i].Other != n.Edges[i-1].Other {
			out = append(out, stepTo(n, n.Edges[i].Other))
		}
	}
	return append(out, sliceSteps(g, n)...)
}

// stepTo is the strongest evidence between n and other: what counts before what does not, then by kind and time.
func stepTo(n *Node, other orrery.FragmentID) Step {
	var best *Edge
	for i := range n.between(other) {
		if e := &n.between(other)[i]; best == nil || strongerEdge(e, best) {
			best = e
		}
	}
	return Step{From: n.ID, To: other, Kind: best.Kind, At: best.First, Source: best.Source, Touch: best.Touch, Link: best.Link}
}

func strongerEdge(a, b *Edge) bool {
	if a.Live() != b.Live() {
		return a.Live()
	}
	if (a.Kind == orrery.Confirmed) != (b.Kind == orrery.Confirmed) {
		return a.Kind == orrery.Confirmed
	}
	if a.Kind != b.Kind {
		return a.Kind < b.Kind
	}
	return a.First < b.First
}

// sliceSteps leads from a slice to who holds it, and from there to it.
func sliceSteps(g Graph, n *Node) []Step {
	var out []Step
	step := func(to orrery.FragmentID, slice *Node) {
		out = append(out, Step{From: n.ID, To: to, Kind: orrery.SliceOf, At: slice.First, Source: slice.Source})
	}
	if n.Identifier.Namespace == orrery.SliceID {
		for _, holder := range []orrery.FragmentID{n.Owner, n.Device} {
			if h := g.Node(holder); h != nil && h.Person == n.Person {
				step(holder, n)
				break
			}
		}
		return out
	}
	for _, s := range n.Slices {
		if o := g.Node(s.ID); o != nil && o.ID != 0 && holdsSlice(g, n, s) {
			step(s.ID, o)
		}
	}
	return out
}

// obstacleAt is what keeps the ends of a step apart, nil when they are one person.
func obstacleAt(g Graph, p *Policy, s Step) *Obstacle {
	a, b := g.Node(s.From), g.Node(s.To)
	if d := a.denial(b.ID); d != nil {
		return &Obstacle{Why: Denied, A: a.ID, B: b.ID, Link: d.Link}
	}
	if a.Person == b.Person {
		return nil
	}
	for _, n := range []*Node{a, b} {
		if n.Shared {
			return &Obstacle{Why: SharedWay, A: n.ID, Namespace: n.Identifier.Namespace}
		}
	}
	if e := a.edge(s.To, s.Kind, s.Source); e != nil && e.Withdrawn {
		return &Obstacle{Why: Withdrawn, A: a.ID, B: b.ID, Link: e.Link}
	} else if e != nil && e.Quarantined {
		return &Obstacle{Why: Waiting, A: a.ID, B: b.ID, Link: e.Link}
	}
	c := component{g: g, p: p}
	c.gather(a.ID, 0)
	solved := c.solve()
	i, okA := c.index[a.ID]
	j, okB := c.index[b.ID]
	if solved == nil || !okA || !okB {
		return &Obstacle{Why: Outweighed, A: a.ID, B: b.ID, Link: s.Link}
	}
	if o := solved.obstacle(link{a: i, b: j, confirmed: s.Kind == orrery.Confirmed}, solved.find(i), solved.find(j)); o != nil {
		return o
	}
	return &Obstacle{Why: Outweighed, A: a.ID, B: b.ID, Link: s.Link}
}

// say puts an obstacle into plain words.
func (o *Obstacle) say() string {
	switch o.Why {
	case Denied:
		return "somebody decided that two identifiers of these persons are not the same: undo " + o.Link.String() + " first"
	case OverLimit:
		return fmt.Sprintf("one person may have at most %d of %s", o.Limit.Count, o.Namespace)
	case TooLarge:
		return fmt.Sprintf("one person may have at most %d identifiers", o.Limit.Count)
	case NoBridge:
		return fmt.Sprintf("a %s may not join two known persons", o.Namespace)
	}
	return "they are kept apart: " + o.Why
}
