package rule

import "github.com/orrery-cxm/orrery"

// MaxTimes is how many of the most recent touches of one name, views of one product, or orders a rule can see.
const MaxTimes = 50

// Subject is what a rule may ask about one person, combined over all that we know of them. Answers must not change
// during one Eval. Slices are only read, and only during the call. Moments are after 1970; 0 is none.
type Subject interface {
	// Trait is the latest value of a trait. A name with dots is a path into a trait that is an object. A value that
	// is null is no value.
	Trait(name string) (Value, bool)
	// Count is how often the person did event, of all time; "" counts every touch.
	Count(event string) int64
	// Times is when the person did event: newest first, the MaxTimes most recent.
	Times(event string) []orrery.Instant
	// First is when the person first did event; 0 for never.
	First(event string) orrery.Instant
	// Number is the value of a registered name in its [Unit].
	Number(name string) (int64, bool)
	// Text is the value of a registered name.
	Text(name string) (string, bool)
	// Flag is the value of a registered name.
	Flag(name string) (bool, bool)
	// Life says whether a life event of that kind is in force, and until when; 0 for without end.
	Life(kind string) (active bool, until orrery.Instant)
	// Consent says whether the person's consent for purpose on channel is granted; channel "*" asks for every channel.
	Consent(purpose, channel string) bool
	// ProductTimes is when the person looked at product, newest first, as far as these views still count.
	ProductTimes(product string) []orrery.Instant
	// OrderTimes is the MaxTimes most recent orders, newest first.
	OrderTimes() []OrderAt
}

// OrderAt is when an order was placed and what it is worth, in the workspace's money unit.
type OrderAt struct {
	At    orrery.Instant
	Minor int64
}

// Kind is what a Value holds.
type Kind uint8

const (
	None Kind = iota
	Number
	Text
	Bool
	List // of texts
)

// Value is one value of a trait.
type Value struct {
	Kind   Kind
	Number int64 // Number: in thousandths; Bool: 1 for true
	Text   string
	List   []string
}

// Thousand is 1 as a Value's Number.
const Thousand = 1000

// NumberOf is a number given in thousandths.
func NumberOf(thousandths int64) Value { return Value{Kind: Number, Number: thousandths} }

// TextOf is a text.
func TextOf(s string) Value { return Value{Kind: Text, Text: s} }

// BoolOf is true or false.
func BoolOf(b bool) Value {
	if b {
		return Value{Kind: Bool, Number: 1}
	}
	return Value{Kind: Bool}
}

// ListOf is a list of texts.
func ListOf(texts []string) Value { return Value{Kind: List, List: texts} }
