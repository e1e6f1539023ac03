// Package collect turns bytes on the wire into touches: it decodes the Segment tracking API and its dialects, validates
// every event, and normalises identifiers, moments, money, traits and consent.
//
// It promises that one bad event never harms its neighbours (it is rejected alone, with a reason that names the field,
// the bad value and what would be right), that no content is ever used to tell duplicates, and that the same request
// always gives the same touches. What a source is not trusted to say is rejected here; what it says of consent is kept
// as a claim, and protect decides.
//
// It never reads a clock, a file or a socket, never decides who somebody is, and never changes what a client wrote, but
// for half a surrogate pair, which is no character and becomes U+FFFD.
package collect
