//! A device's events in the order of time.

use std::{sync::Arc, time::Duration};

use axum::{Json, extract::State, response::Response};
use bartizan_model::{DeviceId, TenantId, Timestamp};
use bartizan_telemetry::{Bin, EventKind, TimelineCursor, TimelineEvent, TimelineQuery};
use futures::stream;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    Api,
    caller::{Caller, Read},
    export::{Format, export},
    hunting::refused,
    problem::{ApiError, Problem},
    request::{Asked, Named, time, words},
};

/// How far a timeline goes back when it is not said.
const RANGE: Duration = Duration::from_secs(7 * 86_400);
/// Clocks of devices may be ahead of ours by so much.
const AHEAD: Duration = Duration::from_secs(86_400);
/// Events of a page when it is not said.
const PAGE: usize = 200;

/// Which events.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct TimelineAsked {
    /// Not before; a week ago when not said.
    from: Option<String>,
    /// Before; now when not said.
    to: Option<String>,
    /// Any of `process`, `file`, `network`, `other`, with commas between.
    types: Option<String>,
    /// What the events say somewhere.
    q: Option<String>,
    cursor: Option<String>,
    limit: Option<usize>,
    /// How many stretches of time; 200 when not said.
    bins: Option<usize>,
    /// Of an export: `csv` or `json`.
    format: Option<String>,
}

/// A page of a timeline, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TimelinePage {
    items: Vec<TimelineEventView>,
    next_cursor: Option<String>,
}

/// An event.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TimelineEventView {
    at: String,
    /// `process`, `file`, `network` or `other`.
    kind: &'static str,
    event_id: String,
    /// Its columns that say something, by the names of the hunting tables.
    #[schema(value_type = Object)]
    fields: serde_json::Map<String, serde_json::Value>,
}

/// How many events there are at each time.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Histogram {
    bins: Vec<BinView>,
}

/// Events of a kind in a stretch of time.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BinView {
    at: String,
    kind: &'static str,
    count: u64,
}

