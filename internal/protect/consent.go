package protect

import (
	"cmp"
	"slices"
	"strings"

	"github.com/orrery-cxm/orrery"
)

// Consent is what was said about one purpose on one channel. The three kinds of saying are kept apart, each the latest
// of its kind, so that two fragments combine by taking the later of each: the same answer as if all had been said to
// one fragment.
type Consent struct {
	Purpose  orrery.Purpose
	Channel  orrery.Channel
	Refused  Said
	Granted  Said // by a source that may vouch for the person
	Unproven Said // by a browser, for an identifier it did not prove
}

// Said is one saying. The zero value is never.
type Said struct {
	Order  uint64 // id of the fact: later is greater
	Since  orrery.Instant
	How    string
	Source orrery.SourceName
	Touch  orrery.TouchID
	By     string
}

// Never says that it was not said.
func (s Said) Never() bool { return s.Order == 0 }

// byBrowser in a ConsentChanged marks a grant that nobody vouches for.
const byBrowser = "browser"

// Standing is the answer in force, and who gave it.
type Standing struct {
	Answer   orrery.ConsentAnswer
	Said     Said
	Unproven bool // granted, but only by a browser: counts only for somebody nobody knows by name
}

// Standing is the consent in force for one purpose on one channel, for a person whom we know by name. Every entry whose
// purpose and channel are the same or "*" has a say. A refusal stands until a later grant by a trusted source that is at
// least as specific: a cookie banner's "marketing on every channel" never takes back "no marketing by e-mail". No entry
// at all is unknown.
func (e *Experience) Standing(p orrery.Purpose, c orrery.Channel) Standing {
	return e.standing(p, c, true)
}

// standing also lets a browser grant, and take back its refusal, as long as the person is nothing but that browser.
func (e *Experience) standing(p orrery.Purpose, c orrery.Channel, known bool) Standing {
	var granted, unproven *Said
	for i := range e.Consents {
		x := &e.Consents[i]
		if !covers(x, p, c) {
			continue
		}
		if !x.Refused.Never() && !e.takenBack(x, p, c, known) {
			return Standing{Answer: orrery.Refused, Said: x.Refused}
		}
		granted, unproven = later(granted, &x.Granted), later(unproven, &x.Unproven)
	}
	if granted != nil {
		return Standing{Answer: orrery.Granted, Said: *granted}
	}
	if unproven != nil {
		return Standing{Answer: orrery.Granted, Said: *unproven, Unproven: true}
	}
	return Standing{}
}

// takenBack says that a grant after x's refusal is as specific as it.
func (e *Experience) takenBack(x *Consent, p orrery.Purpose, c orrery.Channel, known bool) bool {
	for i := range e.Consents {
		g := &e.Consents[i]
		if !covers(g, p, c) || (x.Purpose != orrery.AnyPurpose && g.Purpose != x.Purpose) ||
			(x.Channel != orrery.AnyChannel && g.Channel != x.Channel) {
			continue
		}
		if g.Granted.Order > x.Refused.Order || (!known && g.Unproven.Order > x.Refused.Order) {
			return true
		}
	}
	return false
}

func covers(x *Consent, p orrery.Purpose, c orrery.Channel) bool {
	return (x.Purpose == p || x.Purpose == orrery.AnyPurpose) && (x.Channel == c || x.Channel == orrery.AnyChannel)
}

func later(a, b *Said) *Said {
	if b.Never() || (a != nil && a.Order >= b.Order) {
		return a
	}
	return b
}

// consent is the entry of exactly this key, or a zero one.
func (e *Experience) consent(p orrery.Purpose, c orrery.Channel) Consent {
	for _, x := range e.Consents {
		if x.Purpose == p && x.Channel == c {
			return x
		}
	}
	return Consent{Purpose: p, Channel: c}
}

