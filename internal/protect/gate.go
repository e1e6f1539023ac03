package protect

import (
	"github.com/orrery-cxm/orrery"
)

// Line is one line of the gate. They are asked in this order, and the first that bars gives the answer.
type Line uint8

const (
	LineConsent     Line = iota + 1 // 1 law and consent, with the browser's own signal (GPC)
	LineRestriction                 // 2 erased, or processing restricted
	LineLife                        // 3 a sensitive life event; a message that names an unconfirmed one
	LineCase                        // 4 an open or unconfirmed case, harm, a product's trouble
	LineApology                     // 5 an apology due
	LineRest                        // 6 rest after a case
	LineQuiet                       // 7 quiet hours and holidays
	LineCaps                        // 8 caps and fatigue
	LineConflict                    // 9 repeats or contradicts another team
	LineChannel                     // 10 the channel's limits; no longer useful
	lastLine        = LineChannel
)

// lineSet is a set of lines, one bit each.
type lineSet uint16

func lines(ls ...Line) lineSet {
	var s lineSet
	for _, l := range ls {
		s |= 1 << l
	}
	return s
}

func (s lineSet) has(l Line) bool { return s&(1<<l) != 0 }

// Which lines bar a class.
const (
	barsNone     lineSet = 0
	barsService          = 1 << LineLife // only a service message that names an unconfirmed life event
	barsRecovery         = 1<<LineConsent | 1<<LineRestriction | 1<<LineLife | 1<<LineQuiet | 1<<LineChannel
	barsQuestion         = barsRecovery | 1<<LineCase
	barsWish             = barsQuestion | 1<<LineApology | 1<<LineRest | 1<<LineCaps | 1<<LineConflict
	barsAudience         = 1<<LineConsent | 1<<LineRestriction | 1<<LineLife | 1<<LineCase | 1<<LineApology | 1<<LineRest
)

// barsOf is the class's row of the table. A class nobody knows is barred like commercial.
func barsOf(c orrery.Class) lineSet {
	switch c {
	case orrery.Legal, orrery.Safety:
		return barsNone
	case orrery.Service:
		return barsService
	case orrery.Recovery:
		return barsRecovery
	case orrery.CaseSurvey:
		return barsQuestion
	case orrery.Advertisement:
		return barsAudience
	}
	return barsWish
}

// Question is one outbound thing about which the gate is asked.
type Question struct {
	Now         orrery.Instant
	Class       orrery.Class
	Channel     orrery.Channel
	Purpose     orrery.Purpose  // "": derived from Class
	Intent      orrery.IntentID // the intent itself, which never counts against itself; 0 before it has an id
	Product     string
	Theme       string
	Stance      string
	Team        string
	Market      string
	Case        *orrery.Case    // case survey: the case it asks about
	Resolved    orrery.Instant  // case survey: when the case was last resolved; 0: every question ever asked counts
	Life        orrery.LifeKind // a life event that the message speaks of
	UsefulUntil orrery.Instant
	Zones       []string // IANA zones in which the person may be; none: the market's
	Known       bool     // the person is known by a name of their own, not only by a browser
	Erased      bool     // the identifier stands in the erasure register
}

// QuestionOf asks about an intent; the caller adds the case, the zones and what is known of the person.
func QuestionOf(i *orrery.Intent, now orrery.Instant) Question {
	return Question{
		Now: now, Class: i.Class, Channel: i.Channel, Intent: i.ID, Product: i.Product, Theme: i.Theme, Stance: i.Stance,
		Team: i.Team, Market: i.Market, Life: i.Life, UsefulUntil: i.UsefulUntil,
	}
}

// purpose is the purpose whose consent a class needs, "" for none.
func (q *Question) purpose() orrery.Purpose {
	if q.Purpose != "" {
		return q.Purpose
	}
	switch q.Class {
	case orrery.Advertisement:
		return orrery.Advertising
	case orrery.SurveyClass:
		return orrery.Research
	case orrery.Recovery, orrery.CaseSurvey:
		return ""
	}
	return orrery.Marketing
}

// Ask is the gate. It is pure, and allocates only for an answer other than allow. E is the whole person's experience
// ([Combine]).
func Ask(p *Policy, e *Experience, q Question) orrery.Answer {
	bars := barsOf(q.Class) &^ p.off
	for l := LineConsent; l <= lastLine; l++ {
		if !bars.has(l) {
			continue
		}
		if a, barred := askLine(l, p, e, &q); barred {
			return finish(p, e, &q, a)
		}
	}
	reason := GateClear
	if barsOf(q.Class)&^barsService == 0 {
		reason = GateAlways
	}
	return orrery.Answer{Verdict: orrery.Allow, Reason: reason, Policy: p.Version}
}

func askLine(l Line, p *Policy, e *Experience, q *Question) (orrery.Answer, bool) {
	switch l {
	case LineConsent:
		return askConsent(p, e, q)
	case LineRestriction:
		return askRestriction(e, q)
	case LineLife:
		return askLife(e, q)
	case LineCase:
		return askCase(e, q)
	case LineApology:
		return askApology(e)
	case LineRest:
		return askRest(e, q)
	case LineQuiet:
		return askQuiet(p, q)
	case LineCaps:
		return askCaps(p, e, q)
	case LineConflict:
		return askConflict(p, e, q)
	case LineChannel:
		return askChannel(p, e, q)
	}
	return orrery.Answer{}, false
}

// finish turns a hold that outlasts the use of the thing into a drop, and suggests an apology instead of an offer.
func finish(p *Policy, e *Experience, q *Question, a orrery.Answer) orrery.Answer {
	a.Policy = p.Version
	if a.Verdict != orrery.HoldIt {
		return a
	}
	if a.Until != 0 {
		a.Until = max(a.Until, q.Now.Add(orrery.Minute)) // a hold whose time has passed stands until it is released
	}
	if q.UsefulUntil != 0 && q.Class != orrery.Advertisement && !p.off.has(lineUseless) {
		if q.UsefulUntil <= q.Now || (a.Until != 0 && q.UsefulUntil <= a.Until) {
			a.Verdict, a.Reason, a.Until = orrery.Drop, GateUseless, 0
			return a
		}
	}
	if p.OfferRecovery && q.Class == orrery.Commercial && apologyDue(e) {
		a.Replace = orrery.Recovery
	}
	return a
}

// lineUseless is the switch of the last rule, for the tests that take rules out one by one.
const lineUseless = lastLine + 1

func apologyDue(e *Experience) bool {
	for i := range e.Apologies {
		if e.Apologies[i].Due() {
			return true
		}
	}
	return false
}
