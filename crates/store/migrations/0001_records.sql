-- The records that people work with. Ids are 16 bytes, times are nanoseconds since 1970.

CREATE TABLE tenants (
    id            BLOB PRIMARY KEY,
    name          TEXT NOT NULL,
    data_location TEXT NOT NULL,
    created_at    INTEGER NOT NULL
) STRICT;

CREATE TRIGGER tenants_data_location_is_fixed BEFORE UPDATE OF data_location ON tenants
BEGIN SELECT RAISE(ABORT, 'the data location of a tenant is chosen when it is created and never changes'); END;

CREATE TABLE devices (
    tenant                  BLOB NOT NULL REFERENCES tenants (id),
    id                      BLOB NOT NULL UNIQUE,
    name                    TEXT NOT NULL,
    enrolled_at             INTEGER NOT NULL,
    certificate_serial      TEXT NOT NULL,
    certificate_fingerprint BLOB NOT NULL,
    certificate_expires_at  INTEGER NOT NULL,
    revoked_at              INTEGER,
    last_seen               INTEGER,
    facts                   TEXT,
    facts_at                INTEGER,
    health                  TEXT,
    health_at               INTEGER,
    processes               INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant, id)
) STRICT;

CREATE TABLE device_losses (
    tenant   BLOB NOT NULL,
    device   BLOB NOT NULL,
    stage    TEXT NOT NULL,
    kind     TEXT NOT NULL,
    count    INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at  INTEGER NOT NULL,
    PRIMARY KEY (tenant, device, stage, kind)
) STRICT, WITHOUT ROWID;

