package listen

import (
	"math"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/listen/weights"
)

// valence is one scored term in its place, after negation and emphasis.
type valence struct {
	from, to int32
	score    float32
}

// clause is a stretch of tokens between signs or "but".
type clause struct {
	from, to int32
	weight   float32
	score    float32 // sum of the valences in it
}

// clausesOf cuts the text into clauses and weighs them: what follows a "but" counts more than what precedes it.
func (s *scratch) clausesOf() {
	s.clauses = s.clauses[:0]
	toks := s.reader.toks
	from := int32(0)
	cutAt := func(i int32) {
		if i > from {
			s.clauses = append(s.clauses, clause{from: from, to: i, weight: 1})
		}
		from = i
	}
	for i := range toks {
		switch {
		case toks[i].ends() || toks[i].kind == kindPunct && toks[i].sign == ',':
			cutAt(int32(i + 1))
		case s.at(i, s.classes.but):
			cutAt(int32(i))
			if n := len(s.clauses); n > 0 {
				s.clauses[n-1].weight = 0.5
			}
		}
	}
	cutAt(int32(len(toks)))
	for i := 1; i < len(s.clauses); i++ {
		if s.at(int(s.clauses[i].from), s.classes.but) {
			s.clauses[i].weight = 1.4
		}
	}
}

// Reach of a negation and of an intensifier, in tokens before the term.
const (
	reachWords = 3
	reachHan   = 4
)

// weigh finds the scored terms: longest first, left to right, each with negation and emphasis.
func (s *scratch) weigh() {
	s.terms = s.terms[:0]
	for i := 0; i < len(s.reader.toks); {
		best := -1
		for m := s.first[i]; m < s.first[i+1]; m++ {
			if s.lex.entries[s.matches[m].entry].scored {
				best = int(m)
			}
		}
		if best < 0 {
			i++
			continue
		}
		m := s.matches[best]
		v := float32(s.lex.entries[m.entry].score) / 10
		s.terms = append(s.terms, valence{from: m.from, to: m.to, score: s.inContext(m, v)})
		i = int(m.to)
	}
}

func (s *scratch) inContext(m match, v float32) float32 {
	toks := s.reader.toks
	reach := reachWords
	if toks[m.from].kind == kindHan {
		reach = reachHan
	}
	negated := false
	for i := int(m.from) - 1; i >= 0 && i >= int(m.from)-reach; i-- {
		if toks[i].ends() || toks[i].kind == kindPunct && toks[i].sign == ',' {
			break
		}
		switch {
		case s.at(i, s.classes.neg):
			negated = !negated
		case s.at(i, s.classes.intens):
			v *= 1.25
		case s.at(i, s.classes.dim):
			v *= 0.7
		}
	}
	if toks[m.from].caps && s.upper*2 < s.counts[kindLatin] {
		v *= 1.2
	}
	if negated {
		if v > 0 {
			v *= -0.8
		} else {
			v *= -0.45
		}
	}
	return v
}

// polarity judges the whole text.
func (s *scratch) polarity(out *orrery.Signals) {
	neg, neu, pos := polarityChances(&s.verdicts)
	s.odds = [3]float32{neg, neu, pos}
	p := max(neg, neu, pos)
	switch {
	case s.divided() && max(neg, pos) < 0.8:
		out.Polarity, p = orrery.Mixed, max(p, neg+pos-0.2)
	case neg == p:
		out.Polarity = orrery.Negative
	case pos == p:
		out.Polarity = orrery.Positive
	default:
		out.Polarity = orrery.Neutral
	}
	out.Confidence = thousandths(p)
	out.Evidence = s.evidence(out.Polarity)
	if p < 0.45 {
		out.Abstained = append(out.Abstained, "polarity")
	}
}

// polarityChances are the probabilities of negative, neutral and positive.
func polarityChances(v *[weights.Verdicts]float32) (neg, neu, pos float32) {
	a, b, c := v[VerdictPolarity], v[VerdictPolarity+1], v[VerdictPolarity+2]
	top := max(a, b, c)
	neg, neu, pos = exp(a-top), exp(b-top), exp(c-top)
	sum := neg + neu + pos
	return neg / sum, neu / sum, pos / sum
}

