package train

import (
	"math/rand/v2"

	"github.com/orrery-cxm/orrery/internal/listen"
	"github.com/orrery-cxm/orrery/internal/listen/weights"
)

// Settings of the stacks: plain logistic regression with a pull to zero, so that no measurement rules alone.
const (
	tableRate    = 0.05
	tableEpochs  = 12
	tableSettles = 4 // epochs before those whose mean is kept: the last texts must not decide
	tablePull    = 2e-3
)

// Measurements by what they are, as listen orders them.
const (
	inOne           = 0
	inPolarity      = 1  // three outputs of the matrix
	inIntent        = 4  // seven
	inUp            = 11 // lexicons
	inDown          = 12
	inFrame         = 13 // seven
	inAsks          = 20
	inBangs         = 21
	inService       = 22
	inMention       = 23
	inUnknown       = 24
	inLast          = 25
	inLean          = 26
	inSilent        = 27
	inYue           = 28
	inUrgency       = 29
	inUrgent        = 30
	inBoth          = 31
	inStrange       = 33 // the lexicons where the matrix knows little, three
	inPieces        = 36 // how the sentences lean: last, first, lowest, highest, mean
	inMixed         = 41
	inDivided       = 42
	inLong          = 43
	inGrammar       = 44 // polarity three, intents seven, by sentences alone
	inGrammarIntent = 47
	inLongLean      = 54 // leans of long texts, four
)

// may says which measurements a verdict may use: those that have to do with it, so that chance is not learned.
func may(verdict, in int) bool {
	switch in {
	case inOne, inUp, inDown, inUnknown, inLong:
		return true
	}
	pieces := in >= inPieces && in < inPieces+5
	grammar := in >= inGrammar && in < inGrammarIntent || in >= inLongLean && in < inLongLean+4
	switch {
	case verdict < listen.VerdictIntent:
		return grammar || in < inIntent || in == inIntent+complaint || in == inIntent+praise || in == inFrame+complaint || in == inFrame+praise || in == inAsks || in == inBangs || in == inLast || in == inLean ||
			in == inSilent || in == inBoth || in >= inStrange && in < inStrange+3 || pieces || in == inMixed || in == inDivided
	case verdict == listen.VerdictIntent+complaint:
		return grammar || in == inGrammarIntent+complaint || in < inIntent || in == inIntent+complaint || in == inIntent+praise || in == inFrame+complaint || in == inFrame+praise || in == inFrame+question || in == inService || in == inMention ||
			in == inLean || in == inLast || in == inBoth || pieces || in == inMixed || in == inDivided
	case verdict == listen.VerdictUrgency:
		return in == inUrgency || in == inUrgent
	case verdict == listen.VerdictMixed:
		return in < inIntent || in == inMixed || in == inDivided || in == inBoth || in == inIntent+complaint || in == inIntent+praise || pieces
	}
	k := verdict - listen.VerdictIntent
	return in == inIntent+k || in == inGrammarIntent+k || in == inFrame+k || k == question && in == inAsks || k == praise && (in < inIntent || in == inLean || pieces || in == inMixed)
}

// fitStack weighs measurements of held-out texts into verdicts.
func fitStack(samples []sample) *weights.Stack {
	var t, g, mean weights.Stack
	for v := range g.Table {
		for i := range g.Table[v] {
			g.Table[v][i] = 1
		}
	}
	for v := range g.Mood {
		for i := range g.Mood[v] {
			g.Mood[v][i] = 1
		}
	}
	for v := range t.Find {
		t.Find[v] = fitFind(samples, v)
	}
	rng := rand.New(rand.NewPCG(3, 5))
	order := make([]int, len(samples))
	for i := range order {
		order[i] = i
	}
	for epoch := range tableEpochs {
		rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, i := range order {
			s := &samples[i]
			unseen := *s
			if s.group > 0 && rng.Float32() < blindMoods {
				for k := range unseen.m.Moods {
					unseen.m.Moods[k][1], unseen.m.Moods[k][4] = 0, 0
				}
			}
			moodStep(&t, &g, &unseen)
			if s.group > 0 && rng.Float32() < blind[s.m.Language] {
				b := *s
				for i := range b.m.Inputs {
					if i >= inPolarity && i < inUp || i >= inPieces && i <= inMixed || i == inLongLean+1 || i == inLongLean+3 {
						b.m.Inputs[i] = 0
					}
				}
				s = &b
			}
			tableStep(&t.Table, &g.Table, s)
		}
		if epoch >= tableSettles {
			settle(&mean, &t)
		}
	}
	mean.Find = t.Find
	return &mean
}

// settle adds the share of one epoch to the mean.
func settle(mean, t *weights.Stack) {
	const share = 1.0 / (tableEpochs - tableSettles)
	for v := range t.Table {
		for i, w := range t.Table[v] {
			mean.Table[v][i] += float32(w * share)
		}
	}
	for v := range t.Mood {
		for i, w := range t.Mood[v] {
			mean.Mood[v][i] += float32(w * share)
		}
	}
}

