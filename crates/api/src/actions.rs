//! Actions: what is done to devices. Asking, planning, approving, cancelling, undoing, and what came of it.

mod order;
pub(crate) mod policy;
mod view;

use axum::{
    Json,
    body::Body as Content,
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use bartizan_access::{ActionRequest, UndoRequest};
use bartizan_model::{ActionId, ActionStatus, DeviceId, IncidentId, OrderKind};
use bartizan_store::ActionFilter;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    Api,
    caller::{Act, Approve, Caller, ManageActions, Read},
    problem::{ApiError, Problem},
    request::{Asked, Body, List, Named, page, shown, words},
};

pub(crate) use order::OrderBody;
use view::{ActionDevice, ActionSummary, ActionView, PlanView};

/// Most devices that a call may name.
const DEVICES_MAX: usize = 10_000;

/// What is to be done.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct MakeAction {
    /// What.
    order: OrderBody,
    /// On which devices.
    devices: Vec<String>,
    /// Why. It stands in the audit log.
    #[serde(default)]
    reason: String,
    /// The number of devices, said again; needed when it is many.
    confirmed_devices: Option<u64>,
    /// The incident it is asked for from.
    incident: Option<u64>,
    /// Only say what would become of it.
    #[serde(default)]
    dry_run: bool,
}

/// What became of a request.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Requested {
    /// The action; nothing after a dry run.
    id: Option<String>,
    /// What it means.
    plan: PlanView,
}

/// A decision.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub(crate) struct Decide {
    /// What there is to say.
    #[serde(default)]
    comment: String,
}

/// What is to be taken back.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub(crate) struct Undo {
    /// Only on these devices; wherever it was done when empty.
    #[serde(default)]
    devices: Vec<String>,
    /// Why.
    #[serde(default)]
    reason: String,
    /// The number of devices, said again; needed when it is many.
    confirmed_devices: Option<u64>,
}

/// How an action stands now.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Standing {
    /// Its status.
    status: &'static str,
}

/// The action that takes another back.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UndoRequested {
    id: String,
    /// Its status.
    status: &'static str,
}

/// How many devices were spared.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CancelledView {
    /// Devices that did not have it yet.
    devices: u64,
}

/// A line that frees one isolated device.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReleaseTokenView {
    token: String,
    /// The line to type on the machine.
    command: String,
    expires_at: String,
}

/// Which actions.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ActionQuery {
    /// Statuses with commas between.
    status: Option<String>,
    /// Kinds with commas between.
    kind: Option<String>,
    /// On this device.
    device: Option<String>,
    /// For this incident.
    incident: Option<u64>,
    /// Asked for by this person or program.
    requested_by: Option<String>,
    cursor: Option<String>,
    limit: Option<u64>,
}

/// Which devices of an action.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ActionDeviceQuery {
    /// Only with this status.
    status: Option<String>,
    cursor: Option<String>,
    limit: Option<u64>,
}

/// Have something done to devices.
#[utoipa::path(post, path = "/actions", tag = "actions", request_body = MakeAction,
    responses((status = 201, body = Requested), (status = 200, description = "a dry run", body = Requested),
    (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn make(
    State(api): State<Api>,
    caller: Caller<Act>,
    Body(asked): Body<MakeAction>,
) -> Result<(StatusCode, Json<Requested>), ApiError> {
    let request = ActionRequest {
        order: asked.order.read()?,
        devices: device_ids(&asked.devices)?,
        reason: asked.reason,
        confirmed_devices: asked.confirmed_devices,
        incident: asked.incident.map(IncidentId),
    };
    let (now, dry_run) = (api.now(), asked.dry_run);
    api.run(move |api| {
        let (by, address) = (&caller.identity, &caller.address);
        let plan = view::plan(&api.access.plan_action(by, &request)?);
        if dry_run {
            return Ok((StatusCode::OK, Json(Requested { id: None, plan })));
        }
        let id = api.access.request_action(by, &request, address, now)?;
        Ok((StatusCode::CREATED, Json(Requested { id: Some(id.to_string()), plan })))
    })
    .await
}

/// The actions, latest first.
#[utoipa::path(get, path = "/actions", tag = "actions", params(ActionQuery), responses(
    (status = 200, body = List<ActionSummary>), (status = 400, body = Problem), (status = 401, body = Problem)))]
