package desk

import (
	"fmt"

	"github.com/orrery-cxm/orrery"
)

// Answers to a review.
const (
	Yes     = "yes"
	No      = "no"
	Expired = "expired"
)

// Command is one thing that a person at the brand or the API may ask of the desk.
type Command interface {
	handle(Turn, *Policy) error
}

// Handle carries out a command, or refuses it with an *orrery.Error and changes nothing.
func Handle(t Turn, p *Policy, c Command) error { return c.handle(t, p) }

// OpenCase opens a case by hand or by API, or adds to the one that it belongs to. A secret key or staff.
type OpenCase struct {
	Reporter orrery.FragmentID
	Affected orrery.FragmentID // 0: the reporter themselves
	Touch    orrery.TouchID
	Product  string
	Order    string
	Thread   string
	Channel  orrery.Channel
	Title    string
	Severity orrery.Severity // 0: by the rules
	By       orrery.Actor
}

func (c OpenCase) handle(t Turn, p *Policy) error {
	switch {
	case c.By.Trust < orrery.Server:
		return orrery.Denied("desk.open", "a public key may not open cases: it sends messages, and those are heard")
	case c.Reporter == 0:
		return orrery.Invalid("desk.reporter", "a case needs a person who reports it")
	case c.Severity > orrery.High:
		return orrery.Invalid("case.severity", "severity is low, medium or high")
	}
	m := View(t, c.Reporter).message(c.Touch)
	m.Touch, m.Verified = c.Touch, true
	m.Product, m.Order, m.Thread = or(c.Product, m.Product), or(c.Order, m.Order), or(c.Thread, m.Thread)
	m.Channel, m.Title = or(c.Channel, m.Channel), or(cut(c.Title), m.Title)
	complain(t, p, report{Reporter: c.Reporter, Affected: c.Affected, Message: m, Theme: ThemeManual, Severity: c.Severity, By: c.By})
	return nil
}

func or[T ~string](a, b T) T {
	if a != "" {
		return a
	}
	return b
}

// ResolveCase says that the matter is solved. Whether it is, the person says.
type ResolveCase struct {
	Case orrery.CaseID
	By   orrery.Actor
	Note string
}

func (c ResolveCase) handle(t Turn, p *Policy) error {
	k, err := caseFor(t, c.Case, c.By, "resolve a case")
	if err != nil {
		return err
	}
	if k.Status != orrery.CaseOpen {
		return orrery.Conflict("desk.not_open", fmt.Sprintf("this case is %s, so there is nothing to resolve", k.Status))
	}
	k.Status, k.Asked, k.Escalated = orrery.CaseResolved, 0, false
	emit(t, k, Resolved, c.By, c.Note)
	return nil
}

// ReopenCase says that the matter was not solved after all.
type ReopenCase struct {
	Case orrery.CaseID
	By   orrery.Actor
	Note string
}

func (c ReopenCase) handle(t Turn, p *Policy) error {
	k, err := caseFor(t, c.Case, c.By, "reopen a case")
	if err != nil {
		return err
	}
	if k.Status == orrery.CaseOpen {
		return orrery.Conflict("desk.open_already", "this case is open already")
	}
	reopen(&k)
	emit(t, k, Reopened, c.By, c.Note)
	return nil
}

// DismissCase says that it was no complaint: whatever the case held, a rest too, is released at once.
type DismissCase struct {
	Case orrery.CaseID
	By   orrery.Actor
	Note string
}

func (c DismissCase) handle(t Turn, p *Policy) error {
	k, err := caseFor(t, c.Case, c.By, "dismiss a case")
	if err != nil {
		return err
	}
	if k.Status == orrery.CaseDismissed {
		return orrery.Conflict("desk.ended", "this case is dismissed already")
	}
	k.Status = orrery.CaseDismissed
	emit(t, k, Dismissed, c.By, c.Note)
	return nil
}

// SetSeverity judges a case anew; a rest that has begun gets the length of the new severity.
type SetSeverity struct {
	Case     orrery.CaseID
	Severity orrery.Severity
	By       orrery.Actor
	Note     string
}

func (c SetSeverity) handle(t Turn, p *Policy) error {
	k, err := caseFor(t, c.Case, c.By, "change a case's severity")
	switch {
	case err != nil:
		return err
	case c.Severity < orrery.Low || c.Severity > orrery.High:
		return orrery.Invalid("case.severity", "severity is low, medium or high")
	case k.Status == orrery.CaseDismissed:
		return orrery.Conflict("desk.ended", "this case is dismissed: it has no severity any more")
	case k.Severity == c.Severity:
		return nil
	}
	k.Severity = c.Severity
	emit(t, k, SeverityMoved, c.By, c.Note)
	return nil
}

// SetProduct names the product that a case is about, once it is known.
type SetProduct struct {
	Case    orrery.CaseID
	Product string
	By      orrery.Actor
}

