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
}{{"en", 22000}, {"zh", 14000}, {"ar", 18000}}

// Train builds the model and writes its bytes to out and what it does to log. It takes a minute or two.
func Train(out, log io.Writer) error {
	m, err := Build(log, 1)
	if err != nil {
		return err
	}
	return m.Encode(out)
}

// material is what one language learns from.
type material struct {
	grammar  *grammar
	messages []doc
}

func readMaterial() ([]material, error) {
	var out []material
	for _, s := range sizes {
		g, err := readGrammar(s.lang)
		if err != nil {
			return nil, err
		}
		d, err := readMessages(s.lang)
		if err != nil {
			return nil, err
		}
		out = append(out, material{g, d})
	}
	return out, nil
}

// Build is Train without the bytes; size below one trains on fewer texts, for tests.
func Build(log io.Writer, size float64) (*weights.Model, error) {
	all, err := readMaterial()
	if err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	for i := range all {
		all[i].messages = all[i].messages[:int(float64(len(all[i].messages))*size)]
	}
	m, held, err := build(all, size)
	if err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	for i := range all {
		report(log, sizes[i].lang, held[i])
	}
	return m, nil
}

// build trains on everything, and its stacks on texts that the matrix had not seen; those are returned by language.
func build(ms []material, size float64) (*weights.Model, [][]sample, error) {
	plain, err := listen.New(listen.Options{Untrained: true})
	if err != nil {
		return nil, nil, err
	}
	held := make([][]sample, len(ms))
	for fold := range folds {
		judge, err := listen.New(listen.Options{Model: matrix(corpus(plain, ms, seen, fold, size))})
		if err != nil {
			return nil, nil, err
		}
		for i, m := range ms {
			n := int(float64(sizes[i].n) * size / (2 * folds))
			held[i] = append(held[i], sentences(judge, m.grammar, heldOut, fold, n, uint64(100+10*fold+i))...)
			part := m.part(heldOut, fold)
			held[i] = append(held[i], measured(judge, append(part, longTexts(part)...))...)
		}
	}
	m := matrix(corpus(plain, ms, all, 0, size))
	for i, l := range sizes {
		m.Stack[l.lang] = fitStack(held[i])
	}
	return m, held, nil
}

func matrix(samples []sample) *weights.Model {
	l := newLearner()
	l.train(samples)
	return weights.Quantise(l.w, l.tag, l.bias)
}

// part is the messages that may be used, by groups: those written in one go are alike.
func (m *material) part(p part, fold int) []doc {
	var out []doc
	for _, d := range m.messages {
		if p == all || (d.writer%folds == fold) == (p == heldOut) {
			out = append(out, d)
		}
	}
	return out
}

// corpus is the messages and sentences of all languages and the terms of the lexicons.
func corpus(e *listen.Engine, ms []material, p part, fold int, size float64) []sample {
	var out []sample
	for i := range ms {
		part := ms[i].part(p, fold)
		out = append(out, measured(e, append(part, longTexts(part)...))...)
		out = append(out, sentences(e, ms[i].grammar, p, fold, int(float64(sizes[i].n)*size), uint64(i))...)
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
