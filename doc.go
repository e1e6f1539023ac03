// Package orrery is the vocabulary of the product: one type for each thing the field has a word for, with its
// validation and its errors. Every other package speaks these words; this one imports nothing of ours.
//
// A touch is anything a person did or said, on any channel. A fragment is what we know under one identifier; a person
// is a set of fragments. A fact is one line of the log: the only thing that changes state. An effect is something we
// ask of the outside world, with an id that makes it safe to ask twice.
//
// The package holds no behaviour beyond naming and validation: no I/O, no clock, no chance.
package orrery
