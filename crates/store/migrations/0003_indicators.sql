-- Known hashes, addresses, domains and URLs with what is to be done when one is seen. A value from a source is one.

CREATE TABLE indicators (
    tenant      BLOB NOT NULL,
    id          BLOB NOT NULL,
    kind        TEXT NOT NULL,
    value       TEXT NOT NULL,
    subdomains  INTEGER NOT NULL,
    action      TEXT NOT NULL,
    severity    INTEGER NOT NULL,
    title       TEXT NOT NULL,
    description TEXT NOT NULL,
    source      TEXT NOT NULL,
    devices     TEXT,
    groups      TEXT,
    valid_from  INTEGER,
    valid_until INTEGER,
    created_at  INTEGER NOT NULL,
    created_by  TEXT NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT;

CREATE INDEX indicators_by_age ON indicators (tenant, created_at);

-- Grows with every change, so that whoever holds them ready knows when to look again. Indicators that came at
-- `hunted` or before have been looked for in the events kept.
CREATE TABLE indicator_versions (
    tenant  BLOB PRIMARY KEY,
    version INTEGER NOT NULL,
    hunted  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
