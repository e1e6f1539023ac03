package train

import (
	"math"
	"math/rand/v2"

	"github.com/orrery-cxm/orrery/internal/listen"
	"github.com/orrery-cxm/orrery/internal/listen/weights"
)

// sample is a document as the learner sees it.
type sample struct {
	doc
	m listen.Measured
}

// Settings of the learner: AdaGrad over softmax and sigmoid heads.
const (
	rate    = 0.15
	epochs  = 4
	shrink  = 2e-6
	dropout = 0.3
)

// learner trains one matrix. Every product is rounded on its own, so that machines which fuse multiply and add come to the
// same bits.
type learner struct {
	tag   []uint8
	w, g  []float32
	bias  [weights.Outputs]float32
	biasG [weights.Outputs]float32
	rng   *rand.Rand
	kept  []uint32
}

func newLearner() *learner {
	l := &learner{w: make([]float32, weights.Buckets*weights.Outputs), g: make([]float32, weights.Buckets*weights.Outputs),
		rng: rand.New(rand.NewPCG(7, 11))}
	for i := range l.g {
		l.g[i] = 1e-3
	}
	for i := range l.biasG {
		l.biasG[i] = 1e-3
	}
	return l
}

// rare is how often a feature must occur to be learned: what occurs less is an accident of how sentences were put together.
const rare = 3

// claim gives every row to the most frequent feature that falls into it.
func (l *learner) claim(samples []sample) {
	counts := map[uint32]int32{}
	for i := range samples {
		for _, f := range samples[i].m.Features {
			counts[f]++
		}
	}
	owner := make([]uint32, weights.Buckets)
	most := make([]int32, weights.Buckets)
	for f, n := range counts { // the order does not matter: ties go to the smaller feature
		b := f & (weights.Buckets - 1)
		if n >= rare && (n > most[b] || n == most[b] && f < owner[b]) {
			owner[b], most[b] = f, n
		}
	}
	l.tag = make([]uint8, weights.Buckets)
	for b, n := range most {
		if n > 0 {
			l.tag[b] = weights.TagOf(owner[b])
		}
	}
}

func (l *learner) train(samples []sample) {
	l.claim(samples)
	order := make([]int, len(samples))
	for i := range order {
		order[i] = i
	}
	for range epochs {
		l.rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, i := range order {
			l.step(&samples[i])
		}
	}
}

func (l *learner) step(s *sample) {
	l.kept = l.kept[:0]
	for _, f := range s.m.Features {
		if b := f & (weights.Buckets - 1); l.tag[b] == weights.TagOf(f) && l.rng.Float32() >= dropout {
			l.kept = append(l.kept, b)
		}
	}
	if len(l.kept) == 0 {
		return
	}
	norm := 1 / float32(math.Sqrt(float64(len(l.kept))))
	out := l.bias
	for _, f := range l.kept {
		row := l.w[int(f)*weights.Outputs : (int(f)+1)*weights.Outputs]
		for i, v := range row {
			out[i] += float32(v * norm)
		}
	}
	var grad [weights.Outputs]float32
	if !gradient(s, &out, &grad) {
		return
	}
	for i := range grad {
		if grad[i] == 0 {
			continue
		}
		l.biasG[i] += float32(grad[i] * grad[i])
		l.bias[i] -= float32(float32(rate*grad[i]) / sqrt(l.biasG[i]))
	}
	for _, f := range l.kept {
		at := int(f) * weights.Outputs
		w, g := l.w[at:at+weights.Outputs], l.g[at:at+weights.Outputs]
		for i, d := range grad {
			if d == 0 {
				continue
			}
			d = float32(d*norm) + float32(shrink*w[i])
			g[i] += float32(d * d)
			w[i] -= float32(float32(rate*d) / sqrt(g[i]))
		}
	}
}

func sqrt(x float32) float32 { return float32(math.Sqrt(float64(x))) }

// gradient of the log loss of every head whose label is known; false when none is.
func gradient(s *sample, out, grad *[weights.Outputs]float32) bool {
	any := false
	if p := s.polarity; p[0]+p[1]+p[2] > 0 {
		softmax(out[listen.OutPolarity:listen.OutPolarity+3], grad[listen.OutPolarity:])
		for i := range 3 {
			grad[listen.OutPolarity+i] -= p[i]
		}
		any = true
	}
	for i, y := range s.intent {
		any = binary(out, grad, listen.OutIntent+i, y) || any
	}
	if s.emotion >= 0 {
		softmax(out[listen.OutEmotion:listen.OutNone+1], grad[listen.OutEmotion:])
		grad[listen.OutEmotion+int(s.emotion)]--
		any = true
	}
	any = binary(out, grad, listen.OutUrgency, s.urgency) || any
	any = binary(out, grad, listen.OutLife, s.life) || any
	for i := range grad {
		grad[i] *= s.weight
	}
	return any
}

func binary(out, grad *[weights.Outputs]float32, at int, y int8) bool {
	if y == unknown {
		return false
	}
	grad[at] = 1/(1+exp(-out[at])) - float32(y)
	return true
}

func softmax(z, p []float32) {
	top := z[0]
	for _, v := range z {
		top = max(top, v)
	}
	var sum float32
	for i, v := range z {
		p[i] = exp(v - top)
		sum += p[i]
	}
	for i := range z {
		p[i] /= sum
	}
}

// exp is e to the x by halving and a series: the same bits on every machine, which math.Exp does not promise.
func exp(x float32) float32 {
	if x > 60 {
		x = 60
	}
	if x < -60 {
		return 0
	}
	y := float64(x) / 1024
	e := 1 + float64(y*(1+float64(y/2*(1+float64(y/3*(1+y/4))))))
	for range 10 {
		e = float64(e * e)
	}
	return float32(e)
}
