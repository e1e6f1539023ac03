package eval

import (
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"
)

// Figure is a number with its 95 % bootstrap interval.
type Figure struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// rounds of the bootstrap (Efron 1979), percentile intervals. Resamples are drawn from a fixed seed.
const rounds = 1000

// Calibration error is that of Naeini et al. 2015: ten bins of equal width of confidence, the distance of mean confidence
// and share right in each, weighed by its rows. Coverage is the largest share of rows, the surest first and equally sure ones
// together, of which coverRight are right; below coverFrom rows it means nothing.
const (
	calibrationBins = 10
	coverRight      = 0.9
	coverFrom       = 20
)

// Places of figures in what measured returns; from placeClass on precision and recall of each class.
const (
	placeAccuracy = iota
	placeMacroF1
	placeCalibration
	placeCoverage
	placeClass
)

// sample counts how often each row is drawn, the surest row first.
type sample struct {
	rows    []judged // by falling confidence
	times   []int
	classes int
}

// newSample takes each row once.
func newSample(rows []judged, classes int) *sample {
	s := &sample{rows: slices.Clone(rows), times: make([]int, len(rows)), classes: classes}
	slices.SortStableFunc(s.rows, func(a, b judged) int {
		switch {
		case a.conf > b.conf:
			return -1
		case a.conf < b.conf:
			return 1
		}
		return 0
	})
	for i := range s.times {
		s.times[i] = 1
	}
	return s
}

func (s *sample) draw(rng *rand.Rand) {
	clear(s.times)
	for range s.times {
		s.times[rng.IntN(len(s.times))]++
	}
}

// tally counts hits, false alarms and misses of each class.
type tally struct{ hit, false, missed [maxClasses]int }

// add counts a row; most rows have one class, so bits are walked.
func (t *tally) add(r *judged, n int) {
	for m := r.hit(); m != 0; m &= m - 1 {
		t.hit[bits.TrailingZeros64(m)] += n
	}
	for m := r.false(); m != 0; m &= m - 1 {
		t.false[bits.TrailingZeros64(m)] += n
	}
	for m := r.missed(); m != 0; m &= m - 1 {
		t.missed[bits.TrailingZeros64(m)] += n
	}
}

// macroF1 is the mean F1 of the first so many classes.
func (t *tally) macroF1(classes int) float64 {
	sum, n := 0.0, 0
	for c := range classes {
		if d := 2*t.hit[c] + t.false[c] + t.missed[c]; d > 0 {
			sum += float64(2*t.hit[c]) / float64(d)
			n++
		}
	}
	return part(sum, float64(n))
}

// part is a/b, and NaN where there is nothing to divide by.
func part(a, b float64) float64 {
	if b == 0 {
		return math.NaN()
	}
	return a / b
}

// measured are the figures of the rows as drawn.
func (s *sample) measured(out []float64) []float64 {
	var t tally
	var conf, hits, n [calibrationBins]float64
	right, total, best := 0, 0, 0
	for i := range s.rows {
		r, k := &s.rows[i], s.times[i]
		if k > 0 {
			t.add(r, k)
			ok := count(r.right()) * k
			b := binOf(r.conf)
			conf[b] += r.conf * float64(k)
			hits[b] += float64(ok)
			n[b] += float64(k)
			right, total = right+ok, total+k
		}
		last := i+1 == len(s.rows) || s.rows[i+1].conf != r.conf
		if last && total >= coverFrom && float64(right) >= coverRight*float64(total) {
			best = total
		}
	}
	ece := 0.0
	for b := range n {
		ece += math.Abs(conf[b] - hits[b])
	}
	all := float64(total)
	out = append(out[:0], float64(right)/all, t.macroF1(s.classes), ece/all, float64(best)/all)
	for c := range s.classes {
		out = append(out, part(float64(t.hit[c]), float64(t.hit[c]+t.false[c])), part(float64(t.hit[c]), float64(t.hit[c]+t.missed[c])))
	}
	return out
}

func binOf(conf float64) int { return min(calibrationBins-1, int(conf*calibrationBins)) }

// seed makes the same rows give the same resamples.
func seed(rows int) *rand.Rand { return rand.New(rand.NewPCG(1, uint64(rows))) }

// figures are those of rows with their intervals, by place.
func figures(rows []judged, classes int) []Figure {
	s := newSample(rows, classes)
	values := slices.Clone(s.measured(nil))
	rng := seed(len(rows))
	drawn := make([][]float64, len(values))
	var buf []float64
	for range rounds {
		s.draw(rng)
		buf = s.measured(buf)
		for i, v := range buf {
			if !math.IsNaN(v) {
				drawn[i] = append(drawn[i], v)
			}
		}
	}
	out := make([]Figure, len(values))
	for i, v := range values {
		out[i] = interval(v, drawn[i], 0.95)
	}
	return out
}

// interval puts the middle share of drawn around v. Figures are kept to four places: beyond, machines differ.
func interval(v float64, drawn []float64, share float64) Figure {
	if math.IsNaN(v) || len(drawn) == 0 {
		return Figure{}
	}
	slices.Sort(drawn)
	at := func(q float64) float64 { return drawn[min(len(drawn)-1, int(q*float64(len(drawn))))] }
	return Figure{Value: round(v), Low: round(at((1 - share) / 2)), High: round(at((1 + share) / 2))}
}

func round(v float64) float64 { return math.Round(v*1e4) / 1e4 }

// correlation is Pearson's, of rows drawn so often.
func correlation(rows []judged, times []int) float64 {
	var n, sx, sy, sxx, syy, sxy float64
	for i := range rows {
		x, y, k := rows[i].x, rows[i].y, float64(times[i])
		n, sx, sy, sxx, syy, sxy = n+k, sx+k*x, sy+k*y, sxx+k*x*x, syy+k*y*y, sxy+k*x*y
	}
	return part(n*sxy-sx*sy, math.Sqrt((n*sxx-sx*sx)*(n*syy-sy*sy)))
}

// correlated is the correlation with its interval.
func correlated(rows []judged) Figure {
	s := newSample(rows, 0)
	v := correlation(s.rows, s.times)
	rng := seed(len(rows))
	var drawn []float64
	for range rounds {
		s.draw(rng)
		if c := correlation(s.rows, s.times); !math.IsNaN(c) {
			drawn = append(drawn, c)
		}
	}
	return interval(v, drawn, 0.95)
}
