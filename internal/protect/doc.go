// Package protect keeps people safe from us: it owns consent, the experience state (holds, apologies due, life events,
// mood, what was sent, signals nobody acted on) and the one gate that every outbound path asks.
//
// It promises that the gate's answer is a pure function of policy, state and question; that a hold stays in force until
// a HoldReleased fact, never merely until a clock has passed; that a merge of two people takes the stricter of both; and
// that silence never releases anybody.
//
// It never reads a clock, never sends anything, never lets a source release what it did not prove, and never turns an
// inference about a person's life into a fact by itself.
package protect
