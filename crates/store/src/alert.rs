//! Alerts: kept once, and their evidence never changed.

use bartizan_model::{
    Alert, AlertId, DeviceId, Evidence, IncidentId, JoinReason, MatchedField, ProcessKey, Severity,
    TenantId, Text, Timestamp,
};
use rusqlite::{OptionalExtension as _, Row, Transaction, named_params, params};

use crate::{
    Listing, Page, Store,
    border::{self, Border as _},
    column::{Columns as _, json, key_bytes, severity_number},
    error::{Doing as _, Result},
};

/// Which alerts. What is not said is not asked for.
#[derive(Debug, Clone, Default)]
pub struct AlertFilter {
    /// Any of these severities.
    pub severities: Vec<Severity>,
    /// On this device.
    pub device: Option<DeviceId>,
    /// In this incident.
    pub incident: Option<IncidentId>,
    /// By this rule.
    pub rule: Option<String>,
    /// Part of the title, the rule or the machine's name.
    pub text: Option<String>,
    /// Of events at or after this time.
    pub from: Option<Timestamp>,
    /// Of events before this time.
    pub to: Option<Timestamp>,
    /// Earliest first instead of latest first.
    pub earliest_first: bool,
}

/// An alert of an incident, and why it is in it.
#[derive(Debug, Clone, PartialEq)]
pub struct AlertInIncident {
    /// The alert.
    pub alert: Alert,
    /// Why it is here.
    pub reason: JoinReason,
}

const MATCHING: &str = "tenant = :tenant
    AND (:severities = '[]' OR severity IN (SELECT value FROM json_each(:severities)))
    AND (:device IS NULL OR device = :device)
    AND (:incident IS NULL OR incident = :incident)
    AND (:rule IS NULL OR rule = :rule)
    AND (:text IS NULL OR instr(lower(title), lower(:text)) > 0 OR instr(lower(rule), lower(:text)) > 0
        OR instr(lower(device_name), lower(:text)) > 0)
    AND event_at >= :from AND event_at < :to";

impl Store {
    /// The alert.
    pub fn alert(&self, tenant: TenantId, alert: AlertId) -> Result<Option<Alert>> {
        self.read(|view| {
            view.prepare_cached("SELECT * FROM alerts WHERE tenant = ?1 AND id = ?2")
                .and_then(|mut s| s.query_row((tenant.bytes(), alert.bytes()), read).optional())
                .doing("finding an alert")
        })
    }

    /// The alerts that match.
    pub fn alerts(
        &self,
        tenant: TenantId,
        filter: &AlertFilter,
        page: Page,
    ) -> Result<Listing<Alert>> {
        let severities: Vec<i64> =
            filter.severities.iter().map(|severity| severity_number(*severity)).collect();
        let severities = json("severities", &severities)?;
        let order = if filter.earliest_first { "ASC" } else { "DESC" };
        let (limit, offset) = page.sql();
        let device = filter.device.map(DeviceId::bytes);
        let incident = filter.incident.map(|incident| crate::column::number(incident.0));
        let from = filter.from.map_or(i64::MIN, Timestamp::nanos);
        let to = filter.to.map_or(i64::MAX, Timestamp::nanos);
        self.read(|view| {
            let total = view
                .prepare_cached(&format!("SELECT count(*) AS n FROM alerts WHERE {MATCHING}"))
                .and_then(|mut s| {
                    let values = named_params! {
                        ":tenant": tenant.bytes(), ":severities": severities, ":device": device,
                        ":incident": incident, ":rule": filter.rule, ":text": filter.text,
                        ":from": from, ":to": to,
                    };
                    s.query_row(values, |row| row.count("n"))
                })
                .doing("counting alerts")?;
            let items = view
                .prepare_cached(&format!(
                    "SELECT * FROM alerts WHERE {MATCHING}
                     ORDER BY event_at {order}, id LIMIT :limit OFFSET :offset"
                ))
                .and_then(|mut s| {
                    let values = named_params! {
                        ":tenant": tenant.bytes(), ":severities": severities, ":device": device,
                        ":incident": incident, ":rule": filter.rule, ":text": filter.text,
                        ":from": from, ":to": to, ":limit": limit, ":offset": offset,
                    };
                    s.query_map(values, read)?.collect()
                })
                .doing("listing alerts")?;
            Ok(Listing { items, total })
        })
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
}

/// Keeps an alert, unless it is kept already.
pub(crate) fn keep(t: &Transaction<'_>, alert: &Alert) -> Result<()> {
    let texts = |texts: &[Text]| json("texts", &texts.iter().map(|t| &**t).collect::<Vec<_>>());
    t.prepare_cached(
        "INSERT INTO alerts (tenant, id, device, device_name, rule, title, description, severity,
             tactics, techniques, triage, event, event_at, raised_at, process, family, evidence,
             matched)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)
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
    ])
    .doing("keeping an alert")?;
    Ok(())
}

/// The processes of a device that alerts are about, with how many: those of one family, or all.
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

fn read(row: &Row<'_>) -> rusqlite::Result<Alert> {
    let texts = |name| -> rusqlite::Result<Vec<Text>> {
        Ok(row.json::<Vec<String>>(name)?.into_iter().map(Text::from).collect())
    };
    Ok(Alert {
        id: row.alert("id")?,
        tenant: row.tenant("tenant")?,
        device: row.device("device")?,
        device_name: row.text("device_name")?,
        rule: row.text("rule")?,
        title: row.text("title")?,
        description: row.text("description")?,
        severity: row.severity("severity")?,
        tactics: texts("tactics")?,
        techniques: texts("techniques")?,
        triage: texts("triage")?,
        event: row.parsed("event")?,
        event_at: row.time("event_at")?,
        raised_at: row.time("raised_at")?,
        process: row.maybe_key("process")?,
        family: row.maybe_key("family")?,
        evidence: border::read::<Evidence>(row.json("evidence")?)?,
        matched: border::read::<MatchedField>(row.json("matched")?)?,
        incident: row.of::<Option<i64>>("incident")?.map(|n| IncidentId(n.max(0).unsigned_abs())),
    })
}
