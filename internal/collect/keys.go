package collect

import "strconv"

// keys notices a key that stands twice in one object. Most keys are told apart by one bit each; only where bits meet are
// the keys themselves compared, and beyond a few dozen keys a set is kept, so that the cost stays linear.
type keys struct {
	bits  uint64
	count int
	set   map[string]struct{}
}

const keysBeforeSet = 48

// keyed scans a key and its colon inside the object whose node is n.
func (s *scanner) keyed(n int, seen *keys) (k0, k1 int, marks uint8, ok bool) {
	if !s.is('"') {
		return 0, 0, 0, s.fail("a key in quotes")
	}
	k0 = s.i + 1
	esc, ok := s.string()
	if !ok {
		return 0, 0, 0, false
	}
	k1 = s.i - 1
	key := s.b[k0:k1]
	if esc {
		marks = keyEscaped
		key = unescape(key)
	}
	h := uint(len(key)) * 7
	if len(key) > 0 {
		h += uint(key[0]) + uint(key[len(key)-1])*5 + uint(key[len(key)/2])*3
	}
	bit := uint64(1) << (h & 63)
	if seen.bits&bit != 0 || seen.count >= keysBeforeSet {
		if s.met(n, key, seen) {
			s.note("collect.duplicate_key", k0, "the key "+strconv.QuoteToASCII(clip(string(key)))+" stands twice in one object")
		}
	}
	seen.bits |= bit
	seen.count++
	if s.skip(); !s.is(':') {
		return 0, 0, 0, s.fail("a colon")
	}
	s.i++
	s.skip()
	return k0, k1, marks, true
}

// met tells whether key is the key of an earlier member of the object whose node is n.
func (s *scanner) met(n int, key []byte, seen *keys) bool {
	if seen.set != nil {
		_, ok := seen.set[string(key)]
		seen.set[string(key)] = struct{}{}
		return ok
	}
	if seen.count >= keysBeforeSet {
		seen.set = make(map[string]struct{}, 4*keysBeforeSet)
	}
	found := false
	for j := n + 1; j < len(s.nodes); j = int(s.nodes[j].next) {
		m := &s.nodes[j]
		other := s.b[m.key0:m.key1]
		if m.marks&keyEscaped != 0 {
			other = unescape(other)
		}
		found = found || string(other) == string(key)
		if seen.set != nil {
			seen.set[string(other)] = struct{}{}
		}
	}
	if seen.set != nil {
		seen.set[string(key)] = struct{}{}
	}
	return found
}
