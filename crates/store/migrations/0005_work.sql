-- What people do with alerts and incidents, and what the pages ask for: every list is answered from an index.

ALTER TABLE devices ADD COLUMN alert_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE devices ADD COLUMN value TEXT NOT NULL DEFAULT 'normal';
ALTER TABLE devices ADD COLUMN group_number INTEGER;
ALTER TABLE devices ADD COLUMN tags TEXT NOT NULL DEFAULT '[]';
UPDATE devices SET alert_count = (SELECT count(*) FROM alerts a WHERE a.tenant = devices.tenant AND a.device = devices.id);
CREATE INDEX devices_by_name ON devices (tenant, name, id);

ALTER TABLE alerts ADD COLUMN status TEXT NOT NULL DEFAULT 'New';
ALTER TABLE alerts ADD COLUMN assigned_to TEXT;
ALTER TABLE alerts ADD COLUMN classification TEXT;
ALTER TABLE alerts ADD COLUMN determination TEXT;
-- Number of the tuning rule that hides it or resolved it.
ALTER TABLE alerts ADD COLUMN tuned_by INTEGER;
ALTER TABLE alerts ADD COLUMN hidden INTEGER NOT NULL DEFAULT 0;

DROP INDEX alerts_by_time;
DROP INDEX alerts_by_device;
CREATE INDEX alerts_by_time ON alerts (tenant, hidden, event_at, id, severity, status, rule, device, assigned_to);
CREATE INDEX alerts_by_device ON alerts (tenant, device, hidden, event_at, id);
CREATE INDEX alerts_by_rule ON alerts (tenant, rule, hidden, event_at, id);
CREATE INDEX alerts_by_severity ON alerts (tenant, severity, hidden, event_at, id);
CREATE INDEX alerts_by_status ON alerts (tenant, status, hidden, event_at, id);
CREATE INDEX alerts_by_person ON alerts (tenant, assigned_to, hidden, event_at, id) WHERE assigned_to IS NOT NULL;
CREATE INDEX alerts_waiting ON alerts (tenant, event_at) WHERE incident IS NULL;

-- How many alerts each rule raised, by hour: figures of whole lists without reading them.
CREATE TABLE alert_counts (
    tenant   BLOB NOT NULL,
    hour     INTEGER NOT NULL,
    rule     TEXT NOT NULL,
    severity INTEGER NOT NULL,
    count    INTEGER NOT NULL,
    PRIMARY KEY (tenant, hour, rule, severity)
) STRICT, WITHOUT ROWID;
CREATE INDEX alert_counts_by_rule ON alert_counts (tenant, rule, hour, count);

-- What each rule raised, ever.
CREATE TABLE alert_rules (
    tenant  BLOB NOT NULL,
    rule    TEXT NOT NULL,
    title   TEXT NOT NULL,
    count   INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (tenant, rule)
) STRICT, WITHOUT ROWID;

INSERT INTO alert_counts SELECT tenant, event_at / 3600000000000, rule, severity, count(*) FROM alerts GROUP BY 1, 2, 3, 4;
INSERT INTO alert_rules SELECT tenant, rule, max(title), count(*), max(event_at) FROM alerts GROUP BY 1, 2;

CREATE TRIGGER alerts_are_counted AFTER INSERT ON alerts
BEGIN
    INSERT INTO alert_counts VALUES (new.tenant, new.event_at / 3600000000000, new.rule, new.severity, 1)
    ON CONFLICT (tenant, hour, rule, severity) DO UPDATE SET count = count + 1;
    INSERT INTO alert_rules VALUES (new.tenant, new.rule, new.title, 1, new.event_at)
    ON CONFLICT (tenant, rule) DO UPDATE SET
        count = count + 1, last_at = max(last_at, excluded.last_at), title = excluded.title;
    UPDATE devices SET alert_count = alert_count + 1 WHERE tenant = new.tenant AND id = new.device;
END;

-- Which alerts name a user, file, address or domain.
CREATE TABLE alert_entities (
    tenant   BLOB NOT NULL,
    kind     TEXT NOT NULL,
    value    TEXT NOT NULL,
    event_at INTEGER NOT NULL,
    alert    BLOB NOT NULL,
    device   BLOB NOT NULL,
    PRIMARY KEY (tenant, kind, value, event_at, alert)
) STRICT, WITHOUT ROWID;

INSERT OR IGNORE INTO alert_entities
    SELECT a.tenant,
        CASE json_extract(e.value, '$.entity.kind') WHEN 'user' THEN 'user' WHEN 'address' THEN 'address' ELSE 'file' END,
        coalesce(json_extract(e.value, '$.entity.sha256'), json_extract(e.value, '$.entity.ip'),
            json_extract(e.value, '$.entity.name')),
        a.event_at, a.id, a.device
    FROM alerts a, json_each(a.evidence) e
    WHERE coalesce(json_extract(e.value, '$.entity.sha256'), json_extract(e.value, '$.entity.ip'),
        json_extract(e.value, '$.entity.name')) IS NOT NULL;


CREATE TABLE device_groups (
    number      INTEGER PRIMARY KEY,
    tenant      BLOB NOT NULL,
    name        TEXT NOT NULL,
    description TEXT NOT NULL,
    UNIQUE (tenant, name)
) STRICT;

