CREATE TABLE cases (
	id         INTEGER PRIMARY KEY,
	reporter   INTEGER NOT NULL,
	affected   INTEGER NOT NULL,
	touch      INTEGER NOT NULL,
	status     INTEGER NOT NULL,
	severity   INTEGER NOT NULL,
	product    TEXT NOT NULL,
	order_id   TEXT NOT NULL,
	channel    TEXT NOT NULL,
	title      TEXT NOT NULL,
	folded     TEXT NOT NULL, -- the title in lower case
	verified   INTEGER NOT NULL,
	opened_at  INTEGER NOT NULL,
	changed_at INTEGER NOT NULL,
	asked      INTEGER NOT NULL,
	escalated  INTEGER NOT NULL,
	theme      TEXT NOT NULL,
	erased     INTEGER NOT NULL DEFAULT 0 -- the reporter was erased, the affected person was not
) STRICT;
CREATE INDEX cases_reporter ON cases (reporter);
CREATE INDEX cases_affected ON cases (affected) WHERE affected <> 0;
CREATE INDEX cases_status ON cases (status, id);
CREATE TRIGGER cases_in AFTER INSERT ON cases BEGIN
	INSERT INTO tally VALUES ('cases', NEW.status, 1) ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER cases_out AFTER DELETE ON cases BEGIN
	UPDATE tally SET n = n - 1 WHERE list = 'cases' AND key = OLD.status;
END;
CREATE TRIGGER cases_move AFTER UPDATE OF status ON cases WHEN OLD.status <> NEW.status BEGIN
	UPDATE tally SET n = n - 1 WHERE list = 'cases' AND key = OLD.status;
	INSERT INTO tally VALUES ('cases', NEW.status, 1) ON CONFLICT DO UPDATE SET n = n + 1;
END;

CREATE TABLE holds (
	id          INTEGER PRIMARY KEY,
	kind        TEXT NOT NULL,
	fragment    INTEGER NOT NULL,
	since       INTEGER NOT NULL,
	until       INTEGER NOT NULL,
	case_id     INTEGER NOT NULL,
	life        INTEGER NOT NULL,
	product     TEXT NOT NULL,
	touch       INTEGER NOT NULL,
	by          TEXT NOT NULL,
	reason      TEXT NOT NULL,
	released_at INTEGER NOT NULL DEFAULT 0,
	released    TEXT NOT NULL DEFAULT '', -- why
	released_by TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX holds_fragment ON holds (fragment);
CREATE INDEX holds_case ON holds (case_id) WHERE case_id <> 0;
CREATE INDEX holds_force ON holds (id) WHERE released_at = 0;

CREATE TABLE hold_lines (
	id       INTEGER PRIMARY KEY,
	hold     INTEGER NOT NULL,
	fragment INTEGER NOT NULL,
	what     TEXT NOT NULL,
	kind     TEXT NOT NULL,
	until    INTEGER NOT NULL,
	reason   TEXT NOT NULL,
	by       TEXT NOT NULL,
	at       INTEGER NOT NULL
) STRICT;
CREATE INDEX hold_lines_hold ON hold_lines (hold);
CREATE INDEX hold_lines_fragment ON hold_lines (fragment);

CREATE TABLE reviews (
	id        INTEGER PRIMARY KEY,
	fragment  INTEGER NOT NULL,
	touch     INTEGER NOT NULL,
	about     TEXT NOT NULL,
	life      INTEGER NOT NULL,
	case_id   INTEGER NOT NULL,
	opened_at INTEGER NOT NULL,
	closed_at INTEGER NOT NULL DEFAULT 0,
	answer    TEXT NOT NULL DEFAULT '',
	by        TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX reviews_fragment ON reviews (fragment);
CREATE INDEX reviews_open ON reviews (id) WHERE closed_at = 0;

CREATE TABLE life (
	id         INTEGER PRIMARY KEY,
	kind       TEXT NOT NULL,
	certainty  INTEGER NOT NULL,
	sensitive  INTEGER NOT NULL,
	who        TEXT NOT NULL,
	fragment   INTEGER NOT NULL,
	touch      INTEGER NOT NULL,
	source     TEXT NOT NULL,
	public     INTEGER NOT NULL,
	at         INTEGER NOT NULL,
	expires    INTEGER NOT NULL,
	confidence INTEGER NOT NULL,
	state      TEXT NOT NULL,
	changed_at INTEGER NOT NULL,
	by         TEXT NOT NULL
) STRICT;
CREATE INDEX life_fragment ON life (fragment);
CREATE INDEX life_kind ON life (kind, id);

CREATE TABLE apologies (
	id       INTEGER PRIMARY KEY,
	fragment INTEGER NOT NULL,
	case_id  INTEGER NOT NULL,
	since    INTEGER NOT NULL,
	again    INTEGER NOT NULL,
	paid_at  INTEGER NOT NULL DEFAULT 0,
	intent   INTEGER NOT NULL DEFAULT 0,
	by       TEXT NOT NULL DEFAULT '',
	UNIQUE (fragment, case_id)
) STRICT;
CREATE INDEX apologies_case ON apologies (case_id) WHERE case_id <> 0;
CREATE INDEX apologies_due ON apologies (id) WHERE paid_at = 0;

CREATE TABLE conflicts (
	id       INTEGER PRIMARY KEY,
	fragment INTEGER NOT NULL,
	theme    TEXT NOT NULL,
	first    TEXT NOT NULL,
	second   TEXT NOT NULL,
	contra   INTEGER NOT NULL,
	teams    TEXT NOT NULL, -- one a line
	at       INTEGER NOT NULL
) STRICT;
CREATE INDEX conflicts_fragment ON conflicts (fragment);

-- state: 0 waiting, 1 missed, 2 acted
CREATE TABLE signals (
	id       INTEGER PRIMARY KEY,
	fragment INTEGER NOT NULL,
	touch    INTEGER NOT NULL,
	signal   TEXT NOT NULL,
	raised   INTEGER NOT NULL,
	due      INTEGER NOT NULL,
	state    INTEGER NOT NULL DEFAULT 0,
	acted_at INTEGER NOT NULL DEFAULT 0,
	by       TEXT NOT NULL DEFAULT '',
	UNIQUE (fragment, touch, signal)
) STRICT;
CREATE INDEX signals_open ON signals (state, id) WHERE state < 2;
CREATE TRIGGER signals_in AFTER INSERT ON signals BEGIN
	INSERT INTO tally VALUES ('signals', NEW.state || ' ' || NEW.signal, 1) ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER signals_out AFTER DELETE ON signals BEGIN
	UPDATE tally SET n = n - 1 WHERE list = 'signals' AND key = OLD.state || ' ' || OLD.signal;
END;
CREATE TRIGGER signals_move AFTER UPDATE OF state ON signals WHEN OLD.state <> NEW.state BEGIN
	UPDATE tally SET n = n - 1 WHERE list = 'signals' AND key = OLD.state || ' ' || OLD.signal;
	INSERT INTO tally VALUES ('signals', NEW.state || ' ' || NEW.signal, 1) ON CONFLICT DO UPDATE SET n = n + 1;
END;
