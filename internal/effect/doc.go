// Package effect carries what waits in the outbox to the outside world: one worker for each destination, so that a slow
// one holds up no other.
//
// It promises: a message leaves only after its release is durable in the log, for which the gate was asked again in the
// loop; a release is used within five seconds or not at all; of one key there is at most one attempt in flight;
// memberships go as the value desired at that moment, removals before everything else; and every outcome comes back into
// the log, unknown ones as unknown. It speaks no protocol: outlets do, see [Outlet].
package effect
