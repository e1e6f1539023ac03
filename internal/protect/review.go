package protect

import (
	"github.com/orrery-cxm/orrery"
)

// aboutComplaint names desk's question whether a text is a complaint.
const aboutComplaint = "complaint"

// reviewOpened holds softly while somebody looks whether a text is a complaint. One soft hold at a time: a second text
// under review does not lengthen the first hold, it has its own.
func reviewOpened(t Turn, p *Policy, f *orrery.ReviewOpened) {
	if f.About != aboutComplaint {
		return
	}
	place(t, orrery.Hold{Kind: orrery.HoldSoft, Fragment: f.Fragment, Touch: f.Touch, Until: t.Now().Add(p.SoftHold), Reason: HoldMaybe})
}

// reviewClosed: no releases at once what waited for the answer; yes makes an inferred event a fact (a complaint becomes
// a case at the desk, whose hold takes over from the soft one).
func reviewClosed(t Turn, p *Policy, f *orrery.ReviewClosed) {
	var r Review
	for _, x := range PersonView(t, f.Fragment).Reviews {
		if x.ID == f.Review {
			r = x
		}
	}
	by := f.By
	switch {
	case r.About == aboutComplaint && f.Answer != "expired":
		soft := func(h *orrery.Hold) bool { return h.Kind == orrery.HoldSoft && h.Touch == r.Touch }
		for _, h := range holdsOf(t, soft, f.Fragment) {
			reason := LifeRejected
			if f.Answer == "yes" {
				reason = "case_opened"
			}
			release(t, h, reason, by.Name)
		}
	case r.Life != 0:
		for _, l := range PersonView(t, f.Fragment).Life {
			if l.ID != r.Life || l.Gone == LifeRejected {
				continue
			}
			if f.Answer == "yes" && (l.Gone != "" || l.Certainty < orrery.Verified && by.Trust == orrery.Staff) {
				confirm(t, p, l, orrery.Verified, by)
			} else if f.Answer == "no" {
				rejectLife(t, l, by)
			}
			break
		}
	}
	if f.Answer != "expired" && r.Touch != 0 {
		actedBy(t, f.Fragment, f.Review.String(), func(s Signal) bool { return s.Touch == r.Touch && s.Name == r.About })
	}
}
