//! Live response: sessions on devices, what is said in them, and their recordings.

pub(crate) mod script;
pub(crate) mod stream;
pub(crate) mod transfer;

use std::time::Duration;

use axum::{Json, extract::State, http::StatusCode};
use bartizan_access::{LiveCompletions, LiveRequest};
use bartizan_model::{DeviceId, IncidentId, LIVE_COMMANDS, LiveCommand, LiveLevel, LiveSessionId};
use bartizan_store::{LiveEntry, LiveFilter, LiveSessionRecord};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::{
    Api,
    caller::{Caller, LiveLook},
    problem::{ApiError, Problem},
    request::{Asked, Body, List, Named, page, shown, words},
};

/// How long a device may take to say how a line can go on.
const COMPLETED_WITHIN: Duration = Duration::from_secs(3);

/// A live session.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LiveSession {
    id: String,
    device: String,
    device_name: String,
    opened_by: String,
    opened_at: String,
    /// `basic` looks; `advanced` changes the machine too.
    level: &'static str,
    reason: String,
    incident: Option<u64>,
    /// `opening`, `open` or `closed`.
    state: String,
    closed_at: Option<String>,
    closed_why: Option<String>,
    /// When something was last said in it.
    last_at: String,
    /// How many entries the recording has.
    entries: u64,
    /// The caller opened it and may say something.
    mine: bool,
}

/// A session to be opened.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct OpenLive {
    device: String,
    /// Why. It stands in the audit log.
    #[serde(default)]
    reason: String,
    /// `basic` or `advanced`.
    #[serde(default)]
    level: Option<String>,
    /// The incident it is opened from.
    incident: Option<u64>,
}

/// A line.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub(crate) struct SayLine {
    #[serde(default)]
    line: String,
}

/// Where the recording has a line.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SaidLine {
    number: u64,
}

/// How a line can go on.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Completed {
    /// Byte of the line from which on a candidate replaces the rest.
    start: usize,
    candidates: Vec<Candidate>,
}

/// What could stand in a line.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Candidate {
    text: String,
    /// `command`, `path`, `folder`, `pid`, `option`, `script`, `file` or `job`.
    what: String,
}

/// An entry of a recording.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LiveEntryView {
    number: u64,
    at: String,
    /// `opened`, `line`, `table`, `json`, `text`, `error`, `progress`, `transfer`, `action`, `job`, `end` or `closed`.
    kind: String,
    /// The entry of the line that it answers.
    line: Option<u64>,
    /// The background job that it is of.
    job: Option<u64>,
    /// What was said; what it looks like depends on the kind.
    #[schema(value_type = Object)]
    content: Value,
}

/// A stretch of a recording.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Recording {
    items: Vec<LiveEntryView>,
    /// After which entry the next stretch begins; nothing at the end.
    next_after: Option<u64>,
}

/// A command.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CommandView {
    name: &'static str,
    level: &'static str,
    /// How it is written.
    usage: &'static str,
    /// What it does.
    summary: &'static str,
    options: Vec<OptionView>,
}

/// An option of a command.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OptionView {
    name: &'static str,
    summary: &'static str,
}

/// Which sessions.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct LiveQuery {
    /// On this device.
    device: Option<String>,
    /// States with commas between.
    state: Option<String>,
    /// For this incident.
    incident: Option<u64>,
    cursor: Option<String>,
    limit: Option<u64>,
}

/// Which stretch.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct RecordingQuery {
    /// After this entry; from the beginning when not said.
    after: Option<u64>,
    limit: Option<u64>,
}

