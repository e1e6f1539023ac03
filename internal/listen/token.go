package listen

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxBytes is how much of a text is judged; the rest is read by nobody here.
const MaxBytes = 8 << 10

// token is one word, Chinese character, number, sign or emoji, with where it stands.
type token struct {
	hash   uint64    // of the folded letters
	alt    [3]uint64 // other readings, tried when hash is unknown: without stretching, clitics, endings
	from   int32     // bytes in the text
	to     int32
	rFrom  int32 // folded runes in the scratch
	rTo    int32
	alts   uint8
	kind   kind
	caps   bool // written in capitals, two letters or more
	spaced bool // a space stood before it
	sign   rune // of a kindPunct
}

const (
	hashBasis = 14695981039346656037
	hashPrime = 1099511628211
)

func hashRune(h uint64, r rune) uint64 { return (h ^ uint64(r)) * hashPrime }

// hashRunes is the hash of folded runes, as tokens carry it.
func hashRunes(rs []rune) uint64 {
	h := uint64(hashBasis)
	for _, r := range rs {
		h = hashRune(h, r)
	}
	return h
}

// Signs that stand for a whole class of tokens.
var (
	hashMention = hashRunes([]rune("\x01mention"))
	hashLink    = hashRunes([]rune("\x01link"))
	hashSmile   = hashRunes([]rune{0x1F642})
	hashFrown   = hashRunes([]rune{0x1F641})
	hashHeart   = hashRunes([]rune{0x2764})
)

// reader cuts one text into tokens. Its buffers live in a scratch and are used again.
type reader struct {
	fold   *folding
	text   string
	toks   []token
	runes  []rune
	counts [kindEmoji + 1]int // letters and signs of each kind
	bangs  int
	asks   int
	upper  int // letters in upper case
	trad   int // characters that exist only in traditional writing
	simp   int // and only in simplified
}

// cut is the part of text that is judged.
func cut(text string) string {
	if len(text) <= MaxBytes {
		return text
	}
	n := MaxBytes
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}

func (r *reader) read(text string) {
	r.text, r.toks, r.runes = text, r.toks[:0], r.runes[:0]
	r.counts, r.bangs, r.asks, r.upper, r.trad, r.simp = [kindEmoji + 1]int{}, 0, 0, 0, 0, 0
	spaced := true
	for i := 0; i < len(text); {
		c, n := utf8.DecodeRuneInString(text[i:])
		if c == utf8.RuneError && n <= 1 {
			i++
			spaced = true
			continue
		}
		k, f := r.fold.of(c)
		switch k {
		case kindDrop:
			i += n
			continue
		case kindSpace:
			i += n
			spaced = true
			continue
		case kindLatin, kindArabic, kindOther:
			if end, ok := r.link(i); ok {
				i = end
			} else {
				i = r.word(i, k, spaced)
			}
		case kindHan, kindKana:
			r.character(i, n, k, c, f, spaced)
			i += n
		case kindDigit:
			i = r.number(i, spaced)
		case kindEmoji:
			r.counts[k]++
			r.add(token{hash: hashRune(hashBasis, f), from: int32(i), to: int32(i + n), kind: k, spaced: spaced})
			i += n
		default:
			i = r.punct(i, n, f, spaced)
		}
		spaced = false
	}
}

func (r *reader) add(t token) { r.toks = append(r.toks, t) }

// character is one Han or Kana sign. A sign repeated more than three times says no more than three times.
func (r *reader) character(i, n int, k kind, c, f rune, spaced bool) {
	r.counts[k]++
	if k == kindHan && c != f {
		r.trad++
	} else if k == kindHan && c < 1<<16 && r.fold.simp[c>>6]&(1<<(c&63)) != 0 {
		r.simp++
	}
	h := hashRune(hashBasis, f)
	if t := len(r.toks); t >= 3 && r.toks[t-1].hash == h && r.toks[t-2].hash == h && r.toks[t-3].hash == h {
		r.toks[t-1].to = int32(i + n)
		return
	}
	at := int32(len(r.runes))
	r.runes = append(r.runes, f)
	r.add(token{hash: h, from: int32(i), to: int32(i + n), rFrom: at, rTo: at + 1, kind: k, spaced: spaced})
}

// link takes an address of the web as one token.
func (r *reader) link(i int) (int, bool) {
	rest := r.text[i:]
	if !strings.HasPrefix(rest, "http://") && !strings.HasPrefix(rest, "https://") && !strings.HasPrefix(rest, "www.") {
		return i, false
	}
	end := i
	for end < len(r.text) && r.text[end] > ' ' && r.text[end] < utf8.RuneSelf {
		end++
	}
	r.add(token{hash: hashLink, from: int32(i), to: int32(end), kind: kindPunct, sign: '/', spaced: true})
	return end, true
}

