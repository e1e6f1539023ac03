package eval

import (
	"testing"

	"github.com/orrery-cxm/orrery/internal/listen"
)

func TestSwapsMoveNoMoreThanTheirBounds(t *testing.T) {
	e := engine(t)
	ms, err := Fairness(e, nil)
	if err != nil {
		t.Fatal(err)
	}
	groups := map[string]bool{}
	for i := range ms {
		m := &ms[i]
		groups[m.Group] = true
		t.Logf("%-10s %s: of %d swaps %d moved polarity, %d intents, %d hold", m.Group, m.Language, m.Swaps, m.Polarity, m.Intents, m.Hold)
		if m.Rate() <= m.Bound {
			continue
		}
		t.Errorf("%s in %s: %.1f %% of the swaps moved a judgement, %.0f %% may", m.Group, m.Language, 100*m.Rate(), 100*m.Bound)
		for _, x := range m.Examples {
			t.Log("   ", x)
		}
	}
	for _, g := range []string{"names", "genders", "kin", "faiths", "peoples", "bodies", "brands", "emoji", "script", "varieties", "writing"} {
		if !groups[g] {
			t.Errorf("nothing was swapped of %s", g)
		}
	}
}

func engine(t *testing.T) *listen.Engine {
	t.Helper()
	e, err := listen.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	return e
}
