package sim

import (
	"math/rand/v2"
	"slices"

	"github.com/orrery-cxm/orrery"
)

// protection is the judge's own idea of holds, apologies, cases, life events and consent.
type protection struct {
	holds     map[orrery.HoldID]orrery.Hold
	heldBy    map[orrery.FragmentID][]orrery.HoldID
	apologies map[apology]bool
	sorry     map[orrery.FragmentID]int // apologies due
	cases     map[orrery.CaseID]orrery.Case
	caseList  []orrery.CaseID
	sayings   map[orrery.FragmentID][]saying
	reviews   []openReview
	lives     []life
	accepted  orrery.IntentID // whose acceptance was the latest news
	payer     map[apology]payment
	unpaid    map[apology]orrery.IntentID // whose message bounced in this chunk
}

type apology struct {
	fragment orrery.FragmentID
	of       orrery.CaseID
}

type saying struct {
	orrery.ConsentClaim
	order   uint64
	browser bool
}

type openReview struct {
	id orrery.ReviewID
	of orrery.FragmentID
}

type life struct {
	id orrery.LifeID
	of orrery.FragmentID
}

func newProtection() protection {
	return protection{holds: map[orrery.HoldID]orrery.Hold{}, heldBy: map[orrery.FragmentID][]orrery.HoldID{}, apologies: map[apology]bool{},
		sorry: map[orrery.FragmentID]int{}, cases: map[orrery.CaseID]orrery.Case{}, sayings: map[orrery.FragmentID][]saying{},
		payer: map[apology]payment{}, unpaid: map[apology]orrery.IntentID{}}
}

func (j *judge) protect(f orrery.Fact, at orrery.Stamp, note func(orrery.FragmentID)) {
	switch f := f.(type) {
	case *orrery.HoldPlaced:
		if _, twice := j.holds[f.Hold.ID]; twice {
			broken("hold %s is placed twice", f.Hold.ID)
		}
		j.holds[f.Hold.ID] = f.Hold
		j.heldBy[f.Hold.Fragment] = append(j.heldBy[f.Hold.Fragment], f.Hold.ID)
		note(f.Hold.Fragment)
	case *orrery.HoldChanged:
		j.holdChanged(f, at)
		note(f.Hold.Fragment)
	case *orrery.HoldReleased:
		j.released(f, at)
		note(f.Fragment)
	case *orrery.ApologyDue:
		j.owe(apology{f.Fragment, f.Case}, true)
		note(f.Fragment)
	case *orrery.ApologyPaid:
		if f.Intent != 0 && f.Intent != j.accepted {
			broken("apology %s to %s is paid by intent %s, which no channel has just accepted", f.Case, f.Fragment, f.Intent)
		}
		if f.Intent == 0 && f.By.Trust != orrery.Staff {
			broken("apology %s to %s is paid by %s (%s): only a person's reply or an accepted message pays", f.Case, f.Fragment, f.By.Name, f.By.Trust)
		}
		j.owe(apology{f.Fragment, f.Case}, false)
		j.payer[apology{f.Fragment, f.Case}] = payment{f.Intent, at.Time}
		note(f.Fragment)
	case *orrery.CaseOpened:
		j.cases[f.Case.ID] = f.Case
		j.caseList = append(j.caseList, f.Case.ID)
		note(f.Case.Reporter)
		note(f.Case.Affected)
	case *orrery.CaseChanged:
		j.caseChanged(f)
		note(f.Case.Reporter)
		note(f.Case.Affected)
	case *orrery.ConsentChanged:
		j.consent(f, at)
		note(f.Fragment)
	case *orrery.ReviewOpened:
		j.reviews = append(j.reviews, openReview{f.Review, f.Fragment})
	case *orrery.ReviewClosed:
		j.reviews = slices.DeleteFunc(j.reviews, func(r openReview) bool { return r.id == f.Review })
	case *orrery.LifeNoted:
		if f.Event.Certainty == orrery.Declared && f.Event.Source == "text" {
			broken("life event %s was read in a text and counts as a fact", f.Event.ID)
		}
		j.lives = append(j.lives, life{f.Event.ID, f.Event.Fragment})
	case *orrery.EffectAnswered:
		if f.Outcome == orrery.Accepted {
			j.accepted = f.Intent
		}
		if fate := j.intents[f.Intent]; fate != nil && f.Outcome == orrery.Rejected && fate.state == orrery.IntentAccepted {
			j.bounces(fate, at.Time.Add(-29*orrery.Day))
		}
	}
}

