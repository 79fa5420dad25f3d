//! Users.

use axum::{Json, extract::State, http::StatusCode};
use bartizan_access::NewPassword;
use bartizan_model::UserId;
use bartizan_store::{Role, User};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Api,
    caller::{Caller, ManageUsers, Read},
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
    /// They may not sign in.
    disabled: bool,
    /// They sign in with a second factor.
    second_factor: bool,
}

/// What to change about a user. What is left out stays. Their sessions end.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeUser {
    /// `reader`, `responder` or `administrator`.
    role: Option<String>,
    /// They may not sign in.
    disabled: Option<bool>,
    /// `false` takes their second factor away, when they lost it.
    second_factor: Option<bool>,
}

/// A name to give work to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PersonView {
    name: String,
    role: String,
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
    let role = read_role(&asked.role)?;
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

/// Change a user's role, shut them out or let them in again, take their second factor away.
#[utoipa::path(patch, path = "/users/{id}", tag = "users", params(("id" = String, Path)), request_body = ChangeUser,
    responses((status = 200, body = UserView), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn change_user(
    State(api): State<Api>,
    caller: Caller<ManageUsers>,
    Named(id): Named<UserId>,
    Body(asked): Body<ChangeUser>,
) -> Result<Json<UserView>, ApiError> {
    let role = asked.role.as_deref().map(read_role).transpose()?;
    if asked.second_factor == Some(true) {
        return Err(ApiError::bad_request("a second factor is set up by whose it is"));
    }
    let at = api.now();
    api.run(move |api| {
        let tenant = caller.tenant();
        let missing = || ApiError::not_found("user");
        let user = api.store.user(tenant, id)?.ok_or_else(missing)?;
        let target = format!("user {}", user.name);
        let role = role.unwrap_or(user.role);
        let disabled = asked.disabled.unwrap_or(user.disabled);
        if role != user.role || disabled != user.disabled {
            let detail = format!("{}{}", role.word(), if disabled { ", shut out" } else { "" });
            let entry = caller.did(at, "user.change", &target, &detail);
            api.store.change_user(tenant, id, (role, disabled), entry)?;
        }
        if asked.second_factor == Some(false) {
            let entry = caller.did(at, "user.second_factor_removed", &target, "");
            api.store.set_second_factor(tenant, id, None, entry)?;
        }
        Ok(Json(view(api.store.user(tenant, id)?.ok_or_else(missing)?)))
    })
    .await
}

/// Who can be given work.
#[utoipa::path(get, path = "/people", tag = "users",
    responses((status = 200, body = List<PersonView>), (status = 401, body = Problem)))]
pub(crate) async fn people(
    State(api): State<Api>,
    caller: Caller<Read>,
) -> Result<Json<List<PersonView>>, ApiError> {
    let users = api.run(move |api| Ok(api.store.users(caller.tenant())?)).await?;
    let people = users.into_iter().filter(|user| !user.disabled);
    let people =
        people.map(|user| PersonView { name: user.name, role: user.role.word().to_owned() });
    Ok(Json(List::whole(people.collect())))
}

pub(crate) fn read_role(word: &str) -> Result<Role, ApiError> {
    word.parse().map_err(|_no_role| {
        ApiError::bad_request("`role` is one of reader, responder, administrator")
    })
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
        disabled: user.disabled,
        second_factor: user.second_factor,
    }
}