/// Open a session on a device that is connected.
#[utoipa::path(post, path = "/live/sessions", tag = "live", request_body = OpenLive, responses(
    (status = 201, body = LiveSession), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn open(
    State(api): State<Api>,
    caller: Caller<LiveLook>,
    Body(asked): Body<OpenLive>,
) -> Result<(StatusCode, Json<LiveSession>), ApiError> {
    let level = asked.level.as_deref().unwrap_or("basic").parse::<LiveLevel>();
    let request = LiveRequest {
        device: asked.device.parse().map_err(|_no_id| ApiError::not_found("device"))?,
        level: level.map_err(|_no_level| ApiError::bad_request("`level` is basic or advanced"))?,
        reason: asked.reason,
        incident: asked.incident.map(IncidentId),
    };
    let now = api.now();
    let open = move |api: &Api| {
        let opened = api.access.open_live(&caller.identity, &request, &caller.address, now)?;
        Ok((StatusCode::CREATED, Json(view(opened, &caller.identity.name))))
    };
    api.run(open).await
}

/// The sessions, the latest first.
#[utoipa::path(get, path = "/live/sessions", tag = "live", params(LiveQuery), responses(
    (status = 200, body = List<LiveSession>), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem)))]
pub(crate) async fn sessions(
    State(api): State<Api>,
    caller: Caller<LiveLook>,
    Asked(asked): Asked<LiveQuery>,
) -> Result<Json<List<LiveSession>>, ApiError> {
    let page = page(asked.cursor.as_deref(), asked.limit)?;
    let state = |word: &str| ["opening", "open", "closed"].contains(&word).then(|| word.to_owned());
    let device = asked.device.as_deref().filter(|device| !device.is_empty());
    let filter = LiveFilter {
        device: device
            .map(str::parse::<DeviceId>)
            .transpose()
            .map_err(|_no_id| ApiError::bad_request("`device` is no id"))?,
        states: words(asked.state.as_deref(), "state of a session", state)?,
        incident: asked.incident.map(IncidentId),
    };
    let tenant = caller.tenant();
    let listing = api.run(move |api| Ok(api.store.live_sessions(tenant, &filter, page)?)).await?;
    Ok(Json(List::of(listing, page, |session| view(session, &caller.identity.name))))
}

/// A session.
#[utoipa::path(get, path = "/live/sessions/{id}", tag = "live", params(("id" = String, Path)), responses(
    (status = 200, body = LiveSession), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem)))]
pub(crate) async fn session(
    State(api): State<Api>,
    caller: Caller<LiveLook>,
    Named(id): Named<LiveSessionId>,
) -> Result<Json<LiveSession>, ApiError> {
    let tenant = caller.tenant();
    let found = api.run(move |api| Ok(api.store.live_session(tenant, id)?)).await?;
    let found = found.ok_or_else(|| ApiError::not_found("live session"))?;
    Ok(Json(view(found, &caller.identity.name)))
}

/// Close a session.
#[utoipa::path(post, path = "/live/sessions/{id}/close", tag = "live", params(("id" = String, Path)), responses(
    (status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn close(
    State(api): State<Api>,
    caller: Caller<LiveLook>,
    Named(id): Named<LiveSessionId>,
) -> Result<StatusCode, ApiError> {
    let now = api.now();
    let close =
        move |api: &Api| Ok(api.access.close_live(&caller.identity, id, &caller.address, now)?);
    api.run(close).await.map(|()| StatusCode::NO_CONTENT)
}

/// Say a line in a session. What comes of it stands in the recording.
#[utoipa::path(post, path = "/live/sessions/{id}/lines", tag = "live", params(("id" = String, Path)),
    request_body = SayLine, responses((status = 202, body = SaidLine), (status = 400, body = Problem),
    (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 409, body = Problem)))]
pub(crate) async fn say(
    State(api): State<Api>,
    caller: Caller<LiveLook>,
    Named(id): Named<LiveSessionId>,
    Body(asked): Body<SayLine>,
) -> Result<(StatusCode, Json<SaidLine>), ApiError> {
    let now = api.now();
    let say = move |api: &Api| {
        let (by, address) = (&caller.identity, &caller.address);
        let number = api.access.live_line(by, id, &asked.line, address, now)?;
        Ok((StatusCode::ACCEPTED, Json(SaidLine { number })))
    };
    api.run(say).await
}

