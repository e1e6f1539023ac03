package engine

import (
	"testing"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/decide"
	"github.com/orrery-cxm/orrery/internal/remember"
	"github.com/orrery-cxm/orrery/internal/rule"
)

func TestARuleAboutTwoEventsSeesBothWhenTwoFragmentsKnowThem(t *testing.T) {
	const minute = orrery.Instant(60_000)
	begin := orrery.Instant(1_780_000_000_000)
	part := func(cart, order orrery.Instant) *remember.Memory {
		m := &remember.Memory{}
		for name, at := range map[string]orrery.Instant{"Cart Viewed": cart, "Paid": order} {
			m.Evolve(1, &orrery.TouchRecorded{Touch: orrery.Touch{Kind: orrery.Track, Name: name, At: at}}, orrery.Stamp{})
		}
		return m
	}
	program, err := rule.Compile(`sequence("Cart Viewed", "Paid", "10m")`, decide.Names())
	if err != nil {
		t.Fatal(err)
	}
	for name, x := range map[string]struct {
		parts []*remember.Memory
		want  bool
	}{
		"paid five minutes after a look into the cart": {[]*remember.Memory{part(begin, begin-60*minute), part(begin-120*minute, begin+5*minute)}, true},
		"paid long after each look":                    {[]*remember.Memory{part(begin, begin-60*minute), part(begin-120*minute, begin+50*minute)}, false},
		"paid before, in three fragments":              {[]*remember.Memory{part(begin, begin-1), part(begin, begin-2), part(begin, begin-3)}, false},
		"paid five minutes after, in three fragments":  {[]*remember.Memory{part(begin, begin-1), part(begin, begin+5*minute), part(begin, begin-3)}, true},
	} {
		s := &subject{memory: remember.Together{Parts: x.parts}}
		if got, _, err := program.Eval(s, begin+100*minute); err != nil || got != x.want {
			t.Errorf("%s: the sequence is %v (%v), and should be %v", name, got, err, x.want)
		}
	}
}
