package protect

import (
	"slices"

	"github.com/orrery-cxm/orrery"
)

// When a person is taken apart, whatever hold was placed while two fragments were one person stays on both sides until
// it is cleared: nobody knows any more whose anger it was.

// bySplit in a hold marks one that was shared out; changeShared in a HoldChanged says to whom (By is the fragment's id).
const (
	bySplit      = "split"
	changeShared = "shared"
)

// Share says that this fragment's holds of a case were shared out: what happens to the case reaches them there too,
// also after this fragment's own hold was cleared.
type Share struct {
	Case orrery.CaseID
	To   orrery.FragmentID
}

const maxShares = 32

func (e *Experience) share(f *orrery.HoldChanged) {
	s := Share{Case: f.Hold.Case}
	if f.Hold.Case == 0 || s.To.UnmarshalText([]byte(f.By)) != nil {
		return
	}
	e.Shares = newest(put(e.Shares, s, byShare), maxShares, byShare)
}

// reached are the reporter, the affected person, and everybody to whom a hold of theirs was shared out.
func reached(t Turn, c *orrery.Case) []orrery.FragmentID {
	out := concerned(c)
	for i := 0; i < len(out); i++ {
		for _, who := range fragments(t, out[i]) {
			e := t.Experience(who)
			if e == nil {
				continue
			}
			for _, s := range e.Shares {
				if s.Case == c.ID && !slices.Contains(out, s.To) {
					out = append(out, s.To)
				}
			}
		}
	}
	return out
}

// shareOut gives a fragment that leaves a person the holds placed on the others while it was with them, and the others
// its own.
func shareOut(t Turn, f *orrery.FragmentAssigned) {
	if !leaves(f.Reason) || f.Before == 0 || f.Before == f.Person {
		return
	}
	for _, other := range otherSides(t, f) {
		for _, x := range t.FragmentsOf(other) {
			give(t, x, f.Fragment)
			give(t, f.Fragment, x)
		}
	}
}

// otherSides are the persons into whom the rest of f's former person has gone.
func otherSides(t Turn, f *orrery.FragmentAssigned) []orrery.PersonID {
	var out []orrery.PersonID
	seen := map[orrery.PersonID]bool{0: true, f.Person: true, t.PersonOf(f.Fragment): true}
	add := func(p orrery.PersonID) {
		if !seen[p] {
			seen[p] = true
			out = append(out, p)
		}
	}
	add(t.PersonOf(f.Before))
	if e := t.Experience(f.Before); e != nil {
		for _, l := range e.Left {
			if l.At == t.Now() {
				add(t.PersonOf(l.Fragment))
			}
		}
	}
	return out
}

// give copies from's holds to the person of to, as far as the two were one person when they were placed and that person
// does not have them.
func give(t Turn, from, to orrery.FragmentID) {
	e := t.Experience(from)
	if e == nil {
		return
	}
	for _, h := range copyOf(e.Holds) {
		if !wereOne(t, from, to, uint64(h.ID)) || len(holdsOf(t, sameCause(h), to)) > 0 {
			continue
		}
		copied := h
		copied.ID, copied.Fragment, copied.By = orrery.HoldID(t.NextID()), to, bySplit
		t.Emit(&orrery.HoldPlaced{Hold: copied})
		if h.Case != 0 {
			t.Emit(&orrery.HoldChanged{Hold: h, Change: changeShared, By: to.String()})
		}
	}
}

func sameCause(a orrery.Hold) func(*orrery.Hold) bool {
	return func(b *orrery.Hold) bool {
		return a.Kind == b.Kind && a.Case == b.Case && a.Life == b.Life && a.Product == b.Product && a.Touch == b.Touch && a.Since == b.Since
	}
}

// wereOne says that two fragments were one person when the fact of that id was written. Where the memory does not reach
// back so far, they were.
func wereOne(t Turn, a, b orrery.FragmentID, order uint64) bool {
	x, y := personAt(t, a, order), personAt(t, b, order)
	return x == y || x == 0 || y == 0
}

func personAt(t Turn, f orrery.FragmentID, order uint64) orrery.PersonID {
	e := t.Experience(f)
	if e == nil || len(e.Moves) == 0 {
		return t.PersonOf(f)
	}
	for i := len(e.Moves) - 1; i >= 0; i-- {
		if e.Moves[i].Order <= order {
			return e.Moves[i].Person
		}
	}
	if len(e.Moves) == maxMoves {
		return 0
	}
	return e.Moves[0].Before
}
