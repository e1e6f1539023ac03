package listen

// Kinds of features; each has a seed of its own so that they never meet but by chance.
const (
	seedWord uint64 = iota + 0x51
	seedStem
	seedPair
	seedTriple
	seedLetters
	seedShapePair
	seedShapeTriple
)

func feature(seed, a, b, c uint64) uint32 {
	h := seed * 0x9E3779B97F4A7C15
	h = (h ^ a) * 0xBF58476D1CE4E5B9
	h ^= h >> 31
	h = (h ^ b) * 0x94D049BB133111EB
	h ^= h >> 29
	h = (h ^ c) * 0x9E3779B97F4A7C15
	return uint32(h >> 32)
}

var hashNumber = hashRunes([]rune("\x01number"))

// shape is one element of the text as frames see it: a class of words, a lean, or a word.
type shape struct {
	hash  uint64
	plain bool // the word itself: nothing was abstracted
}

// maxFeatures bounds the work on one text.
const maxFeatures = 4096

// features are the hashed n-grams of the matched text: words and stems, pairs, triples of characters, letter groups of
// Arabic words, and pairs and triples of shapes.
func (s *scratch) features() []uint32 {
	out := s.feats[:0]
	var p1, p2 uint64 // the two words before
	han1, han2 := false, false
	for i := range s.reader.toks {
		t := &s.reader.toks[i]
		h := t.hash
		switch t.kind {
		case kindDigit:
			h = hashNumber
		case kindPunct:
			if t.sign != '?' && t.sign != '!' && h != hashMention {
				han1, han2 = false, false
				continue
			}
			if h == hashMention { // whoever is addressed
				continue
			}
		}
		out = append(out, feature(seedWord, h, 0, 0))
		if t.alts > 0 && t.kind != kindDigit {
			out = append(out, feature(seedStem, t.alt[0], 0, 0))
		}
		if p1 != 0 {
			out = append(out, feature(seedPair, p1, h, 0))
		}
		han := t.kind == kindHan
		if p2 != 0 && han && han1 && han2 {
			out = append(out, feature(seedTriple, p2, p1, h))
		}
		if t.kind == kindArabic {
			out = s.letters(t, out)
		}
		p2, p1 = p1, h
		han2, han1 = han1, han
		if len(out) > maxFeatures {
			break
		}
	}
	out = s.shapes(out)
	s.feats = out
	return out
}

// letters adds the groups of four letters of a word, its borders included.
func (s *scratch) letters(t *token, out []uint32) []uint32 {
	w := s.runes[t.rFrom:t.rTo]
	if len(w) < 4 {
		return out
	}
	for i := 0; i+4 <= len(w); i++ {
		out = append(out, feature(seedLetters, uint64(w[i])<<32|uint64(w[i+1]), uint64(w[i+2])<<32|uint64(w[i+3]), 0))
	}
	return out
}

// shapes adds pairs and triples of the abstracted text, where at least one element is abstract.
func (s *scratch) shapes(out []uint32) []uint32 {
	var a, b shape // the two before
	a.plain, b.plain = true, true
	for i := 0; i < len(s.reader.toks) && len(out) <= 2*maxFeatures; {
		c, next := s.shapeAt(i)
		i = next
		if c.hash == 0 {
			continue
		}
		if b.hash != 0 && !(b.plain && c.plain) {
			out = append(out, feature(seedShapePair, b.hash, c.hash, 0))
		}
		if a.hash != 0 && !(a.plain && b.plain && c.plain) {
			out = append(out, feature(seedShapeTriple, a.hash, b.hash, c.hash))
		}
		a, b = b, c
	}
	return out
}

// shapeAt is the shape at token i and where the next begins: the longest term of an abstract class, else the lean of a
// scored term, else the word.
func (s *scratch) shapeAt(i int) (shape, int) {
	best := shape{}
	end := i
	for m := s.first[i]; m < s.first[i+1]; m++ {
		k := s.matches[m]
		e := &s.lex.entries[k.entry]
		if int(k.to) < end {
			continue
		}
		found := false
		for _, c := range e.classes {
			if s.abstract[c] {
				best, end, found = shape{hash: 0x1000 + uint64(c)}, int(k.to), true
				break
			}
		}
		if !found && e.scored && int(k.to) > end {
			best, end = shape{hash: 0x2000 + uint64(leanOf(e.score)+4)}, int(k.to)
		}
	}
	if best.hash != 0 {
		return best, end
	}
	t := &s.reader.toks[i]
	switch {
	case t.kind == kindDigit:
		return shape{hash: hashNumber}, i + 1
	case t.kind == kindPunct && t.sign != '?' && t.sign != '!':
		return shape{}, i + 1
	}
	return shape{hash: t.hash, plain: true}, i + 1
}

// leanOf is a score in five steps.
func leanOf(score int8) int {
	switch {
	case score <= -20:
		return -2
	case score < 0:
		return -1
	case score >= 20:
		return 2
	case score > 0:
		return 1
	}
	return 0
}