// payment is what paid an apology, and when: intent 0 is a person's reply.
type payment struct {
	intent orrery.IntentID
	at     orrery.Instant
}

// bounces notes what the message had lately paid to the person.
func (j *judge) bounces(fate *intentFate, since orrery.Instant) {
	for a, by := range j.payer {
		if by.intent == fate.ID && by.at >= since && j.person[a.fragment] == j.person[fate.Fragment] {
			j.unpaid[a] = fate.ID
		}
	}
}

// bouncesCount: an apology whose message bounced is due again by the end of the chunk, unless somebody paid it otherwise.
func (j *judge) bouncesCount() {
	for a, intent := range j.unpaid {
		if !j.apologies[a] && j.payer[a].intent == intent && j.cases[a.of].Status != orrery.CaseDismissed {
			broken("message %s, which apologised to %s for case %s, bounced, and no apology is due", intent, a.fragment, a.of)
		}
	}
	clear(j.unpaid)
}

func (j *judge) owe(a apology, due bool) {
	if j.apologies[a] == due {
		return
	}
	if due {
		j.sorry[a.fragment]++
		j.apologies[a] = true
	} else {
		j.sorry[a.fragment]--
		delete(j.apologies, a)
	}
}

func (j *judge) holdChanged(f *orrery.HoldChanged, at orrery.Stamp) {
	was, ok := j.holds[f.Hold.ID]
	if !ok {
		broken("hold %s changes but is not in force", f.Hold.ID)
	}
	if was.Kind != f.Hold.Kind {
		c := j.cases[f.Hold.Case]
		switch {
		case was.Kind == orrery.HoldCase && f.Hold.Kind == orrery.HoldRest:
			if c.Status != orrery.CaseSatisfied {
				broken("hold %s becomes rest although case %s is %s: only a satisfied person rests", f.Hold.ID, c.ID, c.Status)
			}
			if rest := orrery.Span(f.Hold.Until - at.Time); rest < 7*orrery.Day {
				broken("hold %s rests for %v: seven days at least", f.Hold.ID, rest)
			}
		case was.Kind == orrery.HoldRest && f.Hold.Kind == orrery.HoldCase:
		default:
			broken("hold %s turns from %s into %s", f.Hold.ID, was.Kind, f.Hold.Kind)
		}
	}
	j.holds[f.Hold.ID] = f.Hold
}

// released judges the end of a hold: by time only when it had one and it has passed, of a case never but by its end.
func (j *judge) released(f *orrery.HoldReleased, at orrery.Stamp) {
	h, ok := j.holds[f.Hold]
	if !ok {
		broken("hold %s is released but was not in force", f.Hold)
	}
	over := h.Until != 0 && h.Until <= at.Time
	c := j.cases[h.Case]
	dismissed := h.Case != 0 && c.Status == orrery.CaseDismissed
	switch h.Kind {
	case orrery.HoldCase:
		if !dismissed && h.By != "split" {
			broken("the hold %s of case %s, which is %s, is released (%s by %q): silence never releases", f.Hold, c.ID, c.Status, f.Reason, f.By)
		}
	case orrery.HoldRest:
		if !over && !dismissed && h.By != "split" {
			broken("the rest %s until %v is cut short at %v (%s)", f.Hold, h.Until, at.Time, f.Reason)
		}
	default:
		if (f.Reason == "expired" || f.Reason == "satisfied_and_rested") && !over {
			broken("hold %s (%s) expires at %v although it lasts until %v", f.Hold, h.Kind, at.Time, h.Until)
		}
		if f.Reason == "by_staff" && f.By != mei.Name {
			broken("hold %s is released by %q, who is not staff", f.Hold, f.By)
		}
	}
	delete(j.holds, f.Hold)
	j.heldBy[h.Fragment] = slices.DeleteFunc(j.heldBy[h.Fragment], func(x orrery.HoldID) bool { return x == f.Hold })
}

