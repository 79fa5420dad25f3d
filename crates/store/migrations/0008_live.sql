-- Live response: sessions, everything that was said in them, files that were carried, and the library of scripts.

CREATE TABLE live_sessions (
    tenant      BLOB NOT NULL REFERENCES tenants (id),
    id          BLOB NOT NULL UNIQUE,
    device      BLOB NOT NULL,
    device_name TEXT NOT NULL,
    opened_by   TEXT NOT NULL,
    opened_at   INTEGER NOT NULL,
    level       TEXT NOT NULL,
    reason      TEXT NOT NULL,
    incident    INTEGER,
    state       TEXT NOT NULL,
    last_at     INTEGER NOT NULL,
    closed_at   INTEGER,
    closed_why  TEXT,
    entries     INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant, id)
) STRICT;
CREATE INDEX live_sessions_by_time ON live_sessions (tenant, opened_at, id);
CREATE INDEX live_sessions_open ON live_sessions (tenant, id) WHERE state <> 'closed';

-- The recording. It is only added to.
CREATE TABLE live_entries (
    tenant  BLOB NOT NULL,
    session BLOB NOT NULL,
    number  INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    kind    TEXT NOT NULL,
    line    INTEGER,
    job     INTEGER,
    content TEXT NOT NULL,
    PRIMARY KEY (tenant, session, number)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER live_entries_are_not_changed BEFORE UPDATE ON live_entries
BEGIN SELECT RAISE(ABORT, 'the recording of a live session is only added to'); END;

CREATE TABLE live_transfers (
    tenant      BLOB NOT NULL,
    id          BLOB NOT NULL UNIQUE,
    session     BLOB,
    device      BLOB,
    direction   TEXT NOT NULL,
    name        TEXT NOT NULL,
    path        TEXT,
    length      INTEGER NOT NULL,
    sha256      BLOB NOT NULL,
    made_by     TEXT NOT NULL,
    made_at     INTEGER NOT NULL,
    complete_at INTEGER,
    PRIMARY KEY (tenant, id)
) STRICT;
CREATE INDEX live_transfers_by_time ON live_transfers (tenant, made_at, id);

CREATE TABLE live_scripts (
    tenant      BLOB NOT NULL,
    name        TEXT NOT NULL,
    description TEXT NOT NULL,
    content     TEXT NOT NULL,
    sha256      BLOB NOT NULL,
    written_by  TEXT NOT NULL,
    written_at  INTEGER NOT NULL,
    approved_by TEXT,
    approved_at INTEGER,
    PRIMARY KEY (tenant, name)
) STRICT, WITHOUT ROWID;
