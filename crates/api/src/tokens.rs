//! Tokens of programs: made, listed, revoked.

use std::time::Duration;

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use bartizan_store::KnownApiToken;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Api,
    caller::{Caller, ManageTokens},
    problem::{ApiError, Problem},
    request::{Body, List, shown, written},
    users::read_role,
};

/// The longest that a token works, in days.
const LONGEST_DAYS: u64 = 366;

/// A token to be made.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct MakeApiToken {
    /// What it is for.
    name: String,
    /// `reader`, `responder` or `administrator`; never more than one's own.
    role: String,
    /// How many days it works, at most 366; 90 when not said.
    valid_days: Option<u64>,
}

/// A token, shown once.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ApiTokenOnce {
    token: String,
    expires_at: String,
}

/// A token without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ApiTokenView {
    /// By what it is revoked.
    id: String,
    name: String,
    role: &'static str,
    created_by: String,
    created_at: String,
    expires_at: String,
    expired: bool,
}

/// The tokens of programs, latest first.
#[utoipa::path(get, path = "/api-tokens", tag = "settings", responses(
    (status = 200, body = List<ApiTokenView>), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn tokens(
    State(api): State<Api>,
    caller: Caller<ManageTokens>,
) -> Result<Json<List<ApiTokenView>>, ApiError> {
    let now = api.now();
    let known = api.run(move |api| Ok(api.store.api_tokens(caller.tenant())?)).await?;
    let view = |token: KnownApiToken| ApiTokenView {
        id: token.id,
        name: token.name,
        role: token.role.word(),
        created_by: token.created_by,
        created_at: shown(token.created_at),
        expires_at: shown(token.expires_at),
        expired: token.expires_at <= now,
    };
    Ok(Json(List::whole(known.into_iter().map(view).collect())))
}

/// Make a token for a program. It is shown once.
#[utoipa::path(post, path = "/api-tokens", tag = "settings", request_body = MakeApiToken, responses(
    (status = 201, body = ApiTokenOnce), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem)))]
pub(crate) async fn make_token(
    State(api): State<Api>,
    caller: Caller<ManageTokens>,
    Body(asked): Body<MakeApiToken>,
) -> Result<(StatusCode, Json<ApiTokenOnce>), ApiError> {
    let (name, role) = (written(&asked.name, "a token's name", 100)?, read_role(&asked.role)?);
    let days = asked.valid_days.unwrap_or(90);
    if days == 0 || days > LONGEST_DAYS {
        return Err(ApiError::bad_request("`valid_days` is between 1 and 366"));
    }
    let (now, valid) = (api.now(), Duration::from_secs(days * 86_400));
    let token = api
        .run(move |api| {
            Ok(api.access.create_api_token(&caller.identity, &name, role, valid, now)?)
        })
        .await?;
    let expires_at = shown(now.plus(valid));
    Ok((StatusCode::CREATED, Json(ApiTokenOnce { token, expires_at })))
}

/// Revoke a token; it opens nothing from now on.
#[utoipa::path(delete, path = "/api-tokens/{id}", tag = "settings", params(("id" = String, Path)), responses(
    (status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn revoke_token(
    State(api): State<Api>,
    caller: Caller<ManageTokens>,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let at = api.now();
    api.run(move |api| {
        let target = format!("token {id}");
        let entry = caller.did(at, "token.revoke", &target, "");
        if api.store.revoke_api_token(caller.tenant(), &id, entry)? {
            return Ok(StatusCode::NO_CONTENT);
        }
        Err(ApiError::not_found("token"))
    })
    .await
}
