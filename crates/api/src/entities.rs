//! Users, files, addresses and domains: where each was seen, since when, and what alerts say of it. What alerts
//! say comes from the records; the rest from the events, by questions that anybody can ask too.

use std::net::IpAddr;

use axum::{Json, extract::Path, extract::State};
use bartizan_store::EntityAlerts;
use bartizan_telemetry::{QueryOptions, QueryResult};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::{
    Api,
    alerts::AlertView,
    caller::{Caller, Read},
    hunting::refused,
    problem::{ApiError, Problem},
    request::{Asked, shown},
};

/// How many alerts are named.
const ALERTS: u32 = 50;
/// How many days events are looked at when it is not said.
const DAYS: u32 = 30;
/// A thing on this share of the devices that report, or less, is rare.
const RARE_SHARE: f64 = 0.01;

/// How far back.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct EntityQuery {
    /// How many days of events are looked at; 30 when not said, at most 180.
    days: Option<u32>,
}

/// A user, file, address or domain.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EntityPage {
    /// `user`, `file`, `address` or `domain`.
    kind: &'static str,
    value: String,
    /// How many days of events were looked at.
    days: u32,
    /// How many devices it was seen on.
    devices_seen: u64,
    /// How many devices there are.
    devices: u64,
    /// It was seen on so few of them that it is rare.
    rare: bool,
    first_seen: Option<String>,
    last_seen: Option<String>,
    /// Events that name it.
    events: u64,
    /// Where, those with most events first.
    seen_on: Vec<SeenOn>,
    /// Under which names: paths of a file, addresses of a domain, domains of an address.
    names: Vec<NameView>,
    /// By which programs: that used it, or that a user ran.
    programs: Vec<NameView>,
    /// How many alerts name it.
    alert_count: u64,
    first_alert_at: Option<String>,
    last_alert_at: Option<String>,
    /// The latest of them.
    alerts: Vec<AlertView>,
    /// The question that finds its events.
    query: String,
}

/// Where something was seen.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SeenOn {
    device_id: String,
    device_name: String,
    events: u64,
    first_at: Option<String>,
    last_at: Option<String>,
}

/// A name and how often it was seen.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NameView {
    name: String,
    events: u64,
}

/// A user: where they acted, with what.
#[utoipa::path(get, path = "/entities/users/{name}", tag = "entities",
    params(("name" = String, Path), EntityQuery), responses((status = 200, body = EntityPage),
    (status = 400, body = Problem), (status = 401, body = Problem)))]
pub(crate) async fn user(
    State(api): State<Api>,
    caller: Caller<Read>,
    Path(name): Path<String>,
    Asked(asked): Asked<EntityQuery>,
) -> Result<Json<EntityPage>, ApiError> {
    let filter = format!(
        "union DeviceProcessEvents, DeviceLogonEvents | where AccountName == {}",
        quoted(&name)
    );
    let names = "AccountDomain";
    page(
        &api,
        caller,
        Entity { kind: "user", value: name, filter, names, programs: "FileName" },
        asked,
    )
    .await
}

/// A file by its SHA-256: where it was, under which names, who ran or wrote it.
#[utoipa::path(get, path = "/entities/files/{sha256}", tag = "entities",
    params(("sha256" = String, Path), EntityQuery), responses((status = 200, body = EntityPage),
    (status = 400, body = Problem), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn file(
    State(api): State<Api>,
    caller: Caller<Read>,
    Path(sha256): Path<String>,
    Asked(asked): Asked<EntityQuery>,
) -> Result<Json<EntityPage>, ApiError> {
    let value = sha256.to_ascii_lowercase();
    if value.len() != 64 || !value.chars().all(|digit| digit.is_ascii_hexdigit()) {
        return Err(ApiError::not_found("SHA-256"));
    }
    let filter = format!(
        "union DeviceProcessEvents, DeviceFileEvents, DeviceImageLoadEvents | where SHA256 == {}",
        quoted(&value)
    );
    let entity = Entity {
        kind: "file",
        value,
        filter,
        names: "FolderPath",
        programs: "InitiatingProcessFileName",
    };
    page(&api, caller, entity, asked).await
}

/// An address: who spoke with it, by which programs.
#[utoipa::path(get, path = "/entities/addresses/{ip}", tag = "entities",
    params(("ip" = String, Path), EntityQuery), responses((status = 200, body = EntityPage),
    (status = 400, body = Problem), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn address(
    State(api): State<Api>,
    caller: Caller<Read>,
    Path(ip): Path<String>,
    Asked(asked): Asked<EntityQuery>,
) -> Result<Json<EntityPage>, ApiError> {
    let ip: IpAddr = ip.parse().map_err(|_no_address| ApiError::not_found("address"))?;
    let value = ip.to_canonical().to_string();
    let filter = format!("DeviceNetworkEvents | where RemoteIP == {}", quoted(&value));
    let entity = Entity {
        kind: "address",
        value,
        filter,
        names: "RemoteUrl",
        programs: "InitiatingProcessFileName",
    };
    page(&api, caller, entity, asked).await
}

/// A domain: who spoke with it, by which programs.
#[utoipa::path(get, path = "/entities/domains/{name}", tag = "entities",
    params(("name" = String, Path), EntityQuery), responses((status = 200, body = EntityPage),
    (status = 400, body = Problem), (status = 401, body = Problem)))]
