package listen

import (
	"math"

	"github.com/orrery-cxm/orrery/internal/listen/weights"
)

// Outputs of the matrix: which head stands where.
const (
	OutPolarity = 0 // negative, neutral, positive
	OutIntent   = 3 // in the order of intentNames
	OutEmotion  = 10
	OutNone     = 17 // no emotion
	OutUrgency  = 18
	OutLife     = 19 // any life event of the writer or somebody close
	OutEvent    = 20 // in the order of lifeKinds
	OutRisk     = 32 // in the order of riskKinds
	OutMixed    = 41 // praise and blame

	// The same heads again, taught by sentences of grammars alone: weaker where messages are like those that were taught,
	// and steadier where they are not.
	OutGrammar        = 42
	OutGrammarIntent  = OutGrammar + OutIntent
	OutGrammarEmotion = OutGrammar + OutEmotion
)

// Verdicts of a language's table: which log odds stand where.
const (
	VerdictPolarity = 0 // negative, neutral, positive
	VerdictIntent   = 3
	VerdictUrgency  = 10
	VerdictMixed    = 11
)

// Measured is what is known of a text before it is weighed; it is exported for training alone.
type Measured struct {
	Features []uint32
	Inputs   [weights.Inputs]float32
	Moods    [weights.Moods][weights.MoodInputs]float32
	Finds    [weights.Finds][weights.FindInputs]float32
	Language string // en, zh or ar; empty when it is not judged
}

// Measure reads text as Listen does and returns what it is judged by. The features are the caller's to keep.
func (e *Engine) Measure(text string) Measured {
	s := e.pool.Get().(*scratch)
	defer e.pool.Put(s)
	s.hint = Hint{}
	s.reader.read(cut(text))
	s.lang = s.language()
	if len(s.reader.toks) == 0 || !s.lang.judged {
		return Measured{}
	}
	s.match()
	s.clausesOf()
	s.weigh()
	m := Measured{Language: s.lang.table()}
	m.Features = append([]uint32(nil), s.features()...)
	s.inputs(&s.x)
	m.Inputs = s.x
	s.moodInputs(&m.Moods)
	s.findInputs(&m.Finds)
	return m
}

// table is the language whose weights are used.
func (l language) table() string {
	switch l.tag {
	case "zh-Hans", "zh-Hant", "yue":
		return "zh"
	case "ar":
		return "ar"
	}
	return "en"
}

// knownScale makes a text of which training knows two thirds of the features a known one.
const knownScale = 1.5

// longText is from how many words on evidence is thinned: a long review says many things by the way, and the sum of them
// would make us surer than a short message that says one thing.
const longText = 30

// inputs measures the text for the table of its language.
func (s *scratch) inputs(x *[weights.Inputs]float32) {
	*x = [weights.Inputs]float32{}
	x[0] = 1
	s.outs = [weights.Outputs]float32{}
	if s.model != nil {
		s.score()
		s.leans(x)
	}
	thin := float32(1)
	if n := len(s.reader.toks) - s.counts[kindHan]/2; n > longText { // a character is half a word
		thin = float32(math.Sqrt(float64(longText) / float64(n)))
	}
	mean := (s.outs[0] + s.outs[1] + s.outs[2]) / 3
	for i := range 3 {
		x[1+i] = (s.outs[i] - mean) * s.known * thin
	}
	for i := range intentNames {
		x[4+i] = s.outs[OutIntent+i]
	}
	x[24] = 1 - s.known
	pos, neg, last := s.sums()
	pos, neg = pos*thin, neg*thin
	x[11] = pos / float32(math.Sqrt(float64(1+0.15*(pos+neg))))
	x[12] = neg / float32(math.Sqrt(float64(1+0.15*(pos+neg))))
	for i := range intentNames {
		x[13+i], _ = s.frameScore(s.intentLabel[i])
		x[13+i] *= thin
	}
	x[20] = flag(s.asks > 0)
	x[21] = min(float32(s.bangs), 3)
	x[22] = flag(s.aboutService())
	x[23] = flag(s.mentioned())
	x[25] = last
	x[26] = (pos - neg) / float32(math.Sqrt(float64(4+(pos-neg)*(pos-neg)))) // saturated
	x[27] = flag(neg == 0 && pos == 0)
	x[28] = flag(s.lang.tag == "yue")
	x[29] = s.outs[OutUrgency]
	x[30], _ = s.frameScore(s.urgencyLabel)
	x[31] = flag(neg > 0 && pos > 0)
	x[32] = s.outs[OutLife]
	for i := range 2 { // in a strange text the lexicons count otherwise
		x[33+i] = x[11+i] * x[24]
	}
	x[35] = x[26] * x[24]
	x[41] = s.outs[OutMixed]
	mean = (s.outs[OutGrammar] + s.outs[OutGrammar+1] + s.outs[OutGrammar+2]) / 3
	for i := range 3 {
		x[44+i] = (s.outs[OutGrammar+i] - mean) * s.known * thin
	}
	x[54] = x[26] * x[43]
	x[55] = (x[3] - x[1]) * x[43]
	x[56] = (x[46] - x[44]) * x[43]
	x[57] = x[36] * x[43]
	for i := range intentNames {
		x[47+i] = s.outs[OutGrammarIntent+i]
	}
	x[42] = flag(s.divided())
	x[43] = 1 - thin
}

