-- What concerns the brand as a whole. Examples are kept apart, under the fragments whose messages they are; text is nowhere.
CREATE TABLE alerts (
	id       INTEGER PRIMARY KEY,
	market   TEXT NOT NULL,
	aspect   TEXT NOT NULL,
	about    TEXT NOT NULL,
	severity INTEGER NOT NULL,
	began    INTEGER NOT NULL,
	raised   INTEGER NOT NULL,
	window   INTEGER NOT NULL,
	people   INTEGER NOT NULL,
	usual    INTEGER NOT NULL,
	odds     INTEGER NOT NULL,
	counted  TEXT NOT NULL,
	peak_at  INTEGER NOT NULL,
	peak     INTEGER NOT NULL,
	ended    INTEGER NOT NULL,
	ending   TEXT NOT NULL
) STRICT;
CREATE INDEX alerts_open ON alerts (id) WHERE ended = 0;

CREATE TABLE topics (
	id       INTEGER PRIMARY KEY,
	term     TEXT NOT NULL,
	also     TEXT NOT NULL, -- one a line
	language TEXT NOT NULL,
	at       INTEGER NOT NULL,
	people   INTEGER NOT NULL,
	of_all   INTEGER NOT NULL,
	usual    INTEGER NOT NULL,
	score    INTEGER NOT NULL
) STRICT;
CREATE INDEX topics_at ON topics (at);

CREATE TABLE examples (
	of_id    INTEGER NOT NULL, -- the alert or topic
	place    INTEGER NOT NULL,
	touch    INTEGER NOT NULL,
	fragment INTEGER NOT NULL,
	PRIMARY KEY (of_id, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX examples_fragment ON examples (fragment);

-- What was said on a day (since 1970, UTC) in a market. what: messages and negative count messages; anything else counts
-- the fragments that said it.
CREATE TABLE heard (
	fragment INTEGER NOT NULL,
	day      INTEGER NOT NULL,
	market   TEXT NOT NULL,
	what     TEXT NOT NULL,
	n        INTEGER NOT NULL,
	PRIMARY KEY (fragment, day, market, what)
) STRICT, WITHOUT ROWID;
CREATE TABLE heard_days (
	day    INTEGER NOT NULL,
	market TEXT NOT NULL,
	what   TEXT NOT NULL,
	n      INTEGER NOT NULL,
	PRIMARY KEY (day, market, what)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER heard_in AFTER INSERT ON heard BEGIN
	INSERT INTO heard_days VALUES (NEW.day, NEW.market, NEW.what, NEW.n) ON CONFLICT DO UPDATE SET n = n + excluded.n;
END;
CREATE TRIGGER heard_out AFTER DELETE ON heard BEGIN
	UPDATE heard_days SET n = n - OLD.n WHERE day = OLD.day AND market = OLD.market AND what = OLD.what;
END;
CREATE TRIGGER heard_move AFTER UPDATE OF n ON heard BEGIN
	UPDATE heard_days SET n = n + NEW.n - OLD.n WHERE day = NEW.day AND market = NEW.market AND what = NEW.what;
END;
