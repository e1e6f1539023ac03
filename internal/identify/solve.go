package identify

import (
	"cmp"
	"slices"

	"github.com/orrery-cxm/orrery"
)

// solve puts the members into persons. The result follows from the component alone, not from how it came about:
// evidence is taken from the strongest to the weakest, and what would break a limit is left out. It gives what was
// weighed, nil when everything fitted.
func (c *component) solve() *persons {
	if c.fitsWhole() {
		for i := range c.members {
			c.members[i].group = 0
		}
		return nil
	}
	s := newPersons(c)
	for _, l := range c.links() {
		s.join(l)
	}
	for i := range c.members {
		c.members[i].group = s.find(int32(i))
	}
	return s
}

// fitsWhole says that no order of joining can meet a limit: limits only ever get tighter as a person grows, so when all
// together keep them, every part does; and with one unique identifier at most there is nothing to bridge.
func (c *component) fitsWhole() bool {
	if len(c.members) > c.p.Guards.MaxIdentifiers {
		return false
	}
	var counts [maxNamespaces]int
	unique := 0
	for i := range c.members {
		m := &c.members[i]
		if m.node.Shared {
			return len(c.members) == 1
		}
		counts[m.rank]++
		if m.rule.Limit.Count > 0 && counts[m.rank] > m.rule.Limit.Count {
			return false
		}
		if m.rule.Unique {
			unique++
		}
		for _, d := range m.node.Denials {
			if _, ok := c.index[d.Other]; ok {
				return false
			}
		}
	}
	return unique <= 1
}

// link is the strongest evidence of one pair in a component.
type link struct {
	a, b      int32 // places of members
	confirmed bool
	attaches  bool // an end of it may not join two known persons
	kind      orrery.EvidenceKind
	rank      int // of the weaker end
	first     orrery.Instant
	pair      pair
}

// compareLinks orders evidence from the strongest: a person's word, then what may bridge before what only attaches (so
// that a device never stands between two known persons, not even by way of a third), then by kind, namespace and time.
func compareLinks(x, y link) int {
	return cmp.Or(-compareBool(x.confirmed, y.confirmed), compareBool(x.attaches, y.attaches), cmp.Compare(x.kind, y.kind),
		cmp.Compare(x.rank, y.rank), cmp.Compare(x.first, y.first), cmp.Compare(x.pair.A, y.pair.A), cmp.Compare(x.pair.B, y.pair.B))
}

func compareBool(x, y bool) int { return int(bit(x, 1)) - int(bit(y, 1)) }

// links lists the evidence of the component, the strongest first, one for each pair.
func (c *component) links() []link {
	var out []link
	for i := range c.members {
		n := c.members[i].node
		if n.Shared {
			continue
		}
		eachNeighbour(c.g, n, func(other orrery.FragmentID) {
			if j, ok := c.index[other]; ok && n.ID < other {
				if l, ok := c.strongest(int32(i), j); ok {
					out = append(out, l)
				}
			}
		})
	}
	for _, x := range c.extra {
		i, okA := c.index[x.A]
		j, okB := c.index[x.B]
		if okA && okB {
			a, b := &c.members[i], &c.members[j]
			out = append(out, link{a: i, b: j, confirmed: true, attaches: !bridges(a.rule, a.node) || !bridges(b.rule, b.node),
				kind: orrery.Confirmed, rank: max(a.rank, b.rank), first: c.now, pair: x})
		}
	}
	slices.SortFunc(out, compareLinks)
	return out
}

// strongest is the best evidence of one pair; a person's word is as good for what attaches as for what bridges.
func (c *component) strongest(i, j int32) (link, bool) {
	a, b := &c.members[i], &c.members[j]
	best, found := link{}, false
	attaches := !bridges(a.rule, a.node) || !bridges(b.rule, b.node)
	for _, e := range a.node.between(b.node.ID) {
		if !e.Live() {
			continue
		}
		l := link{a: i, b: j, confirmed: e.Kind == orrery.Confirmed, attaches: attaches, kind: e.Kind,
			rank: max(a.rank, b.rank), first: e.First, pair: pairOf(a.node.ID, b.node.ID)}
		if !found || compareLinks(l, best) < 0 {
			best, found = l, true
		}
	}
	return best, found && !b.node.Shared
}

// persons is a union-find over the members of a component that keeps what the limits need.
type persons struct {
	c       *component
	parent  []int32
	lists   [][]int32 // members of each root
	denials [][2]int32
}

func newPersons(c *component) *persons {
	s := &persons{c: c, parent: make([]int32, len(c.members)), lists: make([][]int32, len(c.members))}
	for i := range c.members {
		s.parent[i], s.lists[i] = int32(i), []int32{int32(i)}
		for _, d := range c.members[i].node.Denials {
			if j, ok := c.index[d.Other]; ok && c.members[i].node.ID < d.Other {
				s.denials = append(s.denials, [2]int32{int32(i), j})
			}
		}
	}
	return s
}

