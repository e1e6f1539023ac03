package listen

import (
	"slices"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/listen/weights"
)

// Correction is what a person said that a text means. A head that is nil was left open and teaches nothing.
type Correction struct {
	Text     string
	Hint     Hint
	Polarity *orrery.Polarity // Mixed teaches nothing
	Intents  map[string]bool  // by name: it is one, or it is none; names that are not said stay open
	Emotion  *string          // the strongest one, or "" for none
}

// corrected is from which confidence on a label that a person gives is meant.
const corrected orrery.Confidence = 500

// CorrectionOf reads signals that a person gave for a text. They are complete: what they do not name is not there. A head
// that they name in Abstained (polarity, intents, intents.NAME, emotions) was left open.
func CorrectionOf(text string, h Hint, s *orrery.Signals) Correction {
	c := Correction{Text: text, Hint: h}
	open := func(head string) bool { return slices.Contains(s.Abstained, head) }
	if !open("polarity") {
		p := s.Polarity
		c.Polarity = &p
	}
	if !open("intents") {
		c.Intents = map[string]bool{}
		for _, name := range intentNames {
			if !open("intents." + name) {
				l := s.Intent(name)
				c.Intents[name] = l != nil && l.Confidence >= corrected
			}
		}
	}
	if !open("emotions") {
		e := emotionOf(s)
		c.Emotion = &e
	}
	return c
}

// emotionOf is the strongest emotion of signals, "" for none.
func emotionOf(s *orrery.Signals) string {
	best, top := "", corrected-1
	for i := range s.Emotions {
		if l := &s.Emotions[i]; l.Confidence > top {
			best, top = l.Name, l.Confidence
		}
	}
	return best
}

// Outputs that corrections teach: the verdicts, and after them the emotions with none at the end.
const (
	taughtEmotion = weights.Verdicts
	taughtOutputs = weights.Verdicts + emotionCount + 1
)

// opinions are log odds for each output.
type opinions [taughtOutputs]float32

// Example is a correction as it is studied. It holds hashes and numbers, never the text.
type Example struct {
	features []uint32
	language uint8
	inputs   [weights.Inputs]float32
	base     opinions            // as shipped, without any lesson
	gold     [taughtOutputs]int8 // 1, 0, or -1 where nothing was said
}

// Example reads a correction by the shipped engine. It is false when there is nothing to be learned from it: no words, a
// language that is not judged, or no head that was said.
func (e *Engine) Example(c *Correction) (Example, bool) {
	x := Example{}
	for i := range x.gold {
		x.gold[i] = -1
	}
	if !x.label(c) {
		return x, false
	}
	e = e.Shipped()
	s := e.pool.Get().(*scratch)
	defer e.pool.Put(s)
	s.listen(cut(c.Text), c.Hint)
	if !s.lang.judged || len(s.reader.toks) == 0 {
		return x, false
	}
	x.features = slices.Clone(s.features())
	x.language = languageOf(s.lang.table())
	x.inputs = s.x
	copy(x.base[:], s.verdicts[:])
	copy(x.base[taughtEmotion:], s.moods[:])
	s.reader.text, s.hint = "", Hint{}
	return x, true
}

// label notes what was said; false when that is nothing.
func (x *Example) label(c *Correction) (any bool) {
	if c.Polarity != nil && *c.Polarity != orrery.Mixed {
		any = true
		x.choose(VerdictPolarity, 3, int(*c.Polarity)+1)
	}
	for i, name := range intentNames {
		if is, said := c.Intents[name]; said {
			any = true
			x.gold[VerdictIntent+i] = 0
			if is {
				x.gold[VerdictIntent+i] = 1
			}
		}
	}
	if c.Emotion == nil {
		return any
	}
	k := slices.Index(emotionNames[:], *c.Emotion)
	if *c.Emotion == "" {
		k = emotionCount
	}
	if k < 0 { // none that we know
		return any
	}
	x.choose(taughtEmotion, emotionCount+1, k)
	return true
}

// choose notes that of n outputs one is right.
func (x *Example) choose(first, n, right int) {
	for i := range n {
		x.gold[first+i] = 0
	}
	x.gold[first+right] = 1
}

// Labels is how many heads the correction judges.
func (x *Example) Labels() int {
	n := 0
	if x.gold[VerdictPolarity] >= 0 {
		n++
	}
	for i := range intentNames {
		if x.gold[VerdictIntent+i] >= 0 {
			n++
		}
	}
	if x.gold[taughtEmotion] >= 0 {
		n++
	}
	return n
}

// right counts the heads that opinions get as the correction says.
func (x *Example) right(z *opinions) int {
	n := 0
	if x.gold[VerdictPolarity] >= 0 && x.gold[VerdictPolarity+best(z[:3])] == 1 {
		n++
	}
	for i := range intentNames {
		y := x.gold[VerdictIntent+i]
		if y < 0 {
			continue
		}
		says := z[VerdictIntent+i] > 0
		if i == 0 {
			says = ComplaintChance((*[weights.Verdicts]float32)(z[:weights.Verdicts])) >= 0.5
		}
		if says == (y == 1) {
			n++
		}
	}
	if x.gold[taughtEmotion] >= 0 && x.gold[taughtEmotion+best(z[taughtEmotion:])] == 1 {
		n++
	}
	return n
}

// best is the place of the greatest.
func best(z []float32) int {
	b := 0
	for i := range z {
		if z[i] > z[b] {
			b = i
		}
	}
	return b
}

// tables in the order in which a delta keeps them.
var tables = [...]string{"en", "zh", "ar"}

func languageOf(table string) uint8 {
	return uint8(max(0, slices.Index(tables[:], table)))
}
