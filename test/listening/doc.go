// Package listening holds the test of the blind set: messages that people labelled who have not read how listen works. It
// checks that the set is the one that HASH fixes and prints how well listen understands it. README.md has the rules.
package listening
