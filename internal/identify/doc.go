// Package identify decides which identifiers belong to one person, from evidence alone and without guessing.
//
// Every identifier has a node. Touches, alias calls, imports and people at the brand bring evidence between nodes; a
// policy says how far each kind of identifier may be trusted. From the set of accepted evidence follows the partition
// into persons.
//
// It promises: the partition is a pure function of the accepted evidence (earliest event times, kinds, sources) and of
// people's decisions, whatever the order of arrival; no person ever breaks a limit of the policy; a link that is taken
// back leaves everything as if it had never been; a device never joins two known persons; a known touch emits no fact.
//
// Which evidence of a public key is accepted depends on what is known when it comes: a browser may name somebody nobody
// knows yet, and not somebody who is known. Its claims come in an order, and the promise begins with what was accepted.
//
// It never reads a clock, never rewrites history, never throws evidence away: what does not fit is left out of the
// partition and kept; what comes too fast waits in quarantine for a person's decision.
package identify