-- family: 0 an ordinary process, 1 an ancestor of an alert's family, 2 a member of one. Only 0 is forgotten.
CREATE TABLE processes (
    number             INTEGER PRIMARY KEY,
    tenant             BLOB NOT NULL,
    device             BLOB NOT NULL,
    key                BLOB NOT NULL,
    parent             BLOB,
    image              TEXT NOT NULL,
    command_line       TEXT NOT NULL,
    arguments_cut      INTEGER NOT NULL,
    current_directory  TEXT,
    user_name          TEXT,
    uid                INTEGER NOT NULL,
    gid                INTEGER NOT NULL,
    effective_uid      INTEGER NOT NULL,
    effective_gid      INTEGER NOT NULL,
    login_uid          INTEGER,
    session            INTEGER,
    cgroup             TEXT,
    container          TEXT,
    file               TEXT,
    sha256             TEXT,
    started_at         INTEGER NOT NULL,
    parent_image       TEXT,
    parent_command_line TEXT,
    parent_started_at  INTEGER,
    ended_at           INTEGER,
    exit_code          INTEGER,
    signal             INTEGER,
    children           INTEGER NOT NULL DEFAULT 0,
    connections        INTEGER NOT NULL DEFAULT 0,
    files              INTEGER NOT NULL DEFAULT 0,
    latest_connections TEXT,
    latest_files       TEXT,
    family             INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE UNIQUE INDEX processes_by_key ON processes (tenant, device, key);
CREATE INDEX processes_by_parent ON processes (tenant, device, parent, started_at) WHERE parent IS NOT NULL;
CREATE INDEX processes_by_start ON processes (tenant, device, started_at);
CREATE INDEX processes_to_forget ON processes (tenant, device, ended_at) WHERE family = 0 AND ended_at IS NOT NULL;

CREATE TABLE alerts (
    tenant      BLOB NOT NULL REFERENCES tenants (id),
    id          BLOB NOT NULL,
    device      BLOB NOT NULL,
    device_name TEXT NOT NULL,
    rule        TEXT NOT NULL,
    title       TEXT NOT NULL,
    description TEXT NOT NULL,
    severity    INTEGER NOT NULL,
    tactics     TEXT NOT NULL,
    techniques  TEXT NOT NULL,
    triage      TEXT NOT NULL,
    event       TEXT NOT NULL,
    event_at    INTEGER NOT NULL,
    raised_at   INTEGER NOT NULL,
    process     BLOB,
    family      BLOB,
    evidence    TEXT NOT NULL,
    matched     TEXT NOT NULL,
    incident    INTEGER,
    PRIMARY KEY (tenant, id)
) STRICT;

CREATE INDEX alerts_by_time ON alerts (tenant, event_at);
CREATE INDEX alerts_by_incident ON alerts (tenant, incident);
CREATE INDEX alerts_by_device ON alerts (tenant, device, event_at);
CREATE INDEX alerts_by_process ON alerts (tenant, device, process);
CREATE INDEX alerts_by_family ON alerts (tenant, device, family);

CREATE TRIGGER alerts_evidence_is_fixed BEFORE UPDATE OF evidence, matched, event, event_at, device, rule ON alerts
BEGIN SELECT RAISE(ABORT, 'the evidence of an alert never changes'); END;

CREATE TABLE incidents (
    tenant          BLOB NOT NULL REFERENCES tenants (id),
    number          INTEGER NOT NULL,
    device          BLOB NOT NULL,
    device_name     TEXT NOT NULL,
    title           TEXT NOT NULL,
    severity        INTEGER NOT NULL,
    severity_reason TEXT NOT NULL,
    status          TEXT NOT NULL,
    assigned_to     TEXT,
    family          BLOB,
    tactics         TEXT NOT NULL,
    alerts          INTEGER NOT NULL,
    first_at        INTEGER NOT NULL,
    last_at         INTEGER NOT NULL,
    opened_at       INTEGER NOT NULL,
    changed_at      INTEGER NOT NULL,
    PRIMARY KEY (tenant, number)
) STRICT, WITHOUT ROWID;

CREATE INDEX incidents_by_time ON incidents (tenant, last_at);
CREATE INDEX incidents_by_status ON incidents (tenant, status);

CREATE TABLE incident_alerts (
    tenant   BLOB NOT NULL,
    incident INTEGER NOT NULL,
    ordinal  INTEGER NOT NULL,
    alert    BLOB NOT NULL,
    reason   TEXT NOT NULL,
    PRIMARY KEY (tenant, incident, ordinal),
    UNIQUE (tenant, alert)
) STRICT, WITHOUT ROWID;

CREATE TABLE incident_activity (
    number   INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant   BLOB NOT NULL,
    incident INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    kind     TEXT NOT NULL,
    actor    TEXT,
    text     TEXT NOT NULL
) STRICT;

CREATE INDEX incident_activity_by_incident ON incident_activity (tenant, incident, number);
CREATE TRIGGER incident_activity_is_not_changed BEFORE UPDATE ON incident_activity
BEGIN SELECT RAISE(ABORT, 'the history of an incident is only added to'); END;
CREATE TRIGGER incident_activity_is_not_deleted BEFORE DELETE ON incident_activity
BEGIN SELECT RAISE(ABORT, 'the history of an incident is only added to'); END;

CREATE TABLE users (
    tenant        BLOB NOT NULL REFERENCES tenants (id),
    id            BLOB NOT NULL,
    name          TEXT NOT NULL UNIQUE COLLATE NOCASE,
    role          TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    must_choose   INTEGER NOT NULL,
    created_at    INTEGER NOT NULL,
    last_sign_in  INTEGER,
    PRIMARY KEY (tenant, id)
) STRICT;

CREATE TABLE sessions (
    hash       BLOB PRIMARY KEY,
    tenant     BLOB NOT NULL,
    user       BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    used_at    INTEGER NOT NULL,
    address    TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_by_user ON sessions (tenant, user);

CREATE TABLE api_tokens (
    hash       BLOB PRIMARY KEY,
    tenant     BLOB NOT NULL,
    name       TEXT NOT NULL,
    role       TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE enrolment_tokens (
    hash       BLOB PRIMARY KEY,
    tenant     BLOB NOT NULL,
    note       TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at    INTEGER,
    device     BLOB
) STRICT, WITHOUT ROWID;

CREATE TABLE audit_log (
    number  INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant  BLOB NOT NULL,
    at      INTEGER NOT NULL,
    actor   TEXT NOT NULL,
    address TEXT NOT NULL,
    action  TEXT NOT NULL,
    target  TEXT NOT NULL,
    outcome TEXT NOT NULL,
    detail  TEXT NOT NULL
) STRICT;

CREATE INDEX audit_log_by_tenant ON audit_log (tenant, number);
CREATE TRIGGER audit_log_is_not_changed BEFORE UPDATE ON audit_log
BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END;
CREATE TRIGGER audit_log_is_not_deleted BEFORE DELETE ON audit_log
BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END;

-- How far each reader of the event log has come.
CREATE TABLE positions (
    reader   TEXT PRIMARY KEY,
    position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The sealed files of the telemetry store.
CREATE TABLE telemetry_files (
    number     INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant     BLOB NOT NULL,
    table_name TEXT NOT NULL,
    path       TEXT NOT NULL UNIQUE,
    rows       INTEGER NOT NULL,
    bytes      INTEGER NOT NULL,
    first_at   INTEGER NOT NULL,
    last_at    INTEGER NOT NULL
) STRICT;

CREATE INDEX telemetry_files_by_time ON telemetry_files (tenant, table_name, last_at);