/// A page of a device's events.
#[utoipa::path(get, path = "/devices/{id}/timeline", tag = "devices",
    params(("id" = String, Path), TimelineAsked), responses((status = 200, body = TimelinePage),
    (status = 400, body = Problem), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn timeline(
    State(api): State<Api>,
    caller: Caller<Read>,
    Named(device): Named<DeviceId>,
    Asked(asked): Asked<TimelineAsked>,
) -> Result<Json<TimelinePage>, ApiError> {
    let tenant = caller.tenant();
    known(&api, tenant, device).await?;
    let cursor = asked.cursor.as_deref().filter(|c| !c.is_empty()).map(read_cursor).transpose()?;
    let query = query(&api, device, &asked)?;
    let limit = asked.limit.unwrap_or(PAGE).clamp(1, 1_000);
    let page = api.telemetry.timeline(tenant, &query, cursor.as_ref(), limit).await;
    let page = page.map_err(|why| refused("", why))?;
    Ok(Json(TimelinePage {
        items: page.events.into_iter().map(event).collect(),
        next_cursor: page.next.map(|next| format!("{}_{}", next.at.nanos(), next.event_id)),
    }))
}

/// How many events of a device there are at each time.
#[utoipa::path(get, path = "/devices/{id}/timeline/histogram", tag = "devices",
    params(("id" = String, Path), TimelineAsked), responses((status = 200, body = Histogram),
    (status = 400, body = Problem), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn histogram(
    State(api): State<Api>,
    caller: Caller<Read>,
    Named(device): Named<DeviceId>,
    Asked(asked): Asked<TimelineAsked>,
) -> Result<Json<Histogram>, ApiError> {
    let tenant = caller.tenant();
    known(&api, tenant, device).await?;
    let query = query(&api, device, &asked)?;
    let bins = asked.bins.unwrap_or(200).clamp(1, 1_000);
    let bins = api.telemetry.histogram(tenant, &query, bins).await;
    let bins = bins.map_err(|why| refused("", why))?;
    let view = |bin: Bin| BinView { at: bin.at, kind: bin.kind.word(), count: bin.count };
    Ok(Json(Histogram { bins: bins.into_iter().map(view).collect() }))
}

/// A device's events as a file, however far back: at most 100,000.
#[utoipa::path(get, path = "/devices/{id}/timeline/export", tag = "devices",
    params(("id" = String, Path), TimelineAsked), responses((status = 200, content_type = "text/csv", body = String),
    (status = 400, body = Problem), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn export_timeline(
    State(api): State<Api>,
    caller: Caller<Read>,
    Named(device): Named<DeviceId>,
    Asked(asked): Asked<TimelineAsked>,
) -> Result<Response, ApiError> {
    const COLUMNS: &[&str] = &[
        "at",
        "kind",
        "ActionType",
        "AccountName",
        "FileName",
        "FolderPath",
        "ProcessCommandLine",
        "RemoteIP",
        "RemotePort",
        "RemoteUrl",
        "InitiatingProcessFileName",
        "InitiatingProcessCommandLine",
        "SHA256",
        "event_id",
    ];
    let format = Format::read(asked.format.as_deref())?;
    let tenant = caller.tenant();
    known(&api, tenant, device).await?;
    let query = query(&api, device, &asked)?;
    let telemetry = Arc::clone(&api.telemetry);
    let pages = stream::unfold(Some(None::<TimelineCursor>), move |cursor| {
        let (telemetry, query) = (Arc::clone(&telemetry), query.clone());
        async move {
            let page = telemetry.timeline(tenant, &query, cursor?.as_ref(), 1_000).await;
            Some(match page {
                Ok(page) => {
                    let next = page.next;
                    (Ok(page.events.into_iter().map(flat).collect()), next.map(Some))
                }
                Err(why) => (Err(refused("", why)), None),
            })
        }
    });
    Ok(export(format, "timeline", COLUMNS, pages))
}

/// An event with its columns beside its time and kind.
fn flat(event: TimelineEvent) -> serde_json::Value {
    let mut fields = event.fields;
    fields.insert("at".to_owned(), event.at.into());
    fields.insert("kind".to_owned(), event.kind.word().into());
    fields.insert("event_id".to_owned(), event.event_id.into());
    serde_json::Value::Object(fields)
}

async fn known(api: &Api, tenant: TenantId, device: DeviceId) -> Result<(), ApiError> {
    let device = api.run(move |api| Ok(api.store.device(tenant, device)?)).await?;
    device.map(|_| ()).ok_or_else(|| ApiError::not_found("device"))
}

fn query(api: &Api, device: DeviceId, asked: &TimelineAsked) -> Result<TimelineQuery, ApiError> {
    let now = api.now();
    let to = time(asked.to.as_deref(), "to")?.unwrap_or(now.plus(AHEAD));
    let from = time(asked.from.as_deref(), "from")?.unwrap_or(now.minus(RANGE));
    Ok(TimelineQuery {
        device,
        from,
        to,
        kinds: words(asked.types.as_deref(), "type of event", EventKind::from_word)?,
        text: asked.q.clone().unwrap_or_default(),
    })
}

fn read_cursor(text: &str) -> Result<TimelineCursor, ApiError> {
    let parts = text.split_once('_');
    let read = parts.and_then(|(at, event)| {
        let at = Timestamp::from_nanos(at.parse().ok()?);
        Some(TimelineCursor { at, event_id: event.to_owned() })
    });
    read.ok_or_else(|| ApiError::bad_request("`cursor` is not one this server gave"))
}

fn event(event: TimelineEvent) -> TimelineEventView {
    TimelineEventView {
        at: event.at,
        kind: event.kind.word(),
        event_id: event.event_id,
        fields: event.fields,
    }
}
