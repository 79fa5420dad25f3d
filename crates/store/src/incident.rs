//! Incidents: what the pipeline made of alerts, and what people did with it. Their history is only added to.

use bartizan_model::{
    AlertId, DeviceId, Incident, IncidentId, IncidentStatus, JoinReason, Severity, TenantId,
    Timestamp,
};
use rusqlite::{Transaction, named_params, params};

use crate::{
    IncidentEffect, Listing, NewAuditEntry, Page, Store, audit,
    border::Border as _,
    column::{Columns as _, json, key_bytes, number, severity_number},
    error::{Doing as _, Result},
};

mod reading;

use reading::{activity, joins, one, read};

/// An incident and what this room knows beside it.
#[derive(Debug, Clone, PartialEq)]
pub struct IncidentRecord {
    /// The incident; in lists without its alerts.
    pub incident: Incident,
    /// How many alerts it has.
    pub alerts: u64,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it last changed, by alert or by person.
    pub changed_at: Timestamp,
}

/// Which incidents. What is not said is not asked for.
#[derive(Debug, Clone, Default)]
pub struct IncidentFilter {
    /// Any of these.
    pub statuses: Vec<IncidentStatus>,
    /// Any of these.
    pub severities: Vec<Severity>,
    /// On this device.
    pub device: Option<DeviceId>,
    /// Assigned to this user name; the empty name means nobody.
    pub assigned_to: Option<String>,
    /// Part of the title, the machine's name, or the number.
    pub text: Option<String>,
    /// The gravest first, instead of the latest first.
    pub gravest_first: bool,
    /// In the other direction.
    pub reversed: bool,
}

/// What a person changes. `None` leaves it as it is.
#[derive(Debug, Clone, Default)]
pub struct IncidentChange {
    /// Another status.
    pub status: Option<IncidentStatus>,
    /// Somebody else, or nobody.
    pub assigned_to: Option<Option<String>>,
}

/// One entry of an incident's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    /// Its number; later entries have larger ones.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// What kind.
    pub kind: String,
    /// Who, when it was a person.
    pub actor: Option<String>,
    /// What, in words.
    pub text: String,
}

/// Kind of an entry of an incident's history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActivityKind {
    /// It was opened.
    Opened,
    /// Alerts joined.
    Joined,
    /// Its status changed.
    Status,
    /// Somebody else has it.
    Assigned,
    /// Somebody said something.
    Comment,
}

impl ActivityKind {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Joined => "joined",
            Self::Status => "status",
            Self::Assigned => "assigned",
            Self::Comment => "comment",
        }
    }
}

const MATCHING: &str = "tenant = :tenant
    AND (:statuses = '[]' OR status IN (SELECT value FROM json_each(:statuses)))
    AND (:severities = '[]' OR severity IN (SELECT value FROM json_each(:severities)))
    AND (:device IS NULL OR device = :device)
    AND (:assigned IS NULL OR coalesce(assigned_to, '') = :assigned)
    AND (:text IS NULL OR instr(lower(title), lower(:text)) > 0
        OR instr(lower(device_name), lower(:text)) > 0 OR CAST(number AS TEXT) = ltrim(:text, '#'))";

impl Store {
    /// The incident with its alerts.
    pub fn incident(&self, tenant: TenantId, id: IncidentId) -> Result<Option<IncidentRecord>> {
        self.read(|view| one(view, tenant, id))
    }

