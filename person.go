package orrery

// Namespace is a kind of identifier. The workspace's identity policy says how far each may be trusted.
type Namespace string

const (
	UserID      Namespace = "user_id"
	Email       Namespace = "email"        // normalised: trimmed, lower case, domain in ASCII
	Phone       Namespace = "phone"        // E.164
	AnonymousID Namespace = "anonymous_id" // a browser or an installation, by the client library
	DeviceID    Namespace = "device_id"
	AdID        Namespace = "ad_id"
	PushToken   Namespace = "push_token"
	CookieID    Namespace = "cookie_id"
	Handle      Namespace = "handle" // a name on a network: "x:adsapi"
	// SliceID stands for one person's turns at a shared device; it is made by identify, never accepted from outside.
	SliceID Namespace = "slice"
)

// Identifier is one name by which a person is known, normalised.
type Identifier struct {
	Namespace Namespace `cbor:"1,keyasint" json:"namespace"`
	Value     string    `cbor:"2,keyasint" json:"value"`
	// Proven says that the source vouches for it: a login, an order, a reply from that address.
	Proven bool `cbor:"3,keyasint,omitempty" json:"proven,omitzero"`
}

// Evidence kinds: why two identifiers are said to belong to one person.
type EvidenceKind uint8

const (
	Together  EvidenceKind = iota + 1 // both came with one touch
	Alias                             // an alias call said so
	Imported                          // an import said so
	Confirmed                         // a person at the brand said so
	SliceOf                           // a slice of a shared device and its owner
)

func (k EvidenceKind) String() string {
	switch k {
	case Together:
		return "together"
	case Alias:
		return "alias"
	case Imported:
		return "imported"
	case Confirmed:
		return "confirmed"
	case SliceOf:
		return "slice"
	}
	return "unknown"
}

func (k EvidenceKind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// Evidence says that two fragments belong to one person. A < B always.
type Evidence struct {
	A      FragmentID   `cbor:"1,keyasint" json:"a"`
	B      FragmentID   `cbor:"2,keyasint" json:"b"`
	Kind   EvidenceKind `cbor:"3,keyasint" json:"kind"`
	At     Instant      `cbor:"4,keyasint" json:"at"` // clamped event time of the first sight
	Source SourceName   `cbor:"5,keyasint" json:"source"`
	Touch  TouchID      `cbor:"6,keyasint" json:"touch"` // the touch that brought it
}

// TraitOrigin says how we came to know a trait.
type TraitOrigin uint8

const (
	FirstParty TraitOrigin = iota + 1 // observed or entered by the brand
	ZeroParty                         // the person told us, knowingly
	Imports                           // came with an import
)

// Trait is one thing said about a person; Value is canonical JSON (a string, number, bool, null, array or object).
type Trait struct {
	Name   string      `cbor:"1,keyasint" json:"name"`
	Value  string      `cbor:"2,keyasint" json:"value"`
	Origin TraitOrigin `cbor:"3,keyasint,omitempty" json:"origin,omitzero"`
}

// AccountID is a company or household that people belong to: the group id as the source gave it.
type AccountID string
