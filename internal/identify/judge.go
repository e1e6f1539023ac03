package identify

import (
	"github.com/orrery-cxm/orrery"
)

// verdict is what becomes of the evidence between the anchor of a touch and another of its identifiers.
type verdict struct {
	fresh   bool   // to be emitted: new, earlier than known, or known on one side only
	counts  bool   // accepted, now or before
	breaker string // set when it is to wait
	link    orrery.LinkID
	at      orrery.Instant
}

// judge decides about the evidence between the first claim and each other one. It emits nothing but SourceBroken.
func (pl *placing) judge(claims []claim, verdicts []verdict) []verdict {
	a := pl.t.Node(claims[0].frag)
	for i := 1; i < len(claims); i++ {
		verdicts[i] = pl.judgeOne(&claims[0], &claims[i], a, pl.t.Node(claims[i].frag))
	}
	if pl.tooLarge(claims, verdicts) {
		for i := range claims {
			if v := &verdicts[i]; v.fresh && v.counts {
				v.counts, v.breaker = false, BySize
			}
		}
	}
	return verdicts
}

func (pl *placing) judgeOne(a, b *claim, na, nb *Node) verdict {
	kind := pl.kind(b)
	here, there := edgeOf(na, b.frag, kind, pl.touch.Source), edgeOf(nb, a.frag, kind, pl.touch.Source)
	known := here
	if known == nil {
		known = there
	}
	v := verdict{at: pl.touch.At}
	denied := na != nil && na.denial(b.frag) != nil
	if known != nil {
		v.link, v.at = known.Link, min(known.First, v.at)
	}
	switch {
	case known != nil && known.Quarantined:
		// A node with too much evidence leaves keeping what waits to the other end, so one side is enough.
		v.fresh, v.breaker = pl.touch.At < known.First, ByWaiting
	case here != nil && there != nil:
		v.fresh, v.counts = pl.touch.At < here.First, here.Live() && !denied
	default:
		v.fresh, v.breaker = true, pl.admit(a, b, na, nb)
		v.counts = v.breaker == "" && !denied
	}
	return v
}

func edgeOf(n *Node, other orrery.FragmentID, kind orrery.EvidenceKind, source orrery.SourceName) *Edge {
	if n == nil {
		return nil
	}
	return n.edge(other, kind, source)
}

// admit asks the breakers about new evidence: "" lets it pass.
func (pl *placing) admit(a, b *claim, na, nb *Node) string {
	if most := pl.p.Guards.MaxEdges; na != nil && len(na.Edges) >= most || nb != nil && len(nb.Edges) >= most {
		return ByEdges
	}
	if pl.touch.Trust == orrery.Internal {
		return ""
	}
	if pl.b.Broken(pl.touch.Source) {
		return BySource
	}
	if na != nil && nb != nil && na.Person == nb.Person || na != nil && na.Shared || nb != nil && nb.Shared {
		return ""
	}
	fast := pl.grewEnough(na) || pl.grewEnough(nb)
	bridge := na != nil && nb != nil && bridges(b.rule, nb) && pl.known(a, na) && pl.known(b, nb)
	if fast || bridge {
		if n := pl.b.suspect(pl.touch.Source, pl.t.Now()); n > pl.p.Guards.SuspectsPerMinute {
			broken := &orrery.SourceBroken{Source: pl.touch.Source, Broken: true, Joins: n}
			pl.t.Emit(broken)
			pl.b.Evolve(broken)
			return BySource
		}
	}
	if fast {
		return ByGrowth
	}
	return ""
}

func (pl *placing) grewEnough(n *Node) bool {
	if n == nil {
		return false
	}
	r := pl.t.Node(n.Person)
	return r != nil && r.grewToday(pl.t.Now()) >= pl.p.Guards.GrowthPerDay
}

// tooLarge says that the touch would connect more identifiers than one solution may hold.
func (pl *placing) tooLarge(claims []claim, verdicts []verdict) bool {
	c := component{g: pl.t, p: pl.p}
	connects, unseen := false, 0
	for i := range claims {
		n := pl.t.Node(claims[i].frag)
		switch {
		case i == 0 && n != nil && n.Shared:
			return false
		case i > 0 && !(verdicts[i].fresh && verdicts[i].counts), n != nil && n.Shared:
			continue
		case n == nil:
			unseen++
		}
		connects = connects || i > 0
	}
	most := pl.p.Guards.MaxConnected - unseen
	if !connects {
		return false
	}
	for i := range claims {
		if i == 0 || verdicts[i].fresh && verdicts[i].counts {
			if n := pl.t.Node(claims[i].frag); n != nil && !n.Shared && !c.gather(n.ID, most) {
				return true
			}
		}
	}
	return len(c.members) > most
}
