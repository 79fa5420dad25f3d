//! Who I am, and my password.

use axum::{Json, extract::State, http::StatusCode};
use bartizan_access::{Identity, permissions};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Api,
    caller::{Caller, SignedIn},
    problem::{ApiError, Problem},
    request::Body,
};

/// Who is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Me {
    name: String,
    #[schema(example = "responder")]
    role: String,
    tenant: TenantView,
    /// What they may do.
    permissions: Vec<String>,
    /// They must choose a password before anything else.
    must_choose_password: bool,
    /// They sign in with a second factor.
    second_factor: bool,
}

/// Whose console it is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TenantView {
    id: String,
    name: String,
    data_location: String,
}

/// Another password.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ChoosePassword {
    /// The password that works now.
    #[schema(format = Password)]
    current: String,
    /// The one that shall.
    #[schema(format = Password)]
    new: String,
}

/// Who is signed in.
#[utoipa::path(get, path = "/me", tag = "session",
    responses((status = 200, body = Me), (status = 401, body = Problem)))]
pub(crate) async fn me(
    State(api): State<Api>,
    caller: Caller<SignedIn>,
) -> Result<Json<Me>, ApiError> {
    api.run(move |api| view(api, &caller.identity)).await.map(Json)
}

/// Choose a password. All sessions of the user end.
#[utoipa::path(post, path = "/me/password", tag = "session", request_body = ChoosePassword,
    responses((status = 204), (status = 400, body = Problem), (status = 401, body = Problem)))]
pub(crate) async fn choose_password(
    State(api): State<Api>,
    caller: Caller<SignedIn>,
    Body(asked): Body<ChoosePassword>,
) -> Result<StatusCode, ApiError> {
    let now = api.now();
    api.run(move |api| {
        let (identity, address) = (&caller.identity, &caller.address);
        Ok(api.access.choose_password(identity, &asked.current, &asked.new, address, now)?)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) fn view(api: &Api, identity: &Identity) -> Result<Me, ApiError> {
    let tenant = api.store.tenant(identity.tenant)?.ok_or_else(ApiError::signed_out)?;
    let must_choose_password = identity.must_choose_password();
    let permissions = permissions(identity.role).iter().filter(|p| identity.may(**p));
    Ok(Me {
        name: identity.name.clone(),
        role: identity.role.word().to_owned(),
        tenant: TenantView {
            id: tenant.id.to_string(),
            name: tenant.name,
            data_location: tenant.data_location,
        },
        permissions: permissions.map(|permission| permission.word().to_owned()).collect(),
        must_choose_password,
        second_factor: api.access.has_second_factor(identity)?,
    })
}
