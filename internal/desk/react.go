package desk

import (
	"github.com/orrery-cxm/orrery"
)

// What happened to a case, as CaseChanged names it.
const (
	Resolved      = "resolved"       // the brand says it is solved
	Satisfied     = "satisfied"      // the person says so too
	Unsatisfied   = "unsatisfied"    // the person says it is not: open again
	Reopened      = "reopened"       // it came up again, or the brand reopened it
	Dismissed     = "dismissed"      // it was no complaint
	Asked         = "asked"          // are you satisfied? act sends the question
	Reminded      = "reminded"       // the one reminder
	Escalated     = "escalated"      // no answer: a person looks
	SeverityMoved = "severity"       // judged anew
	ProductNamed  = "product"        // it became known which product it is about
	ReportedAgain = "reported_again" // the same matter was reported again
	Replied       = "replied"        // a person at the brand answered in the case
)

// What a case came from.
const (
	ThemeComplaint = "complaint"
	ThemeUnhappy   = "unhappy_answer"
	ThemeManual    = "manual"
)

// What a review is about.
const (
	AboutComplaint  = "complaint"
	AboutEscalation = "escalation"
)

// CaseSatisfaction is the survey in which a person answers whether a case was put right.
const CaseSatisfaction = "case_satisfaction"

// React answers one fact of the turn with what the desk does about it. It is called for every fact in order.
func React(t Turn, p *Policy, f orrery.Fact, at orrery.Stamp) {
	switch f := f.(type) {
	case *orrery.TouchRecorded:
		if f.Touch.Historical {
			return
		}
		switch {
		case f.Touch.Survey != nil:
			answered(t, p, f, orrery.TouchID(at.ID()))
		case f.Touch.Message != nil:
			heard(t, p, f, orrery.TouchID(at.ID()))
		}
	case *orrery.SignalsRevised:
		revised(t, p, f)
	}
}

// report is one sign of trouble, however it came.
type report struct {
	Reporter orrery.FragmentID
	Affected orrery.FragmentID
	Message
	Theme    string
	Severity orrery.Severity // 0: by the rules
	Signals  *orrery.Signals
	By       orrery.Actor
}

// heard opens or joins a case for a text that is a complaint, and asks a person about one that may be.
func heard(t Turn, p *Policy, f *orrery.TouchRecorded, touch orrery.TouchID) {
	r := report{
		Reporter: f.Anchor, Affected: t.Affected(touch), Message: messageOf(&f.Touch, touch), Theme: ThemeComplaint,
		Signals: f.Touch.Signals, By: orrery.Actor{Name: string(f.Touch.Source), Trust: f.Touch.Trust},
	}
	judge(t, p, r)
}

// judge acts on how sure we are that a text is a complaint.
func judge(t Turn, p *Policy, r report) {
	l := r.Signals.Intent(orrery.IntentComplaint)
	switch {
	case l == nil || l.Confidence < p.ComplaintMaybe:
	case l.Confidence >= p.ComplaintCertain:
		complain(t, p, r)
	default:
		askAbout(t, r)
	}
}

// askAbout puts a text before a person, once.
func askAbout(t Turn, r report) {
	for _, v := range View(t, r.Reporter).Reviews {
		if v.About == AboutComplaint && v.Touch == r.Touch && v.Answer == "" {
			return
		}
	}
	t.Emit(&orrery.ReviewOpened{Review: orrery.ReviewID(t.NextID()), Fragment: r.Reporter, Touch: r.Touch, About: AboutComplaint})
}

// complain adds the report to the case that it belongs to, or opens one. Too many cases from public keys open none: a
// person looks instead, and until then the person is held softly.
func complain(t Turn, p *Policy, r report) {
	if r.Affected == r.Reporter || (r.Affected != 0 && same(t, r.Affected, r.Reporter)) {
		r.Affected = 0
	}
	if l := matching(t, p, &r); l != nil {
		again(t, p, r, l)
		return
	}
	if !r.Verified && r.Theme != ThemeManual && overLimit(t, p, &r) {
		askAbout(t, r)
		return
	}
	open(t, p, r)
}

func open(t Turn, p *Policy, r report) orrery.CaseID {
	now := t.Now()
	c := orrery.Case{
		ID: orrery.CaseID(t.NextID()), Reporter: r.Reporter, Affected: r.Affected, Touch: r.Touch, Status: orrery.CaseOpen,
		Severity: r.Severity, Product: r.Product, Order: r.Order, Channel: r.Channel, Title: r.Title, Verified: r.Verified,
		OpenedAt: now, ChangedAt: now, Theme: r.Theme,
	}
	if c.Severity == 0 {
		c.Severity = p.Severity.judge(&r, repeated(t, p, &r))
	}
	t.Emit(&orrery.CaseOpened{Case: c, By: r.By})
	return c.ID
}

// again adds a report to a case. A case that was thought solved is open again.
func again(t Turn, p *Policy, r report, l *Line) {
	c, change := l.Case, ReportedAgain
	c.Severity = max(c.Severity, r.Severity, p.Severity.judge(&r, true))
	if c.Status != orrery.CaseOpen {
		change = Reopened
		if r.Theme == ThemeUnhappy {
			change = Unsatisfied
		}
		reopen(&c)
	}
	c.Verified = c.Verified || r.Verified
	emit(t, c, change, r.By, note(r.Touch))
}

// note names the touch that changed a case.
func note(touch orrery.TouchID) string {
	if touch == 0 {
		return ""
	}
	return touch.String()
}

func reopen(c *orrery.Case) {
	c.Status, c.Asked, c.Escalated = orrery.CaseOpen, 0, false
}