func (s *persons) find(i int32) int32 {
	for s.parent[i] != i {
		s.parent[i] = s.parent[s.parent[i]]
		i = s.parent[i]
	}
	return i
}

// join unites the persons at both ends of a link unless a limit forbids it.
func (s *persons) join(l link) {
	a, b := s.find(l.a), s.find(l.b)
	if a == b || s.obstacle(l, a, b) != nil {
		return
	}
	if len(s.lists[a]) < len(s.lists[b]) {
		a, b = b, a
	}
	s.parent[b] = a
	s.lists[a] = append(s.lists[a], s.lists[b]...)
	s.lists[b] = nil
}

// obstacle is the first rule that forbids the persons a and b to be one by link l, or nil.
func (s *persons) obstacle(l link, a, b int32) *Obstacle {
	for _, d := range s.denials {
		x, y := s.find(d[0]), s.find(d[1])
		if x == a && y == b || x == b && y == a {
			na, nb := s.c.members[d[0]].node, s.c.members[d[1]].node
			return &Obstacle{Why: Denied, A: na.ID, B: nb.ID, Link: na.denial(nb.ID).Link}
		}
	}
	if most := s.c.p.Guards.MaxIdentifiers; len(s.lists[a])+len(s.lists[b]) > most {
		return &Obstacle{Why: TooLarge, Limit: Limit{Count: most}}
	}
	if o := s.overLimit(a, b); o != nil {
		return o
	}
	if l.confirmed || !s.known(a) || !s.known(b) {
		return nil
	}
	for _, end := range []int32{l.a, l.b} {
		if m := &s.c.members[end]; !bridges(m.rule, m.node) {
			return &Obstacle{Why: NoBridge, A: m.node.ID, Namespace: m.node.Identifier.Namespace}
		}
	}
	return nil
}

// overLimit is the first namespace of which a and b together hold more than a person may, or nil.
func (s *persons) overLimit(a, b int32) *Obstacle {
	var counts [maxNamespaces]int
	for _, side := range [2]int32{a, b} {
		for _, i := range s.lists[side] {
			counts[s.c.members[i].rank]++
		}
	}
	for rank := range s.c.p.Namespaces {
		rule := &s.c.p.Namespaces[rank]
		if rule.Limit.Count == 0 || counts[rank] <= rule.Limit.Count {
			continue
		}
		if rule.Limit.Per > 0 && within(s.firsts(rank, a, b), rule.Limit) <= rule.Limit.Count {
			continue
		}
		return &Obstacle{Why: OverLimit, Namespace: rule.Name, Limit: rule.Limit, A: s.holder(rank, a), B: s.holder(rank, b)}
	}
	return nil
}

func (s *persons) firsts(rank int, a, b int32) []orrery.Instant {
	var out []orrery.Instant
	for _, side := range [2]int32{a, b} {
		for _, i := range s.lists[side] {
			if m := &s.c.members[i]; m.rank == rank {
				out = append(out, m.node.First)
			}
		}
	}
	return out
}

// holder is the smallest identifier of that rank in a person, 0 for none.
func (s *persons) holder(rank int, root int32) orrery.FragmentID {
	var id orrery.FragmentID
	for _, i := range s.lists[root] {
		if m := &s.c.members[i]; m.rank == rank && (id == 0 || m.node.ID < id) {
			id = m.node.ID
		}
	}
	return id
}

func (s *persons) known(root int32) bool {
	for _, i := range s.lists[root] {
		if s.c.members[i].rule.Unique {
			return true
		}
	}
	return false
}

// groups lists the persons of a solved component, members from the oldest, in the order of their oldest members.
func (c *component) groups() [][]*member {
	sorted := make([]*member, len(c.members))
	for i := range c.members {
		sorted[i] = &c.members[i]
	}
	slices.SortFunc(sorted, func(a, b *member) int { return older(a.node, b.node) })
	var out [][]*member
	place := make(map[int32]int, 4)
	for _, m := range sorted {
		i, ok := place[m.group]
		if !ok {
			i = len(out)
			place[m.group] = i
			out = append(out, nil)
		}
		out[i] = append(out[i], m)
	}
	return out
}

// representative is who stands for a person: the holder of the strongest unique identifier, else the oldest.
func representative(group []*member) orrery.PersonID {
	best := group[0]
	for _, m := range group[1:] {
		if m.rule.Unique && (!best.rule.Unique || m.rank < best.rank) {
			best = m
		}
	}
	return best.node.ID
}