func (c SetProduct) handle(t Turn, p *Policy) error {
	k, err := caseFor(t, c.Case, c.By, "name a case's product")
	switch {
	case err != nil:
		return err
	case c.Product == "":
		return orrery.Invalid("case.product", "the product's name is missing")
	case k.Product != "":
		return orrery.Conflict("desk.product_known", "this case names a product already: open another case for another product")
	case k.Status != orrery.CaseOpen && k.Status != orrery.CaseResolved:
		return orrery.Conflict("desk.ended", fmt.Sprintf("this case is %s: it has ended", k.Status))
	}
	k.Product = c.Product
	emit(t, k, ProductNamed, c.By, "")
	return nil
}

// ConfirmSatisfied records that the person told somebody at the brand that they are satisfied.
type ConfirmSatisfied struct {
	Case orrery.CaseID
	By   orrery.Actor
	Note string
}

func (c ConfirmSatisfied) handle(t Turn, p *Policy) error {
	k, err := caseFor(t, c.Case, c.By, "record that a person is satisfied")
	if err != nil {
		return err
	}
	if k.Status != orrery.CaseResolved {
		return orrery.Conflict("desk.not_resolved", fmt.Sprintf("this case is %s: only a resolved case can be confirmed", k.Status))
	}
	k.Status = orrery.CaseSatisfied
	emit(t, k, Satisfied, c.By, c.Note)
	return nil
}

// ReplyInCase records that a person at the brand answered in the case. Marked as an apology, it pays what is due to the
// one it went to.
type ReplyInCase struct {
	Case    orrery.CaseID
	Apology bool
	To      orrery.FragmentID // 0: the reporter; else the reporter or the affected person
	By      orrery.Actor
}

func (c ReplyInCase) handle(t Turn, p *Policy) error {
	k, err := caseFor(t, c.Case, c.By, "reply in a case")
	if err != nil {
		return err
	}
	to := k.Reporter
	switch {
	case c.To == 0 || same(t, c.To, k.Reporter):
	case k.Affected != 0 && same(t, c.To, k.Affected):
		to = k.Affected
	default:
		return orrery.Invalid("desk.reply_to", "a reply goes to the person who reported the case or to the one affected")
	}
	emit(t, k, Replied, c.By, "")
	if !c.Apology {
		return nil
	}
	t.Emit(&orrery.ApologyPaid{Fragment: to, Case: k.ID, By: c.By})
	if to == k.Reporter && k.Affected != 0 && same(t, k.Reporter, k.Affected) {
		t.Emit(&orrery.ApologyPaid{Fragment: k.Affected, Case: k.ID, By: c.By})
	}
	return nil
}

// AnswerReview answers a question that was put before a person: is it a complaint, did it happen, what now. Staff only.
type AnswerReview struct {
	Fragment orrery.FragmentID
	Review   orrery.ReviewID
	Yes      bool
	By       orrery.Actor
}

func (c AnswerReview) handle(t Turn, p *Policy) error {
	if err := staffOnly(c.By, "answer a review"); err != nil {
		return err
	}
	var v *Review
	d := View(t, c.Fragment)
	for i := range d.Reviews {
		if d.Reviews[i].ID == c.Review {
			v = &d.Reviews[i]
		}
	}
	switch {
	case v == nil:
		return orrery.NotFound("desk.no_review", fmt.Sprintf("%v is no open question about this person", c.Review))
	case v.Answer != "":
		return orrery.Conflict("desk.answered", "this question is answered already: "+v.Answer)
	}
	who, answer := holder(t, c.Fragment, c.Review), No
	if c.Yes {
		answer = Yes
		if v.About == AboutComplaint { // the case's hold must stand before the soft one falls
			m := v.Message
			m.Verified = true
			complain(t, p, report{Reporter: who, Affected: t.Affected(v.Touch), Message: m, Theme: ThemeComplaint, By: c.By})
		}
	}
	t.Emit(&orrery.ReviewClosed{Review: c.Review, Fragment: who, Answer: answer, By: c.By})
	return nil
}

// caseFor is a copy of the case that staff want to change.
func caseFor(t Turn, id orrery.CaseID, by orrery.Actor, what string) (orrery.Case, error) {
	if err := staffOnly(by, what); err != nil {
		return orrery.Case{}, err
	}
	c := t.Case(id)
	if c == nil {
		return orrery.Case{}, orrery.NotFound("desk.no_case", fmt.Sprintf("there is no case %v", id))
	}
	return *c, nil
}

func staffOnly(by orrery.Actor, what string) error {
	if by.Trust < orrery.Staff {
		return orrery.Denied("desk.staff_only", fmt.Sprintf("a %s key may not %s: only a person at the brand may", by.Trust, what))
	}
	return nil
}