ALTER TABLE incidents ADD COLUMN classification TEXT;
ALTER TABLE incidents ADD COLUMN determination TEXT;
ALTER TABLE incidents ADD COLUMN tags TEXT NOT NULL DEFAULT '[]';
ALTER TABLE incidents ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;
ALTER TABLE incidents ADD COLUMN priority_reasons TEXT NOT NULL DEFAULT '[]';
ALTER TABLE incidents ADD COLUMN ties TEXT NOT NULL DEFAULT '[]';
ALTER TABLE incidents ADD COLUMN merged_into INTEGER;
ALTER TABLE incidents ADD COLUMN hand_over TEXT;
ALTER TABLE incidents ADD COLUMN resolved_at INTEGER;
-- The number of the latest decision of a person about it that the pipeline must heed.
ALTER TABLE incidents ADD COLUMN decision INTEGER NOT NULL DEFAULT 0;
UPDATE incidents SET priority = severity * 20;

DROP INDEX incidents_by_time;
DROP INDEX incidents_by_status;
CREATE INDEX incidents_by_time ON incidents (tenant, last_at, number);
CREATE INDEX incidents_by_severity ON incidents (tenant, severity, last_at, number);
CREATE INDEX incidents_by_priority ON incidents (tenant, priority, last_at, number);
CREATE INDEX incidents_by_status ON incidents (tenant, status, priority, last_at, number);
CREATE INDEX incidents_by_person ON incidents (tenant, assigned_to, last_at) WHERE assigned_to IS NOT NULL;
CREATE INDEX incidents_by_opening ON incidents (tenant, opened_at);
CREATE INDEX incidents_by_decision ON incidents (tenant, decision);
CREATE INDEX incidents_open ON incidents (tenant, device, severity, assigned_to) WHERE status <> 'Resolved';

CREATE TABLE incident_devices (
    tenant   BLOB NOT NULL,
    device   BLOB NOT NULL,
    incident INTEGER NOT NULL,
    PRIMARY KEY (tenant, device, incident)
) STRICT, WITHOUT ROWID;
CREATE INDEX incident_devices_by_incident ON incident_devices (tenant, incident);
INSERT INTO incident_devices SELECT tenant, device, number FROM incidents;

CREATE TABLE incident_tasks (
    number     INTEGER PRIMARY KEY,
    tenant     BLOB NOT NULL,
    incident   INTEGER NOT NULL,
    title      TEXT NOT NULL,
    assigned_to TEXT,
    done       INTEGER NOT NULL DEFAULT 0,
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    done_at    INTEGER
) STRICT;
CREATE INDEX incident_tasks_by_incident ON incident_tasks (tenant, incident, number);

-- What people decided about a piece of evidence.
CREATE TABLE verdicts (
    tenant   BLOB NOT NULL,
    incident INTEGER NOT NULL,
    entity   TEXT NOT NULL,
    verdict  TEXT NOT NULL,
    actor    TEXT NOT NULL,
    at       INTEGER NOT NULL,
    PRIMARY KEY (tenant, incident, entity)
) STRICT, WITHOUT ROWID;

CREATE TABLE saved_views (
    number  INTEGER PRIMARY KEY,
    tenant  BLOB NOT NULL,
    page    TEXT NOT NULL,
    name    TEXT NOT NULL,
    query   TEXT NOT NULL,
    owner   TEXT NOT NULL,
    shared  INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX saved_views_by_page ON saved_views (tenant, page, name);

CREATE TABLE rule_states (
    tenant  BLOB NOT NULL,
    rule    TEXT NOT NULL,
    enabled INTEGER NOT NULL,
    reason  TEXT NOT NULL,
    actor   TEXT NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (tenant, rule)
) STRICT, WITHOUT ROWID;

CREATE TABLE tuning_rules (
    number     INTEGER PRIMARY KEY,
    tenant     BLOB NOT NULL,
    name       TEXT NOT NULL,
    rule       TEXT NOT NULL,
    conditions TEXT NOT NULL,
    effect     TEXT NOT NULL,
    reason     TEXT NOT NULL,
    owner      TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    enabled    INTEGER NOT NULL DEFAULT 1,
    applied    INTEGER NOT NULL DEFAULT 0,
    last_at    INTEGER
) STRICT;
CREATE INDEX tuning_rules_by_tenant ON tuning_rules (tenant, rule);

CREATE TABLE settings (
    tenant BLOB NOT NULL,
    name   TEXT NOT NULL,
    value  TEXT NOT NULL,
    actor  TEXT NOT NULL,
    at     INTEGER NOT NULL,
    PRIMARY KEY (tenant, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE notification_channels (
    number   INTEGER PRIMARY KEY,
    tenant   BLOB NOT NULL,
    name     TEXT NOT NULL,
    kind     TEXT NOT NULL,
    target   TEXT NOT NULL,
    secret   TEXT,
    least    INTEGER NOT NULL,
    enabled  INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX notification_channels_by_tenant ON notification_channels (tenant, number);

-- What still has to be delivered, and how it went.
CREATE TABLE notifications (
    number   INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant   BLOB NOT NULL,
    channel  INTEGER NOT NULL,
    subject  TEXT NOT NULL,
    body     TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    due_at   INTEGER,
    tries    INTEGER NOT NULL DEFAULT 0,
    delivered_at INTEGER,
    problem  TEXT
) STRICT;
CREATE INDEX notifications_due ON notifications (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX notifications_by_channel ON notifications (tenant, channel, number);

ALTER TABLE users ADD COLUMN previous_sign_in INTEGER;
ALTER TABLE users ADD COLUMN disabled INTEGER NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN totp_secret BLOB;
ALTER TABLE users ADD COLUMN totp_confirmed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN totp_step INTEGER NOT NULL DEFAULT 0;

CREATE INDEX audit_log_by_actor ON audit_log (tenant, actor, number);
CREATE INDEX audit_log_by_action ON audit_log (tenant, action, number);