func emit(t Turn, c orrery.Case, change string, by orrery.Actor, note string) {
	c.ChangedAt = t.Now()
	t.Emit(&orrery.CaseChanged{Case: c, Change: change, By: by, Note: note})
}

// matching is the newest case of the reporter or the affected person that the report is about: not dismissed, touched
// within the merge window, and the same order, thread or product, or one of the two names nothing to tell them apart.
func matching(t Turn, p *Policy, r *report) *Line {
	from := t.Now().Add(-p.MergeWindow)
	var best *Line
	for _, who := range []orrery.FragmentID{r.Reporter, r.Affected} {
		if who == 0 {
			continue
		}
		d := View(t, who)
		for i := range d.Cases {
			l := &d.Cases[i]
			if l.Case.Status != orrery.CaseDismissed && l.Case.ChangedAt >= from && sameMatter(l, r) &&
				(best == nil || l.Case.ID > best.Case.ID) {
				best = l
			}
		}
	}
	return best
}

func sameMatter(l *Line, r *report) bool {
	c := &l.Case
	if r.Touch != 0 && c.Touch == r.Touch {
		return true
	}
	equal := func(a, b string) bool { return a != "" && a == b }
	if equal(c.Order, r.Order) || equal(l.Thread, r.Thread) || equal(c.Product, r.Product) {
		return true
	}
	if l.Ended() {
		return false // over: only a report that names the matter opens it again
	}
	return (r.Order == "" && r.Thread == "" && r.Product == "") || (c.Order == "" && l.Thread == "" && c.Product == "")
}

// overLimit says that the reporter or the affected person got as many cases from public keys as the policy allows.
func overLimit(t Turn, p *Policy, r *report) bool {
	from := t.Now().Add(-p.UnverifiedWindow)
	for _, who := range []orrery.FragmentID{r.Reporter, r.Affected} {
		if who == 0 {
			continue
		}
		n := 0
		for _, l := range View(t, who).Cases {
			if !l.Case.Verified && l.Case.OpenedAt > from {
				n++
			}
		}
		if n >= p.UnverifiedLimit {
			return true
		}
	}
	return false
}

// repeated says that the reporter had another case lately that was no mistake.
func repeated(t Turn, p *Policy, r *report) bool {
	from := t.Now().Add(-p.Severity.Repeated)
	for _, l := range View(t, r.Reporter).Cases {
		if l.Case.Status != orrery.CaseDismissed && l.Case.ChangedAt >= from {
			return true
		}
	}
	return false
}

// judge is the severity of a report by the rules.
func (s SeverityRules) judge(r *report, repeated bool) orrery.Severity {
	steps, risk := 0, false
	if repeated {
		steps++
	}
	if r.Public {
		steps++
	}
	if sig := r.Signals; sig != nil {
		for _, l := range sig.Risks {
			if l.Confidence < s.RiskFrom {
				continue
			}
			for _, h := range s.High {
				if l.Name == h {
					return orrery.High
				}
			}
			risk = true
		}
		for _, l := range sig.Emotions {
			if l.Name == "anger" && l.Confidence >= s.AngerFrom {
				steps++
			}
		}
		if l := sig.Intent(orrery.IntentCancellation); l != nil && l.Confidence >= s.CancelFrom {
			steps++
		}
	}
	if risk {
		steps++
	}
	switch {
	case steps >= s.StepsForHigh:
		return orrery.High
	case steps > 0:
		return orrery.Medium
	}
	return orrery.Low
}

// revised acts on a correction or a later model's answer about a touch. Only a person's correction takes anything back:
// it dismisses the case that this touch alone brought, and closes the question about it.
func revised(t Turn, p *Policy, f *orrery.SignalsRevised) {
	byPerson := f.By.Trust == orrery.Staff
	l := f.Signals.Intent(orrery.IntentComplaint)
	d := View(t, f.Fragment)
	if byPerson && (l == nil || l.Confidence < p.ComplaintMaybe) {
		for _, line := range append([]Line(nil), d.Cases...) {
			if line.Case.Touch == f.Touch && line.Case.Status != orrery.CaseDismissed && line.Reports == 0 {
				c := line.Case
				c.Status = orrery.CaseDismissed
				emit(t, c, Dismissed, f.By, note(f.Touch))
			}
		}
		for _, v := range append([]Review(nil), d.Reviews...) {
			if v.About == AboutComplaint && v.Touch == f.Touch && v.Answer == "" {
				t.Emit(&orrery.ReviewClosed{Review: v.ID, Fragment: holder(t, f.Fragment, v.ID), Answer: No, By: f.By})
			}
		}
		return
	}
	m := d.message(f.Touch)
	if !byPerson && m.Touch == 0 {
		return // too long ago, or out of history: a model alone opens nothing there
	}
	for _, line := range d.Cases {
		if line.Case.Touch == f.Touch {
			return // it has its case, or a person dismissed it
		}
	}
	known := m.Touch != 0
	m.Touch = f.Touch
	m.Verified = m.Verified || byPerson || !known
	judge(t, p, report{Reporter: f.Fragment, Affected: t.Affected(f.Touch), Message: m, Theme: ThemeComplaint, Signals: &f.Signals, By: f.By})
}

// holder is the fragment of the person that holds a review.
func holder(t Turn, f orrery.FragmentID, id orrery.ReviewID) orrery.FragmentID {
	for _, who := range fragments(t, f) {
		if d := t.Desk(who); d != nil {
			for _, v := range d.Reviews {
				if v.ID == id {
					return who
				}
			}
		}
	}
	return f
}