pub(crate) async fn domain(
    State(api): State<Api>,
    caller: Caller<Read>,
    Path(name): Path<String>,
    Asked(asked): Asked<EntityQuery>,
) -> Result<Json<EntityPage>, ApiError> {
    let value = name.trim_end_matches('.').to_lowercase();
    let filter = format!(
        "DeviceNetworkEvents | where (RemoteUrl =~ {} or RemoteUrl endswith {})",
        quoted(&value),
        quoted(&format!(".{value}"))
    );
    let entity = Entity {
        kind: "domain",
        value,
        filter,
        names: "RemoteIP",
        programs: "InitiatingProcessFileName",
    };
    page(&api, caller, entity, asked).await
}

/// What is asked for: which events name it, and which of their columns are of interest.
struct Entity {
    kind: &'static str,
    value: String,
    filter: String,
    names: &'static str,
    programs: &'static str,
}

async fn page(
    api: &Api,
    caller: Caller<Read>,
    entity: Entity,
    asked: EntityQuery,
) -> Result<Json<EntityPage>, ApiError> {
    let (tenant, now) = (caller.tenant(), api.now());
    let days = asked.days.unwrap_or(DAYS).clamp(1, 180);
    let (kind, value) = (entity.kind, entity.value.clone());
    let (alerts, devices) = api
        .run(move |api| {
            let alerts = api.store.entity_alerts(tenant, kind, &value, ALERTS)?;
            Ok((alerts, api.store.overview(tenant, now, now)?.devices))
        })
        .await?;
    let filter = format!("{} and Timestamp > ago({days}d)", entity.filter);
    let options = QueryOptions::at(now);
    let ask = async |text: String| {
        let answer = api.telemetry.query(tenant, &text, &options).await;
        answer.map_err(|why| refused(&text, why))
    };
    let places = ask(format!(
        "{filter} | summarize Events = count(), First = min(Timestamp), Last = max(Timestamp), \
         Name = take_any(DeviceName) by DeviceId | order by Events desc"
    ))
    .await?;
    let by = |column: &str| {
        format!(
            "{filter} | where isnotempty({column}) | summarize Events = count() by Name = {column} \
             | order by Events desc | take 50"
        )
    };
    let names = ask(by(entity.names)).await?;
    let programs = ask(by(entity.programs)).await?;
    Ok(Json(view(entity, (days, devices), alerts, (&places, &names, &programs))))
}

fn view(
    entity: Entity,
    (days, devices): (u32, u64),
    alerts: EntityAlerts,
    (places, names, programs): (&QueryResult, &QueryResult, &QueryResult),
) -> EntityPage {
    let seen_on: Vec<SeenOn> = places.rows.iter().map(|row| seen(row)).collect();
    let devices_seen = u64::try_from(seen_on.len()).unwrap_or(u64::MAX);
    #[expect(clippy::cast_precision_loss, reason = "a share of a number of devices")]
    let rare = devices_seen <= 1 || devices_seen as f64 <= devices as f64 * RARE_SHARE;
    EntityPage {
        kind: entity.kind,
        value: entity.value,
        days,
        devices_seen,
        devices,
        rare,
        first_seen: seen_on.iter().filter_map(|seen| seen.first_at.clone()).min(),
        last_seen: seen_on.iter().filter_map(|seen| seen.last_at.clone()).max(),
        events: seen_on.iter().map(|seen| seen.events).sum(),
        seen_on,
        names: named(names),
        programs: named(programs),
        alert_count: alerts.total,
        first_alert_at: alerts.first_at.map(shown),
        last_alert_at: alerts.last_at.map(shown),
        alerts: alerts.latest.iter().map(crate::alerts::view).collect(),
        query: format!("{} and Timestamp > ago({days}d)\n| order by Timestamp desc", entity.filter),
    }
}

/// A row of device, count, first, last and name.
fn seen(row: &[Value]) -> SeenOn {
    let text = |at: usize| row.get(at).and_then(Value::as_str).map(str::to_owned);
    SeenOn {
        device_id: text(0).unwrap_or_default(),
        events: row.get(1).and_then(Value::as_u64).unwrap_or(0),
        first_at: text(2),
        last_at: text(3),
        device_name: text(4).unwrap_or_default(),
    }
}

fn named(answer: &QueryResult) -> Vec<NameView> {
    let rows = answer.rows.iter().filter_map(|row| {
        Some(NameView {
            name: row.first()?.as_str()?.to_owned(),
            events: row.get(1).and_then(Value::as_u64).unwrap_or(0),
        })
    });
    rows.collect()
}

/// A text as a literal of the language: whatever stands in it stays text.
pub(crate) fn quoted(text: &str) -> String {
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push('"');
    for character in text.chars() {
        match character {
            '"' => literal.push_str("\\\""),
            '\\' => literal.push_str("\\\\"),
            '\n' => literal.push_str("\\n"),
            '\r' => literal.push_str("\\r"),
            '\t' => literal.push_str("\\t"),
            other => literal.push(other),
        }
    }
    literal.push('"');
    literal
}
