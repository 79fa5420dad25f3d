//! Devices: their certificate, what they are, how they are, and what was lost on the way.

use bartizan_model::{
    DeviceFacts, DeviceId, EventsLost, LossStage, SensorHealth, TenantId, Text, Timestamp,
};
use rusqlite::{OptionalExtension as _, Row, Transaction, named_params};

use crate::{
    Listing, NewAuditEntry, Page, StepEffects, Store, audit,
    border::{Border as _, stage_of, stage_word},
    column::{Columns as _, json, number},
    error::{Doing as _, Result},
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
    /// Events of it that were lost, all stages together.
    pub events_lost: u64,
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

/// Which devices.
#[derive(Debug, Clone, Default)]
pub struct DeviceFilter {
    /// Part of the name.
    pub name: Option<String>,
}

const DEVICE: &str = "SELECT d.*,
    (SELECT count(*) FROM alerts a WHERE a.tenant = d.tenant AND a.device = d.id) AS alerts,
    (SELECT count(*) FROM incidents i WHERE i.tenant = d.tenant AND i.device = d.id
        AND i.status <> 'Resolved') AS open_incidents,
    (SELECT coalesce(sum(count), 0) FROM device_losses l WHERE l.tenant = d.tenant
        AND l.device = d.id) AS events_lost
    FROM devices d";

impl Store {
    /// The device.
    pub fn device(&self, tenant: TenantId, device: DeviceId) -> Result<Option<Device>> {
        self.read(|view| {
            view.prepare_cached(&format!("{DEVICE} WHERE d.tenant = ?1 AND d.id = ?2"))
                .and_then(|mut s| s.query_row((tenant.bytes(), device.bytes()), read).optional())
                .doing("finding a device")
        })
    }

    /// The devices, by name.
    pub fn devices(
        &self,
        tenant: TenantId,
        filter: &DeviceFilter,
        page: Page,
    ) -> Result<Listing<Device>> {
        let matching = "d.tenant = ?1 AND (?2 IS NULL OR instr(lower(d.name), lower(?2)) > 0)";
        self.read(|view| {
            let total = view
                .prepare_cached(&format!("SELECT count(*) AS n FROM devices d WHERE {matching}"))
                .and_then(|mut s| s.query_row((tenant.bytes(), &filter.name), |row| row.count("n")))
                .doing("counting devices")?;
            let (limit, offset) = page.sql();
            let items = view
                .prepare_cached(&format!(
                    "{DEVICE} WHERE {matching} ORDER BY d.name, d.id LIMIT ?3 OFFSET ?4"
                ))
                .and_then(|mut s| {
                    s.query_map((tenant.bytes(), &filter.name, limit, offset), read)?.collect()
                })
                .doing("listing devices")?;
            Ok(Listing { items, total })
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
        alerts: row.count("alerts")?,
        open_incidents: row.count("open_incidents")?,
        events_lost: row.count("events_lost")?,
    })
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
