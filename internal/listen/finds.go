package listen

import (
	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/listen/weights"
)

// riskKinds in the order of the heads.
var riskKinds = [...]string{"legal_threat", "regulator", "press", "injury", "fire", "food_safety", "data_breach", "discrimination", "self_harm"}

// A find is a life event or a risk: rare, told by few words, and judged by two witnesses, the frames and the trained matrix.
type find struct {
	best  *hit // of the frames; nil when none was found
	piece int  // the sentence in which the matrix sees it most
	who   string
	when  string

	against float32 // a negation, a wish, fiction, or another reading of the words
}

// findShift is what the fit of frames was made for: a frame of weight 2.2 alone is as likely as not.
const findShift = 2.2

// pastShift is what speaks against an event that is long over: nothing is to be held back for it.
const pastShift = 1.5

// findInputs measures what speaks for each event and risk.
func (s *scratch) findInputs(x *[weights.Finds][weights.FindInputs]float32) {
	*x = [weights.Finds][weights.FindInputs]float32{}
	mute, _ := s.label["mute.life"]
	for i := range lifeKinds {
		score, best := s.frameScore(s.lifeLabel[i])
		s.finds[i] = find{best: best}
		if best != nil {
			s.finds[i].against = s.muted(best, mute)
			score -= findShift + s.finds[i].against
		}
		s.findInput(&x[i], i, OutEvent+i, score)
		x[i][5] = s.outs[OutLife]
	}
	for i := range riskKinds {
		k := len(lifeKinds) + i
		score, best := s.frameScore(s.riskLabel[i])
		s.finds[k] = find{best: best}
		if best != nil {
			if s.guarded(best) {
				s.finds[k].against = 2
			}
			score -= findShift + s.finds[k].against
		}
		s.findInput(&x[k], k, OutRisk+i, score)
		x[k][5] = (s.outs[OutPolarity] - s.outs[OutPolarity+2]) / 4
	}
}

func (s *scratch) findInput(x *[weights.FindInputs]float32, k, out int, score float32) {
	f := &s.finds[k]
	x[0] = 1
	if f.best != nil {
		x[1], x[2] = 1, score
	}
	if s.model == nil {
		return
	}
	x[3] = s.outs[out]
	language := int(languageOf(s.lang.table()))
	for p := range s.pieces {
		if v := s.model.Output(&s.pieces[p], language, out); p == 0 || v > x[4] {
			f.piece, x[4] = p, v
		}
	}
}

// denial is from which weight on what speaks against an event denies it, whatever the matrix sees.
const denial = 2

// chance is the probability of find k.
func (s *scratch) chance(k int, x *[weights.FindInputs]float32) float32 {
	if s.model == nil {
		if s.finds[k].best == nil {
			return 0
		}
		return sigmoid(x[2])
	}
	var z float32
	for i, w := range s.model.Stack[s.lang.table()].Find[k] {
		z += float32(w * x[i])
	}
	f := &s.finds[k]
	if f.best != nil {
		if z = max(z, x[2]) - f.against; f.against >= denial {
			z = min(z, x[2])
		}
	} else {
		z -= s.denied(f.piece)
	}
	if f.when == "past" {
		z -= pastShift
	}
	return sigmoid(z)
}

// denied is what speaks in a sentence against an event that no frame tells of.
func (s *scratch) denied(piece int) (against float32) {
	mute, _ := s.label["mute.life"]
	from, to := s.sentenceOf(piece)
	for i := range s.hits {
		if h := &s.hits[i]; s.all[h.frame].label == mute && h.from >= from && h.from < to {
			against = max(against, s.all[h.frame].weight)
		}
	}
	for i := from; i < to; i++ {
		switch {
		case s.at(int(i), s.classes.fiction), s.at(int(i), s.classes.hypo):
			against = max(against, 1)
		case s.at(int(i), s.classes.neg):
			against = max(against, denial)
		}
	}
	return against
}

// seen is how sure we may be of an event that no frame tells of: enough to hold messages back, too little for a word
// about it.
const seen = OutreachLife - 10

// happenings gives the life events and the risks.
func (s *scratch) happenings(out *orrery.Signals) {
	var x [weights.Finds][weights.FindInputs]float32
	s.findInputs(&x)
	for i, kind := range lifeKinds {
		l := orrery.Label{Name: kind}
		s.place(&l, i)
		s.life(&l, i)
		l.Confidence = thousandths(s.chance(i, &x[i]))
		if f := &s.finds[i]; f.best == nil || f.against > 0 || f.when == "past" {
			l.Confidence = min(l.Confidence, seen)
		}
		if l.Confidence >= reported {
			out.Life = append(out.Life, l)
		}
	}
	for i, kind := range riskKinds {
		k := len(lifeKinds) + i
		l := orrery.Label{Name: kind, Confidence: thousandths(s.chance(k, &x[k]))}
		if l.Confidence >= reported {
			s.place(&l, k)
			out.Risks = append(out.Risks, l)
		}
	}
	byConfidence(out.Life)
	byConfidence(out.Risks)
}

// place gives l the words of its frame, or the sentence.
func (s *scratch) place(l *orrery.Label, k int) {
	if best := s.finds[k].best; best != nil {
		s.locate(l, best)
		return
	}
	from, to := s.sentenceOf(s.finds[k].piece)
	s.locate(l, &hit{from: from, to: to})
}

// sentenceOf are the tokens of a piece as features cut it.
func (s *scratch) sentenceOf(piece int) (from, to int32) {
	n := 0
	toks := s.reader.toks
	for i := range toks {
		if toks[i].ends() {
			if n == piece && int32(i) > from {
				return from, int32(i)
			}
			if n++; n <= piece {
				from = int32(i + 1)
			}
		}
	}
	return min(from, int32(len(toks))), int32(len(toks))
}
