//! Devices: their certificate, what they are, how they are, and what was lost on the way.

use bartizan_model::{
    DeviceFacts, DeviceId, EventsLost, LossStage, SensorHealth, Severity, TenantId, Text, Timestamp,
};
use rusqlite::{
    OptionalExtension as _, Row, Transaction, named_params, params, params_from_iter, types::Value,
};

use crate::{
    Listing, NewAuditEntry, Page, StepEffects, Store, StoreError, audit,
    border::{Border as _, stage_of, stage_word},
    column::{Columns as _, json, number},
    error::{Doing as _, Result},
    filter::{Where, text},
};

/// A device to be kept at enrolment.
#[derive(Debug, Clone)]
pub struct NewDevice {
    /// Identity, drawn by whoever enrols it.
    pub id: DeviceId,
    /// The machine's name.
    pub name: Text,
    /// When.
    pub enrolled_at: Timestamp,
    /// Serial number of its certificate, in hex.
    pub certificate_serial: String,
    /// SHA-256 of its certificate.
    pub certificate_fingerprint: [u8; 32],
    /// When the certificate ends.
    pub certificate_expires_at: Timestamp,
    /// What the machine is, as it said at enrolment.
    pub facts: Option<DeviceFacts>,
}

/// A protected machine.
#[derive(Debug, Clone, PartialEq)]
pub struct Device {
    /// Identity.
    pub id: DeviceId,
    /// The machine's name.
    pub name: Text,
    /// When it was enrolled.
    pub enrolled_at: Timestamp,
    /// When its certificate ends.
    pub certificate_expires_at: Timestamp,
    /// When it was shut out, if it was.
    pub revoked_at: Option<Timestamp>,
    /// When it was last heard.
    pub last_seen: Option<Timestamp>,
    /// What it is.
    pub facts: Option<DeviceFacts>,
    /// When it told that.
    pub facts_at: Option<Timestamp>,
    /// How its sensor is.
    pub health: Option<SensorHealth>,
    /// When it told that.
    pub health_at: Option<Timestamp>,
    /// How many processes are kept of it.
    pub processes: u64,
    /// Alerts on it.
    pub alerts: u64,
    /// Incidents on it that are not resolved.
    pub open_incidents: u64,
    /// The gravest of those.
    pub gravest: Option<Severity>,
    /// Events of it that were lost, all stages together.
    pub events_lost: u64,
    /// What it is worth: `low`, `normal`, `high` or `critical`.
    pub value: String,
    /// The group it is in: number and name.
    pub group: Option<(u64, String)>,
    /// Words people gave it.
    pub tags: Vec<String>,
}

/// What a person changes about a device. `None` leaves it as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeviceChange {
    /// What it is worth.
    pub value: Option<String>,
    /// Another group, or none.
    pub group: Option<Option<u64>>,
    /// Other tags.
    pub tags: Option<Vec<String>>,
}

/// Events of one kind lost at one stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    /// At which hop.
    pub stage: LossStage,
    /// What kind of events.
    pub kind: Text,
    /// How many.
    pub count: u64,
    /// When first noticed.
    pub first_at: Timestamp,
    /// When last noticed.
    pub last_at: Timestamp,
}

/// In which order devices come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DeviceOrder {
    /// By name.
    #[default]
    Name,
    /// Those with the gravest open incidents first, then those with the most.
    Risk,
    /// Those not heard for the longest first.
    Silent,
}

/// Which devices. What is not said is not asked for.
#[derive(Debug, Clone, Default)]
pub struct DeviceFilter {
    /// Part of the name.
    pub name: Option<String>,
    /// In this group.
    pub group: Option<u64>,
    /// With this tag.
    pub tag: Option<String>,
    /// Worth so much.
    pub value: Option<String>,
    /// Shut out, or not.
    pub revoked: Option<bool>,
    /// Heard at or after this time.
    pub heard_since: Option<Timestamp>,
    /// Last heard before this time, or never.
    pub silent_since: Option<Timestamp>,
    /// The order.
    pub order: DeviceOrder,
}

const DEVICE: &str = "SELECT d.*,
    (SELECT name FROM device_groups g WHERE g.number = d.group_number) AS group_name,
    (SELECT count(*) FROM incident_devices x JOIN incidents i ON i.tenant = x.tenant AND i.number = x.incident
        WHERE x.tenant = d.tenant AND x.device = d.id AND i.status <> 'Resolved') AS open_incidents,
    (SELECT max(i.severity) FROM incident_devices x JOIN incidents i
        ON i.tenant = x.tenant AND i.number = x.incident
        WHERE x.tenant = d.tenant AND x.device = d.id AND i.status <> 'Resolved') AS gravest,
    (SELECT coalesce(sum(count), 0) FROM device_losses l WHERE l.tenant = d.tenant
        AND l.device = d.id) AS events_lost
    FROM devices d";

