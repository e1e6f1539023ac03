package listen

import (
	"math"
	"slices"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/listen/weights"
)

const (
	emotionCount = 7
	aspectCount  = 15
)

var emotionNames = [emotionCount]string{"anger", "sadness", "joy", "fear", "surprise", "disgust", "gratitude"}

var aspectNames = [aspectCount]string{"delivery", "staff", "response", "price", "refund", "app", "product", "food", "travel", "room",
	"network", "account", "store", "safety", "privacy"}

// intentNames in the order of the heads; complaint is first because it needs the most.
var intentNames = [...]string{orrery.IntentComplaint, orrery.IntentQuestion, orrery.IntentPraise, orrery.IntentPurchase,
	orrery.IntentCancellation, orrery.IntentRequest, orrery.IntentSuggestion}

// Thresholds on the confidence of a complaint. protect and desk open a hold and a case from Certain on; from Soft on a
// reversible hold and a review; below, nothing happens.
const (
	CertainComplaint orrery.Confidence = 700
	SoftComplaint    orrery.Confidence = 450
	reported         orrery.Confidence = 300 // labels below are not given
)

// HoldWorthy says whether signals open a hold (hold), or a reversible one that somebody must look at (soft).
func HoldWorthy(s *orrery.Signals) (hold, soft bool) {
	l := s.Intent(orrery.IntentComplaint)
	if l == nil {
		return false, false
	}
	return l.Confidence >= CertainComplaint, l.Confidence >= SoftComplaint && l.Confidence < CertainComplaint
}

// complaintShift sets the thresholds where messages that were held out showed them to belong: of those, which were written
// to be hard, at CertainComplaint more than three of four are complaints, and three to six in a hundred of praise are taken for one.
const complaintShift = 0.5

// ComplaintChance is the probability of a complaint by the verdicts of a text. Whoever is likelier pleased does not
// complain: a hold on praise is the one mistake that nobody forgives.
func ComplaintChance(v *[weights.Verdicts]float32) float32 {
	_, _, pos := polarityChances(v)
	return sigmoid(v[VerdictIntent]+complaintShift) * min(1, 1.3*(1-pos))
}

// intents judges what the person wants.
func (s *scratch) intents(out *orrery.Signals) {
	for i, name := range intentNames {
		p := thousandths(sigmoid(s.verdicts[VerdictIntent+i]))
		if i == 0 {
			p = thousandths(ComplaintChance(&s.verdicts))
		}
		if p < reported {
			continue
		}
		l := orrery.Label{Name: name, Confidence: p}
		if _, best := s.frameScore(s.intentLabel[i]); best != nil {
			s.locate(&l, best)
		} else {
			l.Evidence = out.Evidence
		}
		out.Intents = append(out.Intents, l)
		if p >= 400 && p < 600 {
			out.Abstained = append(out.Abstained, "intents."+name)
		}
	}
	byConfidence(out.Intents)
}

// aboutService says whether the text speaks to a brand or about what a brand does.
func (s *scratch) aboutService() bool {
	for i := range s.reader.toks {
		if s.reader.toks[i].hash == hashMention || s.at(i, s.classes.you) {
			return true
		}
		for _, a := range s.classes.aspects {
			if s.at(i, a) {
				return true
			}
		}
	}
	return false
}

// feelings is the evidence of the lexicons for each emotion, negation heeded.
func (s *scratch) feelings() [emotionCount]float32 {
	var sum [emotionCount]float32
	s.felt = [emotionCount]match{}
	for i := range s.matches {
		m := &s.matches[i]
		e := &s.lex.entries[m.entry]
		for k, c := range s.classes.emotions {
			if !e.is(c) || m.to <= s.felt[k].to { // a longer term around this one was counted
				continue
			}
			if v := s.inContext(*m, 1); v > 0 {
				sum[k] += v
				s.felt[k] = *m
			}
		}
	}
	return sum
}

// moodInputs measures what speaks for each emotion, none at the end.
func (s *scratch) moodInputs(x *[weights.Moods][weights.MoodInputs]float32) {
	felt := s.feelings()
	var most float32
	for _, f := range felt {
		most = max(most, f)
	}
	for k := range x {
		m := &x[k]
		*m = [weights.MoodInputs]float32{0: 1, 1: s.outs[OutEmotion+k]}
		if k < emotionCount {
			m[2] = float32(math.Log1p(float64(felt[k]) * 1.5))
		}
		m[3] = flag(most > 0)
		m[4] = s.x[3] - s.x[1] // the lean of the matrix
		m[5] = s.x[26]         // of the lexicons
		m[6] = min(float32(s.bangs), 3)
		m[7] = s.x[24]
		m[8] = s.x[13+0]
		m[9] = s.x[20]
		m[10] = s.outs[OutGrammarEmotion+k]
	}
}

// Messages to brands show emotions by what happened, other texts by words for them, which therefore count for more than
// the messages that were taught say; and where no word tells, rather none.
const (
	wordsTell = 1.5
	plainly   = 0.3
)

