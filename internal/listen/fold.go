package listen

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// kind is what a rune is to the tokenizer.
type kind uint8

const (
	kindSpace  kind = iota
	kindDrop        // marks, zero-width and directional controls: as if they were not there
	kindLatin       // letters of alphabets with spaces between words, Latin, Cyrillic, Greek, ...
	kindArabic      // Arabic letters
	kindHan         // one character is one token
	kindKana        // Japanese syllables: one character is one token
	kindOther       // letters of any other script
	kindDigit
	kindPunct
	kindEmoji
)

// folding says for each rune of the basic plane what it is and what it is read as. It is built once and never changes.
type folding struct {
	kind [1 << 16]kind
	to   [1 << 16]uint16
	simp [1 << 10]uint64 // bit set: characters that only simplified writing uses
	math [0x400]uint16   // U+1D400 to U+1D7FF: letters in fancy dress
}

const mathFirst, mathLast = 0x1D400, 0x1D7FF

func newFolding() *folding {
	f := &folding{}
	for r := rune(0); r < 1<<16; r++ {
		f.to[r] = uint16(foldRune(r))
		f.kind[r] = kindOf(rune(f.to[r]))
	}
	for _, pair := range pairs(traditional) {
		f.to[pair[0]] = uint16(pair[1])
		if r := pair[1]; f.to[r] == uint16(r) && !strings.ContainsRune(shared, r) {
			f.simp[r>>6] |= 1 << (r & 63)
		}
	}
	for r := rune(mathFirst); r <= mathLast; r++ {
		f.math[r-mathFirst] = uint16(foldRune(compat(r)))
	}
	return f
}

// of returns what r is and what it is read as.
func (f *folding) of(r rune) (kind, rune) {
	if r < 1<<16 {
		return f.kind[r], rune(f.to[r])
	}
	switch {
	case r >= mathFirst && r <= mathLast:
		l := rune(f.math[r-mathFirst])
		return f.kind[l], l
	case r >= 0x1F3FB && r <= 0x1F3FF, r >= 0xE0000: // skin tones, tags
		return kindDrop, r
	case r >= 0x1F000 && r < 0x1FB00:
		if r == 0x1F620 { // an angry face is as angry as a red one
			r = 0x1F621
		}
		return kindEmoji, r
	case r >= 0x20000 && r < 0x34000:
		return kindHan, r
	}
	return kindOther, r
}

// compat is the compatibility form of r when that is a single rune of the basic plane.
func compat(r rune) rune {
	out := []rune(norm.NFKC.String(string(r)))
	if len(out) == 1 && out[0] < 1<<16 {
		return out[0]
	}
	return r
}

func foldRune(r rune) rune {
	switch {
	case r >= 0xFB50 && r <= 0xFEFC, r >= 0xFF00 && r <= 0xFFEF, r >= 0x2100 && r <= 0x214F, r >= 0x2460 && r <= 0x24EA:
		r = compat(r)
	}
	switch r {
	case 'أ', 'إ', 'آ', 'ٱ':
		return 'ا'
	case 'ى', 'ئ', 'ی', 'ې':
		return 'ي'
	case 'ة', 'ۀ', 'ە', 'ہ', 'ھ':
		return 'ه'
	case 'ؤ':
		return 'و'
	case 'ک', 'گ':
		return 'ك'
	case 'پ':
		return 'ب'
	case 'چ':
		return 'ج'
	case 'ڤ':
		return 'ف'
	case '’', '‘', 'ʼ', '`', '´', '＇':
		return '\''
	case '“', '”', '«', '»', '「', '」', '『', '』':
		return '"'
	case '؟', '？', '⁇':
		return '?'
	case '！', '‼', '❗', '❕':
		return '!'
	case '،', '，', '、':
		return ','
	case '؛', '；':
		return ';'
	case '。', '．', '｡':
		return '.'
	case '：':
		return ':'
	}
	switch {
	case r >= 0x0660 && r <= 0x0669:
		return '0' + r - 0x0660
	case r >= 0x06F0 && r <= 0x06F9:
		return '0' + r - 0x06F0
	}
	if l := unicode.ToLower(r); l < 1<<16 {
		return l
	}
	return r
}

func kindOf(r rune) kind {
	switch {
	case r == 0x0640, r >= 0x200B && r <= 0x200F, r >= 0x202A && r <= 0x202E, r >= 0x2060 && r <= 0x206F, r == 0xFEFF,
		r == 0x00AD, r == 0x061C, r >= 0xFE00 && r <= 0xFE0F, r == 0x20E3, unicode.Is(unicode.Mn, r), unicode.Is(unicode.Me, r):
		return kindDrop
	case r >= '0' && r <= '9':
		return kindDigit
	case r >= 'a' && r <= 'z':
		return kindLatin
	case unicode.Is(unicode.Han, r):
		return kindHan
	case r >= 0x3040 && r <= 0x30FF, r >= 0x31F0 && r <= 0x31FF:
		return kindKana
	case unicode.Is(unicode.Arabic, r) && unicode.IsLetter(r):
		return kindArabic
	case unicode.In(r, unicode.Latin, unicode.Cyrillic, unicode.Greek, unicode.Hebrew, unicode.Armenian, unicode.Georgian) && unicode.IsLetter(r):
		return kindLatin
	case unicode.IsLetter(r), unicode.Is(unicode.Mc, r):
		return kindOther
	case unicode.IsDigit(r), unicode.IsNumber(r):
		return kindDigit
	case r >= 0x2600 && r <= 0x27BF, r >= 0x2B00 && r <= 0x2BFF, r >= 0x2190 && r <= 0x21FF, r >= 0x2300 && r <= 0x23FF:
		return kindEmoji
	case unicode.IsSpace(r), unicode.IsControl(r):
		return kindSpace
	}
	return kindPunct
}

// pairs cuts a table of two-rune pairs.
func pairs(table string) [][2]rune {
	var out [][2]rune
	var first rune
	n := 0
	for _, r := range table {
		if unicode.IsSpace(r) {
			continue
		}
		if n%2 == 0 {
			first = r
		} else {
			out = append(out, [2]rune{first, r})
		}
		n++
	}
	return out
}
