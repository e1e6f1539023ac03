package identify

import (
	"errors"

	"github.com/orrery-cxm/orrery"
)

// Turn is what placing needs of the engine. Emit folds the fact at once, so a *Node from before an Emit must not be used
// after it.
type Turn interface {
	Graph
	Now() orrery.Instant
	Emit(orrery.Fact) orrery.Stamp
	NextID() uint64
	FragmentOf(ns orrery.Namespace, value string) orrery.FragmentID
}

// Placement says where a touch belongs.
type Placement struct {
	Anchor   orrery.FragmentID   // the fragment under which the touch is folded: its strongest accepted identifier, or a slice
	Person   orrery.PersonID     // who that is now
	Affected []orrery.FragmentID // of a message's affected identifiers, in their order, refused ones left out
	Demoted  []Demotion          // identifiers of the touch that do not lead to Person
}

// Demotion says why an identifier of the touch was not counted to the person.
type Demotion struct {
	Identifier orrery.Identifier
	Fragment   orrery.FragmentID // 0 when it was not accepted at all
	Why        string
}

// Reasons of a [Demotion].
const (
	Blocked     = "blocked"     // on the blocklist: it names nobody
	Malformed   = "malformed"   // not what its namespace asks for
	TooMany     = "too_many"    // more identifiers than one touch may carry
	Unproven    = "unproven"    // a public source may not claim another known person's identifier
	Bridging    = "bridging"    // a public source may not join two known persons
	Quarantined = "quarantined" // a breaker was open
	Shared      = "shared"      // it, or the anchor, serves several people
	Clashing    = "clashing"    // stronger evidence or a person's decision says that it is somebody else's
)

// maxIdentifiers is how many identifiers of one touch are looked at.
const maxIdentifiers = 20

// Place finds or makes the fragment and the person of a touch. It accepts what identifiers and evidence the touch brings,
// as far as policy, trust and breakers let it, and emits what changed; a touch that brings nothing new emits nothing.
// id is the id the touch will have. It fails with an *orrery.Error of code "identify.nobody", and emits nothing, when
// no identifier of the touch is accepted.
func Place(t Turn, p *Policy, b *Breakers, touch *orrery.Touch, id orrery.TouchID) (Placement, error) {
	if !p.ready {
		return Placement{}, errors.New("identify: place a touch: the policy was not validated")
	}
	pl := placing{t: t, p: p, b: b, touch: touch, id: id}
	var buf [maxIdentifiers]claim
	claims := pl.gather(buf[:0])
	if touch.Trust <= orrery.Public {
		claims = pl.dropUnproven(claims)
	}
	if len(claims) == 0 {
		return Placement{}, orrery.Invalid("identify.nobody", "no identifier of this event names a person: "+pl.whyNobody())
	}
	if !pl.knows(claims) {
		pl.learn(claims)
		for i := range claims {
			claims[i].node = pl.t.Node(claims[i].frag)
		}
	}
	pl.settle(claims)
	if touch.Message != nil && len(touch.Message.Affected) > 0 {
		pl.placeAffected()
	}
	return pl.out, nil
}

// placing is the work on one touch.
type placing struct {
	t     Turn
	p     *Policy
	b     *Breakers
	touch *orrery.Touch
	id    orrery.TouchID
	out   Placement
}

// claim is one identifier of a touch.
type claim struct {
	id    *orrery.Identifier
	frag  orrery.FragmentID
	node  *Node // as of the last look
	rule  *Rule
	rank  int
	alias bool // the previous id of an alias call
}

// gather lists the acceptable identifiers of the touch, the strongest first. Those of an alias call come last, so that
// they never are the anchor of the touch unless there is no other.
func (pl *placing) gather(claims []claim) []claim {
	for i := range pl.touch.Identifiers {
		claims = pl.claim(claims, &pl.touch.Identifiers[i], false)
	}
	for i := range pl.touch.Alias {
		claims = pl.claim(claims, &pl.touch.Alias[i], true)
	}
	return claims
}

func (pl *placing) claim(claims []claim, id *orrery.Identifier, alias bool) []claim {
	rule, rank := pl.p.rule(id.Namespace)
	why := pl.p.refusal(rule, id)
	if why == "" && len(claims) == maxIdentifiers {
		why = TooMany
	}
	if why != "" {
		pl.demote(id, 0, why)
		return claims
	}
	c := claim{id: id, frag: pl.t.FragmentOf(id.Namespace, id.Value), rule: rule, rank: rank, alias: alias}
	at := len(claims)
	for at > 0 && c.before(&claims[at-1]) {
		at--
	}
	for i := range claims {
		if claims[i].frag == c.frag {
			if id.Proven {
				claims[i].id = id
			}
			return claims
		}
	}
	claims = append(claims, claim{})
	copy(claims[at+1:], claims[at:])
	claims[at] = c
	return claims
}

