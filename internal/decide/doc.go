// Package decide keeps who is in which audience: live rules over traits, behaviour and state, evaluated again only where
// a touch, a state change or the passing of time can change the answer.
//
// An audience used for advertising also asks the gate: a person who is held is in no such audience, and an exclusion
// audience holds exactly the people whom the gate bars. It promises that a membership changes in the same chunk as its
// cause, and that the reason is kept.
//
// It never sends anything (package act turns memberships into wishes at destinations), reads no clock and does no I/O.
package decide
