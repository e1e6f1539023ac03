// Package explain says why: why an outbound message was sent, held, replaced or lost, why a person is in an audience, why
// two identifiers are one person, what one touch brought about, and why a person is held now. The answer is one
// structure, given as JSON and as plain sentences in four languages.
//
// It promises to say nothing that the log does not hold, and never more than the mechanism knows (requested, accepted,
// unknown), however long ago it was; and to mark what happened while a person was joined with another from whom they
// have been separated since.
//
// It never shows what concerns another person, though one case may touch both; it changes nothing and asks no clock.
package explain
