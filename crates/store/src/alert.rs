//! Alerts: kept once, and their evidence never changed. What people do with them stands beside it.

use bartizan_model::{
    Alert, AlertId, DeviceId, Entity, IncidentId, IncidentStatus, JoinReason, ProcessKey, Severity,
    TenantId, Text, Timestamp,
};
use rusqlite::{OptionalExtension as _, Transaction, params};

use crate::{
    Store,
    border::{self, Border as _},
    column::{Columns as _, json, key_bytes, severity_number},
    error::{Doing as _, Result},
};

mod changing;
mod listing;
mod reading;

pub use changing::AlertChange;
pub use listing::AlertFacets;
pub(crate) use reading::{read, status};

/// An alert and what people did with it.
#[derive(Debug, Clone, PartialEq)]
pub struct AlertRecord {
    /// The alert.
    pub alert: Alert,
    /// Where people are with it.
    pub status: IncidentStatus,
    /// Who works on it: a user name.
    pub assigned_to: Option<String>,
    /// What it turned out to be.
    pub classification: Option<String>,
    /// More exactly.
    pub determination: Option<String>,
    /// The tuning rule that hides it or resolved it.
    pub tuned_by: Option<u64>,
    /// A tuning rule hides it.
    pub hidden: bool,
}

/// Which alerts. What is not said is not asked for.
#[derive(Debug, Clone, Default)]
pub struct AlertFilter {
    /// Any of these severities.
    pub severities: Vec<Severity>,
    /// Any of these.
    pub statuses: Vec<IncidentStatus>,
    /// On this device.
    pub device: Option<DeviceId>,
    /// In this incident.
    pub incident: Option<IncidentId>,
    /// By any of these rules.
    pub rules: Vec<String>,
    /// Assigned to this user name; the empty name means nobody.
    pub assigned_to: Option<String>,
    /// Part of the title, the rule or the machine's name.
    pub text: Option<String>,
    /// Of events at or after this time.
    pub from: Option<Timestamp>,
    /// Of events before this time.
    pub to: Option<Timestamp>,
    /// Those that tuning hides, instead of the others.
    pub hidden: bool,
    /// Earliest first instead of latest first.
    pub earliest_first: bool,
}

/// An alert of an incident, and why it is in it.
#[derive(Debug, Clone, PartialEq)]
pub struct AlertInIncident {
    /// The alert.
    pub alert: AlertRecord,
    /// Why it is here.
    pub reason: JoinReason,
}

/// What a tuning rule did to an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tuned {
    /// Which alert.
    pub alert: AlertId,
    /// Number of the rule.
    pub by: u64,
    /// It is hidden; otherwise it is resolved.
    pub hidden: bool,
}

impl Store {
    /// The alert.
    pub fn alert(&self, tenant: TenantId, alert: AlertId) -> Result<Option<AlertRecord>> {
        self.read(|view| one(view, tenant, alert))
    }

    /// The alerts of an incident with the reason for each, in the order they joined.
    pub fn alerts_of_incident(
        &self,
        tenant: TenantId,
        incident: IncidentId,
    ) -> Result<Vec<AlertInIncident>> {
        self.read(|view| {
            view.prepare_cached(
                "SELECT a.*, j.reason FROM incident_alerts j
                 JOIN alerts a ON a.tenant = j.tenant AND a.id = j.alert
                 WHERE j.tenant = ?1 AND j.incident = ?2 ORDER BY j.ordinal",
            )
            .and_then(|mut s| {
                let values = (tenant.bytes(), crate::column::number(incident.0));
                s.query_map(values, |row| {
                    Ok(AlertInIncident {
                        alert: read(row)?,
                        reason: JoinReason::of(row.json("reason")?)?,
                    })
                })?
                .collect()
            })
            .doing("listing the alerts of an incident")
        })
    }

    /// Informational alerts since `since` that are in no incident, earliest first and at most `many`: a later
    /// incident of their family takes them.
    pub fn waiting_alerts(
        &self,
        tenant: TenantId,
        since: Timestamp,
        many: u32,
    ) -> Result<Vec<Alert>> {
        self.read(|view| {
            view.prepare_cached(
                "SELECT * FROM alerts INDEXED BY alerts_waiting
                 WHERE tenant = ?1 AND incident IS NULL AND event_at >= ?2
                     AND severity = 0 AND tuned_by IS NULL AND family IS NOT NULL
                 ORDER BY event_at LIMIT ?3",
            )
            .and_then(|mut s| {
                s.query_map((tenant.bytes(), since.nanos(), many), |row| Ok(read(row)?.alert))?
                    .collect()
            })
            .doing("finding alerts that wait for an incident")
        })
    }
}

