package orrery

// SourceName is the name of a source of touches, unique in its workspace ("website", "shop", "care").
type SourceName string

// WorkspaceName names one brand's tenant: lower-case letters, digits and dashes.
type WorkspaceName string

// Trust says what a source may cause.
type Trust uint8

const (
	// Public is a key that anybody can read in a browser. It may restrict (opt out, complain), never release.
	Public Trust = iota + 1
	// Server is a secret write key: it may also grant consent, bridge known persons and write orders.
	Server
	// Staff is a person or a tool acting for the brand through a scoped key.
	Staff
	// Internal is the engine itself: timers, outcomes, imports by the operator.
	Internal
)

func (t Trust) String() string {
	switch t {
	case Public:
		return "public"
	case Server:
		return "server"
	case Staff:
		return "staff"
	case Internal:
		return "internal"
	}
	return "unknown"
}

func (t Trust) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

func (t *Trust) UnmarshalText(b []byte) error {
	for _, v := range []Trust{Public, Server, Staff, Internal} {
		if v.String() == string(b) {
			*t = v
			return nil
		}
	}
	return Invalid("trust", "trust is one of public, server, staff")
}

// Actor is who did something: a key's name, a timer, the engine.
type Actor struct {
	Name  string `cbor:"1,keyasint" json:"name"`
	Trust Trust  `cbor:"2,keyasint" json:"trust"`
}
