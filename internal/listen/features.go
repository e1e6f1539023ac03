package listen

import "unicode/utf8"

// Kinds of features; each has a seed of its own so that they never meet but by chance.
const (
	seedWord uint64 = iota + 0x51
	seedStem
	seedPair
	seedTriple
	seedLetters
	seedShapePair
	seedShapeTriple
	seedSkip
	seedDenied
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

// features are the hashed n-grams of the matched text: words and stems, pairs, words one apart, words under a negation, triples
// of characters, letter groups of words, and pairs and triples of shapes. Who is named (kin, peoples, faiths, names) is one
// word of each class, whoever it is. Those of piece i of the text are from cuts[i] to cuts[i+1], and those of its shapes
// from shapeCuts[i] to shapeCuts[i+1].
func (s *scratch) features() []uint32 {
	out := s.feats[:0]
	s.cuts = append(s.cuts[:0], 0)
	var p gram
	for i := 0; i < len(s.reader.toks); {
		t := &s.reader.toks[i]
		if t.ends() && len(s.cuts) < maxPieces {
			s.cuts = append(s.cuts, int32(len(out)))
			p.denied, p.first = 0, true
		}
		h, next := t.hash, i+1
		who, end := s.whoAt(i)
		switch {
		case who != 0:
			h, next = who, end
		case t.kind == kindDigit:
			h = hashNumber
		case t.kind == kindPunct && t.sign != '?' && t.sign != '!' || h == hashMention:
			if h != hashMention {
				p.han1, p.han2, p.denied = false, false, 0
			}
			i = next
			continue
		}
		out = s.grams(&p, i, h, who == 0, out)
		i = next
		if len(out) > maxFeatures {
			break
		}
	}
	s.cuts = append(s.cuts, int32(len(out)))
	out = s.shapes(out)
	s.feats = out
	return out
}

// letteredText is up to how many words the letters of a text are looked at: a long one has words enough.
const letteredText = 200

// maxPieces is how many sentences of a text are told apart.
const maxPieces = 32

// gram is what stands before a word.
type gram struct {
	p1, p2     uint64 // the two words before
	han1, han2 bool
	first      bool // a sentence begins
	denied     int  // words that a negation still reaches
}

// grams adds the features that end with the word at token i, whose hash is h.
func (s *scratch) grams(p *gram, i int, h uint64, plain bool, out []uint32) []uint32 {
	t := &s.reader.toks[i]
	han := t.kind == kindHan
	turned := p.denied > 0 && !han && plain
	if lean := 0; turned {
		if lean, turned = s.leanAt(i); turned {
			out = append(out, feature(seedDenied, 0x2000+uint64(lean+4), 0, 0))
			plain = false
		}
	}
	stemmed := t.kind == kindArabic && plain // by its stems alone: he and she write other endings
	switch {
	case turned:
	case stemmed && t.alts == 0:
		out = append(out, feature(seedStem, h, 0, 0))
	case !stemmed:
		out = append(out, feature(seedWord, h, 0, 0))
	}
	if plain && t.kind != kindDigit {
		for _, alt := range t.alt[:t.alts] {
			out = append(out, feature(seedStem, alt, 0, 0))
		}
	}
	if t.kind == kindArabic && t.alts > 0 {
		h = t.alt[t.alts-1]
	}
	if p.p1 != 0 {
		out = append(out, feature(seedPair, p.p1, h, 0))
	}
	if p.p2 != 0 && !han {
		out = append(out, feature(seedSkip, p.p2, h, 0))
	}
	if p.p2 != 0 && han && p.han1 && p.han2 {
		out = append(out, feature(seedTriple, p.p2, p.p1, h))
	}
	if p.denied > 0 && !han {
		out = append(out, feature(seedDenied, h, 0, 0))
		p.denied--
	}
	if s.at(i, s.classes.neg) {
		p.denied = reachWords
	}
	if plain && len(s.reader.toks) <= letteredText && (t.kind == kindArabic || t.kind == kindLatin && !s.proper(i)) {
		out = s.letters(t, out)
	}
	p.p2, p.p1 = p.p1, h
	p.han2, p.han1 = p.han1, han
	return out
}

// leanAt is the lean of a scored term of one word at token i, and whether there is one: under a negation it says the
// opposite, and what was learned of the word does not count.
func (s *scratch) leanAt(i int) (lean int, ok bool) {
	for m := s.first[i]; m < s.first[i+1]; m++ {
		if e := &s.lex.entries[s.matches[m].entry]; e.scored && int(s.matches[m].to) == i+1 {
			return leanOf(e.score), true
		}
	}
	return 0, false
}

// proper says whether the word at i looks like a name: it begins with a capital within a sentence.
func (s *scratch) proper(i int) bool {
	t := &s.reader.toks[i]
	if i == 0 || s.reader.toks[i-1].kind == kindPunct || t.caps {
		return false
	}
	c := s.text[t.from]
	return c >= 'A' && c <= 'Z' || c >= utf8.RuneSelf
}

// whoAt is the class of whoever is named from token i on, as a word, and where the name ends; 0 when nobody is.
func (s *scratch) whoAt(i int) (uint64, int) {
	best, end := uint64(0), i
	for m := s.first[i]; m < s.first[i+1]; m++ {
		k := s.matches[m]
		for _, c := range s.lex.entries[k.entry].classes {
			if s.persons[c] && int(k.to) > end {
				best, end = 0x3000+uint64(c), int(k.to)
			}
		}
	}
	return best, end
}

// letters adds the groups of four letters of a word, its borders included; in Arabic without the ending of the feminine.
func (s *scratch) letters(t *token, out []uint32) []uint32 {
	w := s.runes[t.rFrom:t.rTo]
	n := len(w)
	if t.kind == kindArabic && n >= 5 && (w[n-1] == 'ه' || w[n-1] == 'ت' || w[n-1] == 'ي') {
		w, n = w[:n-1], n-1
	}
	if n < 4 || n > 24 {
		return out
	}
	at := func(i int) uint64 {
		if i < 0 || i >= n {
			return '^'
		}
		return uint64(w[i])
	}
	for i := -1; i+4 <= n+1; i++ {
		out = append(out, feature(seedLetters, at(i)<<40|at(i+1)<<20|at(i+2), at(i+3), 0))
	}
	return out
}

// shapes adds pairs and triples of the abstracted text, where at least one element is abstract.
func (s *scratch) shapes(out []uint32) []uint32 {
	var a, b shape // the two before
	a.plain, b.plain = true, true
	s.shapeCuts = append(s.shapeCuts[:0], int32(len(out)))
	for i := 0; i < len(s.reader.toks) && len(out) <= 2*maxFeatures; {
		if s.reader.toks[i].ends() && len(s.shapeCuts) < maxPieces {
			s.shapeCuts = append(s.shapeCuts, int32(len(out)))
		}
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
	s.shapeCuts = append(s.shapeCuts, int32(len(out)))
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
			lean := leanOf(int8(max(-40, min(40, 10*s.inContext(k, float32(e.score)/10)))))
			best, end = shape{hash: 0x2000 + uint64(lean+4)}, int(k.to)
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
