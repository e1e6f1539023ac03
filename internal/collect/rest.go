package collect

import (
	"fmt"
	"iter"
	"strconv"
	"strings"

	"github.com/orrery-cxm/orrery"
)

// members yields the members of the object at node n that are not null.
func (s *reading) members(n uint32) iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		if n == 0 {
			return
		}
		for j, end := n+1, s.nodes[n].next; j < end; j = s.nodes[j].next {
			if s.nodes[j].form != null && !yield(j) {
				return
			}
		}
	}
}

// remainder gathers the members of an object that have no meaning of their own.
type remainder struct {
	s   *reading
	out []byte
}

// keep adds the member at node n.
func (r *remainder) keep(n uint32) {
	m := &r.s.nodes[n]
	if len(r.out) == 0 {
		r.out = append(r.out, '{')
	} else {
		r.out = append(r.out, ',')
	}
	r.out = append(append(append(r.out, '"'), r.s.src[m.key0:m.key1]...), '"', ':')
	if m.marks&spaced != 0 {
		r.out = appendCompact(r.out, r.s.raw(n))
	} else {
		r.out = append(r.out, r.s.raw(n)...)
	}
}

// object is what was kept, as a JSON object; "" for nothing.
func (r *remainder) object() string {
	if len(r.out) == 0 {
		return ""
	}
	return string(append(r.out, '}'))
}

// truth reads true or false.
func (s *reading) truth(n uint32, path string) (bool, *orrery.Error) {
	switch s.nodes[n].form {
	case yes:
		return true, nil
	case no:
		return false, nil
	}
	return false, s.bad(n, path, "answer: write true or false")
}

// count reads a whole number from least to most, also when it is written as a string.
func (s *reading) count(n uint32, path string, least, most int) (int, *orrery.Error) {
	v := s.raw(n)
	if s.nodes[n].form == text {
		v = strings.TrimSpace(s.str(n))
	} else if s.nodes[n].form == number {
		v = strings.TrimSuffix(v, ".0") // how some languages write whole numbers
	}
	i, err := strconv.Atoi(v)
	if err != nil || i < least || i > most {
		return 0, s.bad(n, path, fmt.Sprintf("whole number from %d to %d", least, most))
	}
	return i, nil
}

// anything is a string as it is, and any other value as compact JSON.
func (s *reading) anything(n uint32) string {
	if s.nodes[n].form == text {
		return withoutNUL(s.str(n))
	}
	return string(appendCompact(nil, s.raw(n)))
}