    /// The incidents that match, without their alerts.
    pub fn incidents(
        &self,
        tenant: TenantId,
        filter: &IncidentFilter,
        page: Page,
    ) -> Result<Listing<IncidentRecord>> {
        let statuses: Vec<&str> = filter.statuses.iter().map(|status| status.word()).collect();
        let statuses = json("statuses", &statuses)?;
        let severities: Vec<i64> = filter.severities.iter().map(|s| severity_number(*s)).collect();
        let severities = json("severities", &severities)?;
        let direction = if filter.reversed { "ASC" } else { "DESC" };
        let order = if filter.gravest_first {
            format!("severity {direction}, last_at DESC")
        } else {
            format!("last_at {direction}")
        };
        let (limit, offset) = page.sql();
        let device = filter.device.map(DeviceId::bytes);
        self.read(|view| {
            let total = view
                .prepare_cached(&format!("SELECT count(*) AS n FROM incidents WHERE {MATCHING}"))
                .and_then(|mut s| {
                    let values = named_params! {
                        ":tenant": tenant.bytes(), ":statuses": statuses,
                        ":severities": severities, ":device": device,
                        ":assigned": filter.assigned_to, ":text": filter.text,
                    };
                    s.query_row(values, |row| row.count("n"))
                })
                .doing("counting incidents")?;
            let items = view
                .prepare_cached(&format!(
                    "SELECT * FROM incidents WHERE {MATCHING}
                     ORDER BY {order}, number DESC LIMIT :limit OFFSET :offset"
                ))
                .and_then(|mut s| {
                    let values = named_params! {
                        ":tenant": tenant.bytes(), ":statuses": statuses,
                        ":severities": severities, ":device": device,
                        ":assigned": filter.assigned_to, ":text": filter.text,
                        ":limit": limit, ":offset": offset,
                    };
                    s.query_map(values, read)?.collect()
                })
                .doing("listing incidents")?;
            Ok(Listing { items, total })
        })
    }

    /// The incidents that are not resolved, with their alerts: what the pipeline goes on with after a start.
    pub fn load_open_incidents(&self, tenant: TenantId) -> Result<Vec<Incident>> {
        self.read(|view| {
            let mut open: Vec<IncidentRecord> = view
                .prepare_cached(
                    "SELECT * FROM incidents WHERE tenant = ?1 AND status <> 'Resolved' ORDER BY number",
                )
                .and_then(|mut s| s.query_map([tenant.bytes()], read)?.collect())
                .doing("loading open incidents")?;
            for record in &mut open {
                record.incident.alerts = joins(view, tenant, record.incident.id)?;
            }
            Ok(open.into_iter().map(|record| record.incident).collect())
        })
    }

    /// The number that the tenant's next incident gets.
    pub fn next_incident_number(&self, tenant: TenantId) -> Result<u64> {
        self.read(|view| {
            view.query_row(
                "SELECT coalesce(max(number), 0) + 1 AS n FROM incidents WHERE tenant = ?1",
                [tenant.bytes()],
                |row| row.count("n"),
            )
            .doing("finding the next incident number")
        })
    }

    /// The history of an incident, earliest first.
    pub fn incident_activity(&self, tenant: TenantId, id: IncidentId) -> Result<Vec<Activity>> {
        self.read(|view| {
            view.prepare_cached(
                "SELECT * FROM incident_activity WHERE tenant = ?1 AND incident = ?2 ORDER BY number",
            )
            .and_then(|mut s| {
                s.query_map((tenant.bytes(), number(id.0)), activity)?.collect()
            })
            .doing("reading the history of an incident")
        })
    }

    /// Changes what people decide about an incident. `None` when there is no such incident.
    pub fn change_incident(
        &self,
        tenant: TenantId,
        id: IncidentId,
        change: &IncidentChange,
        entry: NewAuditEntry<'_>,
    ) -> Result<Option<IncidentRecord>> {
        self.write(|t| {
            let Some(before) = one(t, tenant, id)? else { return Ok(None) };
            let incident = &before.incident;
            let status = change.status.unwrap_or(incident.status);
            let assigned = match &change.assigned_to {
                Some(to) => to.as_deref(),
                None => incident.assigned_to.as_deref(),
            };
            if status == incident.status && assigned == incident.assigned_to.as_deref() {
                return Ok(Some(before));
            }
            t.prepare_cached(
                "UPDATE incidents SET status = ?3, assigned_to = ?4, changed_at = ?5
                 WHERE tenant = ?1 AND number = ?2",
            )
            .and_then(|mut s| {
                s.execute(params![
                    tenant.bytes(),
                    number(id.0),
                    status.word(),
                    assigned,
                    entry.at.nanos()
                ])
            })
            .doing("changing an incident")?;
            let by = Some(entry.actor);
            if status != incident.status {
                let text = format!("{} → {}", incident.status.word(), status.word());
                add_activity(t, tenant, id, (entry.at, ActivityKind::Status, by, &text))?;
            }
            if assigned != incident.assigned_to.as_deref() {
                let text = assigned.unwrap_or("nobody");
                add_activity(t, tenant, id, (entry.at, ActivityKind::Assigned, by, text))?;
            }
            audit::add(t, tenant, entry)?;
            one(t, tenant, id)
        })
    }

