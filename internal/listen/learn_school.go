package listen

import (
	"fmt"
	"math/bits"
	"slices"
	"sync"
)

// Lesson is what came of the latest lesson. It names nobody and holds no text.
type Lesson struct {
	Corrections int     `json:"corrections"` // that there are
	Taught      int     `json:"taught"`      // that the engine in force has heeded
	Labels      int     `json:"labels"`      // held-out labels of the examination
	Before      int     `json:"before"`      // of them right by the engine that was in force
	After       int     `json:"after"`       // of them right by the new one
	Worse       float64 `json:"worse"`       // share of resamples in which the new one is worse
	Sanity      int     `json:"sanity"`      // plain sentences that the new one would misunderstand
	Accepted    bool    `json:"accepted"`
}

// Refused says why a lesson was refused: "sanity", "held_out", or "" when it was accepted.
func (l Lesson) Refused() string {
	switch {
	case l.Accepted:
		return ""
	case l.Sanity > 0:
		return "sanity"
	}
	return "held_out"
}

// String says what came of it, for a log.
func (l Lesson) String() string {
	verb := "accepted"
	if r := l.Refused(); r != "" {
		verb = "refused (" + r + ")"
	}
	return fmt.Sprintf("lesson of %d corrections %s: %d of %d held-out labels right, %d before", l.Corrections, verb, l.After, l.Labels, l.Before)
}

// School teaches one workspace. What it makes depends on the examples and their order alone, never on how many came at a
// time: lessons are compared along fixed milestones, of which the latest is kept.
//
// A School is used by one goroutine.
type School struct {
	// Stop is asked now and then; when it says yes, a lesson ends without a result. nil never does.
	Stop func() bool

	shipped *Engine
	sanity  []*Example
	xs      []*Example // of the milestone
	at      standing   // after it
}

// standing is what is in force after some examples.
type standing struct {
	d     *delta  // nil as shipped
	heard int     // examples that it was taught
	right []uint8 // by example that it was taught: labels right when it was held out
}

// NewSchool makes a school for an engine, whose own lessons do not count.
func NewSchool(e *Engine) *School {
	s := &School{shipped: e.Shipped()}
	for i := range sanity {
		c := sanity[i].correction()
		if x, ok := s.shipped.Example(&c); ok {
			s.sanity = append(s.sanity, &x)
		}
	}
	return s
}

// Shipped is the engine without any lesson.
func (e *Engine) Shipped() *Engine {
	if e.shipped != nil {
		return e.shipped
	}
	return e
}

// MaxLessons is how many corrections are heeded; beyond it the oldest are for the caller to leave out.
const MaxLessons = 4096

// Learn returns the engine that examples teach, oldest first, and what the latest lesson came to. A refused lesson leaves
// the engine of the milestone before in force. It takes a moment for hundreds of examples and a second or two for thousands.
// The engine is nil when Stop ended it.
func (s *School) Learn(xs []*Example) (*Engine, Lesson) {
	if len(xs) < len(s.xs) || !slices.Equal(s.xs, xs[:len(s.xs)]) {
		s.xs, s.at = nil, standing{} // somebody took something back: from the beginning
	}
	for m := len(s.xs) + 1; m < len(xs); m++ {
		if milestone(m) {
			if s.stopped() {
				return nil, Lesson{}
			}
			s.at, _ = s.lesson(s.at, xs[:m])
			s.xs = slices.Clone(xs[:m])
		}
	}
	if len(xs) == 0 {
		return s.shipped, Lesson{}
	}
	if s.stopped() {
		return nil, Lesson{}
	}
	now, l := s.lesson(s.at, xs)
	if milestone(len(xs)) {
		s.at, s.xs = now, slices.Clone(xs)
	}
	l.Taught = now.heard
	return s.shipped.with(now.d), l
}

func (s *School) stopped() bool { return s.Stop != nil && s.Stop() }

// milestone says after how many examples the one to compare with is made anew: four times while they double.
func milestone(n int) bool {
	if n < 8 {
		return true
	}
	return n%(1<<(bits.Len(uint(n))-3)) == 0
}

// with is the engine with another delta; nil for none.
func (e *Engine) with(d *delta) *Engine {
	if d == nil {
		return e.Shipped()
	}
	n := *e.Shipped()
	n.taught, n.shipped, n.pool = d, e.Shipped(), &sync.Pool{}
	n.pool.New = func() any { return n.scratch() }
	n.rename()
	return &n
}

// lesson studies examples and examines the result against what is in force.
func (s *School) lesson(before standing, xs []*Example) (standing, Lesson) {
	l := Lesson{Corrections: len(xs)}
	after := standing{d: study(xs, s.sanity), heard: len(xs), right: s.crossExamine(xs)}
	gain := make([]int, len(xs))
	for i, x := range xs {
		was := before.rightOn(i, x)
		l.Labels += x.Labels()
		l.Before += was
		l.After += int(after.right[i])
		gain[i] = int(after.right[i]) - was
	}
	l.Worse = worse(gain)
	l.Sanity = after.d.forgets(s.sanity)
	if l.Accepted = l.Sanity == 0 && l.Worse < refuseAt; !l.Accepted {
		return before, l
	}
	return after, l
}

// rightOn is how many labels of example i what is in force gets right without having been taught it.
func (s *standing) rightOn(i int, x *Example) int {
	if i < len(s.right) {
		return int(s.right[i])
	}
	z := x.base
	if s.d != nil {
		s.d.add(x.language, &x.inputs, x.features, &z)
	}
	return x.right(&z)
}
