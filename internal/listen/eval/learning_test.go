package eval

import (
	"fmt"
	"hash/fnv"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/listen"
)

// labelled is a row as both learners see it.
type labelled struct {
	text     string
	gold     int // index into the classes of its set
	features []uint32
}

// course is a set split into what may be labelled and what is measured.
type course struct {
	*Set
	classes    []string
	pool, test []labelled
}

// Bounds of a course: enough to tell one point apart, and no more.
const (
	maxPool  = 4000
	maxTest  = 2000
	corrects = 300
	atOnce   = 50
)

func newCourse(e *listen.Engine, s *Set) *course {
	c := &course{Set: s}
	for _, r := range s.Rows {
		if !slices.Contains(c.classes, r.Gold) {
			c.classes = append(c.classes, r.Gold)
		}
	}
	slices.Sort(c.classes)
	for _, r := range s.Rows {
		m := e.Measure(r.Text)
		if m.Language == "" {
			continue // not judged: nobody can learn from it here
		}
		l := labelled{text: r.Text, gold: slices.Index(c.classes, r.Gold), features: m.Features}
		h := fnv.New64a()
		_, _ = h.Write([]byte(r.Text))
		if h.Sum64()%10 < 7 {
			if len(c.pool) < maxPool {
				c.pool = append(c.pool, l)
			}
		} else if len(c.test) < maxTest {
			c.test = append(c.test, l)
		}
	}
	return c
}

// chances are the engine's probabilities for the classes of the course.
func (c *course) chances(e *listen.Engine, text string) []float64 {
	out := make([]float64, len(c.classes))
	if c.Task == Emotion {
		sum := 0.0
		for i, p := range e.Moods(text, listen.Hint{}) {
			n := listen.Emotion(i)
			if n == "" {
				n = "none"
			}
			k := slices.Index(c.classes, n)
			if k < 0 && n == "gratitude" {
				k = slices.Index(c.classes, "joy")
			}
			if k >= 0 {
				out[k] += p
				sum += p
			}
		}
		for k := range out {
			out[k] /= max(sum, 1e-9)
		}
		return out
	}
	neg, neu, pos := e.Odds(text, listen.Hint{})
	sum := 0.0
	for k, n := range c.classes {
		switch n {
		case "negative":
			out[k] = neg
		case "neutral":
			out[k] = neu
		case "positive":
			out[k] = pos
		}
		sum += out[k]
	}
	for k := range out {
		out[k] /= max(sum, 1e-9)
	}
	return out
}

func (c *course) correction(l labelled) listen.Correction {
	out := listen.Correction{Text: l.text}
	name := c.classes[l.gold]
	if c.Task == Emotion {
		if name == "none" {
			name = ""
		}
		out.Emotion = &name
		return out
	}
	p := map[string]orrery.Polarity{"negative": orrery.Negative, "neutral": orrery.Neutral, "positive": orrery.Positive}[name]
	out.Polarity = &p
	return out
}

// measure is accuracy and macro-F1 on the test rows.
func (c *course) measure(chances func(labelled) []float64) (acc, f1 float64) {
	n := len(c.classes)
	hit, said, gold := make([]float64, n), make([]float64, n), make([]float64, n)
	for _, l := range c.test {
		k := top(chances(l))
		said[k]++
		gold[l.gold]++
		if k == l.gold {
			hit[k]++
			acc += 1 / float64(len(c.test))
		}
	}
	for k := range n {
		f1 += 2 * hit[k] / max(1, said[k]+gold[k]) / float64(n)
	}
	return acc, f1
}

func top(p []float64) int {
	b := 0
	for i := range p {
		if p[i] > p[b] {
			b = i
		}
	}
	return b
}

// least is the place of the row of the pool about which the chances are least sure, best first.
func (c *course) uncertain(taken map[int]bool, n int, chances func(labelled) []float64) []int {
	type doubt struct {
		at     int
		margin float64
	}
	var ds []doubt
	for i, l := range c.pool {
		if !taken[i] {
			p := chances(l)
			b := top(p)
			second := 0.0
			for k, v := range p {
				if k != b {
					second = max(second, v)
				}
			}
			ds = append(ds, doubt{i, p[b] - second})
		}
	}
	slices.SortStableFunc(ds, func(a, b doubt) int {
		switch {
		case a.margin < b.margin:
			return -1
		case a.margin > b.margin:
			return 1
		}
		return a.at - b.at
	})
	var out []int
	for _, d := range ds[:min(n, len(ds))] {
		out = append(out, d.at)
	}
	return out
}

// linear is the plain supervised model: softmax over the same features, nothing else.
type linear struct {
	w    map[uint32][]float64
	bias []float64
}