    /// Adds a comment to an incident's history. Says whether there is such an incident.
    pub fn comment_incident(
        &self,
        tenant: TenantId,
        id: IncidentId,
        text: &str,
        entry: NewAuditEntry<'_>,
    ) -> Result<bool> {
        self.write(|t| {
            let changed = t
                .execute(
                    "UPDATE incidents SET changed_at = ?3 WHERE tenant = ?1 AND number = ?2",
                    (tenant.bytes(), number(id.0), entry.at.nanos()),
                )
                .doing("commenting on an incident")?;
            if changed > 0 {
                let said = (entry.at, ActivityKind::Comment, Some(entry.actor), text);
                add_activity(t, tenant, id, said)?;
                audit::add(t, tenant, entry)?;
            }
            Ok(changed > 0)
        })
    }
}

/// Keeps an incident as a step left it, its alerts, and what happened in its history. An incident that people
/// resolved and that goes on is opened again: a new alert must not hide behind an old decision.
pub(crate) fn keep(t: &Transaction<'_>, effect: &IncidentEffect, at: Timestamp) -> Result<()> {
    let incident = &effect.incident;
    let (tenant, id) = (incident.tenant, incident.id);
    let before = one(t, tenant, id)?;
    upsert(t, incident, at)?;
    let mut joined = Vec::new();
    for (ordinal, (alert, reason)) in incident.alerts.iter().enumerate() {
        if join(t, incident, ordinal, *alert, reason)? {
            joined.push(*alert);
        }
    }
    match before {
        None => {
            let text = format!("{}: {}", incident.severity.word(), incident.severity_reason);
            add_activity(t, tenant, id, (at, ActivityKind::Opened, None, &text))
        }
        Some(_) if joined.is_empty() => Ok(()),
        Some(before) => {
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

fn upsert(t: &Transaction<'_>, incident: &Incident, at: Timestamp) -> Result<()> {
    let tactics: Vec<&str> = incident.tactics.iter().map(|tactic| &**tactic).collect();
    t.prepare_cached(
        "INSERT INTO incidents (tenant, number, device, device_name, title, severity,
             severity_reason, status, assigned_to, family, tactics, alerts, first_at, last_at,
             opened_at, changed_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?15)
         ON CONFLICT (tenant, number) DO UPDATE SET
             title = excluded.title, severity = excluded.severity,
             severity_reason = excluded.severity_reason, tactics = excluded.tactics,
             status = CASE WHEN status = 'Resolved' AND excluded.alerts > alerts THEN 'New' ELSE status END,
             family = excluded.family,
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
    ])
    .doing("keeping an incident")?;
    Ok(())
}

/// Puts an alert into an incident. Says whether it was not in it before.
fn join(
    t: &Transaction<'_>,
    incident: &Incident,
    ordinal: usize,
    alert: AlertId,
    reason: &JoinReason,
) -> Result<bool> {
    let (tenant, id) = (incident.tenant.bytes(), number(incident.id.0));
    let added = t
        .prepare_cached(
            "INSERT INTO incident_alerts (tenant, incident, ordinal, alert, reason)
             VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
        )
        .doing("putting an alert into an incident")?
        .execute(params![
            tenant,
            id,
            i64::try_from(ordinal).unwrap_or(i64::MAX),
            alert.bytes(),
            json("a reason", &reason.form())?
        ])
        .doing("putting an alert into an incident")?;
    if added > 0 {
        t.prepare_cached("UPDATE alerts SET incident = ?3 WHERE tenant = ?1 AND id = ?2")
            .and_then(|mut s| s.execute((tenant, alert.bytes(), id)))
            .doing("putting an alert into an incident")?;
    }
    Ok(added > 0)
}

fn add_activity(
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