// score sums the features of each piece of the text and of all of it.
func (s *scratch) score() {
	feats := s.features()
	n := len(s.cuts) - 1
	if cap(s.pieces) < n {
		s.pieces = make([]weights.Sums, n, maxPieces+1)
	}
	s.pieces = s.pieces[:n]
	for i := range s.pieces {
		s.pieces[i] = weights.Sums{}
		s.model.Add(feats[s.cuts[i]:s.cuts[i+1]], &s.pieces[i])
	}
	for i := range len(s.shapeCuts) - 1 {
		s.model.Add(feats[s.shapeCuts[i]:s.shapeCuts[i+1]], &s.pieces[min(i, n-1)])
	}
	s.whole = weights.Sums{}
	for i := range s.pieces {
		s.whole.Plus(&s.pieces[i])
	}
	s.model.Score(&s.whole, int(languageOf(s.lang.table())), &s.outs)
	s.known = min(1, knownScale*float32(s.whole.Known)/float32(max(1, len(feats))))
}

// leans says how the sentences lean: the last, the first, the lowest, the highest, and their mean.
func (s *scratch) leans(x *[weights.Inputs]float32) {
	var sum, n float32
	var low, high float32
	for i := range s.pieces {
		p := &s.pieces[i]
		if p.Known < 4 {
			continue
		}
		l := int(languageOf(s.lang.table()))
		d := s.model.Output(p, l, OutPolarity+2) - s.model.Output(p, l, OutPolarity)
		d /= 1 + abs32(d)/3
		if n == 0 {
			x[37], low, high = d, d, d
		}
		x[36], low, high = d, min(low, d), max(high, d)
		sum += d
		n++
	}
	x[38], x[39], x[40] = low, high, sum/max(1, n)
}

func flag(b bool) float32 {
	if b {
		return 1
	}
	return 0
}

// sums are the weighted valences of the text, and the lean of its last clause.
func (s *scratch) sums() (pos, neg, last float32) {
	c := 0
	for i := range s.clauses {
		s.clauses[i].score = 0
	}
	for _, t := range s.terms {
		for c < len(s.clauses)-1 && t.from >= s.clauses[c].to {
			c++
		}
		w := t.score * s.clauses[c].weight
		s.clauses[c].score += w
		if w > 0 {
			pos += w
		} else {
			neg -= w
		}
	}
	if n := len(s.clauses); n > 0 {
		last = s.clauses[n-1].score
	}
	return pos, neg, max(-3, min(3, last))
}

func (s *scratch) mentioned() bool {
	for i := range s.reader.toks {
		if s.reader.toks[i].hash == hashMention {
			return true
		}
	}
	return false
}

// intentShift makes an intent other than a complaint likely from one in three on: few messages have each, and to miss one
// costs more than to see one too many.
const intentShift = 0.6

// weighed are the log odds of every verdict.
func (s *scratch) weighed() *[weights.Verdicts]float32 {
	s.inputs(&s.x)
	s.verdicts = [weights.Verdicts]float32{}
	if s.model == nil {
		return &s.verdicts
	}
	t := &s.model.Stack[s.lang.table()].Table
	for v := range t {
		var z float32
		for i, w := range t[v] {
			z += float32(w * s.x[i])
		}
		s.verdicts[v] = z
	}
	for i := 1; i < len(intentNames); i++ {
		s.verdicts[VerdictIntent+i] += intentShift
	}
	if s.taught != nil {
		s.taughts = opinions{}
		s.taught.add(languageOf(s.lang.table()), &s.x, s.feats, &s.taughts)
		for v := range s.verdicts {
			s.verdicts[v] += s.taughts[v]
		}
	}
	return &s.verdicts
}
