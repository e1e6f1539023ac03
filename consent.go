package orrery

// Purpose is what data or a channel is used for.
type Purpose string

const (
	Marketing       Purpose = "marketing"       // commercial messages
	Advertising     Purpose = "advertising"     // audiences at ad platforms
	Personalisation Purpose = "personalisation" // content chosen for the person
	Research        Purpose = "research"        // surveys
	AnyPurpose      Purpose = "*"
)

// AnyChannel in a consent means every channel.
const AnyChannel Channel = "*"

// ConsentAnswer is what the person said. No record is ConsentUnknown, which for commercial purposes is a no.
type ConsentAnswer uint8

const (
	ConsentUnknown ConsentAnswer = iota
	Granted
	Refused
)

func (a ConsentAnswer) String() string {
	switch a {
	case Granted:
		return "granted"
	case Refused:
		return "refused"
	}
	return "unknown"
}

func (a ConsentAnswer) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

func (a *ConsentAnswer) UnmarshalText(b []byte) error {
	for v := ConsentUnknown; v <= Refused; v++ {
		if v.String() == string(b) {
			*a = v
			return nil
		}
	}
	return Invalid("consent.answer", "a consent is granted or refused")
}

// ConsentClaim is one answer about a purpose on a channel, as a touch or a command brought it.
type ConsentClaim struct {
	Purpose Purpose       `cbor:"1,keyasint" json:"purpose"`
	Channel Channel       `cbor:"2,keyasint" json:"channel"`
	Answer  ConsentAnswer `cbor:"3,keyasint" json:"answer"`
	How     string        `cbor:"4,keyasint,omitempty" json:"how,omitzero"` // gpc, segment, rudderstack, form, unsubscribe, agent
}
