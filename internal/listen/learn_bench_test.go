package listen

import (
	"fmt"
	"testing"

	"github.com/orrery-cxm/orrery"
)

// BenchmarkLesson is one lesson, with its examination, after so many corrections.
func BenchmarkLesson(b *testing.B) {
	e, err := New(Options{})
	if err != nil {
		b.Fatal(err)
	}
	for _, n := range []int{50, 300, 2000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s := NewSchool(e)
			var xs []*Example
			for i := range n {
				p := orrery.Polarity(i%3 - 1)
				c := Correction{Text: fmt.Sprintf("order %d of the %c flobber came on day %d and it zings in room %d, what shall I say about that", i, 'a'+i%26, i*7, i%13),
					Polarity: &p, Intents: map[string]bool{orrery.IntentComplaint: p < 0, orrery.IntentQuestion: p == 0}}
				if x, ok := e.Example(&c); ok {
					xs = append(xs, &x)
				}
			}
			for b.Loop() {
				s.lesson(standing{}, xs)
			}
		})
	}
}

// BenchmarkListenTaught is what a delta costs each text.
func BenchmarkListenTaught(b *testing.B) {
	e, err := New(Options{})
	if err != nil {
		b.Fatal(err)
	}
	var xs []*Example
	for i, c := range zinging() {
		if x, ok := e.Example(&c); ok && i >= 0 {
			xs = append(xs, &x)
		}
	}
	taught, _ := NewSchool(e).Learn(xs)
	for _, x := range []struct {
		name string
		e    *Engine
	}{{"shipped", e}, {"taught", taught}} {
		b.Run(x.name, func(b *testing.B) {
			for b.Loop() {
				x.e.Listen("I have been waiting for three weeks and my flobber is still zinging, nobody answers", Hint{})
			}
		})
	}
}
