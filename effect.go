package orrery

// DestinationName names one outlet of a workspace, from its policy.
type DestinationName string

// AudienceName names one audience of a workspace, from its policy.
type AudienceName string

// PushKind is what a membership push asks of a destination.
type PushKind uint8

const (
	PushRemove PushKind = iota + 1 // removals go first
	PushAdd
)

func (k PushKind) String() string {
	if k == PushAdd {
		return "add"
	}
	return "remove"
}

func (k PushKind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

func (k *PushKind) UnmarshalText(b []byte) error {
	*k = PushRemove
	if string(b) == "add" {
		*k = PushAdd
	}
	return nil
}

// Outcome is what the world answered.
type Outcome uint8

const (
	Accepted     Outcome = iota + 1 // it said yes
	Unknown                         // no answer: it may or may not have happened
	RetryLater                      // it said no for now
	Rejected                        // it said no for good
	OutcomeDead                     // tried as often as allowed
	OutcomeStale                    // not sent: the wish had changed, or the gate said no
)

var outcomeNames = [...]string{"", "accepted", "unknown", "retry", "rejected", "dead", "stale"}

func (o Outcome) String() string               { return outcomeNames[o] }
func (o Outcome) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

func (o *Outcome) UnmarshalText(b []byte) error {
	for i, n := range outcomeNames {
		if i > 0 && n == string(b) {
			*o = Outcome(i)
			return nil
		}
	}
	return Invalid("outcome", "no such outcome: "+string(b))
}

// EffectKind is what sort of thing an effect asks for.
type EffectKind uint8

const (
	EffectMessage EffectKind = iota + 1 // deliver an intent through a destination
	EffectPush                          // set one person's membership of one list at one destination
	EffectNotice                        // tell a subscriber that something happened (case opened, hold placed)
)

// Effect is one thing asked of the outside world. Its Key never changes over retries, so a receiver can deduplicate.
type Effect struct {
	ID          EffectID        `cbor:"1,keyasint" json:"id"`
	Kind        EffectKind      `cbor:"2,keyasint" json:"kind"`
	Destination DestinationName `cbor:"3,keyasint" json:"destination"`
	Person      FragmentID      `cbor:"4,keyasint" json:"person"` // the fragment that caused it
	Type        string          `cbor:"5,keyasint" json:"type"`   // "audience.remove", "message.send", "case.opened"
	Intent      IntentID        `cbor:"6,keyasint,omitempty" json:"intent,omitzero"`
	Audience    AudienceName    `cbor:"7,keyasint,omitempty" json:"audience,omitzero"`
	Push        PushKind        `cbor:"8,keyasint,omitempty" json:"push,omitzero"`
	Version     uint64          `cbor:"9,keyasint,omitempty" json:"version,omitzero"` // push: desired version
	Reason      string          `cbor:"10,keyasint,omitempty" json:"reason,omitzero"`
	Data        string          `cbor:"11,keyasint,omitempty" json:"data,omitzero"` // notice: canonical JSON
	RequestedAt Instant         `cbor:"12,keyasint" json:"requested_at"`
	Attempts    int             `cbor:"13,keyasint,omitempty" json:"attempts,omitzero"`
	NotBefore   Instant         `cbor:"14,keyasint,omitempty" json:"not_before,omitzero"`
}
