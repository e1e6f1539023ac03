package train

import (
	"fmt"
	"io"
	"math/rand/v2"

	"github.com/orrery-cxm/orrery/internal/listen"
	"github.com/orrery-cxm/orrery/internal/listen/weights"
)

// sizes are how many sentences each language gives to the matrix.
var sizes = [...]struct {
	lang string
	n    int
}{{"en", 60000}, {"zh", 40000}, {"ar", 40000}}

// Train builds the model and writes its bytes to out and what it does to log. It takes about a minute.
func Train(out, log io.Writer) error {
	m, err := Build(log, 1)
	if err != nil {
		return err
	}
	return m.Encode(out)
}

// Build is Train without the bytes; share below one trains on fewer sentences, for tests.
func Build(log io.Writer, share float64) (*weights.Model, error) {
	plain, err := listen.New(listen.Options{Untrained: true})
	if err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	var gs []*grammar
	for _, s := range sizes {
		g, err := readGrammar(s.lang)
		if err != nil {
			return nil, fmt.Errorf("train: %w", err)
		}
		gs = append(gs, g)
	}
	first := newLearner()
	first.train(corpus(plain, gs, seen, share))
	trial := weights.Quantise(first.w, first.tag, first.bias)
	judge, err := listen.New(listen.Options{Model: trial})
	if err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	last := newLearner()
	last.train(corpus(plain, gs, all, share))
	m := weights.Quantise(last.w, last.tag, last.bias)
	for i, g := range gs {
		held := sentences(judge, g, heldOut, int(float64(sizes[i].n)*share/3), uint64(100+i))
		cutoff := len(held) * 4 / 5
		m.Stack[g.lang] = fitTable(held[:cutoff])
		report(log, g.lang, m.Stack[g.lang], held[cutoff:])
	}
	return m, nil
}

// corpus is the sentences of all languages and the terms of the lexicons.
func corpus(e *listen.Engine, gs []*grammar, p part, share float64) []sample {
	var out []sample
	for i, g := range gs {
		out = append(out, sentences(e, g, p, int(float64(sizes[i].n)*share), uint64(i))...)
	}
	return append(out, terms(e)...)
}

func sentences(e *listen.Engine, g *grammar, p part, n int, seed uint64) []sample {
	m := &maker{g: g, e: e, rng: rand.New(rand.NewPCG(seed, uint64(p)+1)), part: p, cache: map[string][]string{}}
	out := make([]sample, 0, n)
	for range n {
		d := m.make()
		s := sample{doc: d, m: e.Measure(d.text)}
		if len(s.m.Features) > 0 {
			out = append(out, s)
		}
	}
	return out
}

// terms are the scored terms of the lexicons as texts of one term.
func terms(e *listen.Engine) []sample {
	var out []sample
	for t := range e.Terms() {
		d := newDoc()
		d.text, d.weight = t.Text, 0.5
		switch {
		case t.Score >= 1.5:
			d.polarity[2] = 1
			d.intent[complaint] = 0
		case t.Score <= -1.5:
			d.polarity[0] = 1
		}
		if len(t.Emotions) == 1 {
			d.emotion = int8(t.Emotions[0])
		}
		s := sample{doc: d, m: e.Measure(t.Text)}
		if len(s.m.Features) > 0 && (d.polarity != [3]float32{} || d.emotion >= 0) {
			out = append(out, s)
		}
	}
	return out
}

// report says how the table does on held-out sentences that it was not fitted on.
func report(log io.Writer, lang string, t *weights.Table, held []sample) {
	var right, known, hit, said, gold int
	for i := range held {
		s := &held[i]
		var z [weights.Verdicts]float32
		for v := range t {
			for k, w := range t[v] {
				z[v] += w * s.m.Inputs[k]
			}
		}
		if p := s.polarity; max(p[0], p[1], p[2]) == 1 {
			known++
			if argmax(z[:3]) == argmax(p[:]) {
				right++
			}
		}
		if y := s.intent[complaint]; y != unknown {
			c := z[listen.VerdictIntent+complaint] > 0
			if y == 1 {
				gold++
			}
			if c {
				said++
				if y == 1 {
					hit++
				}
			}
		}
	}
	fmt.Fprintf(log, "%s: %d held-out sentences, polarity %.3f right, complaints precision %.3f recall %.3f\n", lang, len(held),
		float64(right)/float64(max(known, 1)), float64(hit)/float64(max(said, 1)), float64(hit)/float64(max(gold, 1)))
}

func argmax(v []float32) int {
	best := 0
	for i := range v {
		if v[i] > v[best] {
			best = i
		}
	}
	return best
}
