// Package remember keeps what a person did and told us: traits with their origin and time, counters and recent times
// of each kind of event, orders, products looked at, accounts. It is one slice of a fragment's state.
//
// It promises that the state is a pure fold over the facts of one fragment, whatever the order in which touches
// arrive within the limits below, and that Combine over a person's fragments is associative and commutative.
// Event time orders traits and touches; the log orders nothing here but ties.
//
// Limits, each deliberate: [MaxTimes] recent times for each event name (a rule may not ask for more), [MaxEvents] event
// names a fragment (further names are counted together under [OtherEvents]), [MaxTraits] traits, [MaxProducts] product
// views, [MaxOrders] orders in detail ([MaxOlder] older ones by what they come to, and of the rest the sum).
//
// It never does I/O, never reads a clock, and never decides anything: rules over it are in package decide.
package remember
