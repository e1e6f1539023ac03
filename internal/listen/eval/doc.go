// Package eval measures how well listen understands texts that somebody has labelled. It reads the public sets that it
// knows the layout of, and own sets of two columns, from a directory outside the repository; it removes exact and near
// duplicates; and it reports accuracy, macro-F1, precision and recall per class, calibration error, coverage at 90 %
// precision and microseconds a text, each with a bootstrap interval, beside an earlier report when there is one.
//
// It never shows the engine a label, and no text of a set is kept.
package eval
