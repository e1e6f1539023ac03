package protect

import (
	"github.com/orrery-cxm/orrery"
)

// Changes of a case that protect acts on, as desk names them in CaseChanged.
const (
	changeResolved    = "resolved"
	changeSatisfied   = "satisfied"
	changeUnsatisfied = "unsatisfied"
	changeReopened    = "reopened"
	changeDismissed   = "dismissed"
	changeSeverity    = "severity"
	changeProduct     = "product"
	changeReported    = "reported_again"
	changeReplied     = "replied"
)

// React answers one fact of the turn with the facts that protection demands. It is called for every fact in order, its
// own included.
func React(t Turn, p *Policy, f orrery.Fact, at orrery.Stamp) {
	switch f := f.(type) {
	case *orrery.TouchRecorded:
		touched(t, p, f, at)
	case *orrery.SignalsRevised:
		revised(t, p, f)
	case *orrery.CaseOpened:
		caseOpened(t, p, f)
	case *orrery.CaseChanged:
		caseChanged(t, p, f)
	case *orrery.ReviewOpened:
		reviewOpened(t, p, f)
	case *orrery.ReviewClosed:
		reviewClosed(t, p, f)
	case *orrery.IntentOffered:
		intentOffered(t, p, f)
	case *orrery.IntentChanged:
		intentMoved(t, p, f)
	case *orrery.EffectAnswered:
		recoveryAnswered(t, f.Intent, f.Fragment, f.Outcome)
	case *orrery.FragmentAssigned:
		shareOut(t, f)
	}
}

func touched(t Turn, p *Policy, f *orrery.TouchRecorded, at orrery.Stamp) {
	if len(f.Touch.Consents) > 0 {
		claims(t, p, f, at)
	}
	if f.Touch.Historical {
		return
	}
	touch := orrery.TouchID(at.ID())
	if f.Touch.Kind == orrery.SentTouch && f.Touch.Sent != nil {
		foreignSent(t, p, f, touch)
	}
	if f.Touch.Signals == nil {
		return
	}
	noticeLife(t, p, noticed{
		Fragment: f.Anchor, Touch: touch, Labels: f.Touch.Signals.Life, Trait: f.Touch.Message == nil && f.Touch.Survey == nil,
		Trusted: f.Touch.Trust >= orrery.Server, Public: f.Touch.Message != nil && f.Touch.Message.Public,
	})
	raise(t, p, f.Anchor, touch, f.Touch.Signals, f.Touch.Message != nil || f.Touch.Survey != nil)
}

// revised: a correction by a person at the brand takes back what the touch caused and is believed at once; a later
// model's answer may only add.
func revised(t Turn, p *Policy, f *orrery.SignalsRevised) {
	byPerson := f.By.Trust == orrery.Staff
	if byPerson {
		takeBack(t, f)
	}
	noticeLife(t, p, noticed{Fragment: f.Fragment, Touch: f.Touch, Labels: f.Signals.Life, Person: byPerson, By: f.By})
	raise(t, p, f.Fragment, f.Touch, &f.Signals, true)
}

// takeBack ends what a touch caused and the corrected signals no longer say.
func takeBack(t Turn, f *orrery.SignalsRevised) {
	e := PersonView(t, f.Fragment)
	for _, l := range copyOf(e.Life) {
		if l.Gone == "" && l.Touch == f.Touch && !hasLabel(f.Signals.Life, string(l.Kind)) {
			rejectLife(t, l, f.By)
		}
	}
	actedBy(t, f.Fragment, f.By.Name, func(s Signal) bool { return s.Touch == f.Touch && !says(&f.Signals, s.Name) })
}

func hasLabel(labels []orrery.Label, name string) bool {
	for _, l := range labels {
		if l.Name == name && l.Confidence > 0 {
			return true
		}
	}
	return false
}

func copyOf[T any](list []T) []T { return append([]T(nil), list...) }
