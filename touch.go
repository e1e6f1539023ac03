package orrery

// TouchKind is what sort of touch it was: the six calls of the tracking API and the named events that mean something
// to us. A track call with any other name is a Track.
type TouchKind uint8

const (
	Track TouchKind = iota + 1
	Page
	Screen
	Identify
	Group
	AliasCall
	MessageTouch // a person wrote to or about the brand, on any channel
	SurveyTouch  // an answer to a question we asked
	OrderTouch   // an order, upserted by its id
	AdImpression
	AdClick
	StoreVisit
	SentTouch // another tool of the brand sent something to the person
)

var touchKindNames = [...]string{"", "track", "page", "screen", "identify", "group", "alias", "message",
	"survey_answer", "order", "ad_impression", "ad_click", "store_visit", "message_sent"}

func (k TouchKind) String() string {
	if int(k) < len(touchKindNames) {
		return touchKindNames[k]
	}
	return "unknown"
}

func (k TouchKind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

func (k *TouchKind) UnmarshalText(b []byte) error {
	for i, n := range touchKindNames {
		if i > 0 && n == string(b) {
			*k = TouchKind(i)
			return nil
		}
	}
	return Invalid("touch.kind", "no such kind of touch: "+string(b))
}

// Channel is where a touch happened or a message goes: "web", "app", "email", "sms", "whatsapp", "phone", "chat",
// "social", "store", "ads", "webhook". Others are allowed; these have rules of their own in the gate.
type Channel string

// Touch is one thing a person did or said, decoded, validated and normalised, before anybody knows who it was.
// It holds no pointer into a request; strings may share one backing array.
type Touch struct {
	Kind        TouchKind
	Name        string // event, page or screen name; "" where the kind says all
	MessageID   string // the source's own id; duplicates within 7 days are the same touch
	Source      SourceName
	Trust       Trust
	At          Instant // event time, skew-corrected, at most received + 5 minutes
	Received    Instant
	Historical  bool // imported or older than 48 h: folds, but starts no case, effect or journey
	Channel     Channel
	Identifiers []Identifier // at least one, without duplicates, as given; identify.Policy orders them
	Alias       []Identifier // alias call only: the previous id
	Traits      []Trait
	Consents    []ConsentClaim
	Properties  string // canonical JSON object, "" for none; what remains after the typed parts are taken out
	Product     string // product or sku that the touch is about
	Locale      string // BCP 47, as given
	Zone        string // IANA zone, as given
	Account     AccountID
	Campaign    string

	// At most one of these is set, by Kind.
	Message *Message
	Survey  *SurveyAnswer
	Order   *Order
	Sent    *SentMessage

	Signals *Signals // what listen understood; nil where there is no text
	Reach   *Reach   // which destinations may hear of what it causes; nil: all
}

// Reach says which destinations may hear of what a touch causes: all but those in Except, or with Nobody none but those.
type Reach struct {
	Nobody bool              `cbor:"1,keyasint,omitempty" json:"nobody,omitzero"`
	Except []DestinationName `cbor:"2,keyasint,omitempty" json:"except,omitzero"` // sorted
}

// Hears says whether a destination may hear of it.
func (r *Reach) Hears(d DestinationName) bool {
	if r == nil {
		return true
	}
	for _, e := range r.Except {
		if e == d {
			return r.Nobody
		}
	}
	return !r.Nobody
}

// Message is something a person wrote to or about the brand.
type Message struct {
	Text     string       `cbor:"1,keyasint" json:"text"`
	Subject  string       `cbor:"2,keyasint,omitempty" json:"subject,omitzero"`
	Thread   string       `cbor:"3,keyasint,omitempty" json:"thread,omitzero"`   // conversation id in the channel
	Public   bool         `cbor:"4,keyasint,omitempty" json:"public,omitzero"`   // said in public, not to the brand
	Affected []Identifier `cbor:"5,keyasint,omitempty" json:"affected,omitzero"` // who was wronged, when it was another person
	Order    string       `cbor:"6,keyasint,omitempty" json:"order,omitzero"`
	URL      string       `cbor:"7,keyasint,omitempty" json:"url,omitzero"`
	Parent   string       `cbor:"-" json:"-"` // the post that it answers: read to understand it, never kept, for it may be another person's
}

// SurveyAnswer is an answer to a question we asked.
type SurveyAnswer struct {
	Survey   string `cbor:"1,keyasint" json:"survey"` // "case_satisfaction" or a survey of the brand
	Case     CaseID `cbor:"2,keyasint,omitempty" json:"case,omitzero"`
	Score    int    `cbor:"3,keyasint" json:"score"`
	Scale    int    `cbor:"4,keyasint" json:"scale"` // best value: 5 for CSAT, 10 for NPS
	Comment  string `cbor:"5,keyasint,omitempty" json:"comment,omitzero"`
	Verified bool   `cbor:"6,keyasint,omitempty" json:"verified,omitzero"` // a signed token or a secret key vouches for it
	Question string `cbor:"-" json:"-"`                                    // as it was asked: read beside the comment; kept among the properties
}

// Positive says that the answer is a recorded sign of satisfaction: the top two fifths of its scale (4 and 5 of 5).
func (a SurveyAnswer) Positive() bool { return a.Scale > 0 && a.Score*5 >= a.Scale*4 }

// Negative says that the answer is a sign of harm: the lowest two fifths of its scale.
func (a SurveyAnswer) Negative() bool { return a.Scale > 0 && a.Score*5 <= a.Scale*2 }

// Money is an amount in the minor unit of its currency (cents).
type Money struct {
	Minor    int64  `cbor:"1,keyasint" json:"minor"`
	Currency string `cbor:"2,keyasint,omitempty" json:"currency,omitzero"` // ISO 4217
}

// Order is one order in the state the source now says it has; a later touch with the same id replaces it.
type Order struct {
	ID       string      `cbor:"1,keyasint" json:"id"`
	Status   string      `cbor:"2,keyasint,omitempty" json:"status,omitzero"` // placed, paid, shipped, delivered, cancelled, refunded
	Total    Money       `cbor:"3,keyasint" json:"total"`
	Quantity int64       `cbor:"4,keyasint,omitempty" json:"quantity,omitzero"`
	Lines    []OrderLine `cbor:"5,keyasint,omitempty" json:"lines,omitzero"`
	Placed   Instant     `cbor:"6,keyasint,omitempty" json:"placed,omitzero"` // At when absent
}

// OrderLine is one product of an order.
type OrderLine struct {
	Product  string `cbor:"1,keyasint" json:"product"`
	Quantity int64  `cbor:"2,keyasint" json:"quantity"`
	Price    Money  `cbor:"3,keyasint" json:"price"`
}

// SentMessage is what another tool of the brand sent to the person: it counts for caps and conflicts.
type SentMessage struct {
	Class   Class  `cbor:"1,keyasint" json:"class"`
	Theme   string `cbor:"2,keyasint,omitempty" json:"theme,omitzero"`
	Stance  string `cbor:"3,keyasint,omitempty" json:"stance,omitzero"` // what it says on the theme: two stances contradict
	Team    string `cbor:"4,keyasint,omitempty" json:"team,omitzero"`
	Market  string `cbor:"5,keyasint,omitempty" json:"market,omitzero"`
	Content string `cbor:"6,keyasint,omitempty" json:"content,omitzero"`
}
