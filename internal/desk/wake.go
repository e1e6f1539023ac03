package desk

import (
	"github.com/orrery-cxm/orrery"
)

// step is the next thing that time alone brings to a case or a review, and when.
type step struct {
	At     orrery.Instant
	Change string // "" for none
}

// next is what time brings to a resolved case: the question, one reminder, and then a person's attention. Never an end.
func (p *Policy) next(l *Line) step {
	if l.Case.Status != orrery.CaseResolved || l.Resolved == 0 {
		return step{}
	}
	var steps [2]step
	switch l.Case.Asked {
	case 0:
		steps[0] = step{l.Resolved.Add(p.AskAfter), Asked}
	case 1:
		steps[0] = step{l.AskedAt.Add(p.RemindAfter), Reminded}
	}
	if !l.Case.Escalated {
		steps[1] = step{l.Resolved.Add(p.EscalateAfter), Escalated}
	}
	switch {
	case steps[1].Change == "" || (steps[0].Change != "" && steps[0].At <= steps[1].At):
		return steps[0]
	}
	return steps[1]
}

// expires is when a question about a complaint is of no use any more. Others wait until they are answered.
func (p *Policy) expires(v *Review) orrery.Instant {
	if v.About != AboutComplaint || v.Answer != "" {
		return 0
	}
	return v.At.Add(p.ReviewExpires)
}

// Due is the next moment at which [Wake] would do something for the person whose combined desk is d; it may have passed
// already. 0 is never.
func Due(p *Policy, d *Desk) orrery.Instant {
	var due orrery.Instant
	sooner := func(t orrery.Instant) {
		if t != 0 && (due == 0 || t < due) {
			due = t
		}
	}
	for i := range d.Cases {
		sooner(p.next(&d.Cases[i]).At)
	}
	for i := range d.Reviews {
		sooner(p.expires(&d.Reviews[i]))
	}
	return due
}

// Wake does what time has brought: it asks, reminds, escalates, and lets unanswered questions about a text lapse. Both
// the reporter and the affected person may wake a case; it moves once.
func Wake(t Turn, p *Policy, person orrery.PersonID) {
	now := t.Now()
	for _, l := range append([]Line(nil), View(t, person).Cases...) {
		for s := p.next(&l); s.Change != "" && s.At <= now; s = p.next(&l) {
			c := l.Case
			switch s.Change {
			case Asked, Reminded:
				c.Asked++
			case Escalated:
				c.Escalated = true
			}
			emit(t, c, s.Change, timer, "")
			if s.Change == Escalated {
				t.Emit(&orrery.ReviewOpened{Review: orrery.ReviewID(t.NextID()), Fragment: c.Reporter, About: AboutEscalation, Case: c.ID})
			}
			if l.Case = c; s.Change != Escalated {
				l.AskedAt = now
			}
		}
	}
	for _, who := range fragments(t, person) {
		d := t.Desk(who)
		if d == nil {
			continue
		}
		for _, v := range append([]Review(nil), d.Reviews...) {
			if at := p.expires(&v); at != 0 && at <= now {
				t.Emit(&orrery.ReviewClosed{Review: v.ID, Fragment: who, Answer: Expired, By: timer})
			}
		}
	}
}

// timer is who acts when time has passed.
var timer = orrery.Actor{Name: "timer", Trust: orrery.Internal}