// word reads letters of one kind, with apostrophes inside and stretched letters shortened to two.
func (r *reader) word(i int, k kind, spaced bool) int {
	text, start := r.text, i
	at := len(r.runes)
	short := uint64(hashBasis) // with stretched letters written once
	letters, uppers, run, stretched := 0, 0, 0, false
	var last, lastRaw rune
	for i < len(text) {
		c, n := utf8.DecodeRuneInString(text[i:])
		kc, f := r.fold.of(c)
		if kc == kindDrop {
			i += n
			continue
		}
		if f == '\'' && kc == kindPunct && k == kindLatin && letters > 0 && r.letterAt(i+n) {
			r.runes = append(r.runes, f)
			short = hashRune(short, f)
			last, run = f, 1
			i += n
			continue
		}
		if kc != k || (c == utf8.RuneError && n <= 1) {
			break
		}
		if unicode.IsUpper(c) {
			if letters > 0 && unicode.IsLower(lastRaw) && start > 0 && text[start-1] == '#' {
				break // a hashtag in camel case is several words
			}
			uppers++
		}
		lastRaw = c
		letters++
		if f == last {
			run++
		} else {
			last, run = f, 1
		}
		if run <= 2 {
			r.runes = append(r.runes, f)
			short = hashRune(short, f)
		} else {
			stretched = true
		}
		i += n
		if len(r.runes)-at > 64 {
			break // no word is that long
		}
	}
	r.counts[k] += letters
	r.upper += uppers
	t := token{from: int32(start), to: int32(i), rFrom: int32(at), rTo: int32(len(r.runes)), kind: k, spaced: spaced,
		caps: uppers > 1 && uppers == letters}
	r.hash(&t, stretched)
	r.add(t)
	return i
}

// letterAt says whether a Latin letter starts at byte i.
func (r *reader) letterAt(i int) bool {
	if i >= len(r.text) {
		return false
	}
	c, _ := utf8.DecodeRuneInString(r.text[i:])
	k, _ := r.fold.of(c)
	return k == kindLatin
}

func (r *reader) number(i int, spaced bool) int {
	start := i
	h := uint64(hashBasis)
	at := len(r.runes)
	for i < len(r.text) {
		c, n := utf8.DecodeRuneInString(r.text[i:])
		k, f := r.fold.of(c)
		if k == kindDrop {
			i += n
			continue
		}
		if k != kindDigit && !((f == '.' || f == ',') && r.digitAt(i+n)) {
			break
		}
		if len(r.runes)-at < 32 {
			r.runes = append(r.runes, f)
			h = hashRune(h, f)
		}
		i += n
	}
	r.counts[kindDigit]++
	r.add(token{hash: h, from: int32(start), to: int32(i), rFrom: int32(at), rTo: int32(len(r.runes)), kind: kindDigit, spaced: spaced})
	return i
}

func (r *reader) digitAt(i int) bool {
	if i >= len(r.text) {
		return false
	}
	c, _ := utf8.DecodeRuneInString(r.text[i:])
	k, _ := r.fold.of(c)
	return k == kindDigit
}

// entities that pages leave in texts.
var entities = [...]struct {
	name string
	as   rune
}{{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&#39;", '\''}, {"&apos;", '\''}, {"&nbsp;", ' '}}

func (r *reader) punct(i, n int, f rune, spaced bool) int {
	end := i + n
	t := token{from: int32(i), kind: kindPunct, sign: f, spaced: spaced}
	rest := r.text[i:]
	switch f {
	case '&':
		for _, e := range entities {
			if strings.HasPrefix(rest, e.name) {
				t.sign, end = e.as, i+len(e.name)
				break
			}
		}
		if end > i+1 && strings.HasPrefix(rest, "&lt;3") {
			t.kind, t.hash, end = kindEmoji, hashHeart, end+1
		}
	case '@':
		for end < len(r.text) && (r.text[end] == '_' || isWordByte(r.text[end])) {
			end++
		}
		if end > i+n {
			t.hash = hashMention
		}
	case '!':
		r.bangs++
	case '?':
		r.asks++
	case ':', ';', '=', '<':
		if h, l := face(rest); l > 0 {
			t.kind, t.hash, end = kindEmoji, h, i+l
		}
	}
	if t.hash == 0 {
		t.hash = hashRune(hashBasis, t.sign)
	}
	t.to = int32(end)
	r.add(t)
	return end
}

func isWordByte(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// face reads a smile or a frown written with signs, and returns its bytes.
func face(s string) (uint64, int) {
	if strings.HasPrefix(s, "<3") {
		return hashHeart, 2
	}
	i := 1
	if i < len(s) && (s[i] == '-' || s[i] == '\'' || s[i] == 'o') {
		i++
	}
	if i >= len(s) {
		return 0, 0
	}
	if i+1 < len(s) && isWordByte(s[i+1]) { // ":Day" is no face
		return 0, 0
	}
	switch s[i] {
	case ')', 'D', ']', 'P', 'p', '3', '*':
		return hashSmile, i + 1
	case '(', '[', '/', '|', 'c':
		if s[i] == '/' && i+1 < len(s) && s[i+1] == '/' {
			return 0, 0
		}
		return hashFrown, i + 1
	}
	return 0, 0
}
