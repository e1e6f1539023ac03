package identify

import (
	"github.com/orrery-cxm/orrery"
)

// Command is something a person at the brand decides about identity; see [Handle].
type Command interface {
	handle(t Turn, p *Policy) error
}

// Handle carries out a command: it emits the decision and what follows from it, or refuses with an *orrery.Error and emits
// nothing. Public sources may not decide.
func Handle(t Turn, p *Policy, c Command) error { return c.handle(t, p) }

// Unlink says that A and B are two persons: whatever the evidence, they are never joined until it is undone.
type Unlink struct {
	A, B orrery.FragmentID
	By   orrery.Actor
	Why  string
}

// UnlinkLink takes one piece of evidence back, as if it had never been.
type UnlinkLink struct {
	Of   orrery.FragmentID // any fragment of a person at an end of it
	Link orrery.LinkID
	By   orrery.Actor
	Why  string
}

// UnlinkIdentifier takes all evidence of one identifier back: it stands alone afterwards.
type UnlinkIdentifier struct {
	Identifier orrery.FragmentID
	By         orrery.Actor
	Why        string
}

// UnlinkSource takes back what one source said about a person in a span of event time. For a whole workspace the engine
// walks all persons, in bounded slices, with one command each.
type UnlinkSource struct {
	Of       orrery.FragmentID
	Source   orrery.SourceName
	From, To orrery.Instant // From included, To not; 0 is open
	By       orrery.Actor
	Why      string
}

// Join says that A and B are one person. It is refused when a limit forbids it.
type Join struct {
	A, B orrery.FragmentID
	By   orrery.Actor
	Why  string
}

// Undo takes a decision back: the Link of a [LinkDecided], or of evidence that was taken back.
type Undo struct {
	Of   orrery.FragmentID // any fragment of a person at an end of it
	Link orrery.LinkID
	By   orrery.Actor
	Why  string
}

// ReleaseQuarantined accepts the evidence of a person that waits in quarantine. For a whole workspace the engine walks all
// persons, in bounded slices, with one command each.
type ReleaseQuarantined struct {
	Of     orrery.FragmentID
	Source orrery.SourceName // only of this source; "" for all
	Link   orrery.LinkID     // only this one; 0 for all
	By     orrery.Actor
}

// RestoreSource gives a source its right to link back. What waits stays waiting until released.
type RestoreSource struct {
	Source orrery.SourceName
	By     orrery.Actor
}

func (c Unlink) handle(t Turn, p *Policy) error {
	a, _, err := both(t, c.A, c.B, c.By)
	if err != nil {
		return err
	}
	if d := a.denial(c.B); d != nil {
		return orrery.Conflict("identify.already", "these two are kept apart already, by decision "+d.Link.String())
	}
	for _, e := range a.between(c.B) {
		if e.Kind == orrery.Confirmed {
			undone(t, c.A, c.B, e.Link, c.By, c.Why)
		}
	}
	decided(t, c.A, c.B, orrery.LinkID(t.NextID()), false, c.By, c.Why)
	resolve(t, p, []orrery.FragmentID{c.A, c.B}, 0)
	return nil
}

func (c UnlinkLink) handle(t Turn, p *Policy) error {
	return takeBack(t, p, c.Of, c.By, c.Why, func(_ *Node, e *Edge) bool { return e.Link == c.Link })
}

func (c UnlinkIdentifier) handle(t Turn, p *Policy) error {
	return takeBack(t, p, c.Identifier, c.By, c.Why, func(n *Node, _ *Edge) bool { return n.ID == c.Identifier })
}

func (c UnlinkSource) handle(t Turn, p *Policy) error {
	return takeBack(t, p, c.Of, c.By, c.Why, func(_ *Node, e *Edge) bool {
		return e.Source == c.Source && e.First >= c.From && (c.To == 0 || e.First < c.To)
	})
}

func (c Join) handle(t Turn, p *Policy) error {
	a, b, err := both(t, c.A, c.B, c.By)
	if err != nil {
		return err
	}
	if d := a.denial(c.B); d != nil {
		return orrery.Conflict("identify.denied", "somebody decided that these are two persons: undo "+d.Link.String()+" first")
	}
	for _, e := range a.between(c.B) {
		if e.Kind == orrery.Confirmed {
			return orrery.Conflict("identify.already", "these two are joined already, by decision "+e.Link.String())
		}
	}
	if err := mayJoin(t, p, a, b); err != nil {
		return err
	}
	decided(t, c.A, c.B, orrery.LinkID(t.NextID()), true, c.By, c.Why)
	resolve(t, p, []orrery.FragmentID{c.A, c.B}, 0)
	return nil
}

// mayJoin tries a decision out before it is made.
func mayJoin(t Turn, p *Policy, a, b *Node) error {
	for _, x := range [][2]*Node{{a, b}, {b, a}} {
		n, other := x[0], x[1]
		if _, shared := sharedBy(t, p, n, other.ID); shared || n.Shared {
			return orrery.Conflict("identify.shared", n.ID.String()+" serves several people and can belong to none of them")
		}
	}
	c := component{g: t, p: p, extra: []pair{pairOf(a.ID, b.ID)}, now: t.Now()}
	if !c.gather(a.ID, p.Guards.MaxConnected) {
		return orrery.Conflict("identify.too_large", "too many identifiers would be connected")
	}
	s := c.solve()
	if i, j := c.index[a.ID], c.index[b.ID]; s != nil && s.find(i) != s.find(j) {
		o := s.obstacle(link{a: i, b: j, confirmed: true}, s.find(i), s.find(j))
		return orrery.Conflict("identify."+o.Why, o.say())
	}
	return nil
}

