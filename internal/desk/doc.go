// Package desk owns cases: one matter each that a person needs put right, from the complaint that opens it to the answer
// that the person is satisfied.
//
// It promises that one matter is one case, however often and through whomever it is reported; that only a recorded sign
// of satisfaction ends a solved case, never silence, which escalates; and that a text which only may be a complaint is
// put before a person and opens nothing.
//
// It never holds or releases anything itself (package protect does, from the facts of this one), never lets a source
// that nobody vouches for end a case, and never reads a clock.
package desk
