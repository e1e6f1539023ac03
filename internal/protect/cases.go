package protect

import (
	"github.com/orrery-cxm/orrery"
)

// caseOpened holds everybody the case concerns, owes each an apology, and blocks the product.
func caseOpened(t Turn, p *Policy, f *orrery.CaseOpened) {
	c := &f.Case
	for _, who := range concerned(c) {
		place(t, orrery.Hold{Kind: orrery.HoldCase, Fragment: who, Case: c.ID, Touch: c.Touch, By: f.By.Name, Reason: HoldCaseOpen})
		t.Emit(&orrery.ApologyDue{Fragment: who, Case: c.ID, Since: t.Now()})
	}
	blockProduct(t, p, c, f.By.Name)
	actedBy(t, c.Reporter, c.ID.String(), func(s Signal) bool { return s.Touch == c.Touch && caseSignal(s.Name) })
}

// concerned is the reporter and, when another was wronged, the affected person.
func concerned(c *orrery.Case) []orrery.FragmentID {
	if c.Affected == 0 || c.Affected == c.Reporter {
		return []orrery.FragmentID{c.Reporter}
	}
	return []orrery.FragmentID{c.Reporter, c.Affected}
}

// blockProduct holds the product of the case, and withdraws the views of it.
func blockProduct(t Turn, p *Policy, c *orrery.Case, by string) {
	if c.Product == "" {
		return
	}
	withdrawn := map[orrery.FragmentID]bool{}
	for _, who := range concerned(c) {
		place(t, orrery.Hold{Kind: orrery.HoldProduct, Fragment: who, Case: c.ID, Product: c.Product, Touch: c.Touch, By: by, Reason: HoldOfProduct})
		withdrawViews(t, p, c, who, withdrawn)
	}
}

// withdrawViews takes the views of the product before the complaint out of audiences, on whichever of the person's
// fragments they are.
func withdrawViews(t Turn, p *Policy, c *orrery.Case, who orrery.FragmentID, done map[orrery.FragmentID]bool) {
	if p.ViewsBefore == 0 {
		return
	}
	for i, f := range fragments(t, who) {
		if i < maxViewFacts && !done[f] {
			done[f] = true
			t.Emit(&orrery.ViewsWithdrawn{Fragment: f, Product: c.Product, From: c.OpenedAt.Add(-p.ViewsBefore), To: c.OpenedAt, Case: c.ID})
		}
	}
}

// restoreViews lets the views that a dismissed case withdrew count again, unless another complaint about the product
// still stands: then they are withdrawn for its sake.
func restoreViews(t Turn, p *Policy, c *orrery.Case) {
	if c.Product == "" || p.ViewsBefore == 0 {
		return
	}
	done := map[orrery.FragmentID]bool{}
	for _, who := range reached(t, c) {
		still := holdsOf(t, func(h *orrery.Hold) bool { // those of this case are released; one set by hand withdrew nothing
			return h.Kind == orrery.HoldProduct && h.Product == c.Product && h.Case != 0
		}, who)
		for i, f := range fragments(t, who) {
			if i >= maxViewFacts || done[f] {
				continue
			}
			done[f] = true
			t.Emit(&orrery.ViewsRestored{Fragment: f, Product: c.Product, Case: c.ID})
			for _, h := range still {
				t.Emit(&orrery.ViewsWithdrawn{Fragment: f, Product: c.Product, From: h.Since.Add(-p.ViewsBefore), To: h.Since, Case: h.Case})
			}
		}
	}
}

