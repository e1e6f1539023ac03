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
	rate     float32 = 0.15
	rareRate float32 = 0.6 // of heads that few messages speak to
	epochs           = 6
	shrink   float32 = 2e-6
	dropout  float32 = 0.3
	rare     float32 = 2     // how much a feature must weigh to be learned: what occurs less is an accident
	idle     float32 = 0.008 // errors below it teach nothing

	sentenceWeight float32 = 0.3 // of a sentence, where a message has one
)

// learner trains one matrix. Every product is rounded on its own, so that machines which fuse multiply and add come to the
// same bits.
type learner struct {
	tag   []uint8
	w, g  []float32
	bias  [3][weights.Outputs]float32
	biasG [3][weights.Outputs]float32
	rng   *rand.Rand
	kept  []uint32
}

func newLearner() *learner {
	l := &learner{w: make([]float32, weights.Buckets*weights.Outputs), g: make([]float32, weights.Buckets*weights.Outputs),
		rng: rand.New(rand.NewPCG(7, 11))}
	for i := range l.g {
		l.g[i] = 1e-3
	}
	for k := range l.biasG {
		for i := range l.biasG[k] {
			l.biasG[k][i] = 1e-3
		}
	}
	return l
}

// claim gives every row to the weightiest feature that falls into it.
func (l *learner) claim(samples []sample) {
	counts := map[uint32]float32{}
	for i := range samples {
		for _, f := range samples[i].m.Features {
			counts[f] += samples[i].weight
		}
	}
	owner := make([]uint32, weights.Buckets)
	most := make([]float32, weights.Buckets)
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
	language := weights.Language(s.m.Language)
	var out, grad [weights.Outputs]float32
	for _, f := range l.kept {
		row := l.w[int(f)*weights.Outputs:]
		row = row[:listen.OutGrammar]
		if s.group == 0 {
			row = row[:grammarEnd]
		}
		for i, v := range row {
			out[i] += v
		}
	}
	for i := range out {
		out[i] = l.bias[language][i] + float32(out[i]*norm)
	}
	if !gradient(s, &out, &grad) {
		return
	}
	var heads [weights.Outputs]int
	n := 0
	for i, d := range grad {
		if d < idle && d > -idle {
			continue
		}
		heads[n] = i
		n++
		l.biasG[language][i] += float32(d * d)
		l.bias[language][i] -= float32(float32(rateOf(i)*d) / sqrt(l.biasG[language][i]))
		grad[i] = d * norm
	}
	for _, f := range l.kept {
		at := int(f) * weights.Outputs
		w, g := (*[weights.Outputs]float32)(l.w[at:]), (*[weights.Outputs]float32)(l.g[at:])
		for _, i := range heads[:n] {
			d := grad[i] + float32(shrink*w[i])
			g[i] += float32(d * d)
			w[i] -= float32(float32(rateOf(i)*d) / sqrt(g[i]))
		}
	}
}

func rateOf(head int) float32 {
	if head > listen.OutIntent && head < listen.OutGrammar {
		return rareRate
	}
	return rate
}

func sqrt(x float32) float32 { return float32(math.Sqrt(float64(x))) }

// grammarEnd is the end of the heads that sentences teach.
const grammarEnd = listen.OutGrammarEmotion + weights.Moods

// gradient of the log loss of every head whose label is known; false when none is.
func gradient(s *sample, out, grad *[weights.Outputs]float32) bool {
	any := false
	if p := s.polarity; p[0]+p[1]+p[2] > 0 {
		softmax(out[listen.OutPolarity:listen.OutPolarity+3], grad[listen.OutPolarity:])
		for i := range 3 {
			grad[listen.OutPolarity+i] = (grad[listen.OutPolarity+i] - p[i]) * s.side()
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
	any = binary(out, grad, listen.OutMixed, s.mixed) || any
	for i, y := range s.events {
		any = binary(out, grad, listen.OutEvent+i, y) || any
	}
	for i, y := range s.risks {
		any = binary(out, grad, listen.OutRisk+i, y) || any
	}
	if s.group == 0 { // a sentence: the heads that only sentences teach
		const g = listen.OutGrammar
		if p := s.polarity; p[0]+p[1]+p[2] > 0 {
			softmax(out[g:g+3], grad[g:])
			for i := range 3 {
				grad[g+i] -= p[i]
			}
		}
		for i, y := range s.intent {
			binary(out, grad, listen.OutGrammarIntent+i, y)
		}
		if s.emotion >= 0 {
			softmax(out[listen.OutGrammarEmotion:listen.OutGrammarEmotion+weights.Moods], grad[listen.OutGrammarEmotion:])
			grad[listen.OutGrammarEmotion+int(s.emotion)]--
		}
	}
	for i := range grad[:listen.OutGrammar] {
		grad[i] *= s.weight
	}
	return any
}

// sideWeights are what English messages count that take a side, or none: more people write when they are cross, and texts
// elsewhere need not be so. In Chinese and Arabic the same weights gained nothing.
var sideWeights = [3]float32{0.9, 1, 1.15}

// side is what the polarity of s counts.
func (s *sample) side() float32 {
	if s.group == 0 || s.mixed == 1 || s.m.Language != "en" {
		return 1
	}
	return sideWeights[argmax(s.polarity[:])]
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
