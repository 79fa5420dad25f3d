-- Codes that open the door once when the second factor is lost. Kept as hashes; used ones are removed.

CREATE TABLE recovery_codes (
    tenant BLOB NOT NULL,
    user   BLOB NOT NULL,
    hash   BLOB NOT NULL,
    PRIMARY KEY (tenant, user, hash)
) STRICT, WITHOUT ROWID;

-- How far each stream of a device is judged, and how many of its numbers never came: events that the sensor had to drop.
CREATE TABLE device_streams (
    tenant  BLOB NOT NULL,
    device  BLOB NOT NULL,
    stream  BLOB NOT NULL,
    through INTEGER NOT NULL,
    missing INTEGER NOT NULL,
    PRIMARY KEY (tenant, device, stream)
) STRICT, WITHOUT ROWID;

-- The history of an incident is only added to as long as there is the incident; when its time is over, both go.
DROP TRIGGER incident_activity_is_not_deleted;
CREATE TRIGGER incident_activity_is_not_deleted BEFORE DELETE ON incident_activity
WHEN EXISTS (SELECT 1 FROM incidents WHERE tenant = old.tenant AND number = old.incident)
BEGIN SELECT RAISE(ABORT, 'the history of an incident is only added to'); END;

CREATE INDEX incidents_by_end ON incidents (tenant, resolved_at) WHERE resolved_at IS NOT NULL;

-- Which files and addresses each device knows, as long as few do.
CREATE TABLE known_things (
    number INTEGER PRIMARY KEY,
    tenant BLOB NOT NULL,
    thing  TEXT NOT NULL,
    device BLOB NOT NULL,
    UNIQUE (tenant, thing, device)
) STRICT;