/// How a line can go on.
#[utoipa::path(post, path = "/live/sessions/{id}/complete", tag = "live", params(("id" = String, Path)),
    request_body = SayLine, responses((status = 200, body = Completed), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn complete(
    State(api): State<Api>,
    caller: Caller<LiveLook>,
    Named(id): Named<LiveSessionId>,
    Body(asked): Body<SayLine>,
) -> Result<Json<Completed>, ApiError> {
    let now = api.now();
    let complete = move |api: &Api| {
        let answer = api.access.live_complete(&caller.identity, id, &asked.line, now)?;
        // A device that does not answer in time offers nothing.
        let nothing = LiveCompletions { start: asked.line.len(), candidates: Vec::new() };
        let LiveCompletions { start, candidates } =
            answer.recv_timeout(COMPLETED_WITHIN).unwrap_or(nothing);
        let candidates = candidates.into_iter().map(|(text, what)| Candidate { text, what });
        Ok(Json(Completed { start: start.min(asked.line.len()), candidates: candidates.collect() }))
    };
    api.run(complete).await
}

/// Everything that was said in a session, in its order.
#[utoipa::path(get, path = "/live/sessions/{id}/recording", tag = "live",
    params(("id" = String, Path), RecordingQuery), responses((status = 200, body = Recording),
    (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn recording(
    State(api): State<Api>,
    caller: Caller<LiveLook>,
    Named(id): Named<LiveSessionId>,
    Asked(asked): Asked<RecordingQuery>,
) -> Result<Json<Recording>, ApiError> {
    let (after, limit) = (asked.after.unwrap_or(0), asked.limit.unwrap_or(500).clamp(1, 1_000));
    let tenant = caller.tenant();
    api.run(move |api| {
        let missing = || ApiError::not_found("live session");
        api.store.live_session(tenant, id)?.ok_or_else(missing)?;
        let entries = api.store.live_entries(tenant, id, after, limit)?;
        let full = u64::try_from(entries.len()).is_ok_and(|count| count == limit);
        let next_after = entries.last().map(|entry| entry.number).filter(|_| full);
        Ok(Json(Recording { items: entries.into_iter().map(entry).collect(), next_after }))
    })
    .await
}

/// Every command that can be said in a session.
#[utoipa::path(get, path = "/live/commands", tag = "live", responses(
    (status = 200, body = List<CommandView>), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn commands(_caller: Caller<LiveLook>) -> Json<List<CommandView>> {
    let command = |command: &LiveCommand| CommandView {
        name: command.name,
        level: command.level.word(),
        usage: command.usage,
        summary: command.summary,
        options: command
            .options
            .iter()
            .map(|option| OptionView { name: option.name, summary: option.summary })
            .collect(),
    };
    Json(List::whole(LIVE_COMMANDS.iter().map(command).collect()))
}

fn view(session: LiveSessionRecord, me: &str) -> LiveSession {
    LiveSession {
        id: session.id.to_string(),
        device: session.device.to_string(),
        device_name: session.device_name,
        mine: session.opened_by == me,
        opened_by: session.opened_by,
        opened_at: shown(session.opened_at),
        level: session.level.word(),
        reason: session.reason,
        incident: session.incident.map(|incident| incident.0),
        state: session.state,
        closed_at: session.closed_at.map(shown),
        closed_why: session.closed_why,
        last_at: shown(session.last_at),
        entries: session.entries,
    }
}

pub(super) fn entry(entry: LiveEntry) -> LiveEntryView {
    LiveEntryView {
        number: entry.number,
        at: shown(entry.at),
        kind: entry.kind,
        line: entry.line,
        job: entry.job,
        content: serde_json::from_str(&entry.content).unwrap_or(Value::Null),
    }
}