func (e *Experience) evolveConsent(f *orrery.ConsentChanged, at orrery.Stamp) {
	said := Said{Order: at.ID(), Since: at.Time, How: f.How, Source: f.Source, Touch: f.Touch, By: f.By}
	x := e.consent(f.Purpose, f.Channel)
	switch {
	case f.Answer == orrery.Refused:
		x.Refused = said
	case f.Answer == orrery.Granted && f.By == byBrowser:
		x.Unproven = said
	case f.Answer == orrery.Granted:
		x.Granted = said
	default:
		return
	}
	e.Consents = put(e.Consents, x, byKey)
}

func byKey(a, b Consent) int {
	return cmp.Or(strings.Compare(string(a.Purpose), string(b.Purpose)), strings.Compare(string(a.Channel), string(b.Channel)))
}

func bySaid(a, b Said) int {
	return cmp.Or(cmp.Compare(a.Order, b.Order), cmp.Compare(a.Since, b.Since), strings.Compare(a.How, b.How),
		strings.Compare(string(a.Source), string(b.Source)), cmp.Compare(a.Touch, b.Touch), strings.Compare(a.By, b.By))
}

func combineConsent(a, b Consent) Consent {
	a.Refused = maxOf(a.Refused, b.Refused, bySaid)
	a.Granted = maxOf(a.Granted, b.Granted, bySaid)
	a.Unproven = maxOf(a.Unproven, b.Unproven, bySaid)
	return a
}

// claims reacts to what a touch says about consent.
func claims(t Turn, p *Policy, f *orrery.TouchRecorded, at orrery.Stamp) {
	for _, c := range f.Touch.Consents {
		claim(t, saying{
			Fragment: f.Anchor, Claim: c, Source: f.Touch.Source, Touch: orrery.TouchID(at.ID()), Trust: f.Touch.Trust,
			Proven: proven(f.Touch.Identifiers), Before: historical(&f.Touch),
		})
	}
}

// saying is a claim with what decides how far it may be believed.
type saying struct {
	Fragment orrery.FragmentID
	Claim    orrery.ConsentClaim
	Source   orrery.SourceName
	Touch    orrery.TouchID
	By       string
	Trust    orrery.Trust
	Proven   bool           // the source vouches for the identifier
	Before   orrery.Instant // history: when it was said; 0: now
}

// claim emits ConsentChanged when what was said is news for the person or for the fragment to which it was said: what
// somebody says while joined with another must be theirs when the two are taken apart. A refusal always counts. A grant
// counts from a source that may vouch; a browser's grant for an identifier it did not prove is kept apart and never
// counts for a person known by name. A grant out of history never overrides what was said since.
//
// An act is no news only while it is later than everything that it could take back: a grant than every refusal that
// covers its key, a refusal than every grant within its key. What comes with every event and only repeats itself, a
// banner's state or a browser's signal, is no act: its yes never takes back a no that was said otherwise, whether it was
// there before or not, and a repeated no never the yes to one thing of many.
func claim(t Turn, s saying) {
	c := s.Claim
	if c.Purpose == "" || c.Channel == "" || c.Answer == orrery.ConsentUnknown {
		return
	}
	x, own, by := entry(t, s.Fragment, c), key{Consent: Consent{Purpose: c.Purpose, Channel: c.Channel}}, s.By
	if e := t.Experience(s.Fragment); e != nil {
		own = e.key(c.Purpose, c.Channel)
	}
	vouched := s.Trust >= orrery.Server || s.Proven
	switch {
	case c.Answer == orrery.Refused && state(c.How):
		if refuses(x.Consent) && refuses(own.Consent) && !own.repeats(s, vouched) {
			return // unless the state said yes until now
		}
	case c.Answer == orrery.Refused:
		if x.Refused.Order > x.yes && own.Refused.Order > own.yes && !state(x.Refused.How) && !state(own.Refused.How) {
			return // what only a banner refused until now, its next yes would take back
		}
	case s.Before != 0 && max(x.no.Since, x.Granted.Since) > s.Before:
		return
	case state(c.How) && (x.bars(s) || own.bars(s)):
		return
	case x.Granted.Order > x.no.Order && own.Granted.Order > own.no.Order:
		return
	case !vouched:
		if x.Granted.Order > x.no.Order || x.Unproven.Order > x.no.Order && own.Unproven.Order > own.no.Order {
			return
		}
		by = byBrowser
	}
	t.Emit(&orrery.ConsentChanged{Fragment: s.Fragment, ConsentClaim: c, Source: s.Source, Touch: s.Touch, By: by})
}

