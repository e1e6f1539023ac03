package eval

import (
	"fmt"
	"math"
	"testing"

	"github.com/orrery-cxm/orrery/internal/listen"
)

// shares are the shares of classes among unlabelled texts by expectation and maximisation (Saerens, Latinne and
// Decaestecker, 2002), for a classifier that was trained on equal shares.
func shares(ps [][]float64) []float64 {
	if len(ps) == 0 {
		return nil
	}
	n := len(ps[0])
	prior := make([]float64, n)
	for k := range prior {
		prior[k] = 1 / float64(n)
	}
	for range 50 {
		next := make([]float64, n)
		for _, p := range ps {
			for k, v := range under(p, prior) {
				next[k] += v / float64(len(ps))
			}
		}
		prior = next
	}
	return prior
}

// under are chances under other shares of the classes.
func under(p, prior []float64) []float64 {
	out := make([]float64, len(p))
	sum := 0.0
	for k := range p {
		out[k] = p[k] * prior[k]
		sum += out[k]
	}
	for k := range out {
		out[k] /= max(sum, 1e-12)
	}
	return out
}

func TestSharesAreFoundAgain(t *testing.T) {
	var ps [][]float64
	for i := range 1000 {
		if i%10 < 8 {
			ps = append(ps, []float64{0.9, 0.1})
		} else {
			ps = append(ps, []float64{0.1, 0.9})
		}
	}
	// With chances of .9 and .1 right as they are, the share a that makes .8 of the texts look like the first is
	// (.8 - .1) / (.9 - .1) = .875.
	if got := shares(ps)[0]; math.Abs(got-0.875) > 0.01 {
		t.Errorf("the share of the first class is %.3f, not .875", got)
	}
}

// TestSharesOfUnlabelledTextsDoNotHelp measures whether the engine, told the shares of the classes that it finds in
// unlabelled texts, is right more often. As long as it is not on most sets, the product does not do it.
func TestSharesOfUnlabelledTextsDoNotHelp(t *testing.T) {
	dir := data(t)
	e, err := listen.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	sets, _, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	wins, all := 0, 0
	for i := range sets {
		s := &sets[i]
		if s.Task != Binary && s.Task != Polarity && s.Task != Emotion {
			continue
		}
		c := newCourse(e, s)
		if len(c.pool) < 2*corrects || len(c.test) < 200 {
			continue
		}
		var ps [][]float64
		for _, l := range c.pool {
			ps = append(ps, c.chances(e, l.text))
		}
		prior := shares(ps)
		a0, f0 := c.measure(func(l labelled) []float64 { return c.chances(e, l.text) })
		a1, f1 := c.measure(func(l labelled) []float64 { return under(c.chances(e, l.text), prior) })
		all++
		if a1 > a0 && f1 > f0 {
			wins++
		}
		fmt.Printf("%-28s %-9s shipped %.3f/%.3f  with shares found %.3f/%.3f  %v %.2f\n", s.Name, s.Task, a0, f0, a1, f1, c.classes, prior)
	}
	if all == 0 {
		t.Skip("there is no set that is large enough")
	}
	if 2*wins > all {
		t.Errorf("it wins in accuracy and macro-F1 on %d of %d sets: it is worth having now, behind the gate", wins, all)
	}
}
