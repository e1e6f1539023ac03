// Package when knows when it is a good time: time zones, weekly hours, the days a market is off, and the hours in which
// a place lets a brand write to people.
//
// It promises that what it returns is allowed in every zone a person may be in: where the zone is not certain, all
// plausible ones must agree. A clock that jumps over a time (spring) gives the next minute that exists, and a clock that
// shows a time twice (autumn) means the first of the two. Every answer is computed from the moment and the zone's rules
// alone, so equal input gives equal answers.
//
// It never reads a clock and never decides what is held: callers say what applies and to whom. What it ships about laws
// is a starting point with a source and a date, to be edited in the policy, and is not legal advice.
package when