func (c Undo) handle(t Turn, p *Policy) error {
	if err := mayDecide(c.By); err != nil {
		return err
	}
	for _, id := range Fragments(t, c.Of) {
		n := t.Node(id)
		for i := range n.Edges {
			if e := &n.Edges[i]; e.Link == c.Link && (e.Kind == orrery.Confirmed || e.Withdrawn) {
				return undo(t, p, id, e.Other, c)
			}
		}
		for _, d := range n.Denials {
			if d.Link == c.Link {
				return undo(t, p, id, d.Other, c)
			}
		}
	}
	return orrery.NotFound("identify.decision", "no decision "+c.Link.String()+" is in force about this person")
}

func undo(t Turn, p *Policy, a, b orrery.FragmentID, c Undo) error {
	undone(t, a, b, c.Link, c.By, c.Why)
	resolve(t, p, []orrery.FragmentID{a, b}, 0)
	return nil
}

func (c ReleaseQuarantined) handle(t Turn, p *Policy) error {
	if err := mayDecide(c.By); err != nil {
		return err
	}
	var facts []*orrery.EvidenceAccepted
	var touched []orrery.FragmentID
	for _, id := range Fragments(t, c.Of) {
		for _, e := range t.Node(id).Edges {
			if !e.Quarantined || c.Source != "" && e.Source != c.Source || c.Link != 0 && e.Link != c.Link || t.Node(e.Other) == nil {
				continue
			}
			pr := pairOf(id, e.Other)
			facts = append(facts, &orrery.EvidenceAccepted{Link: e.Link, Evidence: orrery.Evidence{
				A: pr.A, B: pr.B, Kind: e.Kind, At: e.First, Source: e.Source, Touch: e.Touch}})
			touched = append(touched, id, e.Other)
		}
	}
	if len(facts) == 0 {
		return orrery.NotFound("identify.quarantine", "nothing of this person waits in quarantine")
	}
	for _, f := range facts {
		t.Emit(f)
	}
	resolve(t, p, touched, 0)
	return nil
}

func (c RestoreSource) handle(t Turn, _ *Policy) error {
	if err := mayDecide(c.By); err != nil {
		return err
	}
	t.Emit(&orrery.SourceBroken{Source: c.Source, By: c.By.Name})
	return nil
}

// takeBack takes back all evidence of a person that is meant, and does nothing about what was taken back before.
func takeBack(t Turn, p *Policy, of orrery.FragmentID, by orrery.Actor, why string, meant func(*Node, *Edge) bool) error {
	if err := mayDecide(by); err != nil {
		return err
	}
	type found struct {
		pair
		link      orrery.LinkID
		confirmed bool
	}
	var all []found
	var touched []orrery.FragmentID
	seen := map[orrery.LinkID]bool{}
	for _, id := range Fragments(t, of) {
		n := t.Node(id)
		for i := range n.Edges {
			if e := &n.Edges[i]; !e.Withdrawn && meant(n, e) && !seen[e.Link] {
				seen[e.Link] = true
				all = append(all, found{pairOf(id, e.Other), e.Link, e.Kind == orrery.Confirmed})
				touched = append(touched, id, e.Other)
			}
		}
	}
	if len(all) == 0 {
		return orrery.NotFound("identify.evidence", "there is no such evidence about this person, or it was taken back before")
	}
	for _, f := range all {
		if f.confirmed {
			undone(t, f.A, f.B, f.link, by, why)
		} else {
			decided(t, f.A, f.B, f.link, false, by, why)
		}
	}
	resolve(t, p, touched, 0)
	return nil
}

func decided(t Turn, a, b orrery.FragmentID, link orrery.LinkID, same bool, by orrery.Actor, why string) {
	p := pairOf(a, b)
	t.Emit(&orrery.LinkDecided{Link: link, A: p.A, B: p.B, Same: same, By: by, Why: why})
}

func undone(t Turn, a, b orrery.FragmentID, link orrery.LinkID, by orrery.Actor, why string) {
	p := pairOf(a, b)
	t.Emit(&orrery.LinkDecided{Link: link, A: p.A, B: p.B, Undo: true, By: by, Why: why})
}

// both finds the two nodes of a decision.
func both(g Graph, a, b orrery.FragmentID, by orrery.Actor) (*Node, *Node, error) {
	if err := mayDecide(by); err != nil {
		return nil, nil, err
	}
	na, nb := g.Node(a), g.Node(b)
	switch {
	case a == b:
		return nil, nil, orrery.Invalid("identify.same", "two different identifiers are needed")
	case na == nil || na.ID == 0:
		return nil, nil, orrery.NotFound("identify.fragment", a.String()+" was never seen")
	case nb == nil || nb.ID == 0:
		return nil, nil, orrery.NotFound("identify.fragment", b.String()+" was never seen")
	case na.Identifier.Namespace == orrery.SliceID || nb.Identifier.Namespace == orrery.SliceID:
		return nil, nil, orrery.Invalid("identify.slice", "turns at a shared device follow their owner: decide about the owner and the device")
	}
	return na, nb, nil
}

func mayDecide(by orrery.Actor) error {
	if by.Trust <= orrery.Public {
		return orrery.Denied("identify.public", "a public key may not decide who is who")
	}
	return nil
}
