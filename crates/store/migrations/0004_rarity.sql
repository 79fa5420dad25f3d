-- How usual things are: what was seen on which device, and on which day last. A thing is a number, the same for the
-- same thing for ever; days are counted from 1970. `since` is when a device was first watched.

CREATE TABLE usual_things (
    tenant BLOB NOT NULL,
    device BLOB NOT NULL,
    thing  INTEGER NOT NULL,
    day    INTEGER NOT NULL,
    PRIMARY KEY (tenant, device, thing)
) STRICT, WITHOUT ROWID;

CREATE INDEX usual_things_by_day ON usual_things (tenant, day);

CREATE TABLE watched_devices (
    tenant BLOB NOT NULL,
    device BLOB NOT NULL,
    since  INTEGER NOT NULL,
    latest INTEGER NOT NULL,
    PRIMARY KEY (tenant, device)
) STRICT, WITHOUT ROWID;
