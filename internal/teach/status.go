package teach

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/listen"
)

// Status is what a workspace has learned, and how well it listens. It holds no text and names nobody.
type Status struct {
	Engine      string        `json:"engine"`           // in force; what was taught is counted after the plus
	Enabled     bool          `json:"enabled"`          // whether corrections teach, by the policy
	Corrections int           `json:"corrections"`      // that are heeded, the newest 4,096 at most; one a touch
	Ignored     int           `json:"ignored"`          // of them by somebody whom the policy ignores
	Accepted    int           `json:"lessons_accepted"` // since the workspace was opened
	Refused     int           `json:"lessons_refused"`
	Lesson      *LessonStatus `json:"lesson,omitempty"` // the latest
	Accuracy    []Accuracy    `json:"accuracy"`
}

// LessonStatus is what came of a lesson.
type LessonStatus struct {
	listen.Lesson
	Reason string `json:"reason,omitempty"` // why it was refused: held_out or sanity
}

// Accuracy is how often the first answer of the embedded engine was what a person said later.
type Accuracy struct {
	Head     string  `json:"head"`
	Language string  `json:"language"`
	Random   bool    `json:"random"` // from the random sample, and so without bias; the others were chosen by somebody
	Right    int     `json:"right"`
	Of       int     `json:"of"`
	Share    float64 `json:"share"`
	Low      float64 `json:"low"` // of the 95 % interval by Wilson
	High     float64 `json:"high"`
}

// Status says what was learned up to now.
func (t *Teacher) Status() Status {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.status
	s.Accuracy = slices.Clone(s.Accuracy)
	return s
}

// mark is one head of one text, right or wrong.
type mark struct {
	head, language string
	random, right  bool
}

// marksOf compares the first answer with what a person said. A head that the person left open gets no mark.
func marksOf(touch orrery.TouchID, first, gold *orrery.Signals) []mark {
	if !listen.Judged(first) {
		return nil
	}
	var out []mark
	random := listen.Sampled(touch)
	for _, c := range listen.Compare(first, gold) {
		out = append(out, mark{head: c.Head, language: first.Language, random: random, right: c.Same})
	}
	return out
}

// accuracies counts marks by head, language and sample, in that order.
func accuracies(marks []mark) []Accuracy {
	sums := map[mark]*Accuracy{}
	for _, m := range marks {
		key := mark{head: m.head, language: m.language, random: m.random}
		a := sums[key]
		if a == nil {
			a = &Accuracy{Head: m.head, Language: m.language, Random: m.random}
			sums[key] = a
		}
		a.Of++
		if m.right {
			a.Right++
		}
	}
	out := make([]Accuracy, 0, len(sums))
	for a := range maps.Values(sums) {
		a.Share = float64(a.Right) / float64(a.Of)
		a.Low, a.High = wilson(a.Right, a.Of)
		out = append(out, *a)
	}
	slices.SortFunc(out, func(a, b Accuracy) int {
		return cmp.Or(cmp.Compare(a.Head, b.Head), cmp.Compare(a.Language, b.Language), -cmp.Compare(flag(a.Random), flag(b.Random)))
	})
	return out
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

// wilson is the 95 % score interval of a share (E. B. Wilson, 1927).
func wilson(right, of int) (low, high float64) {
	if of == 0 {
		return 0, 1
	}
	const z = 1.959963984540054
	n := float64(of)
	p := float64(right) / n
	middle := (p + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return max(0, middle-half), min(1, middle+half)
}
