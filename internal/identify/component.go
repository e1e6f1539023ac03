package identify

import (
	"cmp"
	"slices"

	"github.com/orrery-cxm/orrery"
)

// pair is two fragments, A < B.
type pair struct{ A, B orrery.FragmentID }

func pairOf(a, b orrery.FragmentID) pair { return pair{min(a, b), max(a, b)} }

// component is everything connected by live evidence, not through shared identifiers, and what it is solved with.
type component struct {
	g       Graph
	p       *Policy
	extra   []pair         // evidence that is only supposed, to see what it would do
	now     orrery.Instant // the time of extra
	members []member
	index   map[orrery.FragmentID]int32
}

// member is one identifier of a component.
type member struct {
	node  *Node
	rule  *Rule
	rank  int   // of its namespace; 0 is the strongest
	group int32 // the person it is put into: the place of a member
}

// gather adds what is connected with seed, unless it was visited already. It stops once there are more than limit
// members and says false; a limit of 0 is none.
func (c *component) gather(seed orrery.FragmentID, limit int) bool {
	if !c.add(seed) {
		return true
	}
	for at := len(c.members) - 1; at < len(c.members); at++ {
		n := c.members[at].node
		if n.Shared {
			continue
		}
		c.neighbours(n, func(other orrery.FragmentID) {
			if o := c.g.Node(other); o != nil && !o.Shared {
				c.add(other)
			}
		})
		if limit > 0 && len(c.members) > limit {
			return false
		}
	}
	return true
}

func (c *component) add(id orrery.FragmentID) bool {
	if _, ok := c.index[id]; ok {
		return false
	}
	n := c.g.Node(id)
	if n == nil || n.ID == 0 || n.Identifier.Namespace == orrery.SliceID { // a slice follows its owner or device
		return false
	}
	if c.index == nil {
		c.index = make(map[orrery.FragmentID]int32, 16)
	}
	rule, rank := c.p.rule(n.Identifier.Namespace)
	c.index[id] = int32(len(c.members))
	c.members = append(c.members, member{node: n, rule: rule, rank: rank, group: int32(len(c.members))})
	return true
}

// neighbours calls f for each node to which live evidence leads from n.
func (c *component) neighbours(n *Node, f func(orrery.FragmentID)) {
	eachNeighbour(c.g, n, f)
	for _, x := range c.extra {
		if x.A == n.ID {
			f(x.B)
		} else if x.B == n.ID {
			f(x.A)
		}
	}
}

// eachNeighbour calls f once for each node with which n shares evidence that counts: known on both sides (the other one
// may have been erased and come anew), neither withdrawn nor waiting, the pair not denied.
func eachNeighbour(g Graph, n *Node, f func(orrery.FragmentID)) {
	var last orrery.FragmentID
	for i := range n.Edges {
		other := n.Edges[i].Other
		if other == last {
			continue
		}
		last = other
		if !n.linked(other) {
			continue // asked first: it needs no look at the other one
		}
		if o := g.Node(other); o != nil && o.linked(n.ID) {
			f(other)
		}
	}
}

// sharedBy counts the distinct unique identifiers beside n, most of one namespace, and says whether that makes it
// shared. supposed is one more neighbour, or 0.
func sharedBy(g Graph, p *Policy, n *Node, supposed orrery.FragmentID) (int, bool) {
	rule, _ := p.rule(n.Identifier.Namespace)
	if rule.SharedAfter.Count == 0 {
		return 0, false
	}
	var firsts [maxNamespaces][]orrery.Instant
	count := func(other orrery.FragmentID, first orrery.Instant) {
		if o := g.Node(other); o != nil {
			if r, rank := p.rule(o.Identifier.Namespace); r.Unique {
				firsts[rank] = append(firsts[rank], first)
			}
		}
	}
	known := false
	eachNeighbour(g, n, func(other orrery.FragmentID) {
		known = known || other == supposed
		count(other, earliest(n, other))
	})
	if supposed != 0 && !known {
		count(supposed, n.First)
	}
	most, shared := 0, false
	for _, f := range firsts {
		most = max(most, len(f))
		shared = shared || len(f) >= rule.SharedAfter.Count && within(f, rule.SharedAfter) >= rule.SharedAfter.Count
	}
	return most, shared
}

// earliest is the first time at which live evidence between n and other was seen.
func earliest(n *Node, other orrery.FragmentID) orrery.Instant {
	first, found := orrery.Instant(0), false
	for _, e := range n.between(other) {
		if e.Live() && (!found || e.First < first) {
			first, found = e.First, true
		}
	}
	return first
}

// within is the largest number of moments that lie within one span of the limit; all of them when it has none.
func within(moments []orrery.Instant, l Limit) int {
	if l.Per == 0 || len(moments) == 0 {
		return len(moments)
	}
	slices.Sort(moments)
	most, from := 0, 0
	for to := range moments {
		for moments[to] >= moments[from].Add(l.Per) {
			from++
		}
		most = max(most, to-from+1)
	}
	return most
}

// older orders members by first sight, then id.
func older(a, b *Node) int {
	return cmp.Or(cmp.Compare(a.First, b.First), cmp.Compare(a.ID, b.ID))
}
