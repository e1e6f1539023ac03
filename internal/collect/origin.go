package collect

import (
	"bytes"

	"github.com/orrery-cxm/orrery"
)

// Origin gives the events of a request as they came, for those that are set aside after they were decoded.
type Origin struct {
	d        *Decoder
	r        Request
	rejected []Rejected
}

// Origin keeps a request for its events to be read again. The body must not change.
func (d *Decoder) Origin(r *Request, rejected []Rejected) *Origin {
	return &Origin{d: d, r: *r, rejected: rejected}
}

// Event is the event from which touch i was decoded, as it can be sent again by itself: with what its batch or the
// address of the call said of it.
func (o *Origin) Event(i int) []byte {
	for _, r := range o.rejected { // in the order of the request
		if r.Index <= i {
			i++
		}
	}
	s := &reading{d: o.d, r: &o.r}
	s.reset(bytes.Clone(o.r.Body))
	if o.r.Call != Batch && o.r.Call != Import {
		s.value(0, 0, 0, 1)
		if s.seal() != nil {
			return nil
		}
		return s.named(o.r.Call)
	}
	s.envelope()
	if s.seal() != nil || s.list == 0 {
		return nil
	}
	n := s.list + 1
	for ; i > 0 && n < s.nodes[s.list].next; i-- {
		n = s.nodes[n].next
	}
	if n >= s.nodes[s.list].next {
		return nil
	}
	return s.reject(n, 0, "", &orrery.Error{}).Body
}

// named is the event of a call of its own, with the type that the address said.
func (s *reading) named(call Call) []byte {
	raw := s.src[s.nodes[0].val0:s.nodes[0].val1]
	name, known := callType(call)
	if p := s.parts(0); p.kind != 0 || !known || len(raw)+len(name) > MaxEvent-16 || s.nodes[0].next == 1 {
		return legible(raw)
	}
	return legible(raw[:len(raw)-1] + `,"type":"` + name + `"}`)
}

// callType is the type of an event of that call.
func callType(call Call) (string, bool) {
	for _, name := range []string{"track", "page", "identify", "screen", "group", "alias"} {
		if c, _ := typeCall(name); c == call {
			return name, true
		}
	}
	return "", false
}
