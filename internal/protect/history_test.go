package protect_test

import (
	"slices"
	"testing"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/desk"
	"github.com/orrery-cxm/orrery/internal/protect"
	"pgregory.net/rapid"
)

// history lives through random days of five identifiers and checks after each step what must never happen.
type history struct {
	*world
	*rapid.T
	satisfied map[orrery.CaseID]orrery.Instant
	seen      int // facts looked at
}

var five = []orrery.FragmentID{1, 2, 3, 4, 5}

func TestNothingTheBrandWantsPassesFromComplaintToRestWhateverHappens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := &history{T: t, satisfied: map[orrery.CaseID]orrery.Instant{}}
		h.world = newWorld(t)
		h.consents(five...)
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			h.step()
			h.check()
		}
		h.replayed(t)
		h.endWell()
	})
}

func (h *history) step() {
	f := rapid.SampledFrom(five).Draw(h.T, "who")
	before := len(h.log)
	switch op := rapid.IntRange(0, 13).Draw(h.T, "op"); op {
	case 0, 1, 2:
		h.write(f)
		h.neverLoosened(before, op)
	case 3:
		h.answer(f)
	case 4, 5, 6:
		h.manage()
	case 7:
		h.review(f)
	case 8:
		h.revise(f)
	case 9:
		h.pass(orrery.Span(rapid.IntRange(1, 20).Draw(h.T, "days")) * orrery.Day)
	case 10:
		h.now = h.now.Add(orrery.Span(rapid.IntRange(1, 20).Draw(h.T, "days")) * orrery.Day) // the timer is late
	case 11:
		h.regroup()
	case 12:
		outcome := rapid.SampledFrom([]orrery.Outcome{orrery.Accepted, orrery.Rejected, orrery.Unknown}).Draw(h.T, "outcome")
		h.recovery(f, 0, outcome)
	case 13:
		if rapid.Bool().Draw(h.T, "place") {
			h.must(h.command(protect.PlaceHold{Fragment: f, By: agent, Until: h.now.Add(3 * orrery.Day)}))
		} else if e := protect.PersonView(h, f); len(e.Holds) > 0 {
			_ = h.command(protect.ReleaseHold{Fragment: f, Hold: rapid.SampledFrom(e.Holds).Draw(h.T, "hold").ID, By: agent})
		}
	}
}

func (h *history) write(f orrery.FragmentID) {
	m := message(orrery.Confidence(rapid.IntRange(300, 1000).Draw(h.T, "complaint")))
	m.Trust = rapid.SampledFrom([]orrery.Trust{orrery.Public, orrery.Server}).Draw(h.T, "trust")
	m.Product = rapid.SampledFrom([]string{"", "kettle", "toaster"}).Draw(h.T, "product")
	m.Message.Thread = rapid.SampledFrom([]string{"", "t1"}).Draw(h.T, "thread")
	if rapid.IntRange(0, 3).Draw(h.T, "other") == 0 {
		h.affected[orrery.TouchID(h.NextID())] = rapid.SampledFrom(five).Draw(h.T, "affected")
	}
	if rapid.IntRange(0, 4).Draw(h.T, "sad") == 0 {
		m.Signals.Life = []orrery.Label{{Name: "bereavement", Confidence: 600, Who: "self"}}
	}
	h.touch(f, m)
}

func (h *history) answer(f orrery.FragmentID) {
	a := &orrery.SurveyAnswer{Survey: desk.CaseSatisfaction, Score: rapid.IntRange(1, 5).Draw(h.T, "score"), Scale: 5,
		Verified: rapid.Bool().Draw(h.T, "verified"), Case: h.someCase()}
	before := len(h.log)
	h.touch(f, orrery.Touch{Kind: orrery.SurveyTouch, Trust: orrery.Public, Survey: a})
	if !a.Verified {
		h.neverLoosened(before, -1)
	}
}

