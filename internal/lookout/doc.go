// Package lookout runs the radar over a workspace: it follows the log, folds it into the radar's state, and lets what the
// radar notices be recorded as facts, of which subscribers are told like of any other.
//
// It promises: an alert is in the log before anybody hears of it, and once; after a restart it goes on where it was, from
// a file of its own or, when that is missing, damaged or of another history, from the log; when people are erased,
// [Follower.Erased] returns only after memory and file hold no word, message or id of theirs.
//
// Hours that are over keep the number of people who spoke in them, also of those who were erased since: a number names
// nobody. At the next start the state is then built from the log again, so that even the number is right.
//
// It never decides about a person, and holds no rule: those are in internal/radar.
package lookout
