package desk

import (
	"github.com/orrery-cxm/orrery"
)

// answered acts on an answer to a question we asked. An answer that nobody vouches for never ends a case; an unhappy one
// is heard all the same.
func answered(t Turn, p *Policy, f *orrery.TouchRecorded, touch orrery.TouchID) {
	a := f.Touch.Survey
	m := messageOf(&f.Touch, touch)
	r := report{
		Reporter: f.Anchor, Message: m, Theme: ThemeUnhappy, Signals: f.Touch.Signals,
		By: orrery.Actor{Name: string(f.Touch.Source), Trust: f.Touch.Trust},
	}
	if a.Survey == CaseSatisfaction && a.Case != 0 && answersCase(t, p, a, r) {
		return
	}
	if a.Negative() {
		complain(t, p, r)
		return
	}
	if r.Signals != nil {
		r.Theme = ThemeComplaint
		judge(t, p, r) // a comment may complain where the score does not
	}
}

// answersCase gives the answer to its case, and says whether that was all there was to do.
func answersCase(t Turn, p *Policy, a *orrery.SurveyAnswer, r report) bool {
	c := t.Case(a.Case)
	if c == nil || !(same(t, c.Reporter, r.Reporter) || (c.Affected != 0 && same(t, c.Affected, r.Reporter))) {
		return false // not this person's case: what they say is heard for itself
	}
	switch {
	case a.Positive():
		if l := r.Signals.Intent(orrery.IntentComplaint); l != nil && l.Confidence >= p.ComplaintMaybe {
			return false // a good score with a complaint beside it is no sign of satisfaction
		}
		if r.Verified && c.Status == orrery.CaseResolved {
			done := *c
			done.Status = orrery.CaseSatisfied
			emit(t, done, Satisfied, r.By, note(r.Touch))
		}
		return true
	case a.Negative() && c.Status == orrery.CaseOpen:
		emit(t, *c, ReportedAgain, r.By, note(r.Touch))
		return true
	case a.Negative() && c.Status != orrery.CaseDismissed:
		next := *c
		reopen(&next)
		emit(t, next, Unsatisfied, r.By, note(r.Touch))
		return true
	}
	return false
}
