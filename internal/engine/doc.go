// Package engine runs the domain packages over the log: one loop for a workspace takes a batch of inputs, removes
// duplicates, places each touch with a person, lets the packages react to every fact in one fixed order, appends the
// chunk of facts, and only then publishes the new state and answers.
//
// It promises: nothing is answered or acted upon before it is durable; state is a fold over the log and is thrown away
// and read again on any doubt, never patched; a workspace fails alone; the result of a batch is a function of the state,
// the inputs and the chunk time, and of nothing else.
//
// # State
//
// State is kept per fragment as one compact blob of slices, one slice for each domain package; a slice is decoded only
// when it is asked for. Blobs changed since the last checkpoint live in memory; the checkpoint (a Pebble store without
// its own write-ahead log: the log is ours) takes them over in one atomic batch together with timeline pages, timers and
// the position in the log up to which it is complete.
//
// # What it never does
//
// It holds no rule about people (those are in identify, remember, desk, protect, decide and act) and speaks no protocol.
package engine
