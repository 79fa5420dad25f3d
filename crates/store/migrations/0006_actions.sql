-- What was asked to be done to devices, by whom and why, and what came of it on each.

CREATE TABLE actions (
    tenant           BLOB NOT NULL REFERENCES tenants (id),
    id               BLOB NOT NULL UNIQUE,
    kind             TEXT NOT NULL,
    -- The order, as it goes to the device.
    what             BLOB NOT NULL,
    summary          TEXT NOT NULL,
    reason           TEXT NOT NULL,
    requested_by     TEXT NOT NULL,
    requested_at     INTEGER NOT NULL,
    expires_at       INTEGER NOT NULL,
    status           TEXT NOT NULL,
    approvals_needed INTEGER NOT NULL,
    undoes           BLOB,
    incident         INTEGER,
    PRIMARY KEY (tenant, id)
) STRICT;
CREATE INDEX actions_by_time ON actions (tenant, requested_at, id);
CREATE INDEX actions_by_status ON actions (tenant, status, requested_at, id);
CREATE INDEX actions_by_undone ON actions (tenant, undoes) WHERE undoes IS NOT NULL;
CREATE INDEX actions_by_incident ON actions (tenant, incident, requested_at) WHERE incident IS NOT NULL;

CREATE TABLE action_devices (
    tenant       BLOB NOT NULL,
    action       BLOB NOT NULL,
    device       BLOB NOT NULL,
    device_name  TEXT NOT NULL,
    status       TEXT NOT NULL,
    deliveries   INTEGER NOT NULL DEFAULT 0,
    delivered_at INTEGER,
    finished_at  INTEGER,
    summary      TEXT,
    items        TEXT NOT NULL DEFAULT '[]',
    undoable     INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant, action, device)
) STRICT, WITHOUT ROWID;
CREATE INDEX action_devices_of_device ON action_devices (tenant, device, action);
CREATE INDEX action_devices_waiting ON action_devices (tenant, device, action)
    WHERE status IN ('queued', 'running');

-- Who approved or rejected what. Nobody decides twice.
CREATE TABLE action_decisions (
    tenant   BLOB NOT NULL,
    action   BLOB NOT NULL,
    person   TEXT NOT NULL,
    approved INTEGER NOT NULL,
    comment  TEXT NOT NULL,
    at       INTEGER NOT NULL,
    PRIMARY KEY (tenant, action, person)
) STRICT, WITHOUT ROWID;

-- How many people must approve which kind of action in which group of devices. Group 0 and kind '' stand for all.
CREATE TABLE action_policies (
    tenant       BLOB NOT NULL,
    device_group INTEGER NOT NULL,
    kind         TEXT NOT NULL,
    allowed      INTEGER NOT NULL,
    approvals    INTEGER NOT NULL,
    PRIMARY KEY (tenant, device_group, kind)
) STRICT, WITHOUT ROWID;

-- From how many devices on, or from which share of all, the number has to be said again.
CREATE TABLE action_breakers (
    tenant       BLOB PRIMARY KEY,
    most_devices INTEGER NOT NULL,
    most_percent INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Files that devices sent for an action.
CREATE TABLE action_files (
    tenant      BLOB NOT NULL,
    action      BLOB NOT NULL,
    device      BLOB NOT NULL,
    name        TEXT NOT NULL,
    length      INTEGER NOT NULL,
    sha256      BLOB NOT NULL,
    offered_at  INTEGER NOT NULL,
    complete_at INTEGER,
    PRIMARY KEY (tenant, action, device)
) STRICT, WITHOUT ROWID;
