package train

import (
	"math/rand/v2"

	"github.com/orrery-cxm/orrery/internal/listen"
	"github.com/orrery-cxm/orrery/internal/listen/weights"
)

// Settings of the tables: plain logistic regression with a pull to zero, so that no measurement rules alone.
const (
	tableRate   = 0.05
	tableEpochs = 12
	tablePull   = 2e-3
)

// Measurements by what they are, as listen orders them.
const (
	inOne      = 0
	inPolarity = 1  // three outputs of the matrix
	inIntent   = 4  // seven
	inUp       = 11 // lexicons
	inDown     = 12
	inFrame    = 13 // seven
	inAsks     = 20
	inBangs    = 21
	inService  = 22
	inMention  = 23
	inUnknown  = 24
	inLast     = 25
	inLean     = 26
	inSilent   = 27
	inYue      = 28
	inUrgency  = 29
	inUrgent   = 30
	inBoth     = 31
	inStrange  = 33 // the lexicons where the matrix knows little, three
)

// may says which measurements a verdict may use: those that have to do with it, so that chance is not learned.
func may(verdict, in int) bool {
	switch in {
	case inOne, inUp, inDown, inUnknown:
		return true
	}
	switch {
	case verdict < listen.VerdictIntent:
		return in < inIntent || in == inFrame+complaint || in == inFrame+praise || in == inAsks || in == inBangs || in == inLast || in == inLean ||
			in == inSilent || in == inBoth || in >= inStrange && in < inStrange+3
	case verdict == listen.VerdictIntent+complaint:
		return in < inIntent || in == inIntent+complaint || in == inFrame+complaint || in == inFrame+praise || in == inFrame+question || in == inService || in == inMention ||
			in == inLean || in == inLast || in == inBoth
	case verdict == listen.VerdictUrgency:
		return in == inUrgency || in == inUrgent
	}
	k := verdict - listen.VerdictIntent
	return in == inIntent+k || in == inFrame+k || k == question && in == inAsks || k == praise && (in < inIntent || in == inLean)
}

// fitTable weighs measurements of held-out sentences into verdicts.
func fitTable(samples []sample) *weights.Table {
	var t, g weights.Table
	for v := range g {
		for i := range g[v] {
			g[v][i] = 1
		}
	}
	rng := rand.New(rand.NewPCG(3, 5))
	order := make([]int, len(samples))
	for i := range order {
		order[i] = i
	}
	for range tableEpochs {
		rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, i := range order {
			tableStep(&t, &g, &samples[i])
		}
	}
	return &t
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
			grad[listen.VerdictPolarity+i] -= p[i]
		}
	}
	for i, y := range s.intent {
		if y != unknown {
			grad[listen.VerdictIntent+i] = 1/(1+exp(-z[listen.VerdictIntent+i])) - float32(y)
		}
	}
	if s.urgency != unknown {
		grad[listen.VerdictUrgency] = 1/(1+exp(-z[listen.VerdictUrgency])) - float32(s.urgency)
	}
	for v := range grad {
		grad[v] *= s.weight
	}
	for v, d := range grad {
		if d == 0 {
			continue
		}
		for i := range t[v] {
			if !may(v, i) {
				continue
			}
			e := float32(d*x[i]) + float32(tablePull*t[v][i])
			g[v][i] += float32(e * e)
			t[v][i] -= float32(float32(tableRate*e)/sqrt(g[v][i])) * 4
		}
	}
}
