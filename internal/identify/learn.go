package identify

import (
	"github.com/orrery-cxm/orrery"
)

// learn accepts what is new in a touch: identifiers, then evidence between the strongest and each other one, then logins.
func (pl *placing) learn(claims []claim) {
	var buf [maxIdentifiers]verdict
	verdicts := pl.judge(claims, buf[:])
	touched := make([]orrery.FragmentID, 0, len(claims))
	if !pl.sawBefore(&claims[0], pl.t.Node(claims[0].frag)) {
		pl.see(&claims[0], 0)
		touched = append(touched, claims[0].frag)
	}
	for i := 1; i < len(claims); i++ {
		c, v := &claims[i], verdicts[i]
		n := pl.t.Node(c.frag)
		var owner orrery.FragmentID
		if v.counts && pl.isLogin(&claims[0], c) && (n == nil || n.lacksLogin(pl.touch.At, claims[0].frag)) {
			owner = claims[0].frag
		}
		if !pl.sawBefore(c, n) {
			touched = append(touched, c.frag)
			pl.see(c, owner)
		} else if owner != 0 {
			pl.see(c, owner)
		}
		if v.fresh {
			pl.accept(&claims[0], c, v)
			touched = append(touched, claims[0].frag, c.frag)
		}
	}
	if len(touched) > 0 {
		resolve(pl.t, pl.p, touched, pl.id)
	}
}

// see emits a first or earlier sight of an identifier, that it is proven, or that its user changed.
func (pl *placing) see(c *claim, owner orrery.FragmentID) {
	pl.t.Emit(&orrery.FragmentSeen{Fragment: c.frag, Identifier: *c.id, At: pl.touch.At, Source: pl.touch.Source, Owner: owner})
}

// accept emits new or earlier evidence; evidence that is known keeps its link.
func (pl *placing) accept(a, b *claim, v verdict) {
	link := v.link
	if link == 0 {
		link = orrery.LinkID(pl.t.NextID())
	}
	p := pairOf(a.frag, b.frag)
	ev := orrery.Evidence{A: p.A, B: p.B, Kind: pl.kind(b), At: v.at, Source: pl.touch.Source, Touch: pl.id}
	if v.breaker != "" {
		pl.t.Emit(&orrery.EvidenceQuarantined{Evidence: ev, Link: link, Breaker: v.breaker})
		return
	}
	pl.t.Emit(&orrery.EvidenceAccepted{Evidence: ev, Link: link})
}
