package identify

import (
	"slices"

	"github.com/orrery-cxm/orrery"
)

// maxLogins bounds a device's list of owners; the oldest go first.
const maxLogins = 64

// lacksLogin says that a login would change what is known about who had the device when.
func (n *Node) lacksLogin(at orrery.Instant, owner orrery.FragmentID) bool {
	_, lacks := loginPlace(n.Logins, Login{at, owner})
	return lacks
}

// loginPlace finds where a login belongs in a list, and says whether it would change it: one entry, the earliest, is kept
// for each run of the same owner.
func loginPlace(list []Login, l Login) (int, bool) {
	i := len(list)
	for i > 0 && (l.At < list[i-1].At || l.At == list[i-1].At && l.Owner <= list[i-1].Owner) {
		i--
	}
	switch {
	case i < len(list) && list[i] == l, i > 0 && list[i-1].Owner == l.Owner:
		return i, false
	case i == 0 && len(list) == maxLogins && list[0].Owner != l.Owner:
		return i, false // older than all that are kept
	}
	return i, true
}

// withLogin adds a login.
func withLogin(list []Login, l Login) []Login {
	i, changes := loginPlace(list, l)
	switch {
	case !changes:
		return list
	case i < len(list) && list[i].Owner == l.Owner:
		list[i].At = l.At
	default:
		list = slices.Insert(list, i, l)
	}
	if len(list) > maxLogins {
		list = slices.Delete(list, 0, len(list)-maxLogins)
	}
	return list
}

// ownerAt is who had logged in last at a device by a moment, logins that no longer count left out.
func ownerAt(g Graph, device *Node, at orrery.Instant) *Node {
	for i := len(device.Logins) - 1; i >= 0; i-- {
		l := device.Logins[i]
		if l.At > at {
			continue
		}
		if o := g.Node(l.Owner); o != nil && o.linked(device.ID) {
			return o
		}
	}
	return nil
}

// turn moves a touch without a login at a device to the slice of who logged in there last; what was done before the first
// login stays with the device.
func (pl *placing) turn(device *Node) {
	owner := ownerAt(pl.t, device, pl.touch.At)
	if owner == nil {
		return
	}
	id := device.slice(owner.ID)
	if id == 0 && len(device.Slices) >= pl.p.Guards.MaxEdges {
		return
	}
	var n *Node
	if id != 0 {
		n = pl.t.Node(id)
	}
	if n == nil || n.ID == 0 || pl.touch.At < n.First {
		n = pl.t.Node(pl.seeSlice(device.ID, owner.ID))
	}
	pl.out.Anchor, pl.out.Person = n.ID, n.Person
}

// seeSlice emits a new slice, or an earlier sight of one.
func (pl *placing) seeSlice(device, owner orrery.FragmentID) orrery.FragmentID {
	value := device.String() + "|" + owner.String()
	id := pl.t.FragmentOf(orrery.SliceID, value)
	pl.t.Emit(&orrery.FragmentSeen{
		Fragment: id, Identifier: orrery.Identifier{Namespace: orrery.SliceID, Value: value},
		At: pl.touch.At, Source: pl.touch.Source, Owner: owner, Device: device,
	})
	n, person := pl.t.Node(id), pl.t.Node(owner).Person
	if n.Person != person {
		pl.t.Emit(&orrery.FragmentAssigned{Fragment: id, Person: person, Before: n.Person, Reason: becauseSeen, Cause: pl.id})
	}
	return id
}
