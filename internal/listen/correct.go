package listen

import (
	"fmt"
	"math"
	"sync"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/listen/weights"
)

// Correction is what a person said that a text means.
type Correction struct {
	Text     string
	Polarity *orrery.Polarity // nil when it was not said; Mixed teaches nothing
	Intents  map[string]bool  // by name: it is one, or it is none; names that are not said stay open
}

// Gate is what the held-out corrections say of a lesson: how many of their labels were right before it and after it.
type Gate struct {
	Labels, Before, After int
	Accepted              bool
}

// delta is what one workspace taught: log odds by feature, beside the shipped weights.
type delta struct {
	rows map[uint32]*[weights.Verdicts]float32
	n    int // corrections
}

// add adds what the workspace taught to the verdicts of a text of those features.
func (d *delta) add(features []uint32, z *[weights.Verdicts]float32) {
	norm := 1 / float32(math.Sqrt(float64(max(1, len(features)))))
	for _, f := range features {
		if row := d.rows[f]; row != nil {
			for v, w := range row {
				z[v] += float32(w * norm)
			}
		}
	}
}

// Settings of a lesson: few rows, so many rounds; and a pull to zero, so that one correction does not change the world.
const (
	lessonRounds = 25
	lessonRate   = 0.6
	lessonPull   = 0.002
	examineEvery = 5  // each fifth correction examines, the others teach
	examineFrom  = 20 // below that many all teach, and the gate is whether they are learned without forgetting
)

// Learn returns an engine that heeds the corrections, oldest first, and what the gate said. When the lesson would make the
// held-out corrections worse, the engine returned is e itself. All corrections of a workspace are given each time: a
// lesson starts from the shipped weights. It takes milliseconds for hundreds of corrections. e is not changed, so that the
// caller may swap a pointer.
func (e *Engine) Learn(cs []Correction) (*Engine, Gate) {
	var teach, examine []lesson
	for i := range cs {
		l := e.lesson(&cs[i])
		if len(l.features) == 0 {
			continue
		}
		if len(cs) >= examineFrom && i%examineEvery == examineEvery-1 {
			examine = append(examine, l)
		} else {
			teach = append(teach, l)
		}
	}
	if len(examine) == 0 {
		examine = teach
	}
	d := study(teach)
	g := Gate{}
	for i := range examine {
		g.Labels += examine[i].labels()
		g.Before += examine[i].right(nil)
		g.After += examine[i].right(d)
	}
	if g.Accepted = g.Labels > 0 && g.After >= g.Before; !g.Accepted {
		return e, g
	}
	d.n = len(cs)
	n := *e
	n.taught, n.pool = d, &sync.Pool{}
	n.pool.New = func() any { return n.scratch() }
	n.rename()
	return &n, g
}

// lesson is a correction as it is studied.
type lesson struct {
	features []uint32
	base     [weights.Verdicts]float32 // the verdicts without any lesson
	gold     [weights.Verdicts]int8    // 1, 0, or -1 where nothing was said
}

func (e *Engine) lesson(c *Correction) lesson {
	l := lesson{}
	for v := range l.gold {
		l.gold[v] = -1
	}
	s := e.pool.Get().(*scratch)
	defer e.pool.Put(s)
	s.listen(cut(c.Text), Hint{})
	if !s.lang.judged || len(s.reader.toks) == 0 {
		return l
	}
	l.features = append(l.features, s.features()...)
	l.base = s.verdicts
	if e.taught != nil { // a lesson starts from the shipped weights
		var learned [weights.Verdicts]float32
		e.taught.add(l.features, &learned)
		for v := range l.base {
			l.base[v] -= learned[v]
		}
	}
	if c.Polarity != nil && *c.Polarity != orrery.Mixed {
		for k := range 3 {
			l.gold[VerdictPolarity+k] = 0
		}
		l.gold[VerdictPolarity+int(*c.Polarity)+1] = 1
	}
	for i, name := range intentNames {
		if is, said := c.Intents[name]; said {
			l.gold[VerdictIntent+i] = 0
			if is {
				l.gold[VerdictIntent+i] = 1
			}
		}
	}
	return l
}

// study fits a delta by gradient descent on the log loss, each verdict by itself.
func study(ls []lesson) *delta {
	d := &delta{rows: map[uint32]*[weights.Verdicts]float32{}}
	for round := range lessonRounds {
		rate := float32(lessonRate) / float32(1+round/8)
		for i := range ls {
			l := &ls[i]
			z := l.base
			d.add(l.features, &z)
			norm := 1 / float32(math.Sqrt(float64(len(l.features))))
			for _, f := range l.features {
				row := d.rows[f]
				if row == nil {
					row = new([weights.Verdicts]float32)
					d.rows[f] = row
				}
				for v, y := range l.gold {
					if y >= 0 {
						row[v] -= rate * (float32((sigmoid(z[v])-float32(y))*norm) + float32(lessonPull*row[v]))
					}
				}
			}
		}
	}
	return d
}

func (l *lesson) labels() int {
	n := 0
	if l.gold[VerdictPolarity] >= 0 {
		n++
	}
	for i := range intentNames {
		if l.gold[VerdictIntent+i] >= 0 {
			n++
		}
	}
	return n
}

// right counts the labels that the verdicts get, with the lesson or without.
func (l *lesson) right(d *delta) int {
	z := l.base
	if d != nil {
		d.add(l.features, &z)
	}
	n := 0
	if l.gold[VerdictPolarity] >= 0 {
		best := 0
		for k := range 3 {
			if z[VerdictPolarity+k] > z[VerdictPolarity+best] {
				best = k
			}
		}
		if l.gold[VerdictPolarity+best] == 1 {
			n++
		}
	}
	for i := range intentNames {
		if y := l.gold[VerdictIntent+i]; y >= 0 && (z[VerdictIntent+i] > 0) == (y == 1) {
			n++
		}
	}
	return n
}

// String says what the gate decided, for a log.
func (g Gate) String() string {
	verb := "refused"
	if g.Accepted {
		verb = "accepted"
	}
	return fmt.Sprintf("lesson %s: %d of %d held-out labels right, %d before", verb, g.After, g.Labels, g.Before)
}
