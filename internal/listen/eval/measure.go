package eval

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/listen"
)

// Listener is what is measured.
type Listener interface {
	Listen(text string, h listen.Hint) *orrery.Signals
	Leaning(text string, h listen.Hint) float64
	Odds(text string, h listen.Hint) (negative, neutral, positive float64)
	Revision() string
}

// Figure is a number with its 95 % bootstrap interval.
type Figure struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// ClassFigures are those of one class.
type ClassFigures struct {
	Class     string  `json:"class"`
	Rows      int     `json:"rows"`
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
}

// Result is what was measured on one set.
type Result struct {
	Set      string         `json:"set"`
	Task     Task           `json:"task"`
	Rows     int            `json:"rows"`
	Dups     int            `json:"duplicates_removed"`
	Accuracy Figure         `json:"accuracy"`
	MacroF1  Figure         `json:"macro_f1"`
	Classes  []ClassFigures `json:"classes,omitempty"`
	ECE      Figure         `json:"calibration_error"`
	Coverage Figure         `json:"coverage_at_90"` // share of rows, most confident first, that are right in 90 %
	R        *Figure        `json:"correlation,omitempty"`
	Micros   float64        `json:"us_a_text"`
	P99      float64        `json:"us_p99"`
	Notes    []string       `json:"notes,omitempty"`
}

// judged is one row with the answer to it.
type judged struct {
	gold, said string
	conf       float64
	x, y       float64 // of Correlation
}

// rounds of the bootstrap.
const rounds = 300

// Measure runs l over the set.
func Measure(l Listener, s *Set) Result {
	r := Result{Set: s.Name, Task: s.Task, Rows: len(s.Rows), Dups: s.Dups}
	if len(s.Rows) == 0 {
		return r
	}
	rows := make([]judged, len(s.Rows))
	took := make([]float64, len(s.Rows))
	counts := map[string]int{}
	for i, row := range s.Rows {
		start := time.Now()
		sig := l.Listen(row.Text, listen.Hint{})
		took[i] = float64(time.Since(start).Nanoseconds()) / 1000
		rows[i] = answer(l, s, row, sig, counts)
	}
	slices.Sort(took)
	r.P99 = took[len(took)*99/100]
	for _, t := range took {
		r.Micros += t / float64(len(took))
	}
	if s.Task == Correlation {
		f := boot(rows, correlation)
		r.R = &f
		return r
	}
	r.Accuracy = boot(rows, accuracy)
	r.MacroF1 = boot(rows, macroF1)
	r.ECE = boot(rows, calibration)
	r.Coverage = boot(rows, coverage)
	r.Classes = perClass(rows)
	r.Notes = notes(s, counts, len(rows))
	return r
}

func sample(rows []judged, rng *rand.Rand, into []judged) []judged {
	into = into[:0]
	for range rows {
		into = append(into, rows[rng.IntN(len(rows))])
	}
	return into
}

// boot measures rows, and resamples of them for the interval; the same rows always give the same figures.
func boot(rows []judged, f func([]judged) float64) Figure {
	rng := rand.New(rand.NewPCG(1, uint64(len(rows))))
	vals := make([]float64, rounds)
	var buf []judged
	for i := range vals {
		buf = sample(rows, rng, buf)
		vals[i] = f(buf)
	}
	slices.Sort(vals)
	return Figure{Value: f(rows), Low: vals[rounds*25/1000], High: vals[rounds*975/1000]}
}

func accuracy(rows []judged) float64 {
	n := 0
	for _, r := range rows {
		if r.gold == r.said {
			n++
		}
	}
	return float64(n) / float64(len(rows))
}

func perClass(rows []judged) []ClassFigures {
	var names []string
	gold, said, both := map[string]int{}, map[string]int{}, map[string]int{}
	for _, r := range rows {
		gold[r.gold]++
		said[r.said]++
		if r.gold == r.said {
			both[r.gold]++
		}
	}
	for n := range gold {
		names = append(names, n)
	}
	slices.Sort(names)
	out := make([]ClassFigures, 0, len(names))
	for _, n := range names {
		c := ClassFigures{Class: n, Rows: gold[n], Recall: float64(both[n]) / float64(gold[n])}
		if said[n] > 0 {
			c.Precision = float64(both[n]) / float64(said[n])
		}
		out = append(out, c)
	}
	return out
}

func macroF1(rows []judged) float64 {
	sum := 0.0
	cs := perClass(rows)
	for _, c := range cs {
		if c.Precision+c.Recall > 0 {
			sum += 2 * c.Precision * c.Recall / (c.Precision + c.Recall)
		}
	}
	return sum / float64(len(cs))
}

// calibration is the expected calibration error over ten bins of confidence.
func calibration(rows []judged) float64 {
	var conf, right, n [10]float64
	for _, r := range rows {
		b := min(9, int(r.conf*10))
		conf[b] += r.conf
		n[b]++
		if r.gold == r.said {
			right[b]++
		}
	}
	e := 0.0
	for b := range n {
		e += math.Abs(conf[b] - right[b])
	}
	return e / float64(len(rows))
}

func coverage(rows []judged) float64 {
	sorted := slices.Clone(rows)
	slices.SortStableFunc(sorted, func(a, b judged) int {
		switch {
		case a.conf > b.conf:
			return -1
		case a.conf < b.conf:
			return 1
		}
		return 0
	})
	right, best := 0, 0
	for i, r := range sorted {
		if r.gold == r.said {
			right++
		}
		if i >= 20 && float64(right) >= 0.9*float64(i+1) {
			best = i + 1
		}
	}
	return float64(best) / float64(len(rows))
}

func correlation(rows []judged) float64 {
	var sx, sy, sxx, syy, sxy float64
	n := float64(len(rows))
	for _, r := range rows {
		sx += r.x
		sy += r.y
		sxx += r.x * r.x
		syy += r.y * r.y
		sxy += r.x * r.y
	}
	d := math.Sqrt((n*sxx - sx*sx) * (n*syy - sy*sy))
	if d == 0 {
		return 0
	}
	return (n*sxy - sx*sy) / d
}
