package identify

import (
	"slices"

	"github.com/orrery-cxm/orrery"
)

// Reasons of a [orrery.FragmentAssigned].
const (
	becauseSeen   = "seen"
	becauseJoined = "joined"
	becauseSplit  = "split"
	becauseShared = "shared"
)

// Resolve solves anew what is connected with these fragments, and emits what changed. Decisions and touches do so by
// themselves; the engine calls it for each fragment after a new policy and for the neighbours of an erased person.
func Resolve(t Turn, p *Policy, ids ...orrery.FragmentID) {
	resolve(t, p, ids, 0)
}

// Neighbours lists the fragments outside a person to which its evidence leads, by id: to [Resolve] after an erasure.
func Neighbours(g Graph, person orrery.PersonID) []orrery.FragmentID {
	mine := Fragments(g, person)
	var out []orrery.FragmentID
	for _, id := range mine {
		n := g.Node(id)
		if n == nil {
			continue
		}
		for i := range n.Edges {
			out = append(out, n.Edges[i].Other)
		}
		for _, s := range n.Slices {
			out = append(out, s.Other)
		}
	}
	slices.Sort(out)
	out = slices.Compact(out)
	return slices.DeleteFunc(out, func(id orrery.FragmentID) bool { return slices.Contains(mine, id) || g.Node(id) == nil })
}

func resolve(t Turn, p *Policy, touched []orrery.FragmentID, cause orrery.TouchID) {
	if len(touched) == 1 {
		if n := t.Node(touched[0]); n != nil && n.Person == 0 && len(n.Edges) == 0 { // new and alone
			t.Emit(&orrery.FragmentAssigned{Fragment: n.ID, Person: n.ID, Reason: becauseSeen, Cause: cause})
			return
		}
	}
	moves := movesOf(t, p, judgeShared(t, p, touched))
	for _, m := range moves {
		m.Cause = cause
		t.Emit(m)
	}
}

// judgeShared emits who became shared or stopped being so, and gives all fragments from which to solve.
func judgeShared(t Turn, p *Policy, touched []orrery.FragmentID) []orrery.FragmentID {
	seeds := touched
	for _, id := range touched {
		n := t.Node(id)
		if n == nil {
			continue
		}
		unique, shared := sharedBy(t, p, n, 0)
		if shared == n.Shared {
			continue
		}
		eachNeighbour(t, n, func(other orrery.FragmentID) { seeds = append(slices.Clip(seeds), other) })
		t.Emit(&orrery.FragmentShared{Fragment: id, Shared: shared, Unique: unique})
	}
	return seeds
}

// movesOf solves what is connected with the seeds and lists the fragments that change their person.
func movesOf(g Graph, p *Policy, seeds []orrery.FragmentID) []*orrery.FragmentAssigned {
	var moves []*orrery.FragmentAssigned
	var done map[orrery.FragmentID]int32
	for i, seed := range seeds {
		if _, ok := done[seed]; ok || i > 0 && seed == seeds[i-1] {
			continue
		}
		c := component{g: g, p: p}
		c.gather(seed, 0)
		if len(c.members) == 0 {
			continue
		}
		c.solve()
		for _, group := range c.groups() {
			moves = appendMoves(moves, g, group)
		}
		if done == nil {
			done = c.index
			continue
		}
		for id := range c.index {
			done[id] = 0
		}
	}
	return moves
}

// appendMoves lists the members of one person that are not assigned to it yet, and the slices that go with them.
func appendMoves(moves []*orrery.FragmentAssigned, g Graph, group []*member) []*orrery.FragmentAssigned {
	person := representative(group)
	move := func(n *Node, shared bool) {
		if n.Person == person {
			return
		}
		why := becauseSplit
		switch {
		case n.Person == 0:
			why = becauseSeen
		case shared:
			why = becauseShared
		case slices.ContainsFunc(group, func(m *member) bool { return m.node.ID == n.Person }):
			why = becauseJoined
		}
		moves = append(moves, &orrery.FragmentAssigned{Fragment: n.ID, Person: person, Before: n.Person, Reason: why})
	}
	for _, m := range group {
		move(m.node, m.node.Shared)
		for _, s := range m.node.Slices {
			if n := g.Node(s.ID); n != nil && n.ID != 0 && holdsSlice(g, m.node, s) {
				move(n, false)
			}
		}
	}
	return moves
}

// holdsSlice says whether a slice goes with n: with its owner as long as the login counts, else with the device.
func holdsSlice(g Graph, n *Node, s Slice) bool {
	o := g.Node(s.Other)
	counts := o != nil && n.linked(s.Other) && o.linked(n.ID)
	return counts == s.Owned
}
