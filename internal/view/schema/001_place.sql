-- The last chunk applied. scrub is the chunk of an erasure whose bytes may still be in the file, 0 for none.
CREATE TABLE place (
	one         INTEGER PRIMARY KEY CHECK (one = 1),
	incarnation INTEGER NOT NULL,
	seq         INTEGER NOT NULL,
	hash        BLOB NOT NULL,
	at          INTEGER NOT NULL,
	scrub       INTEGER NOT NULL
) STRICT;
INSERT INTO place VALUES (1, 0, 0, zeroblob(32), 0, 0);

-- How many rows of a list have a key. Kept by triggers only, so that a count is always the recount.
CREATE TABLE tally (
	list TEXT NOT NULL,
	key  TEXT NOT NULL,
	n    INTEGER NOT NULL,
	PRIMARY KEY (list, key)
) STRICT, WITHOUT ROWID;
