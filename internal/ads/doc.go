// Package ads turns what a brand knows of a person into what an advertising platform takes to find them again: each
// field normalised as that platform's documentation asks, then hashed with SHA-256 as lower-case hex.
//
// It promises that the same person gives the same text as the platform's own example code does; that each platform has
// its own rules (one hasher for all would be wrong: Google drops the dots of a gmail address, Meta keeps them); that a
// value which cannot be normalised is left out rather than hashed wrongly; and that the name of a list says nothing
// about the people on it.
//
// It never asks whether a person may be sent: consent and holds are judged before. It keeps and sends nothing.
package ads
