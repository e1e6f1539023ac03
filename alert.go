package orrery

// Alert is a burst at the level of the brand: in one market clearly more people than usual say something bad.
type Alert struct {
	ID       AlertID   `cbor:"1,keyasint" json:"id"`
	Market   string    `cbor:"2,keyasint,omitempty" json:"market,omitzero"` // as the policy or the touches name it; "" when nothing said it
	Aspect   string    `cbor:"3,keyasint,omitempty" json:"aspect,omitzero"` // refund, delivery, staff; "" for everything together
	About    string    `cbor:"4,keyasint" json:"about"`                     // negative, complaint, risk.injury
	Severity Severity  `cbor:"5,keyasint" json:"severity"`
	Began    Instant   `cbor:"6,keyasint" json:"began"`    // when the first of these people spoke
	Raised   Instant   `cbor:"7,keyasint" json:"raised"`   // when they were too many
	Window   Span      `cbor:"8,keyasint" json:"window"`   // in which they were counted
	People   int       `cbor:"9,keyasint" json:"people"`   // distinct people in the window; once it grew or ended, since it began
	Usual    int       `cbor:"10,keyasint" json:"usual"`   // thousandths of people that are usual in such a window
	Odds     int       `cbor:"11,keyasint" json:"odds"`    // a usual window has as many once in ten to this power
	Counted  string    `cbor:"12,keyasint" json:"counted"` // poisson or negative_binomial: how rare it is was reckoned so
	PeakAt   Instant   `cbor:"13,keyasint,omitempty" json:"peak_at,omitzero"`
	Peak     int       `cbor:"14,keyasint,omitempty" json:"peak,omitzero"`  // most people in any hour
	Ended    Instant   `cbor:"15,keyasint,omitempty" json:"ended,omitzero"` // 0 while it lasts
	End      string    `cbor:"16,keyasint,omitempty" json:"end,omitzero"`   // calm, or new_level when it turned out to stay
	Examples []Example `cbor:"17,keyasint,omitempty" json:"examples,omitzero"`
}

// Topic is a word or a pair of words that clearly more people use than before.
type Topic struct {
	ID       TopicID   `cbor:"1,keyasint" json:"id"`
	Term     string    `cbor:"2,keyasint" json:"term"`
	Also     []string  `cbor:"3,keyasint,omitempty" json:"also,omitzero"` // other words that came in the same messages
	Language string    `cbor:"4,keyasint" json:"language"`                // BCP 47
	At       Instant   `cbor:"5,keyasint" json:"at"`
	People   int       `cbor:"6,keyasint" json:"people"` // who used it in the day before
	Of       int       `cbor:"7,keyasint" json:"of"`     // who said anything in this language in that day
	Usual    int       `cbor:"8,keyasint" json:"usual"`  // thousandths of people who would have, going by before
	Score    int       `cbor:"9,keyasint" json:"score"`  // log-likelihood ratio
	Examples []Example `cbor:"10,keyasint,omitempty" json:"examples,omitzero"`
}

// Example is a message by which an alert or a topic can be understood. It holds no text: that is read from the log when
// somebody looks, so it is gone as soon as the person is.
type Example struct {
	Touch    TouchID    `cbor:"1,keyasint" json:"touch"`
	Fragment FragmentID `cbor:"2,keyasint" json:"-"`
}
