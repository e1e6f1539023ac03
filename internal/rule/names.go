package rule

import (
	"maps"
	"slices"
)

// Unit is what one of a registered number stands for, so that people can write 250.00 for 25000 cents.
type Unit uint8

const (
	Whole       Unit = iota + 1 // a count
	Hundredths                  // an amount in cents
	Thousandths                 // an amount in mills, a fixed-point score
	Moment                      // an orrery.Instant: for ago() and for comparing with other moments
)

// Names is what the product can be asked beyond traits and touches. A rule that asks for anything else is refused.
type Names struct {
	Numbers map[string]Unit // "orders.count": Whole
	Texts   []string        // "state.mood"
	Flags   []string        // "known"
	Money   Unit            // of OrderAt.Minor; 0 refuses spent()

	// Where these are given, other words in life() and consent() are refused; the channel "*" is always known.
	Lives    []string
	Purposes []string
	Channels []string
}

// kindOf is what name holds; isUnknown when it is not registered.
func (n Names) kindOf(name string) operandKind {
	if unit, ok := n.Numbers[name]; ok {
		if unit == Moment {
			return isMoment
		}
		return isNumber
	}
	for _, t := range n.Texts {
		if t == name {
			return isText
		}
	}
	for _, f := range n.Flags {
		if f == name {
			return isFlag
		}
	}
	return isUnknown
}

// all lists every registered name, sorted.
func (n Names) all() []string {
	names := slices.AppendSeq(slices.Concat(n.Texts, n.Flags), maps.Keys(n.Numbers))
	slices.Sort(names)
	return names
}
