//! Letting a machine in.

use std::time::Duration;

use axum::{Json, extract::State, http::StatusCode};
use bartizan_wire::EnrolmentToken;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Api,
    caller::{Caller, EnrolDevices},
    problem::{ApiError, Problem},
    request::{Body, shown},
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
