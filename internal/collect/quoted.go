package collect

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"unicode/utf8"
)

// string passes the string that begins at the current place and tells whether it holds a backslash.
func (s *scanner) string() (esc, ok bool) {
	b, i := s.b, s.i+1
	for {
		for i+8 <= len(b) {
			if m := special(binary.LittleEndian.Uint64(b[i:])); m != 0 {
				i += bits.TrailingZeros64(m) >> 3
				break
			}
			i += 8
		}
		for i < len(b) && b[i] != '"' && b[i] != '\\' && b[i] >= ' ' {
			i++
		}
		if i >= len(b) {
			s.i = len(b)
			return false, s.fail("the end of a string")
		}
		switch b[i] {
		case '"':
			if !s.clean && !utf8.Valid(b[s.i:i]) {
				s.note("collect.utf8", s.i, "a string is not valid UTF-8")
			}
			s.i = i + 1
			return esc, true
		case '\\':
			esc = true
			i = s.escape(i)
		default:
			s.note("collect.json", i, fmt.Sprintf("the control character 0x%02x stands in a string: write it as \\u%04x", b[i], b[i]))
			i++
		}
	}
}

// special marks, by their high bit, the bytes of v that are quotes, backslashes or control characters. Bytes above the
// lowest marked one may be marked wrongly.
func special(v uint64) uint64 {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	q, e := v^(ones*'"'), v^(ones*'\\')
	return ((q-ones)&^q | (e-ones)&^e | (v-ones*' ')&^v) & highs
}

// escape passes the escape sequence at i. Half a surrogate pair is overwritten by U+FFFD.
func (s *scanner) escape(i int) int {
	b := s.b
	if i+1 >= len(b) {
		return len(b)
	}
	switch b[i+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 2
	case 'u':
		r, ok := hex4(b, i)
		if !ok {
			s.note("collect.json", i, `\u stands in a string without four hexadecimal digits`)
			return i + 2
		}
		if r&0xf800 != 0xd800 {
			return i + 6
		}
		if low, ok := hex4(b, i+6); ok && r < 0xdc00 && low&0xfc00 == 0xdc00 {
			return i + 12
		}
		copy(b[i+2:], "fffd")
		return i + 6
	}
	s.note("collect.json", i, fmt.Sprintf("a backslash stands in a string before %q", b[i+1]))
	return i + 2
}

// hex4 reads \uXXXX at i.
func hex4(b []byte, i int) (rune, bool) {
	if i+6 > len(b) || b[i] != '\\' || b[i+1] != 'u' {
		return 0, false
	}
	var r rune
	for _, c := range b[i+2 : i+6] {
		switch {
		case c-'0' <= 9:
			r = r<<4 | rune(c-'0')
		case c|0x20-'a' <= 5:
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return r, true
}