func (c *claim) before(o *claim) bool {
	if c.alias != o.alias {
		return !c.alias
	}
	if c.rank != o.rank {
		return c.rank < o.rank
	}
	if c.id.Namespace != o.id.Namespace {
		return c.id.Namespace < o.id.Namespace
	}
	return c.id.Value < o.id.Value
}

func (pl *placing) demote(id *orrery.Identifier, frag orrery.FragmentID, why string) {
	for i := range pl.out.Demoted {
		if pl.out.Demoted[i].Fragment == frag && pl.out.Demoted[i].Identifier == *id {
			return
		}
	}
	pl.out.Demoted = append(pl.out.Demoted, Demotion{Identifier: *id, Fragment: frag, Why: why})
}

func (pl *placing) whyNobody() string {
	for i := range pl.out.Demoted {
		if pl.out.Demoted[i].Why == Malformed {
			return "a " + string(pl.out.Demoted[i].Identifier.Namespace) + " is not well formed"
		}
	}
	if len(pl.out.Demoted) > 0 {
		return "the values given are on the blocklist"
	}
	return "none was given"
}

// kind is what sort of evidence a touch brings between its anchor and c.
func (pl *placing) kind(c *claim) orrery.EvidenceKind {
	switch {
	case c.alias:
		return orrery.Alias
	case pl.touch.Historical && pl.touch.Trust == orrery.Internal:
		return orrery.Imported
	}
	return orrery.Together
}

// knows says that the touch brings nothing new: all its identifiers and links are known since its time or earlier, and
// each device is known to be in the hands of who uses it.
func (pl *placing) knows(claims []claim) bool {
	anchor := pl.t.Node(claims[0].frag)
	if !pl.sawBefore(&claims[0], anchor) {
		return false
	}
	claims[0].node = anchor
	for i := 1; i < len(claims); i++ {
		c := &claims[i]
		n := pl.t.Node(c.frag)
		c.node = n
		if !pl.sawBefore(c, n) {
			return false
		}
		e, back := anchor.edge(c.frag, pl.kind(c), pl.touch.Source), n.edge(anchor.ID, pl.kind(c), pl.touch.Source)
		if e == nil || back == nil || pl.touch.At < e.First {
			return false
		}
		if pl.isLogin(&claims[0], c) && e.Live() && anchor.denial(c.frag) == nil && n.lacksLogin(pl.touch.At, anchor.ID) {
			return false
		}
	}
	return true
}

func (pl *placing) sawBefore(c *claim, n *Node) bool {
	return n != nil && n.ID != 0 && n.First <= pl.touch.At && (n.Identifier.Proven || !c.id.Proven)
}

// isLogin says that a touch with this anchor puts the device c into the anchor's hands.
func (pl *placing) isLogin(anchor, c *claim) bool {
	return c.rule.Split && anchor.rule.Unique && !c.alias
}

// settle reads where the touch belongs now, and which of its identifiers do not lead there.
func (pl *placing) settle(claims []claim) {
	n := claims[0].node
	pl.out.Anchor, pl.out.Person = n.ID, n.Person
	for i := 1; i < len(claims); i++ {
		o := claims[i].node
		if o.Person == n.Person {
			continue
		}
		why := Clashing
		if o.Shared || n.Shared {
			why = Shared
		} else if e := n.edge(o.ID, pl.kind(&claims[i]), pl.touch.Source); e == nil || e.Quarantined {
			why = Quarantined
		}
		pl.demote(claims[i].id, o.ID, why)
	}
	if claims[0].rule.Split {
		pl.turn(n)
	}
}

// placeAffected accepts the identifiers of who was wronged, each for itself: that they were named together is no evidence.
func (pl *placing) placeAffected() {
	for i := range pl.touch.Message.Affected {
		id := &pl.touch.Message.Affected[i]
		rule, rank := pl.p.rule(id.Namespace)
		if why := pl.p.refusal(rule, id); why != "" {
			pl.demote(id, 0, why)
			continue
		}
		// Said by somebody else: no proof.
		plain := orrery.Identifier{Namespace: id.Namespace, Value: id.Value}
		c := claim{id: &plain, frag: pl.t.FragmentOf(id.Namespace, id.Value), rule: rule, rank: rank}
		if n := pl.t.Node(c.frag); !pl.sawBefore(&c, n) {
			pl.see(&c, 0)
			resolve(pl.t, pl.p, []orrery.FragmentID{c.frag}, pl.id)
		}
		pl.out.Affected = append(pl.out.Affected, c.frag)
	}
}
