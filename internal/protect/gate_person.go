package protect

import (
	"github.com/orrery-cxm/orrery"
)

// Lines 1 to 6: what the person is and lives through.

func drop(reason string, evidence ...string) (orrery.Answer, bool) {
	return orrery.Answer{Verdict: orrery.Drop, Reason: reason, Evidence: evidence}, true
}

func hold(reason string, until orrery.Instant, evidence ...string) (orrery.Answer, bool) {
	return orrery.Answer{Verdict: orrery.HoldIt, Reason: reason, Until: until, Evidence: evidence}, true
}

func pass() (orrery.Answer, bool) { return orrery.Answer{}, false }

func askConsent(p *Policy, e *Experience, q *Question) (orrery.Answer, bool) {
	purpose := q.purpose()
	if purpose == "" {
		if s := e.standing(orrery.AnyPurpose, q.Channel, q.Known); s.Answer == orrery.Refused {
			return drop(GateRefusedAll, s.evidence()...)
		}
		return pass()
	}
	s := e.standing(purpose, q.Channel, q.Known)
	needed := true
	switch q.Class {
	case orrery.Advertisement:
		needed = p.AdsNeedConsent
	case orrery.SurveyClass:
		needed = p.SurveysNeedConsent
	}
	switch {
	case s.Answer == orrery.Refused && s.Said.How == "gpc":
		return drop(GateGPC, s.evidence()...)
	case s.Answer == orrery.Refused:
		return drop(GateRefused, s.evidence()...)
	case needed && s.Answer == orrery.ConsentUnknown:
		return drop(GateNoConsent)
	case needed && s.Unproven && q.Known:
		return drop(GateUnproven, s.evidence()...)
	}
	return pass()
}

// evidence is the touch that said it, or who did.
func (s Standing) evidence() []string {
	if s.Said.Touch != 0 {
		return []string{s.Said.Touch.String()}
	}
	if s.Said.By != "" {
		return []string{s.Said.By}
	}
	return nil
}

func askRestriction(e *Experience, q *Question) (orrery.Answer, bool) {
	if q.Erased {
		return drop(GateErased)
	}
	return askHolds(e, q, GateRestricted, func(h *orrery.Hold) bool { return h.Kind == orrery.HoldLegal })
}

// askLife: what the brand wants from a person waits while something sad is going on; an apology or the answer to a
// person's own case does not. And no message names an event that nobody has confirmed.
func askLife(e *Experience, q *Question) (orrery.Answer, bool) {
	if q.Life != "" {
		if a, barred := askMention(e, q); barred {
			return a, true
		}
	}
	switch q.Class {
	case orrery.Service, orrery.Recovery, orrery.CaseSurvey:
		return pass()
	}
	for i := range e.Holds {
		if h := &e.Holds[i]; h.Kind == orrery.HoldLife && h.Reason == HoldLifeInferred {
			continue
		} else if h.Kind == orrery.HoldLife {
			return askHolds(e, q, GateLifeEvent, isLife)
		}
	}
	return askHolds(e, q, GateLifeInferred, isLife)
}

func isLife(h *orrery.Hold) bool { return h.Kind == orrery.HoldLife }

func askMention(e *Experience, q *Question) (orrery.Answer, bool) {
	var inferred *Life
	for i := range e.Life {
		l := &e.Life[i]
		if l.Kind != q.Life || l.Gone != "" || (l.Expires != 0 && l.Expires <= q.Now) {
			continue
		}
		if l.Certainty >= orrery.Declared {
			return pass()
		}
		inferred = l
	}
	if inferred != nil {
		return hold(GateLifeUnconfirmed, 0, inferred.ID.String())
	}
	return drop(GateLifeUnknown)
}

// askCase: everything the brand wants waits while something is to be put right.
func askCase(e *Experience, q *Question) (orrery.Answer, bool) {
	if q.Class == orrery.CaseSurvey {
		return askQuestion(e, q)
	}
	var open, resolved, soft, manual, product bool
	for i := range e.Holds {
		switch h := &e.Holds[i]; h.Kind {
		case orrery.HoldCase:
			if h.Reason == HoldCaseResolved {
				resolved = true
			} else {
				open = true
			}
		case orrery.HoldSoft:
			soft = true
		case orrery.HoldManual:
			manual = true
		case orrery.HoldProduct:
			product = product || aboutProduct(h, q)
		}
	}
	switch {
	case open:
		return askHolds(e, q, GateCaseOpen, isCase)
	case resolved:
		return askHolds(e, q, GateCaseUnconfirmed, isCase)
	case soft:
		return askHolds(e, q, GateSoftHold, func(h *orrery.Hold) bool { return h.Kind == orrery.HoldSoft })
	case manual:
		return askHolds(e, q, GateManualHold, func(h *orrery.Hold) bool { return h.Kind == orrery.HoldManual })
	case product:
		return askHolds(e, q, GateProductHold, func(h *orrery.Hold) bool { return h.Kind == orrery.HoldProduct && aboutProduct(h, q) })
	}
	return pass()
}

func isCase(h *orrery.Hold) bool { return h.Kind == orrery.HoldCase }

func aboutProduct(h *orrery.Hold, q *Question) bool { return q.Product != "" && h.Product == q.Product }

// askQuestion: the satisfaction question of a resolved case passes once, and one reminder.
func askQuestion(e *Experience, q *Question) (orrery.Answer, bool) {
	c := q.Case
	switch {
	case c == nil:
		return drop(GateCaseMissing)
	case c.Status == orrery.CaseOpen:
		return hold(GateCaseNotResolved, 0, c.ID.String())
	case c.Status != orrery.CaseResolved:
		return drop(GateCaseClosed, c.ID.String())
	}
	asked := 0
	for i := range e.Sent {
		s := &e.Sent[i]
		if s.Class == orrery.CaseSurvey && s.Case == c.ID && s.Counts() && !q.itself(s) && s.At >= q.Resolved {
			asked++
		}
	}
	if asked >= 2 {
		return drop(GateAskedEnough, c.ID.String())
	}
	return pass()
}

func askApology(e *Experience) (orrery.Answer, bool) {
	if !apologyDue(e) {
		return pass()
	}
	var evidence []string
	for _, a := range e.Apologies {
		if a.Due() {
			evidence = append(evidence, a.Case.String())
		}
	}
	return hold(GateApologyDue, 0, evidence...)
}

func askRest(e *Experience, q *Question) (orrery.Answer, bool) {
	return askHolds(e, q, GateRest, func(h *orrery.Hold) bool { return h.Kind == orrery.HoldRest })
}

// askHolds answers with every hold that bars: until the last of them ends, until an event when one has no end.
func askHolds(e *Experience, q *Question, reason string, bars func(*orrery.Hold) bool) (orrery.Answer, bool) {
	var a orrery.Answer
	endless := false
	for i := range e.Holds {
		h := &e.Holds[i]
		if !bars(h) {
			continue
		}
		a.Evidence = append(a.Evidence, h.ID.String())
		if h.Until == 0 {
			endless = true
		}
		a.Until = max(a.Until, h.Until)
	}
	if a.Evidence == nil {
		return pass()
	}
	if endless {
		a.Until = 0
	}
	a.Verdict, a.Reason = orrery.HoldIt, reason
	return a, true
}

// itself says that s is the very thing the gate is asked about.
func (q *Question) itself(s *Sent) bool {
	return !s.Foreign && q.Intent != 0 && s.ID == uint64(q.Intent)
}