func tableStep(t, g *weights.Table, s *sample) {
	x := &s.m.Inputs
	var z, grad [weights.Verdicts]float32
	for v := range t {
		for i, w := range t[v] {
			z[v] += float32(w * x[i])
		}
	}
	if p := s.polarity; p[0]+p[1]+p[2] > 0 {
		softmax(z[listen.VerdictPolarity:listen.VerdictPolarity+3], grad[listen.VerdictPolarity:])
		for i := range 3 {
			grad[listen.VerdictPolarity+i] = (grad[listen.VerdictPolarity+i] - p[i]) * s.side()
		}
	}
	one := func(v int, y int8) {
		if y != unknown {
			grad[v] = 1/(1+exp(-z[v])) - float32(y)
		}
	}
	for i, y := range s.intent {
		one(listen.VerdictIntent+i, y)
	}
	one(listen.VerdictUrgency, s.urgency)
	one(listen.VerdictMixed, s.mixed)
	for v, d := range grad {
		if d == 0 {
			continue
		}
		for i := range t[v] {
			if may(v, i) {
				descend(&t[v][i], &g[v][i], s.weight*d, x[i])
			}
		}
	}
}

// blind is the share of messages that a table judges without what the messages taught: other texts are not like them.
var blind = map[string]float32{"en": 0.2, "zh": 0, "ar": 0.1}

// blindMoods is the same for emotions, of which the lexicons know more.
const blindMoods = 0.3

// noneWeight is what a message that shows no emotion counts: brands' messages show few, other texts more.
const noneWeight = 0.6

// descend moves w against the gradient d of what x adds.
func descend(w, g *float32, d, x float32) {
	e := float32(d*x) + float32(tablePull**w)
	*g += float32(e * e)
	*w -= float32(float32(tableRate*e)/sqrt(*g)) * 4
}

func moodStep(t, g *weights.Stack, s *sample) {
	if s.emotion < 0 {
		return
	}
	var z, p [weights.Moods]float32
	for v := range z {
		for i, w := range t.Mood[v] {
			z[v] += float32(w * s.m.Moods[v][i])
		}
	}
	softmax(z[:], p[:])
	p[s.emotion]--
	weight := s.weight
	if s.emotion == weights.Moods-1 {
		weight *= noneWeight
	}
	for v, d := range p {
		for i, x := range s.m.Moods[v] {
			descend(&t.Mood[v][i], &g.Mood[v][i], weight*d, x)
		}
	}
}

// fitFind weighs what speaks for one event or risk, by Newton's method: what is rare needs exact steps.
func fitFind(samples []sample, v int) [weights.FindInputs]float32 {
	const n = weights.FindInputs
	var w [n]float64
	for range findSteps {
		var grad [n]float64
		var curve [n][n]float64
		for i := range w {
			grad[i], curve[i][i] = float64(-findPull*w[i]), findPull
		}
		for k := range samples {
			s := &samples[k]
			y := found(s, v)
			if y == unknown {
				continue
			}
			x := &s.m.Finds[v]
			var z float64
			for i := range w {
				z += float64(w[i] * float64(x[i]))
			}
			p := float64(1 / (1 + exp(-float32(z))))
			d, c := float64(float64(s.weight)*(float64(y)-p)), float64(float64(s.weight)*float64(p*(1-p)))
			for i := range w {
				grad[i] += float64(d * float64(x[i]))
				for j := range w {
					curve[i][j] += float64(c * float64(float64(x[i])*float64(x[j])))
				}
			}
		}
		step := solve(curve, grad)
		for i := range w {
			w[i] += max(-2, min(2, step[i]))
		}
	}
	var out [n]float32
	for i := range w {
		out[i] = float32(w[i])
	}
	return out
}

const (
	findSteps = 12
	findPull  = 1
)

func found(s *sample, v int) int8 {
	if v < events {
		return s.events[v]
	}
	return s.risks[v-events]
}

// solve is the x for which a times x is b, by elimination; a is positive definite.
func solve(a [weights.FindInputs][weights.FindInputs]float64, b [weights.FindInputs]float64) [weights.FindInputs]float64 {
	n := len(b)
	for i := range n {
		for k := i + 1; k < n; k++ {
			f := a[k][i] / a[i][i]
			for j := i; j < n; j++ {
				a[k][j] -= float64(f * a[i][j])
			}
			b[k] -= float64(f * b[i])
		}
	}
	for i := n - 1; i >= 0; i-- {
		for j := i + 1; j < n; j++ {
			b[i] -= float64(a[i][j] * b[j])
		}
		b[i] /= a[i][i]
	}
	return b
}
