package protect_test

import (
	"testing"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/desk"
	"github.com/orrery-cxm/orrery/internal/protect"
)

// views tells the facts about views in their order: withdrawn for a case, or restored.
func (w *world) views() (out []string) {
	for _, l := range w.log {
		switch f := l.fact.(type) {
		case *orrery.ViewsWithdrawn:
			out = append(out, "withdrawn "+f.Product+" "+f.Case.String())
		case *orrery.ViewsRestored:
			out = append(out, "restored "+f.Product+" "+f.Case.String())
		}
	}
	return out
}

func TestADismissedCaseGivesItsViewsBackUnlessAnotherStands(t *testing.T) {
	w := newWorld(t)
	w.consents(ana, ben)
	open := func(who orrery.FragmentID, product string) orrery.CaseID {
		w.must(w.order(desk.OpenCase{Reporter: who, Product: product, By: agent}))
		opened := facts[*orrery.CaseOpened](w)
		return opened[len(opened)-1].Case.ID
	}
	wants := func(what string, want ...string) {
		t.Helper()
		got := w.views()
		for i := range want {
			if at := len(got) - len(want) + i; at < 0 || got[at] != want[i] {
				t.Fatalf("%s: the last facts about views should be %v; all are %v", what, want, got)
			}
		}
	}
	one, two := open(ana, "kettle"), open(ben, "kettle")
	w.person[ben] = ana // they turn out to be one
	w.must(w.order(desk.DismissCase{Case: one, By: agent}))
	wants("the first is dismissed, the second stands",
		"restored kettle "+one.String(), "withdrawn kettle "+two.String(), "restored kettle "+one.String(), "withdrawn kettle "+two.String())
	w.must(w.order(desk.DismissCase{Case: two, By: agent}))
	wants("the second is dismissed too", "restored kettle "+two.String(), "restored kettle "+two.String())
	w.must(w.order(desk.ReopenCase{Case: two, By: agent}))
	wants("and reopened", "restored kettle "+two.String(), "withdrawn kettle "+two.String(), "withdrawn kettle "+two.String())
	w.must(w.order(desk.DismissCase{Case: two, By: agent}))
	n := len(w.views())
	w.must(w.order(desk.DismissCase{Case: open(ana, ""), By: agent}))
	if len(w.views()) != n {
		t.Errorf("a case about no product has no views to give back: %v", w.views()[n:])
	}
}

func TestViewsComeBackWhateverElseStandsAboutAnotherProductOrByHand(t *testing.T) {
	w := newWorld(t)
	w.consents(ana)
	w.must(w.order(desk.OpenCase{Reporter: ana, Product: "kettle", By: agent}))
	w.must(w.order(desk.OpenCase{Reporter: ana, Product: "toaster", By: agent}))
	w.must(w.command(protect.PlaceHold{Fragment: ana, Product: "kettle", By: agent}))
	opened := facts[*orrery.CaseOpened](w)
	kettle := opened[0].Case.ID
	before := len(w.views())
	w.must(w.order(desk.DismissCase{Case: kettle, By: agent}))
	got := w.views()[before:]
	if len(got) != 1 || got[0] != "restored kettle "+kettle.String() {
		t.Errorf("only a case about the kettle could withdraw its views again; the facts are %v", got)
	}
}
