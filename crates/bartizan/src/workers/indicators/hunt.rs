//! Looking for new indicators in the events that are stored: two questions in KQL for each kind of value.

use std::collections::BTreeSet;

use anyhow::Context as _;
use bartizan_indicator::{IndicatorSet, Seen};
use bartizan_model::{
    Alert, DeviceId, Entity, Evidence, EvidenceRole, ProcessKey, TenantId, Text, Timestamp,
};
use bartizan_pipeline::{Remembered, remembered_sighting};
use bartizan_telemetry::{QueryOptions, Telemetry};
use serde_json::Value;

/// Most rows of one answer.
const ROWS: usize = 500_000;
/// Most different values that are looked at closely.
const VALUES_MAX: usize = 10_000;
/// Most values in one question.
const VALUES_AT_ONCE: usize = 500;

/// A column that indicators are looked for in.
struct Place {
    table: &'static str,
    field: &'static str,
    /// Columns of the process that the event is about: identity, image, command line, user.
    process: [&'static str; 4],
}

const PLACES: [Place; 3] = [
    Place {
        table: "DeviceProcessEvents",
        field: "SHA256",
        process: ["ProcessUniqueId", "FolderPath", "ProcessCommandLine", "AccountName"],
    },
    Place { table: "DeviceNetworkEvents", field: "RemoteIP", process: ACTOR },
    Place { table: "DeviceNetworkEvents", field: "RemoteUrl", process: ACTOR },
];

const ACTOR: [&str; 4] = [
    "InitiatingProcessUniqueId",
    "InitiatingProcessFolderPath",
    "InitiatingProcessCommandLine",
    "InitiatingProcessAccountName",
];

/// The alerts about what was seen before it was known: the first event for each device, value and process.
pub(super) async fn hunt(
    telemetry: &Telemetry,
    tenant: TenantId,
    set: &IndicatorSet,
    now: Timestamp,
) -> anyhow::Result<Vec<Alert>> {
    let mut alerts = Vec::new();
    for place in &PLACES {
        let values = seen_values(telemetry, tenant, place, now).await?;
        let known: Vec<&String> = values.iter().filter(|v| is_known(set, place, v)).collect();
        if known.len() > VALUES_MAX {
            tracing::warn!(
                field = place.field,
                values = known.len(),
                "more known values were seen than are looked at closely"
            );
        }
        for some in
            known.get(..known.len().min(VALUES_MAX)).unwrap_or_default().chunks(VALUES_AT_ONCE)
        {
            for row in rows(telemetry, tenant, place, some, now).await? {
                alerts.extend(alert(set, tenant, place, &row, now));
            }
        }
    }
    Ok(alerts)
}

/// Every value that was seen at all.
async fn seen_values(
    telemetry: &Telemetry,
    tenant: TenantId,
    place: &Place,
    now: Timestamp,
) -> anyhow::Result<BTreeSet<String>> {
    let (table, field) = (place.table, place.field);
    let question = format!("{table} | where isnotempty({field}) | distinct {field}");
    let answer = ask(telemetry, tenant, &question, now).await?;
    let values = answer.into_iter().filter_map(|row| text(row.first()).map(str::to_owned));
    Ok(values.collect())
}

/// The first event for each device, value and process.
async fn rows(
    telemetry: &Telemetry,
    tenant: TenantId,
    place: &Place,
    values: &[&String],
    now: Timestamp,
) -> anyhow::Result<Vec<Vec<Value>>> {
    let (table, field, [key, image, command, user]) = (place.table, place.field, place.process);
    let values: Vec<String> = values.iter().map(|value| quoted(value)).collect();
    let question = format!(
        "{table} | where {field} in ({}) \
         | summarize arg_min(Timestamp, EventId, DeviceName, {image}, {command}, {user}) by DeviceId, {field}, {key} \
         | project Timestamp, EventId, DeviceId, DeviceName, {field}, {key}, {image}, {command}, {user}",
        values.join(", ")
    );
    ask(telemetry, tenant, &question, now).await
}

async fn ask(
    telemetry: &Telemetry,
    tenant: TenantId,
    question: &str,
    now: Timestamp,
) -> anyhow::Result<Vec<Vec<Value>>> {
    let mut options = QueryOptions::at(now);
    options.limits.rows = ROWS;
    let answer = telemetry.query(tenant, question, &options).await.context("hunting")?;
    if answer.truncated {
        tracing::warn!(question, "a hunt for indicators saw only a part of what there is");
    }
    Ok(answer.rows)
}

fn is_known(set: &IndicatorSet, place: &Place, value: &str) -> bool {
    // Times and scopes are looked at with the event; here only whether the value is any indicator's.
    set.knows(seen(place, value, &mut [0; 32]))
}

fn seen<'a>(place: &Place, value: &'a str, digest: &'a mut [u8; 32]) -> Seen<'a> {
    match place.field {
        "SHA256" => {
            for (at, byte) in digest.iter_mut().enumerate() {
                let digits = value.get(2 * at..2 * at + 2).unwrap_or_default();
                *byte = u8::from_str_radix(digits, 16).unwrap_or_default();
            }
            Seen::Sha256(digest)
        }
        "RemoteIP" => value.parse().map_or(Seen::Host(value), Seen::Address),
        _ if value.contains("://") || value.contains('/') => Seen::Url(value),
        _ => Seen::Host(value),
    }
}

fn alert(
    set: &IndicatorSet,
    tenant: TenantId,
    place: &Place,
    row: &[Value],
    now: Timestamp,
) -> Option<Alert> {
    let [at, event, device, device_name, value, key, image, command, user] = row else {
        return None;
    };
    let at: jiff::Timestamp = at.as_str()?.parse().ok()?;
    let at = Timestamp::from_nanos(i64::try_from(at.as_nanosecond()).ok()?);
    let device: DeviceId = device.as_str()?.parse().ok()?;
    let value = value.as_str()?;
    let mut digest = [0; 32];
    let found = set.find(seen(place, value, &mut digest), at, device, &[])?;
    let process: Option<ProcessKey> = text(Some(key)).and_then(|key| key.parse().ok());
    let shared = |value: &Value| Text::from(text(Some(value)).unwrap_or_default());
    let mut evidence = Vec::new();
    if let Some(key) = process {
        let entity = Entity::Process {
            key,
            image: shared(image),
            command_line: shared(command),
            user: text(Some(user)).map(Text::from),
            sha256: (place.field == "SHA256").then(|| value.into()),
        };
        evidence.push(Evidence { role: EvidenceRole::Actor, entity });
    }
    match (place.field, value.parse()) {
        ("SHA256", _) => {
            let entity = Entity::File { path: shared(image), sha256: Some(value.into()) };
            evidence.push(Evidence { role: EvidenceRole::Related, entity });
        }
        (_, Ok(ip)) => {
            let entity = Entity::Address { ip, port: None };
            evidence.push(Evidence { role: EvidenceRole::Impacted, entity });
        }
        _ => {}
    }
    let seen = Remembered {
        tenant,
        device,
        device_name: shared(device_name),
        event: event.as_str()?.parse().ok()?,
        at,
        process,
        evidence,
        field: place.field,
        value: value.into(),
    };
    Some(remembered_sighting(found.indicator, seen, now))
}

fn text(value: Option<&Value>) -> Option<&str> {
    value.and_then(Value::as_str).filter(|text| !text.is_empty())
}

fn quoted(value: &str) -> String {
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\"").replace(['\n', '\r'], " "))
}
