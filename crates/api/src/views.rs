//! Saved views.

use axum::{Json, extract::State, http::StatusCode};
use bartizan_store::SavedView;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Api,
    caller::{Caller, Read},
    problem::{ApiError, Problem},
    request::{Body, List, Named, one_of, shown, written},
};

/// The pages that have views.
const PAGES: &[&str] = &["incidents", "alerts", "devices", "timeline", "hunting", "rules", "audit"];
/// The longest query.
const LONGEST_QUERY: usize = 8_000;
/// How many views one person has.
const VIEWS_MAX: usize = 200;

/// A saved view.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SavedViewView {
    id: u64,
    /// Of which page.
    page: String,
    name: String,
    /// The query part of the page's address.
    query: String,
    owner: String,
    /// Everybody sees it.
    shared: bool,
    /// The caller may change it.
    mine: bool,
    changed_at: String,
}

/// A view to be kept.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct KeepView {
    /// `incidents`, `alerts`, `devices`, `timeline`, `hunting`, `rules` or `audit`.
    page: String,
    name: String,
    query: String,
    /// Everybody shall see it; responders may share.
    #[serde(default)]
    shared: bool,
}

/// The caller's views, and the shared ones.
#[utoipa::path(get, path = "/views", tag = "views", responses(
    (status = 200, body = List<SavedViewView>), (status = 401, body = Problem)))]
pub(crate) async fn views(
    State(api): State<Api>,
    caller: Caller<Read>,
) -> Result<Json<List<SavedViewView>>, ApiError> {
    api.run(move |api| {
        let me = &caller.identity.name;
        let views = api.store.views(caller.tenant(), me)?;
        Ok(Json(List::whole(views.into_iter().map(|saved| view(saved, me)).collect())))
    })
    .await
}

/// Keep a view.
#[utoipa::path(post, path = "/views", tag = "views", request_body = KeepView, responses(
    (status = 201, body = SavedViewView), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem)))]
pub(crate) async fn make_view(
    State(api): State<Api>,
    caller: Caller<Read>,
    Body(asked): Body<KeepView>,
) -> Result<(StatusCode, Json<SavedViewView>), ApiError> {
    Ok((StatusCode::CREATED, keep(&api, caller, 0, asked).await?))
}

/// Change a view of one's own.
#[utoipa::path(put, path = "/views/{id}", tag = "views", params(("id" = u64, Path)), request_body = KeepView,
    responses((status = 200, body = SavedViewView), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn change_view(
    State(api): State<Api>,
    caller: Caller<Read>,
    Named(id): Named<u64>,
    Body(asked): Body<KeepView>,
) -> Result<Json<SavedViewView>, ApiError> {
    keep(&api, caller, id, asked).await
}

/// Remove a view of one's own.
#[utoipa::path(delete, path = "/views/{id}", tag = "views", params(("id" = u64, Path)), responses(
    (status = 204), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn remove_view(
    State(api): State<Api>,
    caller: Caller<Read>,
    Named(id): Named<u64>,
) -> Result<StatusCode, ApiError> {
    api.run(move |api| {
        if api.store.remove_view(caller.tenant(), id, &caller.identity.name)? {
            return Ok(StatusCode::NO_CONTENT);
        }
        Err(ApiError::not_found("view of yours"))
    })
    .await
}

async fn keep(
    api: &Api,
    caller: Caller<Read>,
    number: u64,
    asked: KeepView,
) -> Result<Json<SavedViewView>, ApiError> {
    one_of(&asked.page, "page", PAGES)?;
    let name = written(&asked.name, "a view's name", 100)?;
    if asked.query.len() > LONGEST_QUERY {
        return Err(ApiError::bad_request("the query is too long"));
    }
    if asked.shared && !caller.identity.may(bartizan_access::Permission::Respond) {
        return Err(ApiError::forbidden("not-allowed", "your role does not allow sharing views"));
    }
    let changed_at = api.now();
    api.run(move |api| {
        let me = caller.identity.name.clone();
        let mine = api.store.views(caller.tenant(), &me)?;
        if number == 0 && mine.iter().filter(|view| view.owner == me).count() >= VIEWS_MAX {
            return Err(ApiError::bad_request("you have 200 views: remove some first"));
        }
        let (page, query, shared) = (asked.page, asked.query, asked.shared);
        let mut saved = SavedView { number, page, name, query, owner: me, shared, changed_at };
        let kept = api.store.keep_view(caller.tenant(), &saved)?;
        saved.number = kept.ok_or_else(|| ApiError::not_found("view of yours"))?;
        Ok(Json(view(saved, &caller.identity.name)))
    })
    .await
}

fn view(saved: SavedView, me: &str) -> SavedViewView {
    SavedViewView {
        id: saved.number,
        page: saved.page,
        name: saved.name,
        query: saved.query,
        mine: saved.owner == me,
        owner: saved.owner,
        shared: saved.shared,
        changed_at: shown(saved.changed_at),
    }
}