func (j *judge) caseChanged(f *orrery.CaseChanged) {
	was := j.cases[f.Case.ID]
	if f.Case.Status == orrery.CaseSatisfied && was.Status != orrery.CaseSatisfied {
		t := orrery.TouchID(0)
		vouched := f.By.Trust >= orrery.Server
		if t.UnmarshalText([]byte(f.Note)) == nil {
			if touch := j.touches[t]; touch != nil && touch.Touch.Survey != nil {
				vouched = vouched || touch.Touch.Survey.Verified
			}
		}
		if !vouched {
			broken("case %s ends by the word of %s, for whom nobody vouches", f.Case.ID, f.By.Name)
		}
		if was.Status != orrery.CaseResolved {
			broken("case %s is satisfied out of %s", f.Case.ID, was.Status)
		}
	}
	if f.Case.Asked > 2 {
		broken("case %s asks for the %d. time", f.Case.ID, f.Case.Asked)
	}
	j.cases[f.Case.ID] = f.Case
	if f.Change == "dismissed" {
		for a := range j.apologies {
			if a.of == f.Case.ID && (a.fragment == f.Case.Reporter || a.fragment == f.Case.Affected) {
				j.owe(a, false)
			}
		}
	}
}

func (j *judge) consent(f *orrery.ConsentChanged, at orrery.Stamp) {
	s := saying{f.ConsentClaim, at.ID(), f.By == "browser"}
	if t := j.touches[f.Touch]; t != nil && f.Answer == orrery.Granted && !s.browser && t.Touch.Trust < orrery.Server {
		if !slices.ContainsFunc(t.Touch.Identifiers, func(i orrery.Identifier) bool { return i.Proven }) {
			broken("a browser granted %s for %s without proof", f.Purpose, f.Fragment)
		}
	}
	j.sayings[f.Fragment] = append(j.sayings[f.Fragment], s)
}

// consents says whether somebody who may say so said yes and nobody said no since. It is weaker than the product's own
// rule, on purpose: what it bars is barred by anybody's reading.
func (j *judge) consents(f orrery.FragmentID, p orrery.Purpose, c orrery.Channel) bool {
	granted, refused, known := uint64(0), uint64(0), j.known(f)
	for _, x := range j.together(f) {
		for _, s := range j.sayings[x] {
			if (s.Purpose != p && s.Purpose != orrery.AnyPurpose) || (s.Channel != c && s.Channel != orrery.AnyChannel) {
				continue
			}
			switch {
			case s.Answer == orrery.Refused:
				refused = max(refused, s.order)
			case !s.browser || !known:
				granted = max(granted, s.order)
			}
		}
	}
	return granted > refused
}

// bars names what holds back everything that the brand wants from the person, "" for nothing.
func (j *judge) bars(f orrery.FragmentID, product string) string {
	for _, x := range j.together(f) {
		for _, id := range j.heldBy[x] {
			h := j.holds[id]
			if h.Kind != orrery.HoldProduct || (product != "" && product == h.Product) {
				return string(h.Kind) + " hold " + id.String()
			}
		}
		if j.sorry[x] > 0 {
			return "an apology due"
		}
	}
	return ""
}

func (j *judge) restricted(f orrery.FragmentID) bool {
	for _, x := range j.together(f) {
		for _, id := range j.heldBy[x] {
			if j.holds[id].Kind == orrery.HoldLegal {
				return true
			}
		}
	}
	return false
}

func (j *judge) caseOf(id orrery.Identifier) orrery.CaseID {
	f := j.byName[orrery.Identifier{Namespace: id.Namespace, Value: id.Value}]
	for i := len(j.caseList) - 1; i >= 0 && i > len(j.caseList)-200; i-- {
		if c := j.cases[j.caseList[i]]; f != 0 && (j.person[c.Reporter] == j.person[f] || j.person[c.Affected] == j.person[f]) {
			return c.ID
		}
	}
	return 0
}

// liveCase is a case that somebody may work on; mostly one that has not ended.
func (j *judge) liveCase(r *rand.Rand) orrery.CaseID {
	for range 12 {
		c := j.cases[one(r, j.caseList)]
		if c.Status == orrery.CaseOpen || c.Status == orrery.CaseResolved {
			return c.ID
		}
	}
	return one(r, j.caseList)
}

func (j *judge) openReview(r *rand.Rand) (orrery.ReviewID, orrery.FragmentID) {
	v := one(r, j.reviews)
	return v.id, v.of
}

func (j *judge) anyLife(r *rand.Rand) (orrery.LifeID, orrery.FragmentID) {
	l := one(r, j.lives)
	return l.id, l.of
}

func (j *judge) anyHold(r *rand.Rand) (orrery.HoldID, orrery.FragmentID) {
	f := j.anybody(r)
	for range 20 {
		if list := j.heldBy[f]; len(list) > 0 {
			return one(r, list), f
		}
		f = j.anybody(r)
	}
	return 0, 0
}
