package collect

import (
	"fmt"
	"strings"
	"sync"
	"unsafe"

	"github.com/orrery-cxm/orrery"
)

// Vouch tells whether a survey token was signed by us for this survey and case.
type Vouch func(token, survey string, c orrery.CaseID) bool

// Decoder decodes requests by one policy. It is safe for use by many goroutines.
type Decoder struct {
	blocked  blocklist
	purposes map[string]orrery.Purpose // by lower-case category
	currency string
	vouch    Vouch
	phones   *phoneCache
	readings sync.Pool
	gzips    sync.Pool
}

// New makes a decoder. Without vouch no token is believed.
func New(p Policy, vouch Vouch) *Decoder {
	d := &Decoder{blocked: newBlocklist(p.Blocklist), purposes: map[string]orrery.Purpose{}, currency: p.Currency, vouch: vouch, phones: newPhoneCache()}
	for _, m := range []map[string]orrery.Purpose{DefaultPurposes, p.Purposes} {
		for name, purpose := range m {
			d.purposes[strings.ToLower(strings.TrimSpace(name))] = purpose
		}
	}
	return d
}

// Decode turns a request into touches, in the order of the request. Events of a batch that cannot be are rejected one by
// one. The error is an *orrery.Error of kind Invalid when the whole request can never be valid, and of kind Denied when
// a call of one event asks for what its source may not do. The touches share the memory of the body.
func (d *Decoder) Decode(r *Request) ([]orrery.Touch, []Rejected, error) {
	if len(r.Body) > MaxBody {
		return nil, nil, orrery.Invalid("collect.too_large", fmt.Sprintf("the request has %d bytes: at most %d are taken", len(r.Body), MaxBody))
	}
	s, _ := d.readings.Get().(*reading)
	if s == nil {
		s = &reading{d: d}
	}
	defer s.end()
	s.r = r
	s.reset(r.Body)
	if r.Call == Batch || r.Call == Import {
		return s.batch()
	}
	touches, err := s.single()
	return touches, nil, err
}

// reading is the decoding of one request. It is used again for the next one.
type reading struct {
	scanner
	d    *Decoder
	r    *Request
	src  string // the body, once it is scanned and changes no more
	list uint32 // node of the array of events

	spoilt []spoilt
	base   surroundings   // what the batch says of each of its events
	sent   orrery.Instant // sentAt of the batch

	// What one event holds, before it is copied to where it stays.
	ids      []orrery.Identifier
	traits   []orrery.Trait
	consents []orrery.ConsentClaim
	unfit    string // the first identifier that was dropped, for the reason
	buf      []byte

	keptIDs      shelf[orrery.Identifier]
	keptTraits   shelf[orrery.Trait]
	keptConsents shelf[orrery.ConsentClaim]
}

// spoilt is an event of a batch in which the scanner found a fault.
type spoilt struct {
	index int
	fault fault
}

const maxKeptNodes = 1 << 16 // of a reading that waits for its next use

func (s *reading) end() {
	s.r, s.b, s.src, s.err, s.fault = nil, nil, "", nil, fault{}
	clear(s.ids[:cap(s.ids)])
	clear(s.traits[:cap(s.traits)])
	clear(s.consents[:cap(s.consents)])
	clear(s.spoilt)
	s.spoilt, s.base, s.sent, s.list, s.unfit = s.spoilt[:0], surroundings{}, 0, 0, ""
	if cap(s.nodes) > maxKeptNodes {
		s.nodes = nil
	}
	s.d.readings.Put(s)
}

// seal ends the scanning: from here on the body does not change.
func (s *reading) seal() *orrery.Error {
	s.skip()
	if s.err == nil && s.i < len(s.b) {
		s.fail("the end of the request")
	}
	if s.err != nil {
		return s.err
	}
	if s.fault.code != "" {
		return orrery.Invalid(s.fault.code, s.fault.say)
	}
	s.src = unsafe.String(unsafe.SliceData(s.b), len(s.b))
	return nil
}

