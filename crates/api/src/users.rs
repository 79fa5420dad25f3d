//! Users.

use axum::{Json, extract::State, http::StatusCode};
use bartizan_access::NewPassword;
use bartizan_model::UserId;
use bartizan_store::{Role, User};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Api,
    caller::{Caller, ManageUsers},
    problem::{ApiError, Problem},
    request::{Body, List, Named, shown},
};

/// A user.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UserView {
    id: String,
    name: String,
    role: String,
    /// They have not chosen a password yet.
    must_choose_password: bool,
    created_at: String,
    last_sign_in: Option<String>,
}

/// A user to be made.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct MakeUser {
    name: String,
    /// `reader`, `responder` or `administrator`.
    role: String,
}

/// A one-time password, shown once.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OneTimePassword {
    /// Whose.
    user_id: String,
    /// Works until another is chosen.
    one_time_password: String,
}

/// All users.
#[utoipa::path(get, path = "/users", tag = "users", responses(
    (status = 200, body = List<UserView>), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn users(
    State(api): State<Api>,
    caller: Caller<ManageUsers>,
) -> Result<Json<List<UserView>>, ApiError> {
    let users = api.run(move |api| Ok(api.store.users(caller.tenant())?)).await?;
    Ok(Json(List::whole(users.into_iter().map(view).collect())))
}

/// Make a user with a one-time password.
#[utoipa::path(post, path = "/users", tag = "users", request_body = MakeUser, responses(
    (status = 201, body = OneTimePassword), (status = 400, body = Problem),
    (status = 401, body = Problem), (status = 403, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn make_user(
    State(api): State<Api>,
    caller: Caller<ManageUsers>,
    Body(asked): Body<MakeUser>,
) -> Result<(StatusCode, Json<OneTimePassword>), ApiError> {
    let role: Role = asked.role.parse().map_err(|_no_role| {
        ApiError::bad_request("`role` is one of reader, responder, administrator")
    })?;
    let now = api.now();
    let made = api
        .run(move |api| {
            let (by, address) = (&caller.identity, &caller.address);
            Ok(api.access.create_user(by, &asked.name, role, address, now)?)
        })
        .await?;
    Ok((StatusCode::CREATED, Json(shown_once(made))))
}

/// Give a user a new one-time password and end their sessions.
#[utoipa::path(post, path = "/users/{id}/reset-password", tag = "users",
    params(("id" = String, Path)), responses((status = 200, body = OneTimePassword),
    (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn reset_password(
    State(api): State<Api>,
    caller: Caller<ManageUsers>,
    Named(user): Named<UserId>,
) -> Result<Json<OneTimePassword>, ApiError> {
    let now = api.now();
    let made = api
        .run(move |api| {
            Ok(api.access.reset_password(&caller.identity, user, &caller.address, now)?)
        })
        .await?;
    Ok(Json(shown_once(made)))
}

fn shown_once(made: NewPassword) -> OneTimePassword {
    OneTimePassword { user_id: made.user.to_string(), one_time_password: made.password }
}

fn view(user: User) -> UserView {
    UserView {
        id: user.id.to_string(),
        name: user.name,
        role: user.role.word().to_owned(),
        must_choose_password: user.must_choose,
        created_at: shown(user.created_at),
        last_sign_in: user.last_sign_in.map(shown),
    }
}