// state says that an answer came with an event as the state of something, and will come with the next one too.
func state(how string) bool { return how == "gpc" || how == "segment" || how == "rudderstack" }

// key is the entry of one key, with what an answer on that key takes back.
type key struct {
	Consent
	no  Said   // the latest refusal that covers the key
	act uint64 // the latest of them that was no state
	yes uint64 // the latest grant within the key
}

func (e *Experience) key(p orrery.Purpose, c orrery.Channel) key {
	k := key{Consent: e.consent(p, c)}
	for i := range e.Consents {
		x := &e.Consents[i]
		if covers(x, p, c) {
			k.no = maxOf(k.no, x.Refused, bySaid)
			if !state(x.Refused.How) {
				k.act = max(k.act, x.Refused.Order)
			}
		}
		if (p == orrery.AnyPurpose || x.Purpose == p) && (c == orrery.AnyChannel || x.Channel == c) {
			k.yes = max(k.yes, x.Granted.Order, x.Unproven.Order)
		}
	}
	return k
}

// bars says that a refusal is in force which this state did not say.
func (k *key) bars(s saying) bool {
	return k.act > k.Granted.Order || k.no.Order > k.Granted.Order && !s.sameState(k.no)
}

// repeats says that the source's state granted the same before, and has not refused since.
func (k *key) repeats(s saying, vouched bool) bool {
	before := k.Unproven
	if vouched {
		before = k.Granted
	}
	return s.sameState(before) && !(s.sameState(k.Refused) && k.Refused.Order > before.Order)
}

// sameState says that x was said by the same state.
func (s saying) sameState(x Said) bool {
	return !x.Never() && x.How == s.Claim.How && x.Source == s.Source
}

func refuses(x Consent) bool { return x.Refused.Order > max(x.Granted.Order, x.Unproven.Order) }

// entry is what the person's fragments together say on exactly this key.
func entry(t Turn, f orrery.FragmentID, c orrery.ConsentClaim) key {
	out := key{Consent: Consent{Purpose: c.Purpose, Channel: c.Channel}}
	for _, who := range fragments(t, f) {
		if e := t.Experience(who); e != nil {
			k := e.key(c.Purpose, c.Channel)
			out.Consent, out.no, out.yes = combineConsent(out.Consent, k.Consent), maxOf(out.no, k.no, bySaid), max(out.yes, k.yes)
			out.act = max(out.act, k.act)
		}
	}
	return out
}

// historical is the event time of a touch out of history, 0 for one that happens now.
func historical(t *orrery.Touch) orrery.Instant {
	if t.Historical {
		return t.At
	}
	return 0
}

// proven says that the source vouches for some identifier of the touch.
func proven(ids []orrery.Identifier) bool {
	return slices.ContainsFunc(ids, func(id orrery.Identifier) bool { return id.Proven })
}

// SetConsent records an answer given outside a touch: on the preference page, by a link in a message, to an agent.
type SetConsent struct {
	Fragment orrery.FragmentID
	Claim    orrery.ConsentClaim
	Source   orrery.SourceName
	By       orrery.Actor
}

func (c SetConsent) handle(t Turn, p *Policy) error {
	if c.Claim.Purpose == "" || c.Claim.Channel == "" || c.Claim.Answer == orrery.ConsentUnknown {
		return orrery.Invalid("protect.consent", "a consent needs a purpose, a channel and an answer: granted or refused")
	}
	if c.By.Trust < orrery.Server && c.Claim.Answer == orrery.Granted {
		return orrery.Denied("protect.grant", "a public key may refuse for a person, it may not grant")
	}
	claim(t, saying{Fragment: c.Fragment, Claim: c.Claim, Source: c.Source, By: c.By.Name, Trust: c.By.Trust})
	return nil
}

// Granted says that somebody who may vouch for the person said yes, and it stands.
func (s Standing) Granted() bool { return s.Answer == orrery.Granted && !s.Unproven }
