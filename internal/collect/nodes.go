package collect

import "github.com/orrery-cxm/orrery"

// key is the key of the member at node n.
func (s *reading) key(n uint32) string {
	m := &s.nodes[n]
	if m.marks&keyEscaped == 0 {
		return s.src[m.key0:m.key1]
	}
	return string(unescape([]byte(s.src[m.key0:m.key1])))
}

// str is what the string at node n says.
func (s *reading) str(n uint32) string {
	m := &s.nodes[n]
	if m.marks&escaped == 0 {
		return s.src[m.val0:m.val1]
	}
	return string(unescape([]byte(s.src[m.val0:m.val1])))
}

// raw is the JSON text of the value at node n.
func (s *reading) raw(n uint32) string {
	m := &s.nodes[n]
	if m.form == text {
		return s.src[m.val0-1 : m.val1+1]
	}
	return s.src[m.val0:m.val1]
}

// properties is the object at node n without white space; "" for none and for an empty one.
func (s *reading) properties(n uint32) string {
	m := &s.nodes[n]
	if n == 0 || m.next == n+1 {
		return ""
	}
	if m.marks&spaced == 0 {
		return s.src[m.val0:m.val1]
	}
	s.buf = appendCompact(s.buf[:0], s.src[m.val0:m.val1])
	return string(s.buf)
}

// member is the node of the member of that name, or 0 when there is none or it is null.
func (s *reading) member(n uint32, name string) uint32 {
	if n == 0 || s.nodes[n].form != object {
		return 0
	}
	for j, end := n+1, s.nodes[n].next; j < end; j = s.nodes[j].next {
		if s.key(j) == name && s.nodes[j].form != null {
			return j
		}
	}
	return 0
}

// word is the string at node n, or "" when there is none or it is no string.
func (s *reading) word(n uint32) string {
	if n == 0 || s.nodes[n].form != text {
		return ""
	}
	return s.str(n)
}

// withMember adds a member at the end of a compact JSON object.
func withMember(obj, name, raw string) string {
	if obj == "" {
		return `{"` + name + `":` + raw + `}`
	}
	return obj[:len(obj)-1] + `,"` + name + `":` + raw + `}`
}

// ordinary keeps the properties of a call that has no meaning of its own, and finds what is looked for in all of them.
func (s *reading) ordinary(n uint32, t *orrery.Touch) {
	if n == 0 {
		return
	}
	t.Properties = s.properties(n)
	var product, sku uint32
	for j, end := n+1, s.nodes[n].next; j < end; j = s.nodes[j].next {
		switch s.key(j) {
		case "product_id":
			product = j
		case "sku":
			sku = j
		case "email":
			s.found(orrery.Email, j)
		case "phone":
			s.found(orrery.Phone, j)
		}
	}
	if t.Product = s.product(product); t.Product == "" {
		t.Product = s.product(sku)
	}
}

// product is the product or sku at node n; "" where there is none that can be one.
func (s *reading) product(n uint32) string {
	if n == 0 {
		return ""
	}
	m := &s.nodes[n]
	v := ""
	switch {
	case m.form == text:
		v = s.str(n)
	case m.form == number && m.marks&whole != 0:
		v = s.src[m.val0:m.val1]
	}
	if len(v) > MaxName || !printable(v) {
		return ""
	}
	return v
}
