package orrery

// Class of an outbound thing. The gate's table is written in these.
type Class string

const (
	Legal         Class = "legal"
	Safety        Class = "safety"
	Service       Class = "service"     // what a person needs: password, delivery, refund, a reply inside a case
	Recovery      Class = "recovery"    // an apology, putting right
	CaseSurvey    Class = "case_survey" // the satisfaction question of a resolved case
	SurveyClass   Class = "survey"
	Favour        Class = "favour" // asking the person for something: a review, a referral
	Commercial    Class = "commercial"
	Advertisement Class = "advertisement" // being in an advertising audience: barred like commercial, but state, not a message
)

// Classes lists every class in the order of the gate's table.
var Classes = []Class{Legal, Safety, Service, Recovery, CaseSurvey, SurveyClass, Favour, Commercial}

// Valid says whether c may be asked for by a client.
func (c Class) Valid() bool {
	for _, v := range Classes {
		if v == c {
			return true
		}
	}
	return false
}

// Verdict is the gate's answer.
type Verdict uint8

const (
	Allow   Verdict = iota + 1
	HoldIt          // later, when Until has passed or the reason is gone
	Replace         // something else goes first: an apology instead of an offer
	Drop            // never: useless by then, or refused
)

func (v Verdict) String() string {
	switch v {
	case Allow:
		return "allow"
	case HoldIt:
		return "hold"
	case Replace:
		return "replace"
	case Drop:
		return "drop"
	}
	return ""
}

func (v Verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

func (v *Verdict) UnmarshalText(b []byte) error {
	for w := Allow; w <= Drop; w++ {
		if w.String() == string(b) {
			*v = w
			return nil
		}
	}
	return Invalid("verdict", "a verdict is allow, hold, replace or drop")
}

// Answer is the gate's verdict with its reason.
type Answer struct {
	Verdict  Verdict  `cbor:"1,keyasint" json:"verdict"`
	Reason   string   `cbor:"2,keyasint,omitempty" json:"reason,omitzero"`   // a reason code, "gate.case_open"
	Until    Instant  `cbor:"3,keyasint,omitempty" json:"until,omitzero"`    // hold: the earliest moment it can change by time alone; 0: by an event
	Evidence []string `cbor:"4,keyasint,omitempty" json:"evidence,omitzero"` // ids of the holds, cases, consents, sends that decided it
	Replace  Class    `cbor:"5,keyasint,omitempty" json:"replace_with,omitzero"`
	Policy   int      `cbor:"6,keyasint,omitempty" json:"policy,omitzero"` // version of the policy that was asked
}

// Intent is an outbound message that somebody wants to send.
type Intent struct {
	ID          IntentID   `cbor:"1,keyasint" json:"id"`
	Key         string     `cbor:"2,keyasint,omitempty" json:"key,omitzero"` // the client's idempotency key
	Fragment    FragmentID `cbor:"3,keyasint" json:"fragment"`
	Class       Class      `cbor:"4,keyasint" json:"class"`
	Channel     Channel    `cbor:"5,keyasint" json:"channel"`
	Destination string     `cbor:"6,keyasint,omitempty" json:"destination,omitzero"` // "" : the channel's default
	Theme       string     `cbor:"7,keyasint,omitempty" json:"theme,omitzero"`
	Stance      string     `cbor:"8,keyasint,omitempty" json:"stance,omitzero"`
	Team        string     `cbor:"9,keyasint,omitempty" json:"team,omitzero"`
	Market      string     `cbor:"10,keyasint,omitempty" json:"market,omitzero"`
	Product     string     `cbor:"11,keyasint,omitempty" json:"product,omitzero"`
	Life        LifeKind   `cbor:"12,keyasint,omitempty" json:"life,omitzero"` // a life event that the message speaks of
	Case        CaseID     `cbor:"13,keyasint,omitempty" json:"case,omitzero"`
	Content     string     `cbor:"14,keyasint,omitempty" json:"content,omitzero"` // canonical JSON, given to the destination as it is
	UsefulUntil Instant    `cbor:"15,keyasint,omitempty" json:"useful_until,omitzero"`
	At          Instant    `cbor:"16,keyasint" json:"at"`
	By          Actor      `cbor:"17,keyasint" json:"by"`
	Priority    int        `cbor:"18,keyasint,omitempty" json:"priority,omitzero"`
}

// IntentState is what became of an intent.
type IntentState uint8

const (
	IntentHeld     IntentState = iota + 1
	IntentQueued               // allowed; its effect waits for a worker
	IntentReleased             // the gate was asked again and the attempt began
	IntentAccepted             // the channel took it
	IntentUnknown              // the attempt ended without an answer
	IntentFailed               // the channel refused it for good
	IntentReplaced             // something else went instead
	IntentDropped              // the gate refused it for good
	IntentExpired              // no longer useful
)

var intentStateNames = [...]string{"", "held", "queued", "released", "accepted", "unknown", "failed", "replaced", "dropped", "expired"}

func (s IntentState) String() string               { return intentStateNames[s] }
func (s IntentState) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

func (s *IntentState) UnmarshalText(b []byte) error {
	for i, n := range intentStateNames {
		if i > 0 && n == string(b) {
			*s = IntentState(i)
			return nil
		}
	}
	return Invalid("intent.state", "no such state of an intent: "+string(b))
}