impl Store {
    /// The device.
    pub fn device(&self, tenant: TenantId, device: DeviceId) -> Result<Option<Device>> {
        self.read(|view| one(view, tenant, device))
    }

    /// The word for what a device is worth.
    pub fn device_value(&self, tenant: TenantId, device: DeviceId) -> Result<Option<String>> {
        self.read(|view| {
            view.prepare_cached("SELECT value FROM devices WHERE tenant = ?1 AND id = ?2")
                .and_then(|mut s| {
                    s.query_row((tenant.bytes(), device.bytes()), |row| row.of("value")).optional()
                })
                .doing("reading what a device is worth")
        })
    }

    /// The devices that match.
    pub fn devices(
        &self,
        tenant: TenantId,
        filter: &DeviceFilter,
        page: Page,
    ) -> Result<Listing<Device>> {
        let matching = matching(tenant, filter);
        let order = match filter.order {
            DeviceOrder::Name => "d.name, d.id",
            DeviceOrder::Risk => "gravest DESC, open_incidents DESC, d.name, d.id",
            DeviceOrder::Silent => "d.last_seen, d.name, d.id",
        };
        let (limit, offset) = page.sql();
        self.read(|view| {
            let total = view
                .prepare_cached(&format!(
                    "SELECT count(*) AS n FROM devices d WHERE {}",
                    matching.sql()
                ))
                .and_then(|mut s| {
                    s.query_row(params_from_iter(matching.values()), |row| row.count("n"))
                })
                .doing("counting devices")?;
            let sql = format!(
                "{DEVICE} WHERE {} ORDER BY {order} LIMIT {limit} OFFSET {offset}",
                matching.sql()
            );
            let items = view
                .prepare(&sql)
                .and_then(|mut s| s.query_map(params_from_iter(matching.values()), read)?.collect())
                .doing("listing devices")?;
            Ok(Listing { items, total })
        })
    }

    /// Devices heard since `heard` that say something of them does not work.
    pub fn unwell_devices(
        &self,
        tenant: TenantId,
        heard: Timestamp,
        many: u64,
    ) -> Result<Vec<Device>> {
        self.read(|view| {
            view.prepare_cached(&format!(
                "{DEVICE} WHERE d.tenant = ?1 AND d.revoked_at IS NULL AND d.last_seen >= ?2
                 AND json_array_length(d.health, '$.problems') > 0 ORDER BY d.name, d.id LIMIT ?3"
            ))
            .and_then(|mut s| {
                s.query_map((tenant.bytes(), heard.nanos(), number(many)), read)?.collect()
            })
            .doing("finding unwell devices")
        })
    }

    /// The devices with the gravest open incidents.
    pub fn devices_at_risk(&self, tenant: TenantId, many: u64) -> Result<Vec<Device>> {
        self.read(|view| {
            let ids: Vec<DeviceId> = view
                .prepare_cached(
                    "SELECT x.device FROM incidents i INDEXED BY incidents_open
                     JOIN incident_devices x ON x.tenant = i.tenant AND x.incident = i.number
                     WHERE i.tenant = ?1 AND i.status <> 'Resolved'
                     GROUP BY x.device ORDER BY max(i.severity) DESC, count(*) DESC, x.device LIMIT ?2",
                )
                .and_then(|mut s| {
                    s.query_map((tenant.bytes(), number(many)), |row| row.device("device"))?.collect()
                })
                .doing("finding devices at risk")?;
            let mut devices = Vec::with_capacity(ids.len());
            for id in ids {
                devices.extend(one(view, tenant, id)?);
            }
            Ok(devices)
        })
    }