func (h *history) someCase() orrery.CaseID {
	if len(h.cases) == 0 {
		return 0
	}
	ids := make([]orrery.CaseID, 0, len(h.cases))
	for id := range h.cases {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return rapid.SampledFrom(ids).Draw(h.T, "case")
}

// manage is what a care team does, allowed or not.
func (h *history) manage() {
	id := h.someCase()
	switch rapid.IntRange(0, 7).Draw(h.T, "command") {
	case 0, 1:
		_ = h.order(desk.ResolveCase{Case: id, By: agent})
	case 2, 3:
		_ = h.order(desk.ConfirmSatisfied{Case: id, By: agent})
	case 4:
		_ = h.order(desk.ReopenCase{Case: id, By: agent})
	case 5:
		_ = h.order(desk.DismissCase{Case: id, By: agent})
	case 6:
		_ = h.order(desk.SetSeverity{Case: id, Severity: orrery.Severity(rapid.IntRange(1, 3).Draw(h.T, "severity")), By: agent})
	case 7:
		_ = h.order(desk.ReplyInCase{Case: id, Apology: true, By: agent})
	}
}

func (h *history) review(f orrery.FragmentID) {
	for _, r := range desk.View(h, f).Reviews {
		if r.Answer == "" {
			h.must(h.order(desk.AnswerReview{Fragment: f, Review: r.ID, Yes: rapid.Bool().Draw(h.T, "yes"), By: agent}))
			return
		}
	}
}

func (h *history) revise(f orrery.FragmentID) {
	recent := h.desks[f].Recent
	if len(recent) == 0 {
		return
	}
	r := &orrery.SignalsRevised{Touch: recent[0].Touch, Fragment: f, By: orrery.Actor{Name: "model", Trust: orrery.Internal},
		Signals: *message(orrery.Confidence(rapid.IntRange(0, 1000).Draw(h.T, "complaint"))).Signals}
	before := len(h.log)
	h.Emit(r)
	h.settle()
	h.neverLoosened(before, -2)
}

// neverLoosened fails when the facts since before released or shortened anything: none of their causes may.
func (h *history) neverLoosened(before, op int) {
	for _, l := range h.log[before:] {
		switch f := l.fact.(type) {
		case *orrery.HoldReleased:
			h.Fatalf("step %d released a %s hold (%s), which nobody who may release asked for", op, f.Was, f.Reason)
		case *orrery.HoldChanged:
			if f.Hold.Until != 0 {
				h.Fatalf("step %d gave a %s hold an end", op, f.Hold.Kind)
			}
		}
	}
}

// regroup merges or splits persons as identify does: a person's id is the smallest of their fragments.
func (h *history) regroup() {
	next := map[orrery.FragmentID]int{}
	for _, f := range five {
		next[f] = rapid.IntRange(0, 2).Draw(h.T, "group")
	}
	first := map[int]orrery.FragmentID{}
	for _, f := range five {
		if first[next[f]] == 0 {
			first[next[f]] = f
		}
	}
	before := map[orrery.FragmentID]orrery.PersonID{}
	for _, f := range five {
		before[f] = h.person[f]
	}
	for _, f := range five {
		to := first[next[f]]
		if to == before[f] {
			continue
		}
		reason := "joined"
		for _, g := range five {
			if before[g] == before[f] && next[g] != next[f] {
				reason = "split"
			}
		}
		h.Emit(&orrery.FragmentAssigned{Fragment: f, Person: to, Before: before[f], Reason: reason})
	}
	h.settle()
}

// check compares the gate with an oracle that knows nothing of holds, only of cases.
func (h *history) check() {
	for _, l := range h.log[h.seen:] {
		if c, ok := l.fact.(*orrery.CaseChanged); ok && c.Change == desk.Satisfied {
			h.satisfied[c.Case.ID] = l.at.Time
		}
	}
	h.seen = len(h.log)
	for id, c := range h.cases {
		switch c.Status {
		case orrery.CaseDismissed:
			continue
		case orrery.CaseSatisfied:
			if h.now >= h.satisfied[id].Add(h.protect.Rest.For(c.Severity)) {
				continue
			}
		}
		for _, f := range []orrery.FragmentID{c.Reporter, c.Affected} {
			if f == 0 {
				continue
			}
			for _, class := range wishes {
				if a := h.ask(f, class); a.Verdict == orrery.Allow {
					h.Fatalf("%s to person %d passes although their case is %s and they have not rested", class, f, c.Status)
				}
			}
		}
	}
}

// endWell settles everything, lets two years pass, and expects that nobody is held for ever.
func (h *history) endWell() {
	for id, c := range h.cases {
		if c.Status == orrery.CaseOpen {
			h.must(h.order(desk.ResolveCase{Case: id, By: agent}))
		}
		if h.cases[id].Status == orrery.CaseResolved {
			h.must(h.order(desk.ConfirmSatisfied{Case: id, By: agent}))
		}
		for _, who := range []orrery.FragmentID{c.Reporter, c.Affected} {
			if who != 0 {
				h.must(h.order(desk.ReplyInCase{Case: id, Apology: true, To: who, By: agent}))
			}
		}
	}
	h.pass(730 * orrery.Day)
	for _, f := range five {
		for _, c := range wishes {
			if a := h.ask(f, c); a.Verdict != orrery.Allow {
				h.Fatalf("everything is settled and two years have passed, yet %s to person %d is answered %s", c, f, a.Reason)
			}
		}
	}
}