pub(crate) async fn actions(
    State(api): State<Api>,
    caller: Caller<Read>,
    Asked(asked): Asked<ActionQuery>,
) -> Result<Json<List<ActionSummary>>, ApiError> {
    let page = page(asked.cursor.as_deref(), asked.limit)?;
    let status = |word: &str| word.parse::<ActionStatus>().ok();
    let kind = |word: &str| word.parse::<OrderKind>().ok();
    let device = asked.device.as_deref().filter(|device| !device.is_empty());
    let filter = ActionFilter {
        statuses: words(asked.status.as_deref(), "status of an action", status)?,
        kinds: words(asked.kind.as_deref(), "kind of action", kind)?,
        device: device
            .map(str::parse::<DeviceId>)
            .transpose()
            .map_err(|_no_id| ApiError::bad_request("`device` is no id"))?,
        incident: asked.incident.map(IncidentId),
        requested_by: asked.requested_by.filter(|name| !name.is_empty()),
    };
    let listing =
        api.run(move |api| Ok(api.store.actions(caller.tenant(), &filter, page)?)).await?;
    Ok(Json(List::of(listing, page, |action| view::summary(&action))))
}

/// An action: who asked, why, who approved it, what it was about.
#[utoipa::path(get, path = "/actions/{id}", tag = "actions", params(("id" = String, Path)), responses(
    (status = 200, body = ActionView), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn action(
    State(api): State<Api>,
    caller: Caller<Read>,
    Named(id): Named<ActionId>,
) -> Result<Json<ActionView>, ApiError> {
    let action = api.run(move |api| Ok(api.store.action(caller.tenant(), id)?)).await?;
    let action = action.ok_or_else(|| ApiError::not_found("action"))?;
    Ok(Json(view::action(&action)))
}

