package orrery

import (
	"fmt"
	"strings"
)

// Seq is the position of a chunk in a workspace's log. The first chunk is 1; 0 means "before everything".
type Seq uint64

// FragmentID names what we know under one identifier. It is a keyed hash of the identifier, so the same identifier
// has the same fragment whatever the order of arrival, and nobody without the workspace key can compute it.
type FragmentID uint64

// PersonID names a person: the id of the fragment that represents them. Ids of fragments that were merged into a
// person stay valid for ever and lead to the person who holds that fragment now.
type PersonID = FragmentID

// Ids of things that are born in the log: they derive from where in the log they were born, see [Stamp.ID].
type (
	TouchID  uint64
	CaseID   uint64
	HoldID   uint64
	LifeID   uint64
	IntentID uint64
	EffectID uint64
	ReviewID uint64
	LinkID   uint64
	AlertID  uint64
	TopicID  uint64
)

// Prefixes of ids as people see them.
const (
	prefixFragment = "per_"
	prefixTouch    = "tch_"
	prefixCase     = "cas_"
	prefixHold     = "hld_"
	prefixLife     = "lif_"
	prefixIntent   = "int_"
	prefixEffect   = "eff_"
	prefixReview   = "rev_"
	prefixLink     = "lnk_"
	prefixAlert    = "alr_"
	prefixTopic    = "top_"
)

func (id FragmentID) String() string { return formatID(prefixFragment, uint64(id)) }
func (id TouchID) String() string    { return formatID(prefixTouch, uint64(id)) }
func (id CaseID) String() string     { return formatID(prefixCase, uint64(id)) }
func (id HoldID) String() string     { return formatID(prefixHold, uint64(id)) }
func (id LifeID) String() string     { return formatID(prefixLife, uint64(id)) }
func (id IntentID) String() string   { return formatID(prefixIntent, uint64(id)) }
func (id EffectID) String() string   { return formatID(prefixEffect, uint64(id)) }
func (id ReviewID) String() string   { return formatID(prefixReview, uint64(id)) }
func (id LinkID) String() string     { return formatID(prefixLink, uint64(id)) }
func (id AlertID) String() string    { return formatID(prefixAlert, uint64(id)) }
func (id TopicID) String() string    { return formatID(prefixTopic, uint64(id)) }

func (id FragmentID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }
func (id TouchID) MarshalText() ([]byte, error)    { return []byte(id.String()), nil }
func (id CaseID) MarshalText() ([]byte, error)     { return []byte(id.String()), nil }
func (id HoldID) MarshalText() ([]byte, error)     { return []byte(id.String()), nil }
func (id LifeID) MarshalText() ([]byte, error)     { return []byte(id.String()), nil }
func (id IntentID) MarshalText() ([]byte, error)   { return []byte(id.String()), nil }
func (id EffectID) MarshalText() ([]byte, error)   { return []byte(id.String()), nil }
func (id ReviewID) MarshalText() ([]byte, error)   { return []byte(id.String()), nil }
func (id LinkID) MarshalText() ([]byte, error)     { return []byte(id.String()), nil }
func (id AlertID) MarshalText() ([]byte, error)    { return []byte(id.String()), nil }
func (id TopicID) MarshalText() ([]byte, error)    { return []byte(id.String()), nil }

func (id *FragmentID) UnmarshalText(b []byte) error { return parseInto(id, prefixFragment, b) }
func (id *TouchID) UnmarshalText(b []byte) error    { return parseInto(id, prefixTouch, b) }
func (id *CaseID) UnmarshalText(b []byte) error     { return parseInto(id, prefixCase, b) }
func (id *HoldID) UnmarshalText(b []byte) error     { return parseInto(id, prefixHold, b) }
func (id *LifeID) UnmarshalText(b []byte) error     { return parseInto(id, prefixLife, b) }
func (id *IntentID) UnmarshalText(b []byte) error   { return parseInto(id, prefixIntent, b) }
func (id *EffectID) UnmarshalText(b []byte) error   { return parseInto(id, prefixEffect, b) }
func (id *ReviewID) UnmarshalText(b []byte) error   { return parseInto(id, prefixReview, b) }
func (id *LinkID) UnmarshalText(b []byte) error     { return parseInto(id, prefixLink, b) }
func (id *AlertID) UnmarshalText(b []byte) error    { return parseInto(id, prefixAlert, b) }
func (id *TopicID) UnmarshalText(b []byte) error    { return parseInto(id, prefixTopic, b) }

// crockford is the base-32 alphabet without letters that look like digits.
const crockford = "0123456789abcdefghjkmnpqrstvwxyz"

// formatID writes v as 13 base-32 digits behind its prefix.
func formatID(prefix string, v uint64) string {
	var b [17]byte
	n := copy(b[:], prefix)
	for i := 12; i >= 0; i-- {
		b[n+i] = crockford[v&31]
		v >>= 5
	}
	return string(b[:n+13])
}

func parseInto[T ~uint64](id *T, prefix string, text []byte) error {
	s := strings.ToLower(string(text))
	digits, ok := strings.CutPrefix(s, prefix)
	if !ok || len(digits) != 13 {
		return Invalid("id", fmt.Sprintf("%q is no %sid: %s and 13 letters or digits are expected", s, prefix, prefix))
	}
	var v uint64
	for i := range len(digits) {
		d := strings.IndexByte(crockford, digits[i])
		if d < 0 || (i == 0 && d > 15) {
			return Invalid("id", fmt.Sprintf("%q holds %q, which no id can hold", s, digits[i]))
		}
		v = v<<5 | uint64(d)
	}
	*id = T(v)
	return nil
}

// Stamp says where in the log a fact stands and when its chunk was closed.
type Stamp struct {
	Incarnation uint16  // raised by each restore, so that ids born after it differ from those born before
	Seq         Seq     // the chunk
	Index       uint32  // the fact's place in the chunk
	Time        Instant // chunk time: never goes back
}

// MaxIndex is how many facts a chunk may hold.
const MaxIndex = 1<<14 - 1

// ID is the id of the thing born at this place: 10 bits of incarnation, 40 of sequence, 14 of index.
func (s Stamp) ID() uint64 {
	return uint64(s.Incarnation&1023)<<54 | (uint64(s.Seq)&(1<<40-1))<<14 | uint64(s.Index&MaxIndex)
}

// SeqOf is the chunk in which an id made by [Stamp.ID] was born.
func SeqOf[T ~uint64](id T) Seq { return Seq(uint64(id) >> 14 & (1<<40 - 1)) }

// IndexOf is the place in its chunk at which an id made by [Stamp.ID] was born.
func IndexOf[T ~uint64](id T) uint32 { return uint32(uint64(id) & MaxIndex) }
