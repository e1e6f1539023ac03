// Package train builds the weights of listen from our own words alone: the phrase grammars of this directory, the
// lexicons and the frames of listen. Sentences are made by chance from a fixed seed, so that anybody who runs it gets the
// same bytes.
//
// Five models are trained. Four of them never see a quarter of the phrases, each another one; what they say about sentences
// made of those alone is how the model will do on words nobody wrote down, and from that the tables are fitted that weigh it
// against lexicons and frames, and that calibrate every confidence. The last sees all phrases and is shipped with those
// tables.
package train
