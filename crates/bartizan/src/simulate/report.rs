//! What came of the simulated attack: the incident, its alerts, and how fast each came.

use serde::Serialize;
use serde_json::{Value, json};

use anyhow::Context as _;

use crate::client::{Client, member};

/// The incident of a simulated attack.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    incident: u64,
    link: String,
    title: String,
    severity: String,
    device: String,
    alerts: Vec<Claim>,
    /// Median over the alerts of the time from the event to its alert.
    median_milliseconds: f64,
}

#[derive(Debug, Serialize)]
struct Claim {
    id: String,
    title: String,
    severity: String,
    event_at: String,
    raised_at: String,
    /// From the event, by the machine's clock, to the alert.
    milliseconds: f64,
}

impl Report {
    /// The incident whose alerts name the attack's mark, if there is one by now.
    pub(super) fn ask(client: &Client, mark: &str) -> anyhow::Result<Option<Self>> {
        let query = format!(
            "AlertEvidence | where ProcessCommandLine contains '{mark}' or FolderPath contains '{mark}' \
             | where isnotnull(IncidentNumber) | summarize Alerts = dcount(AlertId) by IncidentNumber \
             | top 1 by Alerts"
        );
        let answer = client.post("/hunting/run", &json!({ "query": query }))??;
        let number =
            member(&answer, "rows")?.get(0).and_then(|row| row.get(0)).and_then(Value::as_u64);
        let Some(number) = number else { return Ok(None) };
        let incident = client.get(&format!("/incidents/{number}"))?;
        Self::of(client, number, &incident).map(Some)
    }

    fn of(client: &Client, number: u64, incident: &Value) -> anyhow::Result<Self> {
        let claims = member(incident, "alerts")?
            .as_array()
            .context("the incident's alerts are no list")?
            .iter()
            .map(Claim::of)
            .collect::<anyhow::Result<Vec<_>>>()?;
        let mut delays: Vec<f64> = claims.iter().map(|claim| claim.milliseconds).collect();
        delays.sort_by(f64::total_cmp);
        Ok(Self {
            incident: number,
            link: format!("{}/incidents/{number}", client.url()),
            title: text(incident, "title"),
            severity: text(incident, "severity"),
            device: text(incident, "device_name"),
            median_milliseconds: delays.get(delays.len() / 2).copied().unwrap_or_default(),
            alerts: claims,
        })
    }

    /// How many alerts there are.
    pub(super) fn alerts(&self) -> usize {
        self.alerts.len()
    }

    /// For programs.
    pub(super) fn json(&self) -> anyhow::Result<String> {
        serde_json::to_string_pretty(self).context("writing the report")
    }

    /// For people.
    pub(super) fn text(&self) -> String {
        let mut lines = vec![format!(
            "✔ detected: incident {} ({}) {}",
            self.incident, self.severity, self.title
        )];
        for claim in &self.alerts {
            lines.push(format!(
                "    {:<13} {}  ({:.0} ms after the event)",
                claim.severity, claim.title, claim.milliseconds
            ));
        }
        lines.push(format!("  median from event to alert: {:.0} ms", self.median_milliseconds));
        lines.push(format!("incident       {}", self.link));
        lines.join("\n")
    }
}

impl Claim {
    fn of(alert: &Value) -> anyhow::Result<Self> {
        let at = |name: &str| -> anyhow::Result<jiff::Timestamp> {
            text(alert, name).parse().with_context(|| format!("reading the alert's `{name}`"))
        };
        let (event_at, raised_at) = (at("event_at")?, at("raised_at")?);
        Ok(Self {
            id: text(alert, "id"),
            title: text(alert, "title"),
            severity: text(alert, "severity"),
            event_at: event_at.to_string(),
            raised_at: raised_at.to_string(),
            milliseconds: raised_at.duration_since(event_at).as_secs_f64() * 1_000.0,
        })
    }
}

fn text(value: &Value, name: &str) -> String {
    value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}
