package radar

import (
	"fmt"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/orrery-cxm/orrery"
)

// measured is what a simulation found.
type measured struct {
	months, alarms int       // after the first day
	starts         int       // alarms of the first day, when nothing is known
	delays         []float64 // hours from the tripling to the alert; 72 where none came
}

// measure lets two months of a new market pass, and then triples its rate.
func measure(seed uint64, rate float64, shape func(float64) func(int) float64, markets int) measured {
	var m measured
	for i := range markets {
		r := rand.New(rand.NewPCG(seed, uint64(i)))
		w := newWorld()
		usual := shape(rate)
		w.live(r, 56*24, usual, says{market: "GB", aspects: []string{"refund"}})
		m.months += 2
		for _, a := range w.alerts() {
			if a.Raised < monday.Add(orrery.Day) {
				m.starts++
			} else {
				m.alarms++
			}
		}
		for w.Open() > 0 {
			w.live(r, 1, usual, says{market: "GB", aspects: []string{"refund"}})
		}
		before, began := len(w.alerts()), w.now
		base := int((began - monday) / orrery.Instant(orrery.Hour))
		delay := 72.0
		for h := range 72 {
			w.live(r, 1, func(int) float64 { return 3 * usual(base+h) }, says{market: "GB", aspects: []string{"refund"}})
			if a := w.alerts(); len(a) > before {
				delay = float64(a[before].Raised-began) / float64(orrery.Hour)
				break
			}
		}
		m.delays = append(m.delays, delay)
	}
	return m
}

func median(list []float64) float64 {
	s := append([]float64(nil), list...)
	for i := range s {
		for j := i; j > 0 && s[j] < s[j-1]; j-- {
			s[j], s[j-1] = s[j-1], s[j]
		}
	}
	return s[len(s)/2]
}

func TestAlarmsAreRareAndATripledRateIsFound(t *testing.T) {
	markets := 4
	if os.Getenv("RADAR_MARKETS") != "" {
		_, _ = fmt.Sscan(os.Getenv("RADAR_MARKETS"), &markets)
	}
	for _, c := range []struct {
		name  string
		rate  float64
		shape func(float64) func(int) float64
		most  float64 // hours, median
	}{
		{"steady", 0.2, flat, 72}, {"steady", 1, flat, 30}, {"steady", 5, flat, 6}, {"steady", 30, flat, 1},
		{"daily and weekly cycle", 1, daily, 30}, {"daily and weekly cycle", 5, daily, 10}, {"daily and weekly cycle", 30, daily, 2.5},
	} {
		m := measure(7, c.rate, c.shape, markets)
		perMonth := float64(m.alarms) / float64(m.months)
		t.Logf("%-22s %5.1f an hour: %.3f false alarms a market and month (%d in %d, beside %d on first days); tripled rate found after %.1f h (median), %.1f h at most",
			c.name, c.rate, perMonth, m.alarms, m.months, m.starts, median(m.delays), maxOf(m.delays))
		if perMonth > 0.15 {
			t.Errorf("%s at %g an hour: %.2f false alarms a market and month; 0.15 are bearable", c.name, c.rate, perMonth)
		}
		if d := median(m.delays); d > c.most {
			t.Errorf("%s at %g an hour: a tripled rate is found after %.1f h; %.1f h are expected", c.name, c.rate, d, c.most)
		}
	}
}

func maxOf(list []float64) (m float64) {
	for _, x := range list {
		m = max(m, x)
	}
	return m
}
