package remember_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/remember"
	"github.com/orrery-cxm/orrery/internal/wire"
)

func looked(page, product string, at orrery.Instant) orrery.Touch {
	return orrery.Touch{Kind: orrery.Page, Name: page, Product: product, At: at}
}

func withdraw(m *remember.Memory, id orrery.CaseID, from, to orrery.Instant) {
	m.Evolve(7, &orrery.ViewsWithdrawn{Fragment: 7, Product: "shoe", From: from, To: to, Case: id}, orrery.Stamp{})
}

func restored(m *remember.Memory, id orrery.CaseID) {
	m.Evolve(7, &orrery.ViewsRestored{Fragment: 7, Product: "shoe", Case: id}, orrery.Stamp{})
}

func TestAWithdrawnLookAtANamedPageCountsUnderNeitherOfItsNames(t *testing.T) {
	m := fold([]orrery.Touch{looked("Detail", "shoe", base+1), looked("Detail", "hat", base+2), looked("Detail", "shoe", base+3), looked("", "shoe", base+4)})
	withdraw(m, 9, base, base+10)
	for _, name := range []string{"page", "page:Detail"} {
		if e := m.Event(name); e.Total != 1 || fmt.Sprint(m.Times(name)) != fmt.Sprint([]orrery.Instant{base + 2}) {
			t.Errorf("only the look at the hat still counts under %s; %d do, at %v", name, e.Total, m.Times(name))
		}
	}
}

func TestViewsWithdrawnForACaseThatWasNoneCountAsIfNothingHadBeen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := touches(t, 40, 500)
		for i := range list {
			if list[i].Kind == orrery.Page {
				list[i].Product = rapid.SampledFrom([]string{"", "shoe"}).Draw(t, "page about")
			}
		}
		m, want := fold(list), fold(list)
		from := base + orrery.Instant(rapid.IntRange(0, 500).Draw(t, "from"))
		withdraw(m, 9, from, from+200)
		withdraw(m, 8, from-100, from+100) // of another case: only what is left
		again := &remember.Memory{}
		if err := again.Read(wire.NewReader(encode(m))); err != nil || again.Check() != nil {
			t.Fatalf("the memory does not come back: %v %v", err, again.Check())
		}
		if diff := cmp.Diff(encode(m), encode(again)); diff != "" {
			t.Fatalf("the memory that comes back writes other bytes:\n%s", diff)
		}
		restored(again, 8)
		restored(again, 9)
		restored(again, 9) // twice is once
		if diff := cmp.Diff(encode(want), encode(again)); diff != "" {
			t.Fatalf("withdrawn and restored, the memory is another one:\nproducts %+v\nnow      %+v", want.Products(), again.Products())
		}
	})
}

func TestOnlyTheViewsOfTheCaseAreRestored(t *testing.T) {
	m := fold([]orrery.Touch{looked("Detail", "shoe", base+1), looked("Detail", "shoe", base+20)})
	withdraw(m, 8, base, base+10)
	withdraw(m, 9, base, base+30)
	restored(m, 8)
	if views := m.Products(); len(views) != 1 || views[0].At != base+1 || m.Event("page:Detail").Total != 1 {
		t.Errorf("the first look counts again, the second is still withdrawn; the memory has %+v", views)
	}
}
