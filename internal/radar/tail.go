package radar

import "math"

// How rare a count is was reckoned by one of these.
const (
	Poisson          = "poisson"
	NegativeBinomial = "negative_binomial"
)

// tail is the logarithm to base ten of the chance of k or more where mean are expected with the given variance: by the
// Poisson distribution, or by the negative binomial of that mean and variance where the variance is clearly greater.
// The sum runs upwards from k, so that small chances keep their precision; its terms come from the logarithm of the gamma
// function (Johnson, Kemp and Kotz, "Univariate Discrete Distributions", 2005, chapters 4 and 5).
func tail(k int, mean, variance float64) (log10 float64, by string) {
	if k <= 0 {
		return 0, Poisson
	}
	if mean <= 0 {
		return math.Inf(-1), Poisson
	}
	by = Poisson
	first, ratio := 0.0, func(i float64) float64 { return mean / (i + 1) }
	x := float64(k)
	if variance > 1.02*mean {
		by = NegativeBinomial
		size := mean * mean / (variance - mean)
		p := mean / (mean + size)
		up, _ := math.Lgamma(x + size)
		down, _ := math.Lgamma(size)
		own, _ := math.Lgamma(x + 1)
		first = up - down - own + x*math.Log(p) - size*math.Log1p(mean/size)
		ratio = func(i float64) float64 { return p * (i + size) / (i + 1) }
	} else {
		own, _ := math.Lgamma(x + 1)
		first = x*math.Log(mean) - mean - own
	}
	sum, term := 1.0, 1.0
	for i := x; i < x+10000; i++ {
		term *= ratio(i)
		sum += term
		if term < 1e-9*sum && ratio(i) < 1 {
			break
		}
	}
	return math.Min(0, (first+math.Log(sum))/math.Ln10), by
}
