package train

import (
	"fmt"
	"io"

	"github.com/orrery-cxm/orrery/internal/listen"
	"github.com/orrery-cxm/orrery/internal/listen/weights"
)

// figures count what a stack says of messages that neither it nor its matrix has seen.
type figures struct {
	messages        int
	sides, right    int // messages that take one side or none, and those judged so
	taking, sided   int // messages that take a side, and those given the right one of the two
	bins            [10]struct{ n, right, sure float64 }
	soft, certain   tally
	mixed, urgent   overlap
	moods           [weights.Moods]overlap
	events, risks   overlap
	eventsSurely    overlap
	intents         [intents]overlap
	praised, wrongs int
}

// tally counts what a threshold on the complaint does.
type tally struct{ said, hit, onPraise int }

// overlap counts what was said, what was there, and what was both.
type overlap struct{ said, there, both int }

func (r *overlap) add(said, there bool) {
	r.said += one(said)
	r.there += one(there)
	r.both += one(said && there)
}

func (r *overlap) precision() float64 { return share(r.both, r.said) }
func (r *overlap) recall() float64    { return share(r.both, r.there) }
func (r *overlap) f1() float64        { return share(2*r.both, r.said+r.there) }

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

// report says how a stack does on held-out messages that it was not fitted on.
func report(log io.Writer, lang string, held []sample) {
	var f figures
	cross(held, f.add)
	f.print(log, lang)
}

// cross fits a stack without each fifth of the groups of messages and shows it what it has not seen.
func cross(held []sample, show func(t *weights.Stack, s *sample)) {
	const fifths = 5
	for k := range fifths {
		var fit []sample
		for i := range held {
			if s := &held[i]; s.group == 0 || s.group%fifths != k {
				fit = append(fit, *s)
			}
		}
		t := fitStack(fit)
		for i := range held {
			if s := &held[i]; s.group > 0 && s.group%fifths == k {
				show(t, s)
			}
		}
	}
}

func (f *figures) add(t *weights.Stack, s *sample) {
	if s.emotion == unknown { // a long text, made of messages that are counted alone
		return
	}
	z := verdicts(&t.Table, s)
	f.messages++
	var p [3]float32
	softmax(z[:3], p[:])
	f.mixed.add(z[listen.VerdictMixed] > 0, s.mixed == 1)
	if g := s.polarity; s.mixed == 0 {
		best, gold := argmax(p[:]), argmax(g[:])
		f.sides++
		f.right += one(best == gold)
		b := &f.bins[min(9, int(p[best]*10))]
		b.n++
		b.sure += float64(p[best])
		b.right += float64(one(best == gold))
		if gold != 1 {
			f.taking++
			f.sided += one((p[2] > p[0]) == (gold == 2))
		}
	}
	hold := s.intent[complaint] == 1
	praised := s.intent[praise] == 1 && !hold
	f.praised += one(praised)
	f.wrongs += one(hold)
	c := listen.ComplaintChance(&z)
	f.soft.add(c >= 0.45, hold, praised)
	f.certain.add(c >= 0.7, hold, praised)
	for i, y := range s.intent {
		if y != unknown {
			f.intents[i].add(z[listen.VerdictIntent+i] > -0.6, y == 1)
		}
	}
	f.urgent.add(z[listen.VerdictUrgency] > 0, s.urgency == 1)
	var m [weights.Moods]float32
	for v := range m {
		for i, w := range t.Mood[v] {
			m[v] += float32(w * s.m.Moods[v][i])
		}
	}
	for i := range m {
		f.moods[i].add(argmax(m[:]) == i, int(s.emotion) == i)
	}
	for v := range t.Find {
		var e float32
		for i, w := range t.Find[v] {
			e += float32(w * s.m.Finds[v][i])
		}
		if v < events {
			f.events.add(e > -0.405, s.events[v] == 1)
			f.eventsSurely.add(e > 1.7, s.events[v] == 1)
		} else {
			f.risks.add(e > 0, s.risks[v-events] == 1)
		}
	}
}

func (t *tally) add(said, hold, praised bool) {
	t.said += one(said)
	t.hit += one(said && hold)
	t.onPraise += one(said && praised)
}

func (f *figures) print(log io.Writer, lang string) {
	var off float64
	for _, b := range f.bins {
		off += max(b.right-b.sure, b.sure-b.right)
	}
	fmt.Fprintf(log, "%s: %d held-out messages: polarity %.3f right of three, %.3f of two, calibration error %.3f, mixed F1 %.3f\n", lang, f.messages, share(f.right, f.sides),
		share(f.sided, f.taking), off/float64(max(1, f.sides)), f.mixed.f1())
	for k, t := range [2]tally{f.soft, f.certain} {
		fmt.Fprintf(log, "    %s complaints: precision %.3f recall %.3f, on praise %.4f\n", [2]string{"soft", "certain"}[k], share(t.hit, t.said), share(t.hit, f.wrongs),
			share(t.onPraise, f.praised))
	}
	var mood, intent float64
	for i := range f.moods {
		mood += f.moods[i].f1() / weights.Moods
	}
	for i := range f.intents {
		intent += f.intents[i].f1() / intents
	}
	fmt.Fprintf(log, "    emotions macro-F1 %.3f, intents macro-F1 %.3f, urgent F1 %.3f\n", mood, intent, f.urgent.f1())
	fmt.Fprintf(log, "    life events: precision %.3f recall %.3f, where we are sure %.3f %.3f; risks: precision %.3f recall %.3f\n", f.events.precision(), f.events.recall(),
		f.eventsSurely.precision(), f.eventsSurely.recall(), f.risks.precision(), f.risks.recall())
}

func verdicts(t *weights.Table, s *sample) (z [weights.Verdicts]float32) {
	for v := range t {
		for k, w := range t[v] {
			z[v] += float32(w * s.m.Inputs[k])
		}
	}
	return z
}

func share(n, of int) float64 { return float64(n) / float64(max(of, 1)) }

func argmax(v []float32) int {
	best := 0
	for i := range v {
		if v[i] > v[best] {
			best = i
		}
	}
	return best
}