/// What came of an action on each device.
#[utoipa::path(get, path = "/actions/{id}/devices", tag = "actions",
    params(("id" = String, Path), ActionDeviceQuery), responses((status = 200, body = List<ActionDevice>),
    (status = 400, body = Problem), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn action_devices(
    State(api): State<Api>,
    caller: Caller<Read>,
    Named(id): Named<ActionId>,
    Asked(asked): Asked<ActionDeviceQuery>,
) -> Result<Json<List<ActionDevice>>, ApiError> {
    let page = page(asked.cursor.as_deref(), asked.limit)?;
    let status = asked.status.as_deref().filter(|word| !word.is_empty());
    let status = status
        .map(str::parse::<ActionStatus>)
        .transpose()
        .map_err(|_no_status| ApiError::bad_request("`status` is none"))?;
    let listing = api
        .run(move |api| {
            let tenant = caller.tenant();
            api.store.action(tenant, id)?.ok_or_else(|| ApiError::not_found("action"))?;
            Ok(api.store.action_devices(tenant, id, status, page)?)
        })
        .await?;
    Ok(Json(List::of(listing, page, |on| view::device(&on))))
}

/// Approve an action that waits for it.
#[utoipa::path(post, path = "/actions/{id}/approve", tag = "actions", params(("id" = String, Path)),
    request_body = Decide, responses((status = 200, body = Standing), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn approve(
    State(api): State<Api>,
    caller: Caller<Approve>,
    Named(id): Named<ActionId>,
    Body(asked): Body<Decide>,
) -> Result<Json<Standing>, ApiError> {
    decide(&api, caller, id, true, asked).await
}

/// Reject an action that waits for approval.
#[utoipa::path(post, path = "/actions/{id}/reject", tag = "actions", params(("id" = String, Path)),
    request_body = Decide, responses((status = 200, body = Standing), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn reject(
    State(api): State<Api>,
    caller: Caller<Approve>,
    Named(id): Named<ActionId>,
    Body(asked): Body<Decide>,
) -> Result<Json<Standing>, ApiError> {
    decide(&api, caller, id, false, asked).await
}

/// Cancel an action on the devices that do not have it yet.
#[utoipa::path(post, path = "/actions/{id}/cancel", tag = "actions", params(("id" = String, Path)), responses(
    (status = 200, body = CancelledView), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn cancel(
    State(api): State<Api>,
    caller: Caller<Act>,
    Named(id): Named<ActionId>,
) -> Result<Json<CancelledView>, ApiError> {
    let now = api.now();
    let cancel = move |api: &Api| {
        Ok(api.access.cancel_action(&caller.identity, id, &caller.address, now)?)
    };
    Ok(Json(CancelledView { devices: api.run(cancel).await? }))
}

/// Have an action taken back.
#[utoipa::path(post, path = "/actions/{id}/undo", tag = "actions", params(("id" = String, Path)),
    request_body = Undo, responses((status = 201, body = UndoRequested), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn undo(
    State(api): State<Api>,
    caller: Caller<Act>,
    Named(id): Named<ActionId>,
    Body(asked): Body<Undo>,
) -> Result<(StatusCode, Json<UndoRequested>), ApiError> {
    let request = UndoRequest {
        devices: device_ids(&asked.devices)?,
        reason: asked.reason,
        confirmed_devices: asked.confirmed_devices,
    };
    let now = api.now();
    api.run(move |api| {
        let (by, address) = (&caller.identity, &caller.address);
        let undo = api.access.undo_action(by, id, &request, address, now)?;
        let kept = api.store.action(caller.tenant(), undo)?;
        let status = kept.map_or(ActionStatus::Queued, |kept| kept.status).word();
        let id = undo.to_string();
        Ok((StatusCode::CREATED, Json(UndoRequested { id, status })))
    })
    .await
}

/// The file that a device sent for an action, once all of it is there.
#[utoipa::path(get, path = "/actions/{id}/devices/{device}/file", tag = "actions",
    params(("id" = String, Path), ("device" = String, Path)), responses(
    (status = 200, content_type = "application/zstd", body = String), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn file(
    State(api): State<Api>,
    caller: Caller<Act>,
    Path((id, device)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let missing = || ApiError::not_found("file");
    let id: ActionId = id.parse().map_err(|_no_id| missing())?;
    let device: DeviceId = device.parse().map_err(|_no_id| missing())?;
    let tenant = caller.tenant();
    let kept = api.run(move |api| Ok(api.store.action_file(tenant, id, device)?)).await?;
    let kept = kept.filter(|kept| kept.complete_at.is_some()).ok_or_else(missing)?;
    let path = api.settings.uploads.join(format!("{id}-{device}"));
    let opened = tokio::fs::File::open(&path).await;
    let opened = opened.map_err(|why| ApiError::internal("opening a device's file", &why))?;
    let name = format!("attachment; filename=\"{}\"", plain(&kept.name));
    let mut response = Content::from_stream(chunks(opened)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/zstd"));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(kept.length));
    if let Ok(name) = HeaderValue::from_str(&name) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

/// Make a line that frees an isolated device whose server cannot be reached.
#[utoipa::path(post, path = "/devices/{id}/release-token", tag = "actions", params(("id" = String, Path)),
    responses((status = 201, body = ReleaseTokenView), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn release_token(
    State(api): State<Api>,
    caller: Caller<ManageActions>,
    Named(id): Named<DeviceId>,
) -> Result<(StatusCode, Json<ReleaseTokenView>), ApiError> {
    let now = api.now();
    let make = move |api: &Api| {
        Ok(api.access.release_token(&caller.identity, id, &caller.address, now)?)
    };
    let token = api.run(make).await?;
    let expires_at = shown(token.expires_at);
    let token = token.to_string();
    let command = format!("bartizan-sensor isolation release --token {token}");
    Ok((StatusCode::CREATED, Json(ReleaseTokenView { token, command, expires_at })))
}

async fn decide(
    api: &Api,
    caller: Caller<Approve>,
    id: ActionId,
    approved: bool,
    asked: Decide,
) -> Result<Json<Standing>, ApiError> {
    let now = api.now();
    let decide = move |api: &Api| {
        let (by, address) = (&caller.identity, &caller.address);
        Ok(api.access.decide_action(by, id, (approved, &asked.comment), address, now)?)
    };
    Ok(Json(Standing { status: api.run(decide).await?.word() }))
}

/// Devices that a call names. What is no id is no device.
fn device_ids(texts: &[String]) -> Result<Vec<DeviceId>, ApiError> {
    if texts.len() > DEVICES_MAX {
        return Err(ApiError::bad_request("a call names at most 10000 devices"));
    }
    texts.iter().map(|text| text.parse().map_err(|_no_id| ApiError::not_found("device"))).collect()
}

/// A name that can stand in a header.
pub(crate) fn plain(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' };
    name.chars().map(plain).collect()
}

/// A file, chunk by chunk.
pub(crate) fn chunks(
    file: impl tokio::io::AsyncRead + Send + Unpin + 'static,
) -> impl futures::Stream<Item = std::io::Result<Vec<u8>>> + Send + 'static {
    const CHUNK: usize = 256 * 1024;
    futures::stream::try_unfold(file, |mut file| async move {
        use tokio::io::AsyncReadExt as _;
        let mut chunk = vec![0; CHUNK];
        let read = file.read(&mut chunk).await?;
        chunk.truncate(read);
        Ok((read > 0).then_some((chunk, file)))
    })
}
