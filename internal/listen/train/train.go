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
}{{"en", 90000}, {"zh", 50000}, {"ar", 50000}}

// Train builds the model and writes its bytes to out and what it does to log. It takes about a minute.
func Train(out, log io.Writer) error {
	m, err := Build(log, 1)
	if err != nil {
		return err
	}
	return m.Encode(out)
}

// Build is Train without the bytes; size below one trains on fewer sentences, for tests.
func Build(log io.Writer, size float64) (*weights.Model, error) {
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
	held := make([][]sample, len(gs))
	for fold := range folds {
		l := newLearner()
		l.train(corpus(plain, gs, seen, fold, size))
		judge, err := listen.New(listen.Options{Model: weights.Quantise(l.w, l.tag, l.bias)})
		if err != nil {
			return nil, fmt.Errorf("train: %w", err)
		}
		for i, g := range gs {
			n := int(float64(sizes[i].n) * size / (2 * folds))
			held[i] = append(held[i], sentences(judge, g, heldOut, fold, n, uint64(100+10*fold+i))...)
		}
	}
	last := newLearner()
	last.train(corpus(plain, gs, all, 0, size))
	m := weights.Quantise(last.w, last.tag, last.bias)
	for i, g := range gs {
		m.Stack[g.lang] = fitTable(held[i])
		// What is reported comes from a table that did not see what it is reported on.
		cutoff := len(held[i]) * (folds - 1) / folds
		report(log, g.lang, fitTable(held[i][:cutoff]), held[i][cutoff:])
	}
	return m, reportMessages(log, m)
}

// corpus is the sentences of all languages and the terms of the lexicons.
func corpus(e *listen.Engine, gs []*grammar, p part, fold int, size float64) []sample {
	var out []sample
	for i, g := range gs {
		out = append(out, sentences(e, g, p, fold, int(float64(sizes[i].n)*size), uint64(i))...)
	}
	return append(out, terms(e)...)
}

func sentences(e *listen.Engine, g *grammar, p part, fold, n int, seed uint64) []sample {
	m := &maker{g: g, e: e, rng: rand.New(rand.NewPCG(seed, uint64(p)+1)), part: p, fold: fold, cache: map[string][]string{}}
	out := make([]sample, 0, n)
	for range n {
		d := m.make()
		s := sample{doc: d, m: e.Measure(d.text)}
		if s.ifServed && s.m.Inputs[inService] == 0 && m.chance(0.5) {
			s.intent[complaint] = 0
		}
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

// tally counts what a threshold on the complaint does.
type tally struct {
	said, hit, onPraise int
}

// report says how the table does on held-out sentences that it was not fitted on: polarity, and complaints at the two
// thresholds that the product acts on.
func report(log io.Writer, lang string, t *weights.Table, held []sample) {
	var right, known, gold, praised int
	var at [2]tally
	for i := range held {
		s := &held[i]
		z := verdicts(t, s)
		if p := s.polarity; max(p[0], p[1], p[2]) == 1 {
			known++
			if argmax(z[:3]) == argmax(p[:]) {
				right++
			}
		}
		y := s.intent[complaint]
		if y == unknown {
			continue
		}
		gold += int(y)
		thanks := s.intent[praise] == 1 && y == 0
		if thanks {
			praised++
		}
		c := listen.ComplaintChance(&z)
		for k, limit := range [2]float32{0.45, 0.7} {
			if c < limit {
				continue
			}
			at[k].said++
			at[k].hit += int(y)
			if thanks {
				at[k].onPraise++
			}
		}
	}
	fmt.Fprintf(log, "%s: %d held-out sentences, polarity %.3f right\n", lang, len(held), share(right, known))
	for k, name := range [2]string{"soft", "certain"} {
		fmt.Fprintf(log, "    %s complaints: precision %.3f recall %.3f, on praise %.4f\n", name, share(at[k].hit, at[k].said), share(at[k].hit, gold),
			share(at[k].onPraise, praised))
	}
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
