package identify

import (
	"cmp"
	"slices"

	"github.com/orrery-cxm/orrery"
)

// maxWaiting bounds the evidence at which a node no longer keeps what was quarantined: the other end does.
const maxWaiting = 256

// Named appends the fragments whose nodes a fact changes: the engine calls Evolve on each.
func Named(f orrery.Fact, ids []orrery.FragmentID) []orrery.FragmentID {
	switch f := f.(type) {
	case *orrery.TouchRecorded:
		return append(ids, f.Anchor)
	case *orrery.FragmentSeen:
		return appendOthers(ids, f.Fragment, f.Owner, f.Device)
	case *orrery.EvidenceAccepted:
		return append(ids, f.A, f.B)
	case *orrery.EvidenceQuarantined:
		return append(ids, f.A, f.B)
	case *orrery.LinkDecided:
		return append(ids, f.A, f.B)
	case *orrery.FragmentAssigned:
		return appendOthers(ids, f.Fragment, f.Person, f.Before)
	case *orrery.FragmentShared:
		return append(ids, f.Fragment)
	case *orrery.PersonErased:
		return append(ids, f.Fragments...)
	}
	return ids
}

// appendOthers appends a, b and c without zeroes and repetitions.
func appendOthers(ids []orrery.FragmentID, a, b, c orrery.FragmentID) []orrery.FragmentID {
	ids = append(ids, a)
	if b != 0 && b != a {
		ids = append(ids, b)
	}
	if c != 0 && c != a && c != b {
		ids = append(ids, c)
	}
	return ids
}

// Evolve folds a fact into the node of self. It looks at nothing else.
func (n *Node) Evolve(self orrery.FragmentID, f orrery.Fact, at orrery.Stamp) {
	switch f := f.(type) {
	case *orrery.TouchRecorded:
		n.touched(self, f.Anchor, f.Touch.At)
	case *orrery.FragmentSeen:
		n.seen(self, f)
	case *orrery.EvidenceAccepted:
		n.learn(self, f.Evidence, f.Link, false)
	case *orrery.EvidenceQuarantined:
		n.learn(self, f.Evidence, f.Link, true)
	case *orrery.LinkDecided:
		n.decided(self, f, at)
	case *orrery.FragmentAssigned:
		n.assigned(self, f, at)
	case *orrery.FragmentShared:
		if self == f.Fragment {
			n.Shared = f.Shared
		}
	case *orrery.PersonErased:
		if slices.Contains(f.Fragments, self) {
			*n = Node{}
		}
	}
}

func (n *Node) touched(self, anchor orrery.FragmentID, at orrery.Instant) {
	if self == anchor && n.ID != 0 {
		n.Last = max(n.Last, at)
	}
}

// seen folds a first or an earlier sight, a proof, a login at a device or a new slice.
func (n *Node) seen(self orrery.FragmentID, f *orrery.FragmentSeen) {
	if self != f.Fragment {
		if n.ID != 0 && f.Identifier.Namespace == orrery.SliceID {
			n.addSlice(self, f)
		}
		return
	}
	if n.ID == 0 {
		n.ID, n.Identifier, n.First, n.Last, n.Source = self, f.Identifier, f.At, f.At, f.Source
	}
	n.Identifier.Proven = n.Identifier.Proven || f.Identifier.Proven
	if f.At < n.First {
		n.First, n.Source = f.At, f.Source
	}
	n.Last = max(n.Last, f.At)
	if f.Identifier.Namespace == orrery.SliceID {
		n.Owner, n.Device = f.Owner, f.Device
	} else if f.Owner != 0 {
		n.Logins = withLogin(n.Logins, Login{f.At, f.Owner})
	}
}

func (n *Node) addSlice(self orrery.FragmentID, f *orrery.FragmentSeen) {
	s := Slice{ID: f.Fragment, Other: f.Owner}
	if self == f.Owner {
		s = Slice{ID: f.Fragment, Other: f.Device, Owned: true}
	} else if self != f.Device {
		return
	}
	i, ok := slices.BinarySearchFunc(n.Slices, s.ID, func(a Slice, id orrery.FragmentID) int { return cmp.Compare(a.ID, id) })
	if !ok {
		n.Slices = slices.Insert(n.Slices, i, s)
	}
}