func fitLinear(rows []labelled, classes, epochs int, rate, pull float64) *linear {
	m := &linear{w: map[uint32][]float64{}, bias: make([]float64, classes)}
	g, gb := map[uint32][]float64{}, make([]float64, classes)
	for range epochs {
		for _, l := range rows {
			p := m.chances(l)
			p[l.gold]--
			norm := 1 / math.Sqrt(float64(len(l.features)))
			for k := range p {
				gb[k] += p[k] * p[k]
				m.bias[k] -= rate * p[k] / math.Sqrt(1e-3+gb[k])
			}
			for _, f := range l.features {
				if m.w[f] == nil {
					m.w[f], g[f] = make([]float64, classes), make([]float64, classes)
				}
				for k := range p {
					e := p[k]*norm + pull*m.w[f][k]
					g[f][k] += e * e
					m.w[f][k] -= rate * e / math.Sqrt(1e-3+g[f][k])
				}
			}
		}
	}
	return m
}

func (m *linear) chances(l labelled) []float64 {
	z := slices.Clone(m.bias)
	norm := 1 / math.Sqrt(float64(len(l.features)))
	for _, f := range l.features {
		for k, w := range m.w[f] {
			z[k] += w * norm
		}
	}
	t := z[top(z)]
	sum := 0.0
	for k := range z {
		z[k] = math.Exp(z[k] - t)
		sum += z[k]
	}
	for k := range z {
		z[k] /= sum
	}
	return z
}

// plain is the best of a few settings of the supervised model on the test rows themselves: it is given every advantage.
func (c *course) plain(rows []labelled) (acc, f1 float64) {
	for _, s := range [][3]float64{{8, 0.05, 1e-4}, {30, 0.1, 1e-4}, {30, 0.5, 1e-3}} {
		m := fitLinear(rows, len(c.classes), int(s[0]), s[1], s[2])
		if a, f := c.measure(m.chances); a > acc {
			acc, f1 = a, f
		}
	}
	return acc, f1
}

// TestThreeHundredCorrectionsAreWorthMoreThanAModelOfTheirOwn prints, for every set that is there: the engine as shipped,
// after 300 corrections chosen by its own uncertainty, and a supervised linear model on the same 300 labels, on 300 in order,
// and on every label of the pool.
func TestThreeHundredCorrectionsAreWorthMoreThanAModelOfTheirOwn(t *testing.T) {
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
	fmt.Printf("%-28s %-9s %5s %5s | %-11s | %-11s | %-11s %-11s %-11s\n", "set", "task", "pool", "test", "shipped", "300 taught", "plain same", "plain first", "plain all")
	for i := range sets {
		s := &sets[i]
		if s.Task != Binary && s.Task != Polarity && s.Task != Emotion {
			continue
		}
		c := newCourse(e, s)
		if len(c.pool) < 2*corrects || len(c.test) < 200 {
			continue
		}
		a0, f0 := c.measure(func(l labelled) []float64 { return c.chances(e, l.text) })
		taken := map[int]bool{}
		school := listen.NewSchool(e)
		var examples []*listen.Example
		var rows []labelled
		now := e
		for len(rows) < corrects {
			for _, k := range c.uncertain(taken, atOnce, func(l labelled) []float64 { return c.chances(now, l.text) }) {
				taken[k] = true
				rows = append(rows, c.pool[k])
				corr := c.correction(c.pool[k])
				if x, ok := e.Example(&corr); ok {
					examples = append(examples, &x)
				}
			}
			var l listen.Lesson
			now, l = school.Learn(examples)
			if !l.Accepted {
				fmt.Printf("    %v\n", l)
			}
		}
		a1, f1 := c.measure(func(l labelled) []float64 { return c.chances(now, l.text) })
		a2, f2 := c.plain(rows)
		a3, f3 := c.plain(c.pool[:corrects])
		a4, f4 := 0.0, 0.0
		if os.Getenv("ORRERY_LONG") != "" {
			a4, f4 = c.plain(c.pool)
		}
		all++
		if a1 >= max(a2, a3) {
			wins++
		}
		fmt.Printf("%-28s %-9s %5d %5d | %.3f/%.3f | %.3f/%.3f | %.3f/%.3f %.3f/%.3f %.3f/%.3f\n", s.Name, s.Task, len(c.pool), len(c.test), a0, f0, a1, f1, a2, f2, a3, f3, a4, f4)
	}
	if all == 0 {
		t.Skip("there is no set that is large enough")
	}
	if 2*wins <= all {
		t.Errorf("300 corrections are at or above the supervised model on %d of %d sets: most are promised", wins, all)
	}
}
