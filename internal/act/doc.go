// Package act turns decisions into wishes at the outside world: outbound intents that wait for the gate, memberships of
// lists at destinations as desired state, and notices to subscribers.
//
// It promises that nothing is queued which the gate did not allow in the same turn, that the gate is asked again when an
// attempt begins, that what is held is never lost (it ends as queued, replaced, dropped or expired, with a reason), and
// that a membership push always carries the value desired now. It is one slice of a fragment's state and a few pure
// functions; workers and protocols are elsewhere.
package act
