package identify

import (
	"github.com/orrery-cxm/orrery"
)

// dropUnproven takes out of a public touch what a public source may not say: somebody else's identifier without proof,
// and evidence that would join two known persons. At least one identifier stays.
func (pl *placing) dropUnproven(claims []claim) []claim {
	for i := 0; i < len(claims) && len(claims) > 1; i++ {
		c := &claims[i]
		if c.rule.Unique || c.rule.Bridge == BridgeNever || c.id.Proven {
			continue
		}
		if n := pl.t.Node(c.frag); n != nil && pl.known(c, n) && !pl.vouched(claims, i, n.Person) {
			pl.demote(c.id, c.frag, Unproven)
			claims = append(claims[:i], claims[i+1:]...)
			i--
		}
	}
	var one *claim // the strongest that belongs to a known person; all others must be of the same one, or of nobody known
	for i := 0; i < len(claims); i++ {
		c := &claims[i]
		n := pl.t.Node(c.frag)
		if !c.rule.Unique && c.rule.Bridge == BridgeNever || !pl.known(c, n) {
			continue
		}
		if one == nil {
			one = c
		} else if o := pl.t.Node(one.frag); o == nil || n == nil || o.Person != n.Person {
			pl.demote(c.id, c.frag, Bridging)
			claims = append(claims[:i], claims[i+1:]...)
			i--
		}
	}
	return claims
}

// vouched says that another identifier of the touch belongs to that person already.
func (pl *placing) vouched(claims []claim, but int, person orrery.PersonID) bool {
	for i := range claims {
		if i == but {
			continue
		}
		if n := pl.t.Node(claims[i].frag); n != nil && n.Person == person {
			return true
		}
	}
	return false
}

// known says that the person of a claim holds a unique identifier.
func (pl *placing) known(c *claim, n *Node) bool {
	if c.rule.Unique {
		return true
	}
	if n == nil {
		return false
	}
	r := pl.t.Node(n.Person)
	return r != nil && pl.p.unique(r)
}
