// Package history reads files of what happened before (CSV, tables in columns, JSON Lines) and writes each row as an
// event of the tracking API, by a mapping that says which column means what. The event then takes the way that every
// event takes, so a file is validated and normalised exactly like a client.
//
// It keeps the line and the text of each row, so that what cannot be taken is named, written to an errors file, and can
// be imported again from there once it is corrected. It never guesses what a column means, and never skips a row in
// silence.
package history
