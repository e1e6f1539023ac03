// Package listen understands what people write, in their own language, in microseconds: the language, the polarity, what
// the person wants, what they feel, what it is about, how urgent it is, what danger it tells of, what happened in their
// life, and where personal data stands in the text. English, Chinese (simplified, traditional, Cantonese) and Arabic are
// judged; any other language gets an honest label and no opinion.
//
// It works in one pass: the text is folded (case, width, Arabic letter forms, traditional to simplified characters,
// stretched letters) and cut into tokens; a trie of lexicon terms is walked once; frames (patterns over words and word
// classes) are matched; and one hashed feature pass through an int8 matrix, trained on messages and grammars that were
// written for it, gives the heads their prior opinion. Whoever is named in a text (a people, a faith, a relative, a name) is
// one word of its class to the matrix, so that nothing is learned of them. Everything that is said carries a calibrated confidence and the
// words that say so.
//
// It promises: the same text always gives the same signals; any bytes are safe and take bounded time (only the first
// MaxBytes are judged); a text never fails; an opinion below its threshold is not given but named in Abstained.
//
// It never keeps a text, never calls out of the process, and never learns from a text that nobody corrected.
package listen