// learn folds evidence: the earliest time counts, and what was accepted once is not quarantined again.
func (n *Node) learn(self orrery.FragmentID, ev orrery.Evidence, link orrery.LinkID, quarantined bool) {
	other := ev.B
	if self == ev.B {
		other = ev.A
	}
	if n.ID == 0 || other == self {
		return
	}
	i, ok := n.edgeAt(other, ev.Kind, ev.Source)
	if !ok {
		if quarantined && len(n.Edges) >= maxWaiting {
			return
		}
		n.Edges = slices.Insert(n.Edges, i, Edge{Other: other, Kind: ev.Kind, Source: ev.Source, First: ev.At,
			Touch: ev.Touch, Link: link, Quarantined: quarantined})
		n.Last = max(n.Last, ev.At)
		return
	}
	e := &n.Edges[i]
	e.Quarantined = e.Quarantined && quarantined
	if ev.At < e.First {
		e.First, e.Touch = ev.At, ev.Touch
	}
}

// decided folds a person's decision. A decision about the pair is born with this fact; one about evidence names the
// evidence's link, and an Undo names what it takes back.
func (n *Node) decided(self orrery.FragmentID, f *orrery.LinkDecided, at orrery.Stamp) {
	other := f.B
	if self == f.B {
		other = f.A
	}
	if n.ID == 0 || other == self {
		return
	}
	switch {
	case f.Undo:
		n.undo(other, f.Link)
	case uint64(f.Link) != at.ID():
		n.withdraw(other, f.Link, true)
	case f.Same:
		ev := orrery.Evidence{A: min(self, other), B: max(self, other), Kind: orrery.Confirmed, At: at.Time, Source: orrery.SourceName(f.By.Name)}
		n.learn(self, ev, f.Link, false)
	default:
		i, ok := slices.BinarySearchFunc(n.Denials, other, func(d Denial, o orrery.FragmentID) int { return cmp.Compare(d.Other, o) })
		if !ok {
			n.Denials = slices.Insert(n.Denials, i, Denial{other, f.Link, at.Time, f.By.Name})
		}
	}
}

// undo takes back a denial, a confirmation or a withdrawal.
func (n *Node) undo(other orrery.FragmentID, link orrery.LinkID) {
	n.Denials = emptyIsNil(slices.DeleteFunc(n.Denials, func(d Denial) bool { return d.Other == other && d.Link == link }))
	n.Edges = emptyIsNil(slices.DeleteFunc(n.Edges, func(e Edge) bool {
		return e.Other == other && e.Link == link && e.Kind == orrery.Confirmed
	}))
	n.withdraw(other, link, false)
}

func (n *Node) withdraw(other orrery.FragmentID, link orrery.LinkID, withdrawn bool) {
	for i := range n.between(other) {
		if e := &n.between(other)[i]; e.Link == link {
			e.Withdrawn = withdrawn
		}
	}
}

// assigned folds a move: the fragment learns its person, the representatives their members.
func (n *Node) assigned(self orrery.FragmentID, f *orrery.FragmentAssigned, at orrery.Stamp) {
	if n.ID == 0 {
		return
	}
	if self == f.Fragment {
		n.Person = f.Person
	}
	if self == f.Person {
		if i, ok := slices.BinarySearch(n.Members, f.Fragment); !ok {
			n.Members = slices.Insert(n.Members, i, f.Fragment)
		}
		if f.Cause != 0 && f.Fragment != self {
			n.grow(f.Cause, dayOf(at.Time))
		}
	} else if self == f.Before {
		if i, ok := slices.BinarySearch(n.Members, f.Fragment); ok {
			n.Members = emptyIsNil(slices.Delete(n.Members, i, i+1))
		}
	}
}

func (n *Node) grow(cause orrery.TouchID, day int64) {
	if n.Growth.Day != day {
		n.Growth = Growth{Day: day}
	}
	if n.Growth.Cause != cause {
		n.Growth.Count, n.Growth.Cause = n.Growth.Count+1, cause
	}
}

func emptyIsNil[T any](s []T) []T {
	if len(s) == 0 {
		return nil
	}
	return s
}
