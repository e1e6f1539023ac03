package identify

import (
	"cmp"
	"slices"

	"github.com/orrery-cxm/orrery"
)

// Node is what identity knows of one fragment. Only [Node.Evolve] and [Node.Read] change it; lists are sorted.
type Node struct {
	ID         orrery.FragmentID
	Identifier orrery.Identifier // Proven once any source vouched for it
	First      orrery.Instant    // earliest event time of a touch that carried it
	Last       orrery.Instant    // latest event time of a touch or a link recorded under it
	Source     orrery.SourceName // which brought the first sight
	Person     orrery.PersonID
	// Members of the person, on the representative only, itself and slices included, by id. [Fragments] gives them by age.
	Members []orrery.FragmentID
	Edges   []Edge            // evidence with other nodes, by (Other, Kind, Source); kept for life
	Denials []Denial          // people's decisions that another node is somebody else, by Other
	Shared  bool              // serves several people: an own person, its edges join nobody
	Logins  []Login           // on a device: who was its user from when on, by At; consecutive owners differ
	Slices  []Slice           // on a device and on its owners: the slices between them, by ID
	Owner   orrery.FragmentID // on a slice: whose turns these are
	Device  orrery.FragmentID // on a slice: at which device
	Growth  Growth            // on the representative: how often the person grew today
}

// Edge is folded evidence between a node and another one: one for each kind and source.
type Edge struct {
	Other       orrery.FragmentID
	Kind        orrery.EvidenceKind
	Source      orrery.SourceName
	First       orrery.Instant // earliest event time
	Touch       orrery.TouchID // which brought it; 0 for a person's decision
	Link        orrery.LinkID
	Quarantined bool // a breaker was open: it counts once released
	Withdrawn   bool // a person took it back: it counts once that decision is undone
}

// Live says that the evidence counts, as far as it alone is concerned.
func (e *Edge) Live() bool { return !e.Quarantined && !e.Withdrawn }

// Denial is a person's decision that Other is somebody else.
type Denial struct {
	Other orrery.FragmentID
	Link  orrery.LinkID // the decision, to undo it
	At    orrery.Instant
	By    string
}

// Login says that from At on the device was in the hands of Owner.
type Login struct {
	At    orrery.Instant
	Owner orrery.FragmentID
}

// Slice names the fragment that holds one person's anonymous turns at a shared device.
type Slice struct {
	ID    orrery.FragmentID
	Other orrery.FragmentID // on the device: the owner; on the owner: the device
	Owned bool              // this node is the owner
}

// Growth counts the touches of one day that added fragments to a person.
type Growth struct {
	Day   int64 // days since 1970
	Count int
	Cause orrery.TouchID // the last one counted
}

// Graph reads nodes; nil for a fragment never seen.
type Graph interface {
	Node(orrery.FragmentID) *Node
}

// Fragments lists the fragments of a person from the oldest to the youngest (first sight, then id). The person may be
// named by any of its fragments. Nil when never seen. The list is only to be read.
func Fragments(g Graph, id orrery.FragmentID) []orrery.FragmentID {
	n := g.Node(id)
	if n == nil {
		return nil
	}
	if n.Person != n.ID {
		if n = g.Node(n.Person); n == nil {
			return nil
		}
	}
	if len(n.Members) < 2 {
		return n.Members[:len(n.Members):len(n.Members)]
	}
	type sight struct {
		first orrery.Instant
		id    orrery.FragmentID
	}
	var few [16]sight
	sights := few[:0]
	for _, id := range n.Members {
		sights = append(sights, sight{firstOf(g, id), id})
	}
	slices.SortFunc(sights, func(a, b sight) int {
		return cmp.Or(cmp.Compare(a.first, b.first), cmp.Compare(a.id, b.id))
	})
	out := make([]orrery.FragmentID, len(sights))
	for i := range sights {
		out[i] = sights[i].id
	}
	return out
}

func firstOf(g Graph, id orrery.FragmentID) orrery.Instant {
	if n := g.Node(id); n != nil {
		return n.First
	}
	return 0
}

// edgeAt finds the place of evidence in n.Edges.
func (n *Node) edgeAt(other orrery.FragmentID, kind orrery.EvidenceKind, source orrery.SourceName) (int, bool) {
	lo, hi := 0, len(n.Edges)
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		e := &n.Edges[mid]
		if c := compareKey(e, other, kind, source); c < 0 {
			lo = mid + 1
		} else if c > 0 {
			hi = mid
		} else {
			return mid, true
		}
	}
	return lo, false
}

func compareKey(e *Edge, other orrery.FragmentID, kind orrery.EvidenceKind, source orrery.SourceName) int {
	if e.Other != other {
		return cmp.Compare(e.Other, other)
	}
	if e.Kind != kind {
		return cmp.Compare(e.Kind, kind)
	}
	return cmp.Compare(e.Source, source)
}

// edge is the evidence of this kind from this source, or nil.
func (n *Node) edge(other orrery.FragmentID, kind orrery.EvidenceKind, source orrery.SourceName) *Edge {
	if i, ok := n.edgeAt(other, kind, source); ok {
		return &n.Edges[i]
	}
	return nil
}

// between is all evidence between n and other.
func (n *Node) between(other orrery.FragmentID) []Edge {
	lo, _ := n.edgeAt(other, 0, "")
	hi := lo
	for hi < len(n.Edges) && n.Edges[hi].Other == other {
		hi++
	}
	return n.Edges[lo:hi]
}

// linked says that evidence between n and other counts and nobody decided against it.
func (n *Node) linked(other orrery.FragmentID) bool {
	for _, e := range n.between(other) {
		if e.Live() {
			return n.denial(other) == nil
		}
	}
	return false
}

func (n *Node) denial(other orrery.FragmentID) *Denial {
	i, ok := slices.BinarySearchFunc(n.Denials, other, func(d Denial, o orrery.FragmentID) int { return cmp.Compare(d.Other, o) })
	if !ok {
		return nil
	}
	return &n.Denials[i]
}

// slice finds the slice between n, a device, and its owner.
func (n *Node) slice(owner orrery.FragmentID) orrery.FragmentID {
	for _, s := range n.Slices {
		if s.Other == owner && !s.Owned {
			return s.ID
		}
	}
	return 0
}

// grewToday is how many touches added to the person today, if n represents one.
func (n *Node) grewToday(now orrery.Instant) int {
	if n.Growth.Day == dayOf(now) {
		return n.Growth.Count
	}
	return 0
}

func dayOf(t orrery.Instant) int64 { return int64(t) / int64(orrery.Day) }
