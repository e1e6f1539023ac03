package orrery

// Severity of a case. The rest after a satisfied answer grows with it.
type Severity uint8

const (
	Low Severity = iota + 1
	Medium
	High
)

func (s Severity) String() string {
	switch s {
	case Low:
		return "low"
	case Medium:
		return "medium"
	case High:
		return "high"
	}
	return ""
}

func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

func (s *Severity) UnmarshalText(b []byte) error {
	for v := Low; v <= High; v++ {
		if v.String() == string(b) {
			*s = v
			return nil
		}
	}
	return Invalid("case.severity", "severity is low, medium or high")
}

// CaseStatus is where a case stands.
type CaseStatus uint8

const (
	CaseOpen      CaseStatus = iota + 1
	CaseResolved             // the brand says it is solved; the person has not answered
	CaseSatisfied            // the person said they are satisfied
	CaseDismissed            // it was no complaint
)

func (s CaseStatus) String() string {
	switch s {
	case CaseOpen:
		return "open"
	case CaseResolved:
		return "resolved"
	case CaseSatisfied:
		return "satisfied"
	case CaseDismissed:
		return "dismissed"
	}
	return ""
}

func (s CaseStatus) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

func (s *CaseStatus) UnmarshalText(b []byte) error {
	for v := CaseOpen; v <= CaseDismissed; v++ {
		if v.String() == string(b) {
			*s = v
			return nil
		}
	}
	return Invalid("case.status", "status is open, resolved, satisfied or dismissed")
}

// Case is one matter that a person needs put right.
type Case struct {
	ID        CaseID     `cbor:"1,keyasint" json:"id"`
	Reporter  FragmentID `cbor:"2,keyasint" json:"reporter"`
	Affected  FragmentID `cbor:"3,keyasint,omitempty" json:"affected,omitzero"` // when another person was wronged
	Touch     TouchID    `cbor:"4,keyasint,omitempty" json:"touch,omitzero"`    // what opened it
	Status    CaseStatus `cbor:"5,keyasint" json:"status"`
	Severity  Severity   `cbor:"6,keyasint" json:"severity"`
	Product   string     `cbor:"7,keyasint,omitempty" json:"product,omitzero"`
	Order     string     `cbor:"8,keyasint,omitempty" json:"order,omitzero"`
	Channel   Channel    `cbor:"9,keyasint,omitempty" json:"channel,omitzero"`
	Title     string     `cbor:"10,keyasint,omitempty" json:"title,omitzero"`
	Verified  bool       `cbor:"11,keyasint,omitempty" json:"verified"` // false: came by a public key
	OpenedAt  Instant    `cbor:"12,keyasint" json:"opened_at"`
	ChangedAt Instant    `cbor:"13,keyasint" json:"changed_at"`
	Asked     uint8      `cbor:"14,keyasint,omitempty" json:"asked,omitzero"` // how often satisfaction was asked: at most 2
	Escalated bool       `cbor:"15,keyasint,omitempty" json:"escalated,omitzero"`
	Theme     string     `cbor:"16,keyasint,omitempty" json:"theme,omitzero"` // complaint, unhappy_answer, manual
}
