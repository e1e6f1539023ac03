package orrery

// HoldKind is why outbound things are held.
type HoldKind string

const (
	HoldCase    HoldKind = "case"    // a case is open, or solved and not yet confirmed
	HoldRest    HoldKind = "rest"    // satisfied; the rest has not passed
	HoldLife    HoldKind = "life"    // a sensitive life event
	HoldSoft    HoldKind = "soft"    // a text that may be a complaint: short, reversible, under review
	HoldManual  HoldKind = "manual"  // set by a person at the brand
	HoldProduct HoldKind = "product" // one product only; outlives the person-wide hold
	HoldLegal   HoldKind = "legal"   // restriction of processing
)

// Hold bars classes of outbound things for one fragment's person. Until 0 means until it is released.
type Hold struct {
	ID       HoldID     `cbor:"1,keyasint" json:"id"`
	Kind     HoldKind   `cbor:"2,keyasint" json:"kind"`
	Fragment FragmentID `cbor:"3,keyasint" json:"fragment"`
	Since    Instant    `cbor:"4,keyasint" json:"since"`
	Until    Instant    `cbor:"5,keyasint,omitempty" json:"until,omitzero"`
	Case     CaseID     `cbor:"6,keyasint,omitempty" json:"case,omitzero"`
	Life     LifeID     `cbor:"7,keyasint,omitempty" json:"life,omitzero"`
	Product  string     `cbor:"8,keyasint,omitempty" json:"product,omitzero"`
	Touch    TouchID    `cbor:"9,keyasint,omitempty" json:"touch,omitzero"`
	By       string     `cbor:"10,keyasint,omitempty" json:"by,omitzero"`
	Reason   string     `cbor:"11,keyasint,omitempty" json:"reason,omitzero"` // a reason code, never free text about a person
}

// LifeKind is an event in a person's life.
type LifeKind string

const (
	Bereavement LifeKind = "bereavement"
	Engagement  LifeKind = "engagement"
	Wedding     LifeKind = "wedding"
	Graduation  LifeKind = "graduation"
	Birth       LifeKind = "birth"
	Moving      LifeKind = "moving"
	NewJob      LifeKind = "new_job"
	JobLoss     LifeKind = "job_loss"
	Retirement  LifeKind = "retirement"
	Illness     LifeKind = "illness"
	Divorce     LifeKind = "divorce"
	Birthday    LifeKind = "birthday"
)

// Certainty of a life event: only a declaration or a person's confirmation makes it a fact.
type Certainty uint8

const (
	Inferred Certainty = iota + 1 // a model read it in a text
	Declared                      // the person said so themselves in a form or profile, or a trusted source did
	Verified                      // a person at the brand confirmed it
)

// LifeEvent is one event in a person's life, as far as we know it.
type LifeEvent struct {
	ID         LifeID     `cbor:"1,keyasint" json:"id"`
	Kind       LifeKind   `cbor:"2,keyasint" json:"kind"`
	Certainty  Certainty  `cbor:"3,keyasint" json:"certainty"`
	Sensitive  bool       `cbor:"4,keyasint,omitempty" json:"sensitive"`
	Who        string     `cbor:"5,keyasint,omitempty" json:"who,omitzero"` // self, family, other
	Fragment   FragmentID `cbor:"6,keyasint" json:"fragment"`
	Touch      TouchID    `cbor:"7,keyasint,omitempty" json:"touch,omitzero"`
	Source     string     `cbor:"8,keyasint,omitempty" json:"source,omitzero"` // text, trait, api, agent
	Public     bool       `cbor:"9,keyasint,omitempty" json:"public,omitzero"` // the person's own public or consented statement
	At         Instant    `cbor:"10,keyasint" json:"at"`
	Expires    Instant    `cbor:"11,keyasint,omitempty" json:"expires,omitzero"`
	Confidence Confidence `cbor:"12,keyasint,omitempty" json:"confidence,omitzero"`
}
