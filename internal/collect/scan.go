package collect

import (
	"fmt"
	"strconv"
	"unicode/utf8"

	"github.com/orrery-cxm/orrery"
)

// form is what sort of JSON value stands at a node.
type form uint8

const (
	nothing form = iota
	object
	array
	text
	number
	yes
	no
	null
)

// marks of a node.
const (
	keyEscaped uint8 = 1 << iota // the key holds a backslash
	escaped                      // the string holds a backslash
	spaced                       // white space stands between the parts of the value
	whole                        // the number has neither a fraction nor an exponent
)

// node is one value of a scanned text, with its key when it is a member of an object. Nodes stand in the order of the
// text, so the children of a container follow it and next leads past them.
type node struct {
	key0, key1 uint32 // the key, without its quotes
	val0, val1 uint32 // the value; of a string, what stands between the quotes
	next       uint32
	form       form
	marks      uint8
}

// fault is what spoils a value without hiding where the value ends, so that its neighbours can still be read.
type fault struct {
	code, say string
	at        int
}

// scanner checks the grammar of a JSON text in one pass and notes where everything stands. Errors of grammar end the
// scan; faults spoil only the value in which they are found.
type scanner struct {
	b     []byte
	i     int
	nodes []node
	space int  // bytes of white space met outside strings
	clean bool // the whole text is valid UTF-8
	fault fault
	err   *orrery.Error
}

func (s *scanner) reset(b []byte) {
	s.b, s.i, s.nodes, s.space, s.clean, s.fault, s.err = b, 0, s.nodes[:0], 0, utf8.Valid(b), fault{}, nil
	if len(b) >= 3 && string(b[:3]) == "\xef\xbb\xbf" {
		s.i = 3
	}
	s.skip()
}

// note remembers the first fault of a value.
func (s *scanner) note(code string, at int, say string) {
	if s.fault.code == "" {
		s.fault = fault{code, say, at}
	}
}

// fail ends the scan: want says what the grammar asks for at this place.
func (s *scanner) fail(want string) bool {
	if s.err == nil {
		found := "the end"
		if s.i < len(s.b) {
			found = strconv.QuoteToASCII(string(s.b[s.i:min(s.i+8, len(s.b))]))
		}
		s.err = orrery.Invalid("collect.json", fmt.Sprintf("not JSON: %s is expected at byte %d, found %s", want, s.i, found))
	}
	return false
}

// skip passes white space.
func (s *scanner) skip() {
	for s.i < len(s.b) {
		if c := s.b[s.i]; c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			return
		}
		s.i++
		s.space++
	}
}

// is tells whether c stands at the current place.
func (s *scanner) is(c byte) bool { return s.i < len(s.b) && s.b[s.i] == c }

// value scans one value into a new node that has the given key.
func (s *scanner) value(key0, key1 int, marks uint8, depth int) bool {
	if s.i >= len(s.b) {
		return s.fail("a value")
	}
	n, start := len(s.nodes), s.i
	s.nodes = append(s.nodes, node{key0: uint32(key0), key1: uint32(key1), val0: uint32(start), marks: marks})
	f := null
	switch s.b[start] {
	case '"':
		esc, ok := s.string()
		if !ok {
			return false
		}
		at := &s.nodes[n]
		if esc {
			at.marks |= escaped
		}
		at.form, at.val0, at.val1, at.next = text, uint32(start+1), uint32(s.i-1), uint32(n+1)
		return true
	case '{', '[':
		return s.container(n, depth)
	case 't':
		f = yes
		if !s.literal("true") {
			return false
		}
	case 'f':
		f = no
		if !s.literal("false") {
			return false
		}
	case 'n':
		if !s.literal("null") {
			return false
		}
	default:
		f = number
		isWhole, ok := s.number()
		if !ok {
			return false
		}
		if isWhole {
			s.nodes[n].marks |= whole
		}
	}
	at := &s.nodes[n]
	at.form, at.val1, at.next = f, uint32(s.i), uint32(n+1)
	return true
}