// caseChanged follows a case: resolved waits, satisfied rests, dismissed releases at once, reopened re-arms.
func caseChanged(t Turn, p *Policy, f *orrery.CaseChanged) {
	c := &f.Case
	switch f.Change {
	case changeResolved:
		follow(t, c, f.By.Name, changeResolved, func(h *orrery.Hold) bool {
			if h.Kind != orrery.HoldCase {
				return false
			}
			h.Reason = HoldCaseResolved
			return true
		})
	case changeSatisfied:
		follow(t, c, f.By.Name, changeSatisfied, func(h *orrery.Hold) bool { return rest(t, p, c, h) })
	case changeSeverity:
		follow(t, c, f.By.Name, changeSeverity, func(h *orrery.Hold) bool {
			if h.Kind != orrery.HoldRest {
				return false
			}
			h.Until = h.Since.Add(p.Rest.For(c.Severity))
			return true
		})
	case changeDismissed:
		for _, h := range holdsOf(t, ofCase(c.ID), reached(t, c)...) {
			release(t, h, changeDismissed, f.By.Name)
		}
		restoreViews(t, p, c)
	case changeReopened, changeUnsatisfied:
		rearm(t, p, c, f.By.Name)
	case changeProduct:
		blockProduct(t, p, c, f.By.Name)
	}
	switch f.Change {
	case changeReported, changeReplied:
		actedBy(t, c.Reporter, c.ID.String(), func(s Signal) bool { return caseSignal(s.Name) || f.Change == changeReplied && replySignal(s.Name) })
	}
}

func ofCase(id orrery.CaseID) func(*orrery.Hold) bool {
	return func(h *orrery.Hold) bool { return h.Case == id }
}

// rest turns a case's hold into rest, and gives the product's hold its end.
func rest(t Turn, p *Policy, c *orrery.Case, h *orrery.Hold) bool {
	now := t.Now()
	switch h.Kind {
	case orrery.HoldCase:
		h.Kind, h.Reason, h.Since, h.Until = orrery.HoldRest, HoldResting, now, now.Add(p.Rest.For(c.Severity))
	case orrery.HoldProduct:
		h.Until = now.Add(p.ProductRest)
	default:
		return false
	}
	return true
}

// follow changes every hold of a case that change wants changed.
func follow(t Turn, c *orrery.Case, by, name string, change func(*orrery.Hold) bool) {
	for _, h := range holdsOf(t, ofCase(c.ID), reached(t, c)...) {
		if before := h; change(&h) && h != before {
			t.Emit(&orrery.HoldChanged{Hold: h, Change: name, By: by})
		}
	}
}

// rearm holds again and owes an apology again: what was thought to be put right was not.
func rearm(t Turn, p *Policy, c *orrery.Case, by string) {
	follow(t, c, by, changeReopened, func(h *orrery.Hold) bool {
		switch h.Kind {
		case orrery.HoldCase, orrery.HoldRest:
			if h.Kind == orrery.HoldRest {
				h.Since = t.Now()
			}
			h.Kind, h.Reason, h.Until = orrery.HoldCase, HoldCaseOpen, 0
		case orrery.HoldProduct:
			h.Until = 0
		}
		return true
	})
	withdrawn := map[orrery.FragmentID]bool{}
	for _, who := range concerned(c) {
		mine := func(kind orrery.HoldKind) func(*orrery.Hold) bool {
			return func(h *orrery.Hold) bool { return h.Case == c.ID && h.Kind == kind && h.Fragment == who }
		}
		if len(holdsOf(t, mine(orrery.HoldCase), who)) == 0 {
			place(t, orrery.Hold{Kind: orrery.HoldCase, Fragment: who, Case: c.ID, Touch: c.Touch, By: by, Reason: HoldCaseOpen})
		}
		if c.Product != "" && len(holdsOf(t, mine(orrery.HoldProduct), who)) == 0 {
			place(t, orrery.Hold{Kind: orrery.HoldProduct, Fragment: who, Case: c.ID, Product: c.Product, Touch: c.Touch, By: by, Reason: HoldOfProduct})
			withdrawViews(t, p, c, who, withdrawn) // a dismissal restored them
		}
		if e := t.Experience(who); e == nil || !e.owes(c.ID) {
			t.Emit(&orrery.ApologyDue{Fragment: who, Case: c.ID, Since: t.Now()})
		}
	}
}

// owes says that an apology for this case is due.
func (e *Experience) owes(c orrery.CaseID) bool {
	for _, a := range e.Apologies {
		if a.Case == c && a.Due() {
			return true
		}
	}
	return false
}
