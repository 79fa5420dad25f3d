//! Signing in and out.

use axum::{
    Json,
    extract::{FromRequestParts, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    Api,
    caller::{self, Caller, SignedIn},
    me::{self, Me},
    problem::{ApiError, Problem},
    request::Body,
};

/// Who wants to sign in.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct SignIn {
    /// User name.
    name: String,
    /// Password.
    #[schema(format = Password)]
    password: String,
    /// What their authenticator shows, or a recovery code: only who has a second factor.
    code: Option<String>,
}

/// From where a call comes, and that it comes from our own pages: what is needed before anybody is known.
pub(crate) struct FromOwnPages(String);

impl FromRequestParts<Api> for FromOwnPages {
    type Rejection = ApiError;

    async fn from_request_parts(
        parts: &mut axum::http::request::Parts,
        _api: &Api,
    ) -> Result<Self, ApiError> {
        caller::refuse_other_sites(&parts.method, &parts.headers)?;
        Ok(Self(caller::address(parts)))
    }
}

/// Sign in.
#[utoipa::path(post, path = "/session", tag = "session", request_body = SignIn, security(()), responses(
    (status = 200, body = Me), (status = 401, body = Problem, description = "the name or the password is wrong; of type `code-needed`: a code of the second factor is needed too"),
    (status = 429, body = Problem, description = "too many tries")))]
pub(crate) async fn sign_in(
    State(api): State<Api>,
    FromOwnPages(address): FromOwnPages,
    Body(asked): Body<SignIn>,
) -> Result<Response, ApiError> {
    let now = api.now();
    let (signed, me) = api
        .run(move |api| {
            let shown = (asked.password.as_str(), asked.code.as_deref());
            let signed = api.access.sign_in_with(&asked.name, shown, &address, now)?;
            let me = me::view(api, &signed.identity)?;
            Ok((signed, me))
        })
        .await?;
    Ok(with_cookie(&api, Json(me).into_response(), &signed.secret, ""))
}

/// Sign out.
#[utoipa::path(delete, path = "/session", tag = "session",
    responses((status = 204), (status = 401, body = Problem)))]
pub(crate) async fn sign_out(
    State(api): State<Api>,
    caller: Caller<SignedIn>,
) -> Result<Response, ApiError> {
    let now = api.now();
    api.run(move |api| {
        let secret = caller.secret.as_deref().unwrap_or_default();
        Ok(api.access.sign_out(secret, &caller.identity, &caller.address, now)?)
    })
    .await?;
    Ok(with_cookie(&api, StatusCode::NO_CONTENT.into_response(), "", "; Max-Age=0"))
}

fn with_cookie(api: &Api, mut response: Response, value: &str, more: &str) -> Response {
    let secure = if api.settings.secure { "; Secure" } else { "" };
    let name = api.cookie_name();
    let text = format!("{name}={value}; HttpOnly; SameSite=Strict; Path=/{secure}{more}");
    if let Ok(text) = HeaderValue::from_str(&text) {
        response.headers_mut().append(header::SET_COOKIE, text);
    }
    response
}
