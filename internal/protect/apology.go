package protect

import (
	"github.com/orrery-cxm/orrery"
)

// aboutBounce names the review that a recovery message asks for when it did not arrive.
const aboutBounce = "apology_bounced"

// recoveryAnswered pays an apology when its channel took the recovery message, and makes it due again when the channel
// then, or at once, refused it for good.
func recoveryAnswered(t Turn, id orrery.IntentID, f orrery.FragmentID, o orrery.Outcome) {
	if id == 0 {
		return
	}
	switch o {
	case orrery.Accepted, orrery.Rejected, orrery.OutcomeDead:
	default:
		return
	}
	in := t.Intent(id)
	if in == nil || in.Class != orrery.Recovery {
		return
	}
	if o == orrery.Accepted {
		pay(t, in, f)
		return
	}
	bounced(t, in, f)
}

// pay pays what the message apologises for: its case, or, when it names none, everything due. A person of several
// fragments is owed, and paid, on each.
func pay(t Turn, in *orrery.Intent, f orrery.FragmentID) {
	for _, who := range fragments(t, f) {
		e := t.Experience(who)
		if e == nil {
			continue
		}
		for _, a := range copyOf(e.Apologies) {
			if a.Due() && (in.Case == 0 || in.Case == a.Case) {
				t.Emit(&orrery.ApologyPaid{Fragment: who, Case: a.Case, Intent: in.ID, By: in.By})
			}
		}
	}
}

// bounced makes due again what the message had paid, and asks a person to look, once for each case.
func bounced(t Turn, in *orrery.Intent, f orrery.FragmentID) {
	asked := PersonView(t, f).reviews(aboutBounce)
	for _, who := range fragments(t, f) {
		e := t.Experience(who)
		if e == nil {
			continue
		}
		for _, a := range copyOf(e.Apologies) {
			paidByIt := !a.Due() && a.By == in.ID
			stillDue := a.Due() && !a.Again && (in.Case == 0 || in.Case == a.Case)
			if !paidByIt && !stillDue {
				continue
			}
			t.Emit(&orrery.ApologyDue{Fragment: who, Case: a.Case, Since: a.Since, Again: true})
			if !asked[a.Case] {
				asked[a.Case] = true
				t.Emit(&orrery.ReviewOpened{Review: orrery.ReviewID(t.NextID()), Fragment: who, About: aboutBounce, Case: a.Case})
			}
		}
	}
}

// reviews are the cases for which a review of this sort is open.
func (e *Experience) reviews(about string) map[orrery.CaseID]bool {
	open := map[orrery.CaseID]bool{}
	for _, r := range e.Reviews {
		if r.About == about && r.Answer == "" {
			open[r.Case] = true
		}
	}
	return open
}
