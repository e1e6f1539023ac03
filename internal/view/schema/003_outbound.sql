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
CREATE INDEX intents_fragment ON intents (fragment);
CREATE INDEX intents_state ON intents (state, id);
CREATE TRIGGER intents_in AFTER INSERT ON intents BEGIN
	INSERT INTO tally VALUES ('intents', NEW.state, 1) ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER intents_out AFTER DELETE ON intents BEGIN
	UPDATE tally SET n = n - 1 WHERE list = 'intents' AND key = OLD.state;
END;
CREATE TRIGGER intents_move AFTER UPDATE OF state ON intents WHEN OLD.state <> NEW.state BEGIN
	UPDATE tally SET n = n - 1 WHERE list = 'intents' AND key = OLD.state;
	INSERT INTO tally VALUES ('intents', NEW.state, 1) ON CONFLICT DO UPDATE SET n = n + 1;
END;

-- One row for each thing asked of a destination. kind: 1 message, 2 push, 3 notice. outcome: 0 requested, then as the
-- vocabulary numbers them. superseded_at: something later took its place before it had ended.
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
CREATE INDEX ledger_fragment ON ledger (fragment, destination, list, version);
CREATE INDEX ledger_effect ON ledger (effect) WHERE effect <> 0;
CREATE INDEX ledger_intent ON ledger (intent) WHERE intent <> 0;
CREATE INDEX ledger_destination ON ledger (destination, id);
CREATE INDEX ledger_waiting ON ledger (destination, requested_at) WHERE live = 1;
CREATE INDEX ledger_dead ON ledger (id) WHERE live = 2;
CREATE INDEX ledger_accepted ON ledger (destination, accepted_at) WHERE accepted_at <> 0;
CREATE INDEX ledger_failed ON ledger (destination, failed_at) WHERE failed_at <> 0;

CREATE TABLE members (
	fragment INTEGER NOT NULL,
	audience TEXT NOT NULL,
	id       INTEGER NOT NULL, -- of the fact by which the person entered
	since    INTEGER NOT NULL,
	reason   TEXT NOT NULL,
	PRIMARY KEY (fragment, audience)
) STRICT, WITHOUT ROWID;
CREATE INDEX members_age ON members (audience, id);
CREATE TRIGGER members_in AFTER INSERT ON members BEGIN
	INSERT INTO tally VALUES ('members', NEW.audience, 1) ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER members_out AFTER DELETE ON members BEGIN
	UPDATE tally SET n = n - 1 WHERE list = 'members' AND key = OLD.audience;
END;
