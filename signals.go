package orrery

// Confidence is a probability in thousandths, 0 to 1000. State holds no floats.
type Confidence uint16

// Polarity of a text as a whole, by written guidelines: an unresolved complaint is negative, resolved without opinion
// neutral, resolved and pleased positive.
type Polarity int8

const (
	Negative Polarity = iota - 1
	Neutral
	Positive
	Mixed
)

func (p Polarity) String() string {
	switch p {
	case Negative:
		return "negative"
	case Positive:
		return "positive"
	case Mixed:
		return "mixed"
	}
	return "neutral"
}

func (p Polarity) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

func (p *Polarity) UnmarshalText(b []byte) error {
	for v := Negative; v <= Mixed; v++ {
		if v.String() == string(b) {
			*p = v
			return nil
		}
	}
	return Invalid("signals.polarity", "polarity is negative, neutral, positive or mixed")
}

// Label is one thing understood in a text, with how sure we are and the words that say so.
type Label struct {
	Name       string     `cbor:"1,keyasint" json:"name"`
	Confidence Confidence `cbor:"2,keyasint" json:"confidence"`
	Evidence   []string   `cbor:"3,keyasint,omitempty" json:"evidence,omitzero"` // the terms that carried it
	From       int        `cbor:"4,keyasint,omitempty" json:"from,omitzero"`     // byte span in the text, when one part carries it
	To         int        `cbor:"5,keyasint,omitempty" json:"to,omitzero"`
	Who        string     `cbor:"6,keyasint,omitempty" json:"who,omitzero"`      // life events: self, family, other
	When       string     `cbor:"7,keyasint,omitempty" json:"when,omitzero"`     // life events: past, recent, planned
	Polarity   Polarity   `cbor:"8,keyasint,omitempty" json:"polarity,omitzero"` // aspects
}

// Signals is what listen understood of a text. A label that is absent was not found; a head named in Abstained was
// looked at and left open.
type Signals struct {
	Revision   int        `cbor:"1,keyasint" json:"revision"` // raised by each correction or later model
	Engine     string     `cbor:"2,keyasint" json:"engine"`   // "embedded/3" or "agent:NAME"
	Language   string     `cbor:"3,keyasint" json:"language"` // BCP 47: en, zh-Hans, zh-Hant, yue, ar, ...; und
	Polarity   Polarity   `cbor:"4,keyasint" json:"polarity"`
	Confidence Confidence `cbor:"5,keyasint" json:"confidence"` // of Polarity
	Emotions   []Label    `cbor:"6,keyasint,omitempty" json:"emotions,omitzero"`
	Intents    []Label    `cbor:"7,keyasint,omitempty" json:"intents,omitzero"`
	Aspects    []Label    `cbor:"8,keyasint,omitempty" json:"aspects,omitzero"`
	Risks      []Label    `cbor:"9,keyasint,omitempty" json:"risks,omitzero"`
	Life       []Label    `cbor:"10,keyasint,omitempty" json:"life,omitzero"`
	Urgency    []Label    `cbor:"11,keyasint,omitempty" json:"urgency,omitzero"`
	Personal   []Label    `cbor:"12,keyasint,omitempty" json:"personal,omitzero"` // spans of personal data
	Abstained  []string   `cbor:"13,keyasint,omitempty" json:"abstained,omitzero"`
	Evidence   []string   `cbor:"14,keyasint,omitempty" json:"evidence,omitzero"` // of Polarity
}

// Names of intents that other packages act on.
const (
	IntentComplaint    = "complaint"
	IntentQuestion     = "question"
	IntentPraise       = "praise"
	IntentPurchase     = "purchase"
	IntentCancellation = "cancellation"
	IntentRequest      = "request"
	IntentSuggestion   = "suggestion"
)

// Intent is the label of that name, or nil.
func (s *Signals) Intent(name string) *Label {
	if s == nil {
		return nil
	}
	for i := range s.Intents {
		if s.Intents[i].Name == name {
			return &s.Intents[i]
		}
	}
	return nil
}
