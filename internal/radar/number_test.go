package radar

import (
	"math"
	"testing"
)

func TestTailsAreThoseOfTheirDistributions(t *testing.T) {
	poisson := func(k int, mean float64) float64 {
		sum, term := 0.0, math.Exp(-mean)
		for i := range k {
			sum += term
			term *= mean / float64(i+1)
		}
		return 1 - sum
	}
	negative := func(k int, mean, variance float64) float64 {
		size := mean * mean / (variance - mean)
		p := size / (size + mean)
		sum, term := 0.0, math.Pow(p, size)
		for i := range k {
			sum += term
			term *= (1 - p) * (float64(i) + size) / float64(i+1)
		}
		return 1 - sum
	}
	for k := 1; k < 30; k++ {
		for _, mean := range []float64{0.1, 1, 7.5, 20} {
			got, by := tail(k, mean, mean)
			if want := poisson(k, mean); by != Poisson || (want > 1e-9 && math.Abs(math.Pow(10, got)/want-1) > 1e-5) {
				t.Errorf("%d or more of %g: 10^%g by %s; %g is expected", k, mean, got, by, want)
			}
			got, by = tail(k, mean, 3*mean)
			if want := negative(k, mean, 3*mean); by != NegativeBinomial || (want > 1e-9 && math.Abs(math.Pow(10, got)/want-1) > 1e-5) {
				t.Errorf("%d or more of %g, spread thrice: 10^%g by %s; %g is expected", k, mean, got, by, want)
			}
		}
	}
	// R: ppois(59, 10, lower.tail = FALSE) is below what one minus a sum can show; the leading term is 10^60 e^-10 / 60!.
	if got, _ := tail(60, 10, 10); got < -26.6 || got > -26 {
		t.Errorf("sixty of ten: 10^%g", got)
	}
	if got, _ := tail(0, 5, 5); got != 0 {
		t.Errorf("none or more is certain, not 10^%g", got)
	}
}

func TestTheScoreOfWordsIsDunnings(t *testing.T) {
	// "the swiss" in table 5 of Dunning (1993): 110, 2442, 111, 29114 give 270.72.
	if got := logLikelihood(110, 110+2442, 111, 111+29114); math.Abs(got-270.72) > 0.01 {
		t.Errorf("got %.2f, the paper has 270.72", got)
	}
	if got := logLikelihood(5, 100, 50, 1000); math.Abs(got) > 1e-9 {
		t.Errorf("what is as frequent as before scores %g", got)
	}
}

func TestTheWeekIsLearned(t *testing.T) {
	var hours []uint16
	for h := range 56 * 24 {
		n := uint16(2)
		if h%24 >= 8 && h%24 < 20 && h/24%7 < 5 {
			n = 20
		}
		hours = append(hours, n)
	}
	const from = 168 * 1000
	l := learn(hours, from, 0)
	at := func(h int64) float64 {
		mean, _ := l.usual((from+h)*hourMillis, (from+h+1)*hourMillis, 0)
		return mean
	}
	if m := at(56*24 + 10); m < 17 || m > 23 {
		t.Errorf("20 people speak at ten on Mondays; %.1f are expected", m)
	}
	if m := at(56*24 + 3); m > 4 {
		t.Errorf("2 people speak at night; %.1f are expected", m)
	}
	if m := at(56*24 + 5*24 + 10); m > 5 {
		t.Errorf("2 people speak at ten on Saturdays; %.1f are expected", m)
	}
	if two, _ := l.usual((from+56*24+10)*hourMillis, (from+56*24+12)*hourMillis, 0); math.Abs(two-at(56*24+10)-at(56*24+11)) > 1e-9 {
		t.Error("what is expected of two hours is not the sum of both")
	}
}
