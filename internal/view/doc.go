// Package view keeps the lists that people look through: cases, holds, reviews, what waits to go out and what came of
// it, the quarantine, the members of audiences. They live in one SQLite file beside the log, and follow it.
//
// It promises: an answer carries the sequence up to which it is true, and never says more; a count equals a recount at
// that sequence; the file can be thrown away at any time and comes back the same from the log; it is thrown away by
// itself when it belongs to another history of the workspace; when people are erased, [Follower.Erased] returns only
// after the files were read through and no byte of them was found.
//
// # How it follows
//
// A [Follower] keeps the place (incarnation, sequence, hash) of the last chunk applied, in the same transaction as the
// rows. It reads the log from there and then watches; when it falls behind a busy workspace it reads the log again. Many
// chunks go into one transaction: up to 50 ms, or until somebody waits. Plain touches leave no row.
//
// # People and fragments
//
// Rows are kept under the fragment that caused them, as facts are; joining and parting people changes no row. To list
// what concerns a person, ask with all fragments of the person.
//
// # What it never does
//
// It decides nothing, and nothing is decided by it: the engine never reads a view.
package view
