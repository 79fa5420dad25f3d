//! Alerts as rows, read back.

use bartizan_model::{Alert, Evidence, IncidentId, IncidentStatus, MatchedField, Text};
use rusqlite::Row;

use super::AlertRecord;
use crate::{
    border,
    column::{Columns as _, unreadable},
};

pub(crate) fn read(row: &Row<'_>) -> rusqlite::Result<AlertRecord> {
    Ok(AlertRecord {
        alert: alert(row)?,
        status: status(row)?,
        assigned_to: row.of("assigned_to")?,
        classification: row.of("classification")?,
        determination: row.of("determination")?,
        tuned_by: row.of::<Option<i64>>("tuned_by")?.map(|n| n.max(0).unsigned_abs()),
        hidden: row.of("hidden")?,
    })
}

pub(crate) fn status(row: &Row<'_>) -> rusqlite::Result<IncidentStatus> {
    let status: String = row.of("status")?;
    IncidentStatus::from_word(&status)
        .ok_or_else(|| unreadable(std::io::Error::other(format!("no status `{status}`"))))
}

fn alert(row: &Row<'_>) -> rusqlite::Result<Alert> {
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
