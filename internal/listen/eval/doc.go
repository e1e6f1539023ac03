// Package eval measures how well listen understands texts that somebody has labelled. It reads the public sets that it
// knows the layout of, own sets of two columns, and the blind set, from a directory; it removes exact and near duplicates;
// and it reports accuracy, macro-F1, precision and recall of each class, calibration error and coverage at 90 % precision,
// each with a bootstrap interval, beside an earlier report, the published figures of larger models, and the figures that
// are to be reached. It also swaps names, faiths, varieties of a language and the like in sentences and counts how often a
// judgement moves.
//
// It promises: the same texts, labels and engine give the same report, byte by byte; time and memory are told apart from
// it. It never shows the engine a label, and keeps no text of a set: a report holds what the engine said, row by row,
// beside a digest of the rows.
package eval
