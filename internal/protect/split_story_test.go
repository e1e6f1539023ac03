package protect_test

import (
	"testing"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/desk"
	"github.com/orrery-cxm/orrery/internal/protect"
)

// assign moves fragments to a person in one chunk, as identify does.
func (w *world) assign(reason string, to map[orrery.FragmentID]orrery.PersonID) {
	for _, f := range []orrery.FragmentID{ana, mother, ben} {
		if p, ok := to[f]; ok {
			w.Emit(&orrery.FragmentAssigned{Fragment: f, Person: p, Before: w.person[f], Reason: reason})
		}
	}
	w.now++
	w.settle()
}

func TestAHoldCausedWhileJoinedStaysOnEverySideOfASplit(t *testing.T) {
	for _, reporter := range []orrery.FragmentID{ana, mother, ben} {
		w := newWorld(t)
		w.consents(ana, mother, ben)
		w.assign("joined", map[orrery.FragmentID]orrery.PersonID{mother: ana, ben: ana})
		id := w.complain(reporter)
		w.must(w.order(desk.ReplyInCase{Case: id, Apology: true, By: agent}))
		w.now++
		for _, f := range []orrery.FragmentID{mother, ben} {
			w.Emit(&orrery.FragmentAssigned{Fragment: f, Person: f, Before: ana, Reason: "split"})
		}
		w.settle()
		for _, f := range []orrery.FragmentID{ana, mother, ben} {
			w.expect(f, orrery.Commercial, protect.GateCaseOpen)
		}
		w.pass(40 * orrery.Day)
		for _, f := range []orrery.FragmentID{ana, mother, ben} {
			w.expect(f, orrery.Commercial, protect.GateCaseOpen)
		}
		w.must(w.order(desk.ResolveCase{Case: id, By: agent}))
		w.must(w.order(desk.ConfirmSatisfied{Case: id, By: agent}))
		for _, f := range []orrery.FragmentID{ana, mother, ben} {
			w.expect(f, orrery.Commercial, protect.GateRest)
		}
		w.pass(8 * orrery.Day)
		for _, f := range []orrery.FragmentID{ana, mother, ben} {
			w.expect(f, orrery.Commercial, protect.GateClear)
		}
		w.replayed(t)
	}
}

func TestADismissedCaseFreesTheOtherSideOfASplitToo(t *testing.T) {
	w := newWorld(t)
	w.consents(ana, ben)
	w.assign("joined", map[orrery.FragmentID]orrery.PersonID{ben: ana})
	id := w.complain(ana)
	w.assign("split", map[orrery.FragmentID]orrery.PersonID{ben: ben})
	w.expect(ben, orrery.Commercial, protect.GateCaseOpen)
	w.must(w.order(desk.DismissCase{Case: id, By: agent}))
	w.expect(ben, orrery.Commercial, protect.GateClear)
}

func TestMergingAndSplittingLeavesWhatWasThereBeforeOnItsOwnSide(t *testing.T) {
	w := newWorld(t)
	w.consents(ana, ben)
	w.complain(ana)
	w.must(w.command(protect.PlaceHold{Fragment: ben, Product: "kettle", By: agent}))
	w.assign("joined", map[orrery.FragmentID]orrery.PersonID{ben: ana})
	w.expect(ben, orrery.Commercial, protect.GateCaseOpen)
	w.assign("split", map[orrery.FragmentID]orrery.PersonID{ben: ben})
	w.expect(ben, orrery.Commercial, protect.GateClear)
	if n, m := len(w.exp[ana].Holds), len(w.exp[ben].Holds); n != 1 || m != 1 {
		t.Fatalf("after a merge and its undoing ana has %d holds and ben %d, expected one each as before", n, m)
	}
}

func TestAHoldFromBeforeAThirdJoinedStaysWithTheTwo(t *testing.T) {
	w := newWorld(t)
	w.consents(ana, mother, ben)
	w.assign("joined", map[orrery.FragmentID]orrery.PersonID{ben: mother})
	w.complain(mother)
	w.assign("joined", map[orrery.FragmentID]orrery.PersonID{mother: ana, ben: ana}) // ana's id is now the person's
	w.assign("split", map[orrery.FragmentID]orrery.PersonID{mother: mother, ben: mother})
	w.expect(ana, orrery.Commercial, protect.GateClear)
	w.expect(mother, orrery.Commercial, protect.GateCaseOpen)
	w.assign("split", map[orrery.FragmentID]orrery.PersonID{ben: ben})
	w.expect(ben, orrery.Commercial, protect.GateCaseOpen)
}