// emotions gives those that stand out.
func (s *scratch) emotions(out *orrery.Signals) {
	var x [weights.Moods][weights.MoodInputs]float32
	s.moodInputs(&x)
	z := &s.moods
	*z = [emotionCount + 1]float32{}
	if s.model != nil {
		for k, row := range s.model.Stack[s.lang.table()].Mood {
			for i, w := range row {
				z[k] += float32(w * x[k][i])
			}
			z[k] += float32(wordsTell * x[k][2])
		}
		z[emotionCount] += plainly
	}
	if s.taught != nil {
		for k := range z {
			z[k] += s.taughts[taughtEmotion+k]
		}
	}
	top := z[0]
	for _, v := range z {
		top = max(top, v)
	}
	var sum float32
	var chance [emotionCount + 1]float32
	for k := range z {
		chance[k] = exp(z[k] - top)
		sum += chance[k]
	}
	for k := range emotionNames {
		p := thousandths(chance[k] / sum)
		if p < 200 || 2*chance[k] < chance[emotionCount] {
			continue
		}
		l := orrery.Label{Name: emotionNames[k], Confidence: p}
		if m := s.felt[k]; m.to > m.from {
			l.From, l.To = int(s.reader.toks[m.from].from), int(s.reader.toks[m.to-1].to)
			l.Evidence = []string{s.text[l.From:l.To]}
		}
		out.Emotions = append(out.Emotions, l)
	}
	byConfidence(out.Emotions)
}

// aspects are what the text is about, each with the polarity of the clause it stands in.
func (s *scratch) aspects(out *orrery.Signals) {
	var seen [aspectCount]bool
	for i := range s.matches {
		m := &s.matches[i]
		e := &s.lex.entries[m.entry]
		for k, c := range s.classes.aspects {
			if seen[k] || !e.is(c) {
				continue
			}
			seen[k] = true
			l := orrery.Label{Name: aspectNames[k], Confidence: 700, From: int(s.reader.toks[m.from].from), To: int(s.reader.toks[m.to-1].to)}
			l.Evidence = []string{s.text[l.From:l.To]}
			l.Polarity = s.clausePolarity(m.from, out.Polarity)
			out.Aspects = append(out.Aspects, l)
		}
	}
}

func (s *scratch) clausePolarity(tok int32, whole orrery.Polarity) orrery.Polarity {
	for _, c := range s.clauses {
		if tok < c.from || tok >= c.to {
			continue
		}
		switch own := c.score / c.weight; {
		case own > 0.5:
			return orrery.Positive
		case own < -0.5:
			return orrery.Negative
		}
	}
	if whole == orrery.Mixed {
		return orrery.Neutral
	}
	return whole
}

// urgency says whether an answer that comes tomorrow comes too late.
func (s *scratch) urgency(out *orrery.Signals) {
	if s.model == nil {
		return
	}
	_, best := s.frameScore(s.urgencyLabel)
	l := orrery.Label{Name: "high", Confidence: thousandths(sigmoid(s.verdicts[VerdictUrgency]))}
	if l.Confidence < reported {
		return
	}
	if best != nil {
		s.locate(&l, best)
	} else {
		l.Evidence = out.Evidence
	}
	out.Urgency = append(out.Urgency, l)
}

// guarded says whether a negation or fiction stands close before or in the sentence of h.
func (s *scratch) guarded(h *hit) bool {
	for i := int(h.from) - 1; i >= 0 && i >= int(h.from)-3 && !s.reader.toks[i].ends(); i-- {
		if s.at(i, s.classes.neg) {
			return true
		}
	}
	from, to := s.sentence(h.from)
	for i := from; i < to; i++ {
		if s.at(int(i), s.classes.fiction) {
			return true
		}
	}
	return false
}

// sentence is the tokens of the sentence that token t stands in.
func (s *scratch) sentence(t int32) (from, to int32) {
	toks := s.reader.toks
	for from = t; from > 0 && !toks[from-1].ends(); from-- {
	}
	for to = t; int(to) < len(toks) && !toks[to].ends(); to++ {
	}
	return from, to
}

// locate gives l the span and the words of h.
func (s *scratch) locate(l *orrery.Label, h *hit) {
	if h.to <= h.from {
		return
	}
	l.From, l.To = int(s.reader.toks[h.from].from), int(s.reader.toks[h.to-1].to)
	l.Evidence = []string{s.text[l.From:l.To]}
}

func byConfidence(ls []orrery.Label) {
	slices.SortStableFunc(ls, func(a, b orrery.Label) int { return int(b.Confidence) - int(a.Confidence) })
}

// Moods are the probabilities of each emotion as [Emotion] numbers them, none at the end; all zero when the text is not
// judged.
func (e *Engine) Moods(text string, h Hint) [emotionCount + 1]float64 {
	s := e.pool.Get().(*scratch)
	defer e.pool.Put(s)
	s.moods = [emotionCount + 1]float32{}
	s.listen(cut(text), h)
	var out [emotionCount + 1]float64
	if s.lang.judged && len(s.reader.toks) > 0 {
		top, sum := s.moods[best(s.moods[:])], 0.0
		for k, z := range s.moods {
			out[k] = float64(exp(z - top))
			sum += out[k]
		}
		for k := range out {
			out[k] /= sum
		}
	}
	s.reader.text, s.hint = "", Hint{}
	return out
}

// Emotion is the name of emotion i, "" for none and beyond.
func Emotion(i int) string {
	if i >= 0 && i < emotionCount {
		return emotionNames[i]
	}
	return ""
}
