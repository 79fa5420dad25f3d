//! A person's own second factor. Whoever lost it asks an administrator to take it away (`PATCH /users/{id}`).

use axum::{Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Api,
    caller::{Caller, SignedIn},
    problem::{ApiError, Problem},
    request::Body,
};

/// Who begins a second factor shows that the session is theirs.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct BeginSecondFactor {
    /// The password.
    #[schema(format = Password)]
    current: String,
}

/// A secret for an authenticator, shown once.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SecondFactorSecret {
    /// To be typed.
    secret: String,
    /// To be read from a picture.
    url: String,
}

/// What the authenticator shows.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct SecondFactorCode {
    code: String,
}

/// Codes that each open once, shown once.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecoveryCodes {
    recovery_codes: Vec<String>,
}

/// Who takes their second factor away.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct RemoveSecondFactor {
    /// The password.
    #[schema(format = Password)]
    current: String,
    /// What the authenticator shows, or a recovery code.
    #[serde(default)]
    code: String,
}

/// Begin a second factor. It is asked for only after it was confirmed.
#[utoipa::path(post, path = "/me/second-factor", tag = "session", request_body = BeginSecondFactor, responses(
    (status = 200, body = SecondFactorSecret), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 409, body = Problem), (status = 429, body = Problem)))]
pub(crate) async fn begin(
    State(api): State<Api>,
    caller: Caller<SignedIn>,
    Body(asked): Body<BeginSecondFactor>,
) -> Result<Json<SecondFactorSecret>, ApiError> {
    let now = api.now();
    api.run(move |api| {
        let (identity, address) = (&caller.identity, &caller.address);
        let made = api.access.begin_second_factor(identity, &asked.current, address, now)?;
        Ok(Json(SecondFactorSecret { secret: made.secret, url: made.url }))
    })
    .await
}

/// Confirm the second factor with a code; from then on sign-in asks for one.
#[utoipa::path(post, path = "/me/second-factor/confirm", tag = "session", request_body = SecondFactorCode, responses(
    (status = 200, body = RecoveryCodes), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 429, body = Problem)))]
pub(crate) async fn confirm(
    State(api): State<Api>,
    caller: Caller<SignedIn>,
    Body(asked): Body<SecondFactorCode>,
) -> Result<Json<RecoveryCodes>, ApiError> {
    let now = api.now();
    api.run(move |api| {
        let (identity, address) = (&caller.identity, &caller.address);
        let recovery_codes =
            api.access.confirm_second_factor(identity, &asked.code, address, now)?;
        Ok(Json(RecoveryCodes { recovery_codes }))
    })
    .await
}

/// Take the second factor away.
#[utoipa::path(post, path = "/me/second-factor/remove", tag = "session", request_body = RemoveSecondFactor, responses(
    (status = 204), (status = 400, body = Problem), (status = 401, body = Problem), (status = 429, body = Problem)))]
pub(crate) async fn remove(
    State(api): State<Api>,
    caller: Caller<SignedIn>,
    Body(asked): Body<RemoveSecondFactor>,
) -> Result<StatusCode, ApiError> {
    let now = api.now();
    api.run(move |api| {
        let (identity, address) = (&caller.identity, &caller.address);
        let shown = (asked.current.as_str(), asked.code.as_str());
        api.access.remove_second_factor(identity, shown, address, now)?;
        Ok(StatusCode::NO_CONTENT)
    })
    .await
}
