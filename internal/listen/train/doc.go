// Package train builds the weights of listen from our own words alone: the phrase grammars of this directory, the
// lexicons and the frames of listen. Sentences are made by chance from a fixed seed, so that anybody who runs it gets the
// same bytes.
//
// Two models are trained. The first never sees a fifth of the phrases; what it says about sentences made of those alone is
// how it will do on words nobody wrote down, and from that the tables are fitted that weigh it against lexicons and
// frames, and that calibrate every confidence. The second sees all phrases and is shipped with those tables.
package train
