//! Keeping an incident as a step of the pipeline left it.

use bartizan_model::{
    AlertId, Incident, IncidentId, IncidentStatus, JoinReason, TenantId, Timestamp,
};
use rusqlite::{Transaction, params};

use super::{ActivityKind, one, reading::ties_text};
use crate::{
    IncidentEffect,
    border::Border as _,
    column::{Columns as _, json, key_bytes, number, severity_number},
    error::{Doing as _, Result},
    notification,
};

/// Keeps an incident as a step left it, its alerts, and what happened in its history. An incident that people
/// resolved and that goes on is opened again: a new alert must not hide behind an old decision.
pub(crate) fn keep(t: &Transaction<'_>, effect: &IncidentEffect, at: Timestamp) -> Result<()> {
    let incident = &effect.incident;
    let (tenant, id) = (incident.tenant, incident.id);
    let before = one(t, tenant, id)?;
    for absorbed in &effect.absorbed {
        super::merging::absorb(t, tenant, (id, *absorbed), at, None)?;
    }
    upsert(t, effect, at)?;
    let mut joined = Vec::new();
    for (alert, reason) in &incident.alerts {
        if join(t, incident, *alert, reason)? {
            joined.push(*alert);
        }
    }
    match before {
        None => {
            let text = format!("{}: {}", incident.severity.word(), incident.severity_reason);
            add_activity(t, tenant, id, (at, ActivityKind::Opened, None, &text))?;
            notification::incident(t, effect, "incident.opened", at)
        }
        Some(_) if joined.is_empty() => Ok(()),
        Some(before) => {
            if before.incident.severity < incident.severity {
                notification::incident(t, effect, "incident.graver", at)?;
            }
            if before.incident.status == IncidentStatus::Resolved {
                let text = "Resolved → New: it goes on";
                add_activity(t, tenant, id, (at, ActivityKind::Status, None, text))?;
            }
            let text = match joined.len() {
                1 => "1 alert joined".to_owned(),
                n => format!("{n} alerts joined"),
            };
            add_activity(t, tenant, id, (at, ActivityKind::Joined, None, &text))
        }
    }
}

fn upsert(t: &Transaction<'_>, effect: &IncidentEffect, at: Timestamp) -> Result<()> {
    let incident = &effect.incident;
    let tactics: Vec<&str> = incident.tactics.iter().map(|tactic| &**tactic).collect();
    t.prepare_cached(
        "INSERT INTO incidents (tenant, number, device, device_name, title, severity,
             severity_reason, status, assigned_to, family, tactics, alerts, first_at, last_at,
             opened_at, changed_at, ties, priority, priority_reasons)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?15, ?16, ?17, ?18)
         ON CONFLICT (tenant, number) DO UPDATE SET
             title = excluded.title, severity = excluded.severity,
             severity_reason = excluded.severity_reason, tactics = excluded.tactics,
             status = CASE WHEN status = 'Resolved' AND excluded.alerts > alerts THEN 'New' ELSE status END,
             resolved_at = CASE WHEN excluded.alerts > alerts THEN NULL ELSE resolved_at END,
             family = excluded.family, ties = excluded.ties,
             priority = excluded.priority, priority_reasons = excluded.priority_reasons,
             alerts = excluded.alerts, first_at = min(first_at, excluded.first_at),
             last_at = max(last_at, excluded.last_at), changed_at = excluded.changed_at",
    )
    .doing("keeping an incident")?
    .execute(params![
        incident.tenant.bytes(),
        number(incident.id.0),
        incident.device.bytes(),
        &*incident.device_name,
        &*incident.title,
        severity_number(incident.severity),
        &*incident.severity_reason,
        incident.status.word(),
        incident.assigned_to.as_deref(),
        incident.family.map(key_bytes),
        json("tactics", &tactics)?,
        i64::try_from(incident.alerts.len()).unwrap_or(i64::MAX),
        incident.first_at.nanos(),
        incident.last_at.nanos(),
        at.nanos(),
        ties_text(&incident.ties)?,
        effect.priority,
        json("reasons", &effect.priority_reasons)?,
    ])
    .doing("keeping an incident")?;
    Ok(())
}

/// Puts an alert into an incident. Says whether it was not in it before.
fn join(
    t: &Transaction<'_>,
    incident: &Incident,
    alert: AlertId,
    reason: &JoinReason,
) -> Result<bool> {
    let (tenant, id) = (incident.tenant.bytes(), number(incident.id.0));
    let added = t
        .prepare_cached(
            "INSERT INTO incident_alerts (tenant, incident, ordinal, alert, reason)
             VALUES (?1, ?2, (SELECT coalesce(max(ordinal), -1) + 1 FROM incident_alerts
                 WHERE tenant = ?1 AND incident = ?2), ?3, ?4)
             ON CONFLICT (tenant, alert) DO NOTHING",
        )
        .doing("putting an alert into an incident")?
        .execute(params![tenant, id, alert.bytes(), json("a reason", &reason.form())?])
        .doing("putting an alert into an incident")?;
    if added > 0 {
        belongs(t, incident.tenant, alert, incident.id)?;
    }
    Ok(added > 0)
}

/// Says with an alert where it is, and with its device.
pub(super) fn belongs(
    t: &Transaction<'_>,
    tenant: TenantId,
    alert: AlertId,
    id: IncidentId,
) -> Result<()> {
    t.prepare_cached("UPDATE alerts SET incident = ?3 WHERE tenant = ?1 AND id = ?2")
        .and_then(|mut s| s.execute((tenant.bytes(), alert.bytes(), number(id.0))))
        .doing("putting an alert into an incident")?;
    t.prepare_cached(
        "INSERT INTO incident_devices (tenant, device, incident)
         SELECT tenant, device, ?3 FROM alerts WHERE tenant = ?1 AND id = ?2 ON CONFLICT DO NOTHING",
    )
    .and_then(|mut s| s.execute((tenant.bytes(), alert.bytes(), number(id.0))))
    .doing("putting an alert's device into an incident")?;
    Ok(())
}

pub(super) fn next_number(view: &Transaction<'_>, tenant: TenantId) -> Result<u64> {
    view.query_row(
        "SELECT coalesce(max(number), 0) + 1 AS n FROM incidents WHERE tenant = ?1",
        [tenant.bytes()],
        |row| row.count("n"),
    )
    .doing("finding the next incident number")
}

pub(super) fn add_activity(
    t: &Transaction<'_>,
    tenant: TenantId,
    id: IncidentId,
    (at, kind, actor, text): (Timestamp, ActivityKind, Option<&str>, &str),
) -> Result<()> {
    t.prepare_cached(
        "INSERT INTO incident_activity (tenant, incident, at, kind, actor, text)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )
    .and_then(|mut s| {
        s.execute(params![tenant.bytes(), number(id.0), at.nanos(), kind.word(), actor, text])
    })
    .doing("adding to the history of an incident")?;
    Ok(())
}
