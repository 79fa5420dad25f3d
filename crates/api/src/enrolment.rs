//! Letting machines in: tokens made, listed, revoked.

use std::time::Duration;

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use bartizan_store::KnownEnrolmentToken;
use bartizan_wire::EnrolmentToken;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Api,
    caller::{Caller, EnrolDevices},
    problem::{ApiError, Problem},
    request::{Body, List, shown},
};

/// The longest that a token may work.
const LONGEST_MINUTES: u64 = 30 * 24 * 60;

/// A token to be made.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct MakeEnrolmentToken {
    /// What it is for.
    #[serde(default)]
    note: String,
    /// How long it works; an hour when not said.
    valid_minutes: Option<u64>,
}

/// A token that lets one machine in, shown once.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EnrolmentTokenView {
    token: String,
    /// The line to paste on the machine.
    command: String,
    expires_at: String,
}

/// Make a token that lets one machine in.
#[utoipa::path(post, path = "/enrolment-tokens", tag = "devices", request_body = MakeEnrolmentToken,
    responses((status = 201, body = EnrolmentTokenView), (status = 400, body = Problem),
    (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn make_token(
    State(api): State<Api>,
    caller: Caller<EnrolDevices>,
    Body(asked): Body<MakeEnrolmentToken>,
) -> Result<(StatusCode, Json<EnrolmentTokenView>), ApiError> {
    let minutes = asked.valid_minutes.unwrap_or(60);
    if minutes == 0 || minutes > LONGEST_MINUTES {
        return Err(ApiError::bad_request("`valid_minutes` is between 1 and 43200 (30 days)"));
    }
    let (now, valid) = (api.now(), Duration::from_secs(minutes * 60));
    let secret = api
        .run(move |api| {
            let (by, address) = (&caller.identity, &caller.address);
            Ok(api.access.create_enrolment_token(by, &asked.note, valid, address, now)?)
        })
        .await?;
    let token = EnrolmentToken {
        server: api.settings.sensor_address.clone(),
        authority: api.access.authority().certificate().to_vec(),
        secret: secret.0.to_vec(),
    }
    .to_string();
    let command = api.settings.enrol_command.replace("{token}", &token);
    let expires_at = shown(now.plus(valid));
    Ok((StatusCode::CREATED, Json(EnrolmentTokenView { token, command, expires_at })))
}

/// A token that lets one machine in, without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct KnownEnrolmentTokenView {
    /// By what it is revoked.
    id: String,
    note: String,
    created_by: String,
    created_at: String,
    expires_at: String,
    used_at: Option<String>,
    /// The device it made.
    device_id: Option<String>,
    /// `open`, `used` or `expired`.
    state: &'static str,
}

/// The tokens that let machines in, latest first.
#[utoipa::path(get, path = "/enrolment-tokens", tag = "devices", responses(
    (status = 200, body = List<KnownEnrolmentTokenView>), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn tokens(
    State(api): State<Api>,
    caller: Caller<EnrolDevices>,
) -> Result<Json<List<KnownEnrolmentTokenView>>, ApiError> {
    let now = api.now();
    let known = api.run(move |api| Ok(api.store.enrolment_tokens(caller.tenant())?)).await?;
    let view = |token: KnownEnrolmentToken| KnownEnrolmentTokenView {
        state: match token.used_at {
            Some(_) => "used",
            None if token.expires_at <= now => "expired",
            None => "open",
        },
        id: token.id,
        note: token.note,
        created_by: token.created_by,
        created_at: shown(token.created_at),
        expires_at: shown(token.expires_at),
        used_at: token.used_at.map(shown),
        device_id: token.device.map(|device| device.to_string()),
    };
    Ok(Json(List::whole(known.into_iter().map(view).collect())))
}

/// Revoke a token that was not used yet.
#[utoipa::path(delete, path = "/enrolment-tokens/{id}", tag = "devices", params(("id" = String, Path)), responses(
    (status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn revoke_token(
    State(api): State<Api>,
    caller: Caller<EnrolDevices>,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let at = api.now();
    api.run(move |api| {
        let target = format!("enrolment token {id}");
        let entry = caller.did(at, "enrolment_token.revoke", &target, "");
        if api.store.revoke_enrolment_token(caller.tenant(), &id, entry)? {
            return Ok(StatusCode::NO_CONTENT);
        }
        Err(ApiError::not_found("open enrolment token"))
    })
    .await
}
