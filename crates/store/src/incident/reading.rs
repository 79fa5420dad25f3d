//! Incidents as rows, read back.

use bartizan_model::{AlertId, Incident, IncidentId, IncidentStatus, JoinReason, TenantId, Text};
use rusqlite::{OptionalExtension as _, Row, Transaction};

use super::{Activity, IncidentRecord};
use crate::{
    border::Border as _,
    column::{Columns as _, number, unreadable},
    error::{Doing as _, Result},
};

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
    Ok(Some(record))
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
    let status: String = row.of("status")?;
    let status = IncidentStatus::from_word(&status)
        .ok_or_else(|| unreadable(std::io::Error::other(format!("no status `{status}`"))))?;
    let tactics: Vec<String> = row.json("tactics")?;
    Ok(IncidentRecord {
        incident: Incident {
            id: IncidentId(row.count("number")?),
            tenant: row.tenant("tenant")?,
            device: row.device("device")?,
            device_name: row.text("device_name")?,
            title: row.text("title")?,
            severity: row.severity("severity")?,
            severity_reason: row.text("severity_reason")?,
            status,
            assigned_to: row.maybe_text("assigned_to")?,
            family: row.maybe_key("family")?,
            tactics: tactics.into_iter().map(Text::from).collect(),
            alerts: Vec::new(),
            first_at: row.time("first_at")?,
            last_at: row.time("last_at")?,
        },
        alerts: row.count("alerts")?,
        opened_at: row.time("opened_at")?,
        changed_at: row.time("changed_at")?,
    })
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
