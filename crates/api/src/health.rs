//! Whether the server is up. Says nothing to strangers but that.

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{Api, problem::ApiError, request::shown};

/// The server is up.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    /// "ok" when records can be read.
    status: &'static str,
    version: String,
    started_at: String,
    /// The server's time.
    now: String,
}

/// Whether the server is up.
#[utoipa::path(get, path = "/health", tag = "health", security(()),
    responses((status = 200, body = Health)))]
pub(crate) async fn health(State(api): State<Api>) -> Result<Json<Health>, ApiError> {
    let position = api.run(|api| Ok(api.store.pipeline_position()?)).await;
    position?;
    Ok(Json(Health {
        status: "ok",
        version: api.settings.version.clone(),
        started_at: shown(api.settings.started_at),
        now: shown(api.now()),
    }))
}
