-- Matches that only mean something together with others: kept as long as they can count, so that a restart of the
-- server in the middle of an attack forgets nothing.

CREATE TABLE clues (
    tenant      BLOB NOT NULL,
    device      BLOB NOT NULL,
    rule        TEXT NOT NULL,
    event       TEXT NOT NULL,
    title       TEXT NOT NULL,
    device_name TEXT NOT NULL,
    at          INTEGER NOT NULL,
    until       INTEGER NOT NULL,
    process     BLOB,
    fields      TEXT NOT NULL,
    evidence    TEXT NOT NULL,
    matched     TEXT NOT NULL,
    PRIMARY KEY (tenant, device, rule, event)
) STRICT;

CREATE INDEX clues_by_end ON clues (tenant, until);