// divided says that one clause praises and another blames, both plainly.
func (s *scratch) divided() bool {
	up, down := false, false
	for _, c := range s.clauses {
		up = up || c.score >= 2
		down = down || c.score <= -2
	}
	return up && down
}

// evidence is the two strongest terms that speak for p.
func (s *scratch) evidence(p orrery.Polarity) []string {
	var strongest [2]valence
	for _, t := range s.terms {
		if p == orrery.Negative && t.score >= 0 || p == orrery.Positive && t.score <= 0 || p == orrery.Neutral {
			continue
		}
		switch a := abs32(t.score); {
		case a > abs32(strongest[0].score):
			strongest[1], strongest[0] = strongest[0], t
		case a > abs32(strongest[1].score):
			strongest[1] = t
		}
	}
	var out []string
	for _, t := range strongest {
		if t.score != 0 {
			out = append(out, s.span(t.from, t.to))
		}
	}
	return out
}

// frameScore is the log odds that the frames of a label add: the strongest counts fully, each further kind half of the one
// before; and the strongest hit.
func (s *scratch) frameScore(l label) (float32, *hit) {
	var best *hit
	var top, second, against float32
	for i := range s.hits {
		h := &s.hits[i]
		f := &s.all[h.frame]
		switch {
		case f.label != l:
		case f.weight < 0:
			against = min(against, f.weight)
		case f.weight > top:
			if best == nil || best.frame != h.frame || h.from >= best.to {
				second = top
			}
			top, best = f.weight, h
		case f.weight > second && (h.from >= best.to || h.to <= best.from):
			second = f.weight
		case f.weight == top && best != nil && h.from == best.from && h.to > best.to:
			best = h
		}
	}
	return top + second/2 + against, best
}

func sigmoid(x float32) float32 { return 1 / (1 + exp(-x)) }

func exp(x float32) float32 { return float32(math.Exp(float64(x))) }

func thousandths(p float32) orrery.Confidence {
	return orrery.Confidence(max(0, min(1000, int(p*1000+0.5))))
}

func abs32(x float32) float32 {
	if x < 0 {
		return -x
	}
	return x
}

// Leaning is how strongly the text leans to one side, -1 (negative) to 1 (positive), for rankings and curves; 0 when it is
// not judged. Where Polarity may say neutral, Leaning still says towards which side. It is no probability: see Odds.
func (e *Engine) Leaning(text string, h Hint) float64 {
	s := e.pool.Get().(*scratch)
	s.listen(cut(text), h)
	out := 0.0
	if s.lang.judged && len(s.reader.toks) > 0 {
		d := float64(s.verdicts[VerdictPolarity+2] - s.verdicts[VerdictPolarity])
		pos, neg, _ := s.sums()
		l := float64(pos-neg) * (1 + 0.08*float64(min(s.bangs, 4)))
		out = 0.5*d/math.Sqrt(verdictSoftness+d*d) + 0.5*l/math.Sqrt(lexiconSoftness+l*l)
	}
	s.reader.text, s.hint = "", Hint{}
	e.pool.Put(s)
	return out
}

// Squares of the log odds and of the sum of scores at which either half of Leaning reaches .7; the latter is the
// normalisation of Hutto and Gilbert (VADER, 2014).
const (
	verdictSoftness = 9
	lexiconSoftness = 15
)

// Odds are the probabilities that the text is negative, neutral and positive; all zero when it is not judged.
func (e *Engine) Odds(text string, h Hint) (negative, neutral, positive float64) {
	s := e.pool.Get().(*scratch)
	s.odds = [3]float32{}
	s.listen(cut(text), h)
	o := s.odds
	s.reader.text, s.hint = "", Hint{}
	e.pool.Put(s)
	return float64(o[0]), float64(o[1]), float64(o[2])
}