    /// Changes what people say of a device. `None` when there is no such device.
    pub fn change_device(
        &self,
        tenant: TenantId,
        device: DeviceId,
        change: &DeviceChange,
        entry: NewAuditEntry<'_>,
    ) -> Result<Option<Device>> {
        self.write(|t| {
            let Some(before) = one(t, tenant, device)? else { return Ok(None) };
            let group = change.group.unwrap_or(before.group.map(|(number, _)| number));
            if let Some(group) = group {
                let known: bool = t
                    .query_row(
                        "SELECT EXISTS (SELECT 1 FROM device_groups WHERE tenant = ?1 AND number = ?2)",
                        (tenant.bytes(), number(group)),
                        |row| row.get(0),
                    )
                    .doing("finding a device group")?;
                if !known {
                    return Err(StoreError::Conflict(format!("there is no device group {group}")));
                }
            }
            t.execute(
                "UPDATE devices SET value = ?3, group_number = ?4, tags = ?5
                 WHERE tenant = ?1 AND id = ?2",
                params![
                    tenant.bytes(),
                    device.bytes(),
                    change.value.as_ref().unwrap_or(&before.value),
                    group.map(number),
                    json("tags", change.tags.as_ref().unwrap_or(&before.tags))?,
                ],
            )
            .doing("changing a device")?;
            audit::add(t, tenant, entry)?;
            one(t, tenant, device)
        })
    }

    /// What was lost of a device, by stage and kind.
    pub fn device_losses(&self, tenant: TenantId, device: DeviceId) -> Result<Vec<Loss>> {
        self.read(|view| {
            view.prepare_cached(
                "SELECT * FROM device_losses WHERE tenant = ?1 AND device = ?2 ORDER BY stage, kind",
            )
            .and_then(|mut s| {
                s.query_map((tenant.bytes(), device.bytes()), loss)?.collect()
            })
            .doing("reading a device's losses")
        })
    }

    /// Counts events that were lost at the server, outside a step.
    pub fn add_loss(&self, tenant: TenantId, device: DeviceId, lost: &EventsLost) -> Result<()> {
        self.write(|t| add_loss(t, tenant, device, lost))
    }

    /// Shuts a device out. Says whether there was one to shut out.
    pub fn revoke_device(
        &self,
        tenant: TenantId,
        device: DeviceId,
        at: Timestamp,
        entry: NewAuditEntry<'_>,
    ) -> Result<bool> {
        self.write(|t| {
            let changed = t
                .execute(
                    "UPDATE devices SET revoked_at = ?3
                     WHERE tenant = ?1 AND id = ?2 AND revoked_at IS NULL",
                    (tenant.bytes(), device.bytes(), at.nanos()),
                )
                .doing("shutting a device out")?;
            if changed > 0 {
                audit::add(t, tenant, entry)?;
            }
            Ok(changed > 0)
        })
    }
}

/// Keeps a device that enrolled.
pub(crate) fn insert(t: &Transaction<'_>, tenant: TenantId, device: &NewDevice) -> Result<()> {
    let facts = device.facts.as_ref().map(|facts| json("facts", &facts.form())).transpose()?;
    t.execute(
        "INSERT INTO devices (tenant, id, name, enrolled_at, certificate_serial,
             certificate_fingerprint, certificate_expires_at, facts, facts_at)
         VALUES (:tenant, :id, :name, :at, :serial, :fingerprint, :expires, :facts,
             CASE WHEN :facts IS NULL THEN NULL ELSE :at END)",
        named_params! {
            ":tenant": tenant.bytes(), ":id": device.id.bytes(), ":name": &*device.name,
            ":at": device.enrolled_at.nanos(), ":serial": device.certificate_serial,
            ":fingerprint": device.certificate_fingerprint,
            ":expires": device.certificate_expires_at.nanos(), ":facts": facts,
        },
    )
    .doing("keeping a device")?;
    Ok(())
}

/// A batch came: when, and what the device said of itself.
pub(crate) fn heard(t: &Transaction<'_>, step: &StepEffects) -> Result<()> {
    let (tenant, device) = (step.tenant.bytes(), step.device.bytes());
    t.prepare_cached(
        "UPDATE devices SET last_seen = max(coalesce(last_seen, ?3), ?3) WHERE tenant = ?1 AND id = ?2",
    )
    .and_then(|mut s| s.execute((tenant, device, step.received_at.nanos())))
    .doing("keeping when a device was heard")?;
    if let Some((at, facts)) = &step.facts {
        t.prepare_cached(
            "UPDATE devices SET name = ?3, facts = ?4, facts_at = ?5 WHERE tenant = ?1 AND id = ?2",
        )
        .and_then(|mut s| {
            let form = serde_json::to_string(&facts.form()).map_err(crate::column::unreadable)?;
            s.execute((tenant, device, &*facts.host_name, form, at.nanos()))
        })
        .doing("keeping what a device is")?;
    }
    if let Some((at, health)) = &step.health {
        let form = json("health", &health.form())?;
        t.prepare_cached(
            "UPDATE devices SET health = ?3, health_at = ?4 WHERE tenant = ?1 AND id = ?2",
        )
        .and_then(|mut s| s.execute((tenant, device, form, at.nanos())))
        .doing("keeping how a sensor is")?;
    }
    for lost in &step.losses {
        add_loss(t, step.tenant, step.device, lost)?;
    }
    Ok(())
}

