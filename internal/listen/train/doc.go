// Package train builds the weights of listen from our own words alone: labelled messages, phrase grammars, and the lexicons
// and frames of listen. Sentences are made by chance from a fixed seed, so that anybody who runs it gets the same bytes.
//
// Four matrices are trained. Three of them never see one writer's messages in each language and a third of the phrases; what
// they say about those is how the model will do on texts of somebody else, and from that the stacks are fitted that weigh
// the matrix against lexicons and frames, and that calibrate every confidence. The last matrix sees everything and is
// shipped with those stacks.
//
// Some heads are taught twice: by messages and sentences, and by sentences alone. The second are weaker on messages like
// those that were taught and steadier on other texts; the stacks weigh both.
package train
