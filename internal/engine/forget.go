package engine

import (
	"slices"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/decide"
)

// forgetPerson is the logical part of an erasure, in one chunk: the person leaves every audience, what lists at
// destinations hold of them is asked back, cases that also concern somebody else pass to that person, and everything else
// is gone.
type forgetPerson struct {
	fragments   []orrery.FragmentID // whom the plan was made for, sorted
	cases       []orrery.CaseID     // in which they have a part
	quarantined []uint64            // events that name them
	request     string
	by          orrery.Actor
}

func (c forgetPerson) run(b *batch) (any, error) {
	person := b.PersonOf(c.fragments[0])
	if person == 0 {
		return nil, orrery.NotFound("person.unknown", "nobody is known by that identifier")
	}
	now := slices.Clone(b.FragmentsOf(person))
	slices.Sort(now)
	if !slices.Equal(now, c.fragments) {
		return nil, orrery.Conflict("erase.moved", "the person was joined or parted at this very moment: try again")
	}
	decide.LeaveAll(b, person, "erased")
	b.drain()
	b.handOver(c.cases, c.fragments, c.by)
	b.drain()
	b.depth = 0
	removals := b.removals(c.fragments)
	for _, number := range c.quarantined {
		b.Emit(&orrery.QuarantineCleared{Number: number, How: "erased", By: c.by})
	}
	b.Emit(&orrery.PersonErased{Fragments: c.fragments, By: c.by, Request: c.request})
	for _, r := range removals {
		b.Emit(r)
	}
	return nil, nil
}

// handOver takes the erased person out of cases that also concern somebody else: those are the other's alone then,
// without what the erased one wrote.
func (b *batch) handOver(cases []orrery.CaseID, fragments []orrery.FragmentID, by orrery.Actor) {
	for _, id := range fragments {
		for _, line := range b.Desk(id).Cases {
			cases = append(cases, line.Case.ID)
		}
	}
	cases = slices.Clone(cases)
	slices.Sort(cases)
	for _, id := range slices.Compact(cases) {
		c := b.Case(id)
		if c == nil {
			continue
		}
		if next, ok := withoutErased(*c, func(f orrery.FragmentID) bool { return slices.Contains(fragments, f) }); ok && next != *c {
			next.ChangedAt = b.now
			b.Emit(&orrery.CaseChanged{Case: next, Change: "erased", By: by})
		}
	}
}

// withoutErased is what remains of a case for the other person in it; false when there is none.
func withoutErased(c orrery.Case, erased func(orrery.FragmentID) bool) (orrery.Case, bool) {
	switch {
	case erased(c.Reporter):
		if c.Affected == 0 || erased(c.Affected) {
			return c, false
		}
		c.Reporter, c.Affected = c.Affected, 0
		c.Title, c.Touch, c.Order = "", 0, ""
	case c.Affected != 0 && erased(c.Affected):
		c.Affected = 0
	}
	return c, true
}

// removals are the wishes that outlive the person: lists at destinations that may still hold them. Files of audiences
// are rewritten by the erasure itself.
func (b *batch) removals(fragments []orrery.FragmentID) []*orrery.PushRequested {
	kinds := map[orrery.DestinationName]string{}
	for _, d := range b.policy.Destinations {
		kinds[d.Name] = d.Kind
	}
	var out []*orrery.PushRequested
	for _, id := range fragments {
		pushes := b.Box(id).Pushes
		for i := range pushes {
			p := &pushes[i]
			if kind := kinds[p.Destination]; kind == "" || kind == "csv" {
				continue
			}
			version := p.Version
			switch {
			case p.Desired == orrery.PushAdd:
				version++
			case p.Acked == p.Version:
				continue
			}
			out = append(out, &orrery.PushRequested{Fragment: id, Destination: p.Destination, Audience: p.List, Push: orrery.PushRemove, Version: version, Reason: "erased"})
		}
	}
	return out
}

// forgetRemovals lets the last trace of an erased person go once every destination has taken its removal, and every
// subscriber was told.
func (b *batch) forgetRemovals(id orrery.FragmentID) {
	if b.Node(id) != nil {
		return
	}
	box := b.Box(id)
	for i := range box.Pushes {
		if box.Pushes[i].Pending() {
			return
		}
	}
	for i := range box.Notices {
		if !box.Notices[i].Dead {
			return
		}
	}
	b.Emit(&orrery.PersonErased{Fragments: []orrery.FragmentID{id}, By: orrery.Actor{Name: "engine", Trust: orrery.Internal}, Request: "removals accepted"})
}