fn add_loss(
    t: &Transaction<'_>,
    tenant: TenantId,
    device: DeviceId,
    lost: &EventsLost,
) -> Result<()> {
    t.prepare_cached(
        "INSERT INTO device_losses (tenant, device, stage, kind, count, first_at, last_at)
         VALUES (:tenant, :device, :stage, :kind, :count, :first, :last)
         ON CONFLICT (tenant, device, stage, kind) DO UPDATE SET
             count = count + excluded.count,
             first_at = min(first_at, excluded.first_at),
             last_at = max(last_at, excluded.last_at)",
    )
    .and_then(|mut s| {
        s.execute(named_params! {
            ":tenant": tenant.bytes(), ":device": device.bytes(), ":stage": stage_word(lost.stage),
            ":kind": &*lost.kind, ":count": number(lost.count),
            ":first": lost.first_at.nanos(), ":last": lost.last_at.nanos(),
        })
    })
    .doing("counting lost events")?;
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<Device> {
    Ok(Device {
        id: row.device("id")?,
        name: row.text("name")?,
        enrolled_at: row.time("enrolled_at")?,
        certificate_expires_at: row.time("certificate_expires_at")?,
        revoked_at: row.maybe_time("revoked_at")?,
        last_seen: row.maybe_time("last_seen")?,
        facts: row.maybe_json("facts")?.map(DeviceFacts::of).transpose()?,
        facts_at: row.maybe_time("facts_at")?,
        health: row.maybe_json("health")?.map(SensorHealth::of).transpose()?,
        health_at: row.maybe_time("health_at")?,
        processes: row.count("processes")?,
        alerts: row.count("alert_count")?,
        open_incidents: row.count("open_incidents")?,
        gravest: match row.of::<Option<i64>>("gravest")? {
            Some(_) => Some(row.severity("gravest")?),
            None => None,
        },
        events_lost: row.count("events_lost")?,
        value: row.of("value")?,
        group: group(row)?,
        tags: row.json("tags")?,
    })
}

fn group(row: &Row<'_>) -> rusqlite::Result<Option<(u64, String)>> {
    let number = row.of::<Option<i64>>("group_number")?;
    let name = row.of::<Option<String>>("group_name")?;
    Ok(number.zip(name).map(|(number, name)| (number.max(0).unsigned_abs(), name)))
}

fn one(view: &Transaction<'_>, tenant: TenantId, device: DeviceId) -> Result<Option<Device>> {
    view.prepare_cached(&format!("{DEVICE} WHERE d.tenant = ?1 AND d.id = ?2"))
        .and_then(|mut s| s.query_row((tenant.bytes(), device.bytes()), read).optional())
        .doing("finding a device")
}

fn matching(tenant: TenantId, filter: &DeviceFilter) -> Where {
    let mut all = Where::tenant("d.tenant", tenant);
    if let Some(part) = &filter.name {
        all.and("instr(lower(d.name), ?) > 0", [text(part.to_lowercase())]);
    }
    all.any("d.group_number", filter.group.map(|group| Value::from(number(group))));
    if let Some(tag) = &filter.tag {
        all.and("EXISTS (SELECT 1 FROM json_each(d.tags) WHERE value = ?)", [text(tag)]);
    }
    all.any("d.value", filter.value.as_ref().map(text));
    match filter.revoked {
        Some(true) => all.and("d.revoked_at IS NOT NULL", []),
        Some(false) => all.and("d.revoked_at IS NULL", []),
        None => {}
    }
    all.within("d.last_seen", filter.heard_since, None);
    if let Some(since) = filter.silent_since {
        all.and("coalesce(d.last_seen, 0) < ?", [Value::from(since.nanos())]);
    }
    all
}

fn loss(row: &Row<'_>) -> rusqlite::Result<Loss> {
    Ok(Loss {
        stage: stage_of(&row.of::<String>("stage")?)?,
        kind: row.text("kind")?,
        count: row.count("count")?,
        first_at: row.time("first_at")?,
        last_at: row.time("last_at")?,
    })
}
