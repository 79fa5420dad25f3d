//! Incidents as rows, read back.

use std::collections::BTreeSet;

use bartizan_model::{AlertId, DeviceId, Incident, IncidentId, JoinReason, TenantId, Text, Tie};
use rusqlite::{OptionalExtension as _, Row, Transaction};

use super::{Activity, IncidentRecord};
use crate::{
    alert::status,
    border::{self, Border as _},
    column::{Columns as _, number},
    error::{Doing as _, Result},
};

/// How many devices of an incident are named.
const NAMED_DEVICES: i64 = 20;

pub(super) fn one(
    view: &Transaction<'_>,
    tenant: TenantId,
    id: IncidentId,
) -> Result<Option<IncidentRecord>> {
    let record = view
        .prepare_cached("SELECT * FROM incidents WHERE tenant = ?1 AND number = ?2")
        .and_then(|mut s| s.query_row((tenant.bytes(), number(id.0)), read).optional())
        .doing("finding an incident")?;
    let Some(mut record) = record else { return Ok(None) };
    record.incident.alerts = joins(view, tenant, id)?;
    name_devices(view, &mut record)?;
    Ok(Some(record))
}

/// The devices of an incident, by name.
pub(super) fn name_devices(view: &Transaction<'_>, record: &mut IncidentRecord) -> Result<()> {
    let incident = &record.incident;
    let devices: Vec<(DeviceId, Text)> = view
        .prepare_cached(
            "SELECT d.id, d.name FROM incident_devices x
             JOIN devices d ON d.tenant = x.tenant AND d.id = x.device
             WHERE x.tenant = ?1 AND x.incident = ?2 ORDER BY d.name LIMIT ?3",
        )
        .and_then(|mut s| {
            let values = (incident.tenant.bytes(), number(incident.id.0), NAMED_DEVICES);
            s.query_map(values, |row| Ok((row.device("id")?, row.text("name")?)))?.collect()
        })
        .doing("finding the devices of an incident")?;
    if !devices.is_empty() {
        record.devices = devices;
    }
    Ok(())
}

pub(super) fn joins(
    view: &Transaction<'_>,
    tenant: TenantId,
    id: IncidentId,
) -> Result<Vec<(AlertId, JoinReason)>> {
    view.prepare_cached(
        "SELECT alert, reason FROM incident_alerts WHERE tenant = ?1 AND incident = ?2 ORDER BY ordinal",
    )
    .and_then(|mut s| {
        s.query_map((tenant.bytes(), number(id.0)), |row| {
            Ok((row.alert("alert")?, JoinReason::of(row.json("reason")?)?))
        })?
        .collect()
    })
    .doing("finding the alerts of an incident")
}

pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<IncidentRecord> {
    let tactics: Vec<String> = row.json("tactics")?;
    let (device, device_name) = (row.device("device")?, row.text("device_name")?);
    let ties: Vec<Tie> = border::read(row.json("ties")?)?;
    Ok(IncidentRecord {
        devices: vec![(device, device_name.clone())],
        incident: Incident {
            id: IncidentId(row.count("number")?),
            tenant: row.tenant("tenant")?,
            device,
            device_name,
            title: row.text("title")?,
            severity: row.severity("severity")?,
            severity_reason: row.text("severity_reason")?,
            status: status(row)?,
            assigned_to: row.maybe_text("assigned_to")?,
            classification: row.maybe_text("classification")?,
            family: row.maybe_key("family")?,
            tactics: tactics.into_iter().map(Text::from).collect(),
            alerts: Vec::new(),
            ties: ties.into_iter().collect(),
            first_at: row.time("first_at")?,
            last_at: row.time("last_at")?,
        },
        alerts: row.count("alerts")?,
        opened_at: row.time("opened_at")?,
        changed_at: row.time("changed_at")?,
        resolved_at: row.maybe_time("resolved_at")?,
        priority: row.of("priority")?,
        priority_reasons: row.json("priority_reasons")?,
        determination: row.of("determination")?,
        tags: row.json("tags")?,
        hand_over: row.of("hand_over")?,
        merged_into: row
            .of::<Option<i64>>("merged_into")?
            .map(|n| IncidentId(n.max(0).unsigned_abs())),
    })
}

pub(super) fn ties_text(ties: &BTreeSet<Tie>) -> Result<String> {
    let ties: Vec<Tie> = ties.iter().cloned().collect();
    border::written("ties", &ties)
}

pub(super) fn activity(row: &Row<'_>) -> rusqlite::Result<Activity> {
    Ok(Activity {
        number: row.count("number")?,
        at: row.time("at")?,
        kind: row.of("kind")?,
        actor: row.of("actor")?,
        text: row.of("text")?,
    })
}
