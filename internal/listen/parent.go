package listen

import "github.com/orrery-cxm/orrery/internal/listen/weights"

// How a short answer is read beside the post that it answers: how many words it may have, how much of what the post says an
// answer that agrees says too, and how far a question for good or bad moves an answer that takes no side itself.
const (
	agreeing  = 8
	answering = 15
	agreement = 0.8
	asked     = 2.5
)

// heed reads the verdicts in the light of the post: "same here" says what the post says, and "the queue" is blame when the
// question was what went wrong.
func (s *scratch) heed() {
	if s.hint.Parent == "" || len(s.reader.toks) > answering {
		return
	}
	p := s.pool.Get().(*scratch)
	defer s.pool.Put(p)
	parent := s.hint.Parent
	p.listen(cut(parent), Hint{Locale: s.hint.Locale})
	defer func() { p.reader.text = "" }()
	if !p.lang.judged || len(p.reader.toks) == 0 {
		return
	}
	if len(s.reader.toks) <= agreeing && s.anywhere(s.classes.agree) {
		for v := range s.verdicts {
			s.verdicts[v] = max(s.verdicts[v], float32(agreement*p.verdicts[v]))
		}
		copy(s.verdicts[:3], scaled(p.verdicts[:3]))
		return
	}
	neg, neu, pos := polarityChances(&s.verdicts)
	if neu < max(neg, pos) {
		return
	}
	switch {
	case p.anywhere(s.classes.asksBad):
		s.verdicts[VerdictPolarity] += asked
		s.verdicts[VerdictIntent] += asked / 2
	case p.anywhere(s.classes.asksGood):
		s.verdicts[VerdictPolarity+2] += asked
	}
}

func scaled(v []float32) []float32 {
	var out [weights.Verdicts]float32
	for i := range v {
		out[i] = float32(agreement * v[i])
	}
	return out[:len(v)]
}

// anywhere says whether a term of class c stands in the text.
func (s *scratch) anywhere(c class) bool {
	for i := range s.reader.toks {
		if s.at(i, c) {
			return true
		}
	}
	return false
}