// container scans the object or array that begins at the current place and whose node is n.
func (s *scanner) container(n, depth int) bool {
	f, space, ok := array, s.space, false
	switch {
	case depth > MaxDepth:
		s.note("collect.depth", s.i, fmt.Sprintf("objects and arrays stand more than %d deep in each other", MaxDepth))
		ok = s.abyss()
	case s.b[s.i] == '{':
		f, ok = object, s.object(n, depth)
	default:
		ok = s.array(depth)
	}
	if !ok {
		return false
	}
	at := &s.nodes[n]
	at.form, at.val1, at.next = f, uint32(s.i), uint32(len(s.nodes))
	if s.space != space {
		at.marks |= spaced
	}
	return true
}

func (s *scanner) object(n, depth int) bool {
	var keys keys
	for more := s.open('}'); more; more = s.more('}') {
		k0, k1, marks, ok := s.keyed(n, &keys)
		if !ok || !s.value(k0, k1, marks, depth+1) {
			return false
		}
	}
	return s.err == nil
}

func (s *scanner) array(depth int) bool {
	for more := s.open(']'); more; more = s.more(']') {
		if !s.value(0, 0, 0, depth+1) {
			return false
		}
	}
	return s.err == nil
}

// open passes the bracket at the current place and tells whether a member follows.
func (s *scanner) open(end byte) bool {
	s.i++
	s.skip()
	if s.is(end) {
		s.i++
		return false
	}
	return true
}

// more passes the comma or the closing bracket after a member and tells whether another member follows.
func (s *scanner) more(end byte) bool {
	s.skip()
	if s.is(',') {
		s.i++
		s.skip()
		return true
	}
	if !s.is(end) {
		return s.fail("a comma or the closing bracket")
	}
	s.i++
	return false
}

// abyss passes a container that stands too deep, looking only at brackets and strings.
func (s *scanner) abyss() bool {
	for open := 0; s.i < len(s.b); {
		switch s.b[s.i] {
		case '"':
			if _, ok := s.string(); !ok {
				return false
			}
			continue
		case '{', '[':
			open++
		case '}', ']':
			open--
		}
		s.i++
		if open == 0 {
			return true
		}
	}
	return s.fail("a closing bracket")
}

func (s *scanner) literal(w string) bool {
	if len(s.b)-s.i < len(w) || string(s.b[s.i:s.i+len(w)]) != w {
		return s.fail("a value")
	}
	s.i += len(w)
	return true
}

func (s *scanner) digits() bool {
	start := s.i
	for s.i < len(s.b) && s.b[s.i]-'0' <= 9 {
		s.i++
	}
	return s.i > start
}

// maxDigits is how long a number may be. A shorter one without a long exponent always fits into a double.
const maxDigits = 64

// number scans a number and tells whether it has neither fraction nor exponent.
func (s *scanner) number() (isWhole, ok bool) {
	start, exponent := s.i, 0
	if s.is('-') {
		s.i++
	}
	if s.is('0') {
		s.i++
	} else if !s.digits() {
		s.i = start
		return false, s.fail("a value")
	}
	isWhole = true
	if s.is('.') {
		isWhole = false
		s.i++
		if !s.digits() {
			return false, s.fail("a digit")
		}
	}
	if s.is('e') || s.is('E') {
		isWhole = false
		s.i++
		if s.is('+') || s.is('-') {
			s.i++
		}
		first := s.i
		if !s.digits() {
			return false, s.fail("a digit")
		}
		exponent = s.i - first
	}
	if s.i-start > maxDigits || exponent > 2 {
		s.magnitude(start)
	}
	return isWhole, true
}

// magnitude notes a fault when the number from start is longer, larger or smaller than a double can tell.
func (s *scanner) magnitude(start int) {
	lit := s.b[start:s.i]
	if len(lit) <= maxDigits {
		if _, err := strconv.ParseFloat(string(lit), 64); err == nil {
			return
		}
	}
	s.note("collect.number", start, fmt.Sprintf("the number %s is too large: at most 64 digits and 1.8e308", clip(string(lit))))
}
