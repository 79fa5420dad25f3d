//! The library of scripts.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use bartizan_model::hex;
use bartizan_store::LiveScriptRecord;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Api,
    caller::{Caller, LiveAct, LiveLook},
    problem::{ApiError, Problem},
    request::{Body, List, hash, shown},
};

/// A script.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LiveScript {
    name: String,
    description: String,
    sha256: String,
    bytes: usize,
    written_by: String,
    written_at: String,
    /// Who approved this content; it cannot be run before.
    approved_by: Option<String>,
    approved_at: Option<String>,
    /// What it says; only when one script is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<String>,
}

/// A script to be kept.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub(crate) struct KeepScript {
    /// Only when it is new.
    #[serde(default)]
    name: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    content: String,
}

/// What is approved.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub(crate) struct ApproveScript {
    /// SHA-256 of the content that was read.
    #[serde(default)]
    sha256: String,
}

/// The scripts, without their content.
#[utoipa::path(get, path = "/live/scripts", tag = "live", responses(
    (status = 200, body = List<LiveScript>), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn scripts(
    State(api): State<Api>,
    caller: Caller<LiveLook>,
) -> Result<Json<List<LiveScript>>, ApiError> {
    let scripts = api.run(move |api| Ok(api.store.live_scripts(caller.tenant())?)).await?;
    Ok(Json(List::whole(scripts.into_iter().map(|script| view(script, false)).collect())))
}

/// A script with its content.
#[utoipa::path(get, path = "/live/scripts/{name}", tag = "live", params(("name" = String, Path)), responses(
    (status = 200, body = LiveScript), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem)))]
pub(crate) async fn script(
    State(api): State<Api>,
    caller: Caller<LiveLook>,
    Path(name): Path<String>,
) -> Result<Json<LiveScript>, ApiError> {
    let found = api.run(move |api| Ok(api.store.live_script(caller.tenant(), &name)?)).await?;
    Ok(Json(view(found.ok_or_else(|| ApiError::not_found("script"))?, true)))
}

/// Keep a new script.
#[utoipa::path(post, path = "/live/scripts", tag = "live", request_body = KeepScript, responses(
    (status = 201, body = LiveScript), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn make_script(
    State(api): State<Api>,
    caller: Caller<LiveAct>,
    Body(asked): Body<KeepScript>,
) -> Result<(StatusCode, Json<LiveScript>), ApiError> {
    let now = api.now();
    api.run(move |api| {
        if api.store.live_script(caller.tenant(), &asked.name)?.is_some() {
            let detail = format!("there is a script named {} already", asked.name);
            return Err(ApiError::new(StatusCode::CONFLICT, "taken", detail));
        }
        let script = (asked.name.as_str(), asked.description.as_str(), asked.content.as_str());
        let (by, address) = (&caller.identity, &caller.address);
        let kept = api.access.keep_live_script(by, script, address, now)?;
        Ok((StatusCode::CREATED, Json(view(kept, true))))
    })
    .await
}

/// Change a script. Another content has to be approved again.
#[utoipa::path(put, path = "/live/scripts/{name}", tag = "live", params(("name" = String, Path)),
    request_body = KeepScript, responses((status = 200, body = LiveScript), (status = 400, body = Problem),
    (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn change_script(
    State(api): State<Api>,
    caller: Caller<LiveAct>,
    Path(name): Path<String>,
    Body(asked): Body<KeepScript>,
) -> Result<Json<LiveScript>, ApiError> {
    let now = api.now();
    api.run(move |api| {
        let missing = || ApiError::not_found("script");
        api.store.live_script(caller.tenant(), &name)?.ok_or_else(missing)?;
        let script = (name.as_str(), asked.description.as_str(), asked.content.as_str());
        let (by, address) = (&caller.identity, &caller.address);
        Ok(Json(view(api.access.keep_live_script(by, script, address, now)?, true)))
    })
    .await
}

/// Remove a script.
#[utoipa::path(delete, path = "/live/scripts/{name}", tag = "live", params(("name" = String, Path)), responses(
    (status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn remove_script(
    State(api): State<Api>,
    caller: Caller<LiveAct>,
    Path(name): Path<String>,
) -> Result<StatusCode, ApiError> {
    let now = api.now();
    let remove = move |api: &Api| {
        let (by, address) = (&caller.identity, &caller.address);
        Ok(api.access.remove_live_script(by, &name, address, now)?)
    };
    api.run(remove).await.map(|()| StatusCode::NO_CONTENT)
}

/// Approve a script's content, so that it can be run.
#[utoipa::path(post, path = "/live/scripts/{name}/approve", tag = "live", params(("name" = String, Path)),
    request_body = ApproveScript, responses((status = 200, body = LiveScript), (status = 400, body = Problem),
    (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 409, body = Problem)))]
pub(crate) async fn approve_script(
    State(api): State<Api>,
    caller: Caller<LiveAct>,
    Path(name): Path<String>,
    Body(asked): Body<ApproveScript>,
) -> Result<Json<LiveScript>, ApiError> {
    let (sha256, now) = (hash(&asked.sha256)?, api.now());
    let approve = move |api: &Api| {
        let (by, address) = (&caller.identity, &caller.address);
        let script = (name.as_str(), sha256);
        Ok(Json(view(api.access.approve_live_script(by, script, address, now)?, true)))
    };
    api.run(approve).await
}

fn view(script: LiveScriptRecord, whole: bool) -> LiveScript {
    LiveScript {
        name: script.name,
        description: script.description,
        sha256: hex(&script.sha256),
        bytes: script.content.len(),
        written_by: script.written_by,
        written_at: shown(script.written_at),
        approved_by: script.approved_by,
        approved_at: script.approved_at.map(shown),
        content: whole.then_some(script.content),
    }
}
