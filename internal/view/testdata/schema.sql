-- version 5
CREATE INDEX alerts_open ON alerts (id) WHERE ended = 0;
CREATE INDEX apologies_case ON apologies (case_id) WHERE case_id <> 0;
CREATE INDEX apologies_due ON apologies (id) WHERE paid_at = 0;
CREATE INDEX cases_affected ON cases (affected) WHERE affected <> 0;
CREATE INDEX cases_reporter ON cases (reporter);
CREATE INDEX cases_status ON cases (status, id);
CREATE INDEX conflicts_fragment ON conflicts (fragment);
CREATE INDEX corrections_age ON corrections (at, id);
CREATE INDEX corrections_fragment ON corrections (fragment);
CREATE INDEX doubts_fragment ON doubts (fragment);
CREATE INDEX doubts_until ON doubts (until);
CREATE INDEX doubts_waiting ON doubts (rank, touch) WHERE answered = 0;
CREATE INDEX examples_fragment ON examples (fragment);
CREATE INDEX hold_lines_fragment ON hold_lines (fragment);
CREATE INDEX hold_lines_hold ON hold_lines (hold);
CREATE INDEX holds_case ON holds (case_id) WHERE case_id <> 0;
CREATE INDEX holds_force ON holds (id) WHERE released_at = 0;
CREATE INDEX holds_fragment ON holds (fragment);
CREATE INDEX intents_fragment ON intents (fragment);
CREATE INDEX intents_state ON intents (state, id);
CREATE INDEX ledger_accepted ON ledger (destination, accepted_at) WHERE accepted_at <> 0;
CREATE INDEX ledger_dead ON ledger (id) WHERE live = 2;
CREATE INDEX ledger_destination ON ledger (destination, id);
CREATE INDEX ledger_effect ON ledger (effect) WHERE effect <> 0;
CREATE INDEX ledger_failed ON ledger (destination, failed_at) WHERE failed_at <> 0;
CREATE INDEX ledger_fragment ON ledger (fragment, destination, list, version);
CREATE INDEX ledger_intent ON ledger (intent) WHERE intent <> 0;
CREATE INDEX ledger_waiting ON ledger (destination, requested_at) WHERE live = 1;
CREATE INDEX life_fragment ON life (fragment);
CREATE INDEX life_kind ON life (kind, id);
CREATE INDEX links_a ON links (a, b);
CREATE INDEX links_b ON links (b);
CREATE INDEX links_waiting ON links (link) WHERE state = 'waiting';
CREATE INDEX members_age ON members (audience, id);
CREATE INDEX quarantine_code ON quarantine (code, number) WHERE cleared_at = 0;
CREATE INDEX quarantine_waiting ON quarantine (number) WHERE cleared_at = 0;
CREATE INDEX reviews_fragment ON reviews (fragment);
CREATE INDEX reviews_open ON reviews (id) WHERE closed_at = 0;
CREATE INDEX signals_open ON signals (state, id) WHERE state < 2;
CREATE INDEX topics_at ON topics (at);
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
CREATE TABLE corrections (
	touch    INTEGER PRIMARY KEY,
	id       INTEGER NOT NULL, -- of the fact
	fragment INTEGER NOT NULL,
	at       INTEGER NOT NULL,
	by       TEXT NOT NULL
) STRICT;
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
CREATE TABLE examples (
	of_id    INTEGER NOT NULL, -- the alert or topic
	place    INTEGER NOT NULL,
	touch    INTEGER NOT NULL,
	fragment INTEGER NOT NULL,
	PRIMARY KEY (of_id, place)
) STRICT, WITHOUT ROWID;
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
CREATE TABLE incarnations (
	incarnation INTEGER PRIMARY KEY,
	seq         INTEGER NOT NULL,
	began_at    INTEGER NOT NULL,
	restored    INTEGER NOT NULL,
	resumed_at  INTEGER NOT NULL
) STRICT;
CREATE TABLE intents (
	id           INTEGER PRIMARY KEY,
	key          TEXT NOT NULL,
	fragment     INTEGER NOT NULL,
	class        TEXT NOT NULL,
	channel      TEXT NOT NULL,
	destination  TEXT NOT NULL,
	theme        TEXT NOT NULL,
	stance       TEXT NOT NULL,
	team         TEXT NOT NULL,
	market       TEXT NOT NULL,
	product      TEXT NOT NULL,
	life         TEXT NOT NULL,
	case_id      INTEGER NOT NULL,
	useful_until INTEGER NOT NULL,
	at           INTEGER NOT NULL,
	by           TEXT NOT NULL,
	trust        INTEGER NOT NULL,
	priority     INTEGER NOT NULL,
	state        INTEGER NOT NULL,
	verdict      INTEGER NOT NULL,
	reason       TEXT NOT NULL,
	until        INTEGER NOT NULL,
	evidence     TEXT NOT NULL, -- one a line
	replace_with TEXT NOT NULL,
	policy       INTEGER NOT NULL,
	detail       TEXT NOT NULL DEFAULT '',
	changed_at   INTEGER NOT NULL,
	effect       INTEGER NOT NULL DEFAULT 0,
	attempts     INTEGER NOT NULL DEFAULT 0,
	outcome      INTEGER NOT NULL DEFAULT 0, -- of the last attempt
	overtaken    INTEGER NOT NULL DEFAULT 0,
	held         INTEGER NOT NULL DEFAULT 0, -- it was held at some time
	repeated     INTEGER NOT NULL DEFAULT 0  -- it was found to repeat another at some time
) STRICT;
CREATE TABLE ledger (
	id            INTEGER PRIMARY KEY,
	kind          INTEGER NOT NULL,
	fragment      INTEGER NOT NULL,
	destination   TEXT NOT NULL,
	list          TEXT NOT NULL,
	type          TEXT NOT NULL,
	push          INTEGER NOT NULL,
	version       INTEGER NOT NULL,
	effect        INTEGER NOT NULL,
	intent        INTEGER NOT NULL,
	reason        TEXT NOT NULL,
	cause         TEXT NOT NULL,
	requested_at  INTEGER NOT NULL,
	released_at   INTEGER NOT NULL DEFAULT 0, -- the last attempt began
	accepted_at   INTEGER NOT NULL DEFAULT 0,
	failed_at     INTEGER NOT NULL DEFAULT 0, -- the last attempt that did not succeed
	outcome       INTEGER NOT NULL DEFAULT 0,
	detail        TEXT NOT NULL DEFAULT '',
	attempts      INTEGER NOT NULL DEFAULT 0,
	not_before    INTEGER NOT NULL,
	overtaken     INTEGER NOT NULL DEFAULT 0,
	superseded_at INTEGER NOT NULL DEFAULT 0,
	live          INTEGER AS (CASE WHEN superseded_at <> 0 THEN 0 WHEN outcome IN (0, 2, 3) THEN 1 WHEN outcome = 5 THEN 2 ELSE 0 END) VIRTUAL
) STRICT;
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
CREATE TABLE members (
	fragment INTEGER NOT NULL,
	audience TEXT NOT NULL,
	id       INTEGER NOT NULL, -- of the fact by which the person entered
	since    INTEGER NOT NULL,
	reason   TEXT NOT NULL,
	PRIMARY KEY (fragment, audience)
) STRICT, WITHOUT ROWID;
CREATE TABLE place (
	one         INTEGER PRIMARY KEY CHECK (one = 1),
	incarnation INTEGER NOT NULL,
	seq         INTEGER NOT NULL,
	hash        BLOB NOT NULL,
	at          INTEGER NOT NULL,
	scrub       INTEGER NOT NULL
) STRICT;
CREATE TABLE policies (
	version INTEGER PRIMARY KEY,
	text    TEXT NOT NULL,
	at      INTEGER NOT NULL,
	by      TEXT NOT NULL,
	trust   INTEGER NOT NULL
) STRICT;
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
CREATE TABLE sources (
	source TEXT PRIMARY KEY,
	broken INTEGER NOT NULL,
	joins  INTEGER NOT NULL,
	since  INTEGER NOT NULL,
	by     TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE tally (
	list TEXT NOT NULL,
	key  TEXT NOT NULL,
	n    INTEGER NOT NULL,
	PRIMARY KEY (list, key)
) STRICT, WITHOUT ROWID;
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
CREATE TRIGGER cases_in AFTER INSERT ON cases BEGIN
	INSERT INTO tally VALUES ('cases', NEW.status, 1) ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER cases_move AFTER UPDATE OF status ON cases WHEN OLD.status <> NEW.status BEGIN
	UPDATE tally SET n = n - 1 WHERE list = 'cases' AND key = OLD.status;
	INSERT INTO tally VALUES ('cases', NEW.status, 1) ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER cases_out AFTER DELETE ON cases BEGIN
	UPDATE tally SET n = n - 1 WHERE list = 'cases' AND key = OLD.status;
END;
CREATE TRIGGER daily_in AFTER INSERT ON daily BEGIN
	INSERT INTO days VALUES (NEW.day, NEW.name, NEW.n) ON CONFLICT DO UPDATE SET n = n + excluded.n;
END;
CREATE TRIGGER daily_move AFTER UPDATE OF n ON daily BEGIN
	UPDATE days SET n = n + NEW.n - OLD.n WHERE day = NEW.day AND name = NEW.name;
END;
CREATE TRIGGER daily_out AFTER DELETE ON daily BEGIN
	UPDATE days SET n = n - OLD.n WHERE day = OLD.day AND name = OLD.name;
END;
CREATE TRIGGER heard_in AFTER INSERT ON heard BEGIN
	INSERT INTO heard_days VALUES (NEW.day, NEW.market, NEW.what, NEW.n) ON CONFLICT DO UPDATE SET n = n + excluded.n;
END;
CREATE TRIGGER heard_move AFTER UPDATE OF n ON heard BEGIN
	UPDATE heard_days SET n = n + NEW.n - OLD.n WHERE day = NEW.day AND market = NEW.market AND what = NEW.what;
END;
CREATE TRIGGER heard_out AFTER DELETE ON heard BEGIN
	UPDATE heard_days SET n = n - OLD.n WHERE day = OLD.day AND market = OLD.market AND what = OLD.what;
END;
CREATE TRIGGER intents_in AFTER INSERT ON intents BEGIN
	INSERT INTO tally VALUES ('intents', NEW.state, 1) ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER intents_move AFTER UPDATE OF state ON intents WHEN OLD.state <> NEW.state BEGIN
	UPDATE tally SET n = n - 1 WHERE list = 'intents' AND key = OLD.state;
	INSERT INTO tally VALUES ('intents', NEW.state, 1) ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER intents_out AFTER DELETE ON intents BEGIN
	UPDATE tally SET n = n - 1 WHERE list = 'intents' AND key = OLD.state;
END;
CREATE TRIGGER members_in AFTER INSERT ON members BEGIN
	INSERT INTO tally VALUES ('members', NEW.audience, 1) ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER members_out AFTER DELETE ON members BEGIN
	UPDATE tally SET n = n - 1 WHERE list = 'members' AND key = OLD.audience;
END;
CREATE TRIGGER quarantine_clear AFTER UPDATE OF cleared_at ON quarantine WHEN OLD.cleared_at = 0 AND NEW.cleared_at <> 0 BEGIN
	UPDATE tally SET n = n - 1 WHERE list = 'quarantine' AND key = OLD.code;
END;
CREATE TRIGGER quarantine_in AFTER INSERT ON quarantine BEGIN
	INSERT INTO tally VALUES ('quarantine', NEW.code, 1) ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER signals_in AFTER INSERT ON signals BEGIN
	INSERT INTO tally VALUES ('signals', NEW.state || ' ' || NEW.signal, 1) ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER signals_move AFTER UPDATE OF state ON signals WHEN OLD.state <> NEW.state BEGIN
	UPDATE tally SET n = n - 1 WHERE list = 'signals' AND key = OLD.state || ' ' || OLD.signal;
	INSERT INTO tally VALUES ('signals', NEW.state || ' ' || NEW.signal, 1) ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER signals_out AFTER DELETE ON signals BEGIN
	UPDATE tally SET n = n - 1 WHERE list = 'signals' AND key = OLD.state || ' ' || OLD.signal;
END;