pub(crate) fn one(
    view: &Transaction<'_>,
    tenant: TenantId,
    alert: AlertId,
) -> Result<Option<AlertRecord>> {
    view.prepare_cached("SELECT * FROM alerts WHERE tenant = ?1 AND id = ?2")
        .and_then(|mut s| s.query_row((tenant.bytes(), alert.bytes()), read).optional())
        .doing("finding an alert")
}

/// Keeps an alert, unless it is kept already.
pub(crate) fn keep(t: &Transaction<'_>, alert: &Alert, tuned: Option<&Tuned>) -> Result<()> {
    let texts = |texts: &[Text]| json("texts", &texts.iter().map(|t| &**t).collect::<Vec<_>>());
    let status = match tuned {
        Some(_) => IncidentStatus::Resolved,
        None => IncidentStatus::New,
    };
    let added = t
        .prepare_cached(
            "INSERT INTO alerts (tenant, id, device, device_name, rule, title, description, severity,
             tactics, techniques, triage, event, event_at, raised_at, process, family, evidence,
             matched, status, tuned_by, hidden)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,
             ?19, ?20, ?21)
         ON CONFLICT (tenant, id) DO NOTHING",
        )
        .doing("keeping an alert")?
        .execute(params![
            alert.tenant.bytes(),
            alert.id.bytes(),
            alert.device.bytes(),
            &*alert.device_name,
            &*alert.rule,
            &*alert.title,
            &*alert.description,
            severity_number(alert.severity),
            texts(&alert.tactics)?,
            texts(&alert.techniques)?,
            texts(&alert.triage)?,
            alert.event.to_string(),
            alert.event_at.nanos(),
            alert.raised_at.nanos(),
            alert.process.map(key_bytes),
            alert.family.map(key_bytes),
            border::written("evidence", &alert.evidence)?,
            border::written("matched fields", &alert.matched)?,
            status.word(),
            tuned.map(|tuned| crate::column::number(tuned.by)),
            tuned.is_some_and(|tuned| tuned.hidden),
        ])
        .doing("keeping an alert")?;
    if added > 0 {
        keep_entities(t, alert)?;
        if let Some(tuned) = tuned {
            crate::tuning::applied(t, alert.tenant, tuned.by, alert.raised_at)?;
        }
    }
    Ok(())
}

/// By which users, files and addresses an alert is found.
fn keep_entities(t: &Transaction<'_>, alert: &Alert) -> Result<()> {
    for evidence in &alert.evidence {
        let (user, hash, address) = match &evidence.entity {
            Entity::Process { user, sha256, .. } => (user.as_deref(), sha256.as_deref(), None),
            Entity::File { sha256, .. } => (None, sha256.as_deref(), None),
            Entity::Address { ip, .. } => (None, None, Some(ip.to_string())),
            Entity::User { name, .. } => (Some(&**name), None, None),
        };
        let named = [("user", user), ("file", hash), ("address", address.as_deref())];
        for (kind, value) in named {
            let Some(value) = value else { continue };
            t.prepare_cached(
                "INSERT INTO alert_entities (tenant, kind, value, event_at, alert, device)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
            )
            .doing("keeping what an alert names")?
            .execute(params![
                alert.tenant.bytes(),
                kind,
                value,
                alert.event_at.nanos(),
                alert.id.bytes(),
                alert.device.bytes(),
            ])
            .doing("keeping what an alert names")?;
        }
    }
    Ok(())
}

/// The alerts about one process of a device.
pub(crate) fn alerted(
    view: &Transaction<'_>,
    tenant: TenantId,
    device: DeviceId,
    process: ProcessKey,
) -> Result<Vec<(AlertId, Text, Severity)>> {
    view.prepare_cached(
        "SELECT id, title, severity FROM alerts
         WHERE tenant = ?1 AND device = ?2 AND process = ?3 ORDER BY event_at LIMIT 20",
    )
    .and_then(|mut s| {
        s.query_map((tenant.bytes(), device.bytes(), key_bytes(process)), |row| {
            Ok((row.alert("id")?, row.text("title")?, row.severity("severity")?))
        })?
        .collect()
    })
    .doing("finding the alerts of a process")
}
