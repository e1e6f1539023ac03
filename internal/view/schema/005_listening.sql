-- Texts that a person should judge, and those that one did. random: it is of the sample. uncertain and disagrees: the head
-- that it is about, '' for none. rank orders: the random ones first, then those that disagree, then the least certain.
CREATE TABLE doubts (
	touch     INTEGER PRIMARY KEY,
	fragment  INTEGER NOT NULL,
	at        INTEGER NOT NULL,
	language  TEXT NOT NULL,
	engine    TEXT NOT NULL,
	random    INTEGER NOT NULL,
	uncertain TEXT NOT NULL,
	margin    INTEGER NOT NULL,
	disagrees TEXT NOT NULL,
	whose     TEXT NOT NULL, -- who disagrees: the engine itself, a provider, or what an agent did
	rank      INTEGER NOT NULL,
	until     INTEGER NOT NULL, -- it is listed no longer
	answered  INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX doubts_fragment ON doubts (fragment);
CREATE INDEX doubts_waiting ON doubts (rank, touch) WHERE answered = 0;
CREATE INDEX doubts_until ON doubts (until);

-- The latest answer of a person, or of a program of the brand, about each touch.
CREATE TABLE corrections (
	touch    INTEGER PRIMARY KEY,
	id       INTEGER NOT NULL, -- of the fact
	fragment INTEGER NOT NULL,
	at       INTEGER NOT NULL,
	by       TEXT NOT NULL
) STRICT;
CREATE INDEX corrections_fragment ON corrections (fragment);
CREATE INDEX corrections_age ON corrections (at, id);
