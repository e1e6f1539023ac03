CREATE TABLE quarantine (
	number      INTEGER PRIMARY KEY,
	source      TEXT NOT NULL,
	trust       INTEGER NOT NULL,
	message_id  TEXT NOT NULL,
	code        TEXT NOT NULL,
	say         TEXT NOT NULL,
	body        BLOB NOT NULL,
	received_at INTEGER NOT NULL,
	cleared_at  INTEGER NOT NULL DEFAULT 0,
	how         TEXT NOT NULL DEFAULT '',
	by          TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX quarantine_waiting ON quarantine (number) WHERE cleared_at = 0;
CREATE INDEX quarantine_code ON quarantine (code, number) WHERE cleared_at = 0;
CREATE TRIGGER quarantine_in AFTER INSERT ON quarantine BEGIN
	INSERT INTO tally VALUES ('quarantine', NEW.code, 1) ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER quarantine_clear AFTER UPDATE OF cleared_at ON quarantine WHEN OLD.cleared_at = 0 AND NEW.cleared_at <> 0 BEGIN
	UPDATE tally SET n = n - 1 WHERE list = 'quarantine' AND key = OLD.code;
END;

CREATE TABLE policies (
	version INTEGER PRIMARY KEY,
	text    TEXT NOT NULL,
	at      INTEGER NOT NULL,
	by      TEXT NOT NULL,
	trust   INTEGER NOT NULL
) STRICT;

CREATE TABLE incarnations (
	incarnation INTEGER PRIMARY KEY,
	seq         INTEGER NOT NULL,
	began_at    INTEGER NOT NULL,
	restored    INTEGER NOT NULL,
	resumed_at  INTEGER NOT NULL
) STRICT;

CREATE TABLE sources (
	source TEXT PRIMARY KEY,
	broken INTEGER NOT NULL,
	joins  INTEGER NOT NULL,
	since  INTEGER NOT NULL,
	by     TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Evidence that a breaker set aside. state: waiting, accepted, same, different, undone
CREATE TABLE links (
	link           INTEGER PRIMARY KEY,
	a              INTEGER NOT NULL,
	b              INTEGER NOT NULL,
	kind           INTEGER NOT NULL,
	at             INTEGER NOT NULL,
	source         TEXT NOT NULL,
	touch          INTEGER NOT NULL,
	breaker        TEXT NOT NULL,
	quarantined_at INTEGER NOT NULL,
	state          TEXT NOT NULL DEFAULT 'waiting',
	decided_at     INTEGER NOT NULL DEFAULT 0,
	by             TEXT NOT NULL DEFAULT '',
	why            TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX links_a ON links (a, b);
CREATE INDEX links_b ON links (b);
CREATE INDEX links_waiting ON links (link) WHERE state = 'waiting';

-- What happened on a day (since 1970, UTC) because of a fragment, so that an erasure takes its part out again.
CREATE TABLE daily (
	fragment INTEGER NOT NULL,
	day      INTEGER NOT NULL,
	name     TEXT NOT NULL,
	n        INTEGER NOT NULL,
	PRIMARY KEY (fragment, day, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE days (
	day  INTEGER NOT NULL,
	name TEXT NOT NULL,
	n    INTEGER NOT NULL,
	PRIMARY KEY (day, name)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER daily_in AFTER INSERT ON daily BEGIN
	INSERT INTO days VALUES (NEW.day, NEW.name, NEW.n) ON CONFLICT DO UPDATE SET n = n + excluded.n;
END;
CREATE TRIGGER daily_out AFTER DELETE ON daily BEGIN
	UPDATE days SET n = n - OLD.n WHERE day = OLD.day AND name = OLD.name;
END;
CREATE TRIGGER daily_move AFTER UPDATE OF n ON daily BEGIN
	UPDATE days SET n = n + NEW.n - OLD.n WHERE day = NEW.day AND name = NEW.name;
END;