func (s *reading) single() ([]orrery.Touch, error) {
	s.value(0, 0, 0, 1)
	if err := s.seal(); err != nil {
		return nil, err
	}
	touches := make([]orrery.Touch, 1)
	if err := s.event(0, s.r.Call, &touches[0]); err != nil {
		return nil, err
	}
	return touches, nil
}

func (s *reading) batch() ([]orrery.Touch, []Rejected, error) {
	s.envelope()
	if err := s.seal(); err != nil {
		return nil, nil, err
	}
	if s.list == 0 {
		return nil, nil, orrery.Invalid("collect.no_batch", `the request holds no events: write {"batch": [ … ]}`)
	}
	count, err := s.surround()
	if err != nil {
		return nil, nil, err
	}
	touches := make([]orrery.Touch, count)
	var rejected []Rejected
	kept, index, spoilt := 0, 0, s.spoilt
	for n := s.list + 1; n < s.nodes[s.list].next; n = s.nodes[n].next {
		t := &touches[kept]
		var err *orrery.Error
		if len(spoilt) > 0 && spoilt[0].index == index {
			err, spoilt = orrery.Invalid(spoilt[0].fault.code, spoilt[0].fault.say), spoilt[1:]
		} else {
			err = s.event(n, 0, t)
		}
		if err != nil {
			rejected = append(rejected, s.reject(n, index, t.MessageID, err))
			*t = orrery.Touch{}
		} else {
			kept++
		}
		index++
	}
	return touches[:kept:kept], rejected, nil
}

// envelope scans the object around the events.
func (s *reading) envelope() bool {
	if !s.is('{') {
		return s.fail("an object")
	}
	s.nodes = append(s.nodes, node{form: object})
	var seen keys
	for more := s.open('}'); more; more = s.more('}') {
		k0, k1, marks, ok := s.keyed(0, &seen)
		if !ok {
			return false
		}
		if string(s.b[k0:k1]) == "batch" && s.is('[') {
			ok = s.events(k0, k1)
		} else {
			ok = s.value(k0, k1, marks, 2)
		}
		if !ok {
			return false
		}
	}
	s.nodes[0].next = uint32(len(s.nodes))
	return s.err == nil
}

// events scans the array of events and keeps the faults of each apart.
func (s *reading) events(k0, k1 int) bool {
	outer := s.fault
	s.list = uint32(len(s.nodes))
	s.nodes = append(s.nodes, node{key0: uint32(k0), key1: uint32(k1), val0: uint32(s.i), form: array})
	count := 0
	for more := s.open(']'); more; more = s.more(']') {
		if count == MaxEvents {
			s.err = orrery.Invalid("collect.too_many", fmt.Sprintf("the request holds more than %d events: send it in parts", MaxEvents))
			return false
		}
		s.fault = fault{}
		if !s.value(0, 0, 0, 1) {
			return false
		}
		if s.fault.code != "" {
			s.spoilt = append(s.spoilt, spoilt{count, s.fault})
		}
		count++
	}
	s.fault = outer
	s.nodes[s.list].val1, s.nodes[s.list].next = uint32(s.i), uint32(len(s.nodes))
	return s.err == nil
}

// surround reads what the batch says of each of its events, and counts them.
func (s *reading) surround() (count int, err error) {
	for n := s.list + 1; n < s.nodes[s.list].next; n = s.nodes[n].next {
		count++
	}
	p := s.parts(0)
	if bad := s.surroundings(p, &s.base, "the batch's "); bad != nil {
		return 0, bad
	}
	sent, bad := s.moment(p.sent, "the batch's sentAt")
	if bad != nil {
		return 0, bad
	}
	s.sent = sent
	return count, nil
}

// shelf hands out small slices of large ones, so that a batch costs few allocations.
type shelf[T any] struct{ free []T }

// keep copies what is in scratch to where it stays.
func (k *shelf[T]) keep(scratch []T) []T {
	n := len(scratch)
	if n == 0 {
		return nil
	}
	if len(k.free) < n {
		k.free = make([]T, max(n, 128))
	}
	out := k.free[:n:n]
	k.free = k.free[n:]
	copy(out, scratch)
	return out
}
