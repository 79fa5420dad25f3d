//! The audit log.

use axum::{Json, extract::State};
use bartizan_store::AuditEntry;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    Api,
    caller::{Caller, ReadAudit},
    problem::{ApiError, Problem},
    request::{Asked, List, page, shown},
};

/// Which part of the log.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditQuery {
    cursor: Option<String>,
    limit: Option<u64>,
}

/// Something somebody did.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditView {
    number: u64,
    at: String,
    /// Who: a user's name, `token …`, `device …` or `server`.
    actor: String,
    /// From where.
    address: String,
    #[schema(example = "session.create")]
    action: String,
    target: String,
    /// `done` or `refused`.
    outcome: String,
    detail: String,
}

/// The audit log, latest first.
#[utoipa::path(get, path = "/audit", tag = "audit", params(AuditQuery), responses(
    (status = 200, body = List<AuditView>), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn audit(
    State(api): State<Api>,
    caller: Caller<ReadAudit>,
    Asked(asked): Asked<AuditQuery>,
) -> Result<Json<List<AuditView>>, ApiError> {
    let page = page(asked.cursor.as_deref(), asked.limit)?;
    let listing = api.run(move |api| Ok(api.store.audit(caller.tenant(), page)?)).await?;
    Ok(Json(List::of(listing, page, view)))
}

fn view(entry: AuditEntry) -> AuditView {
    AuditView {
        number: entry.number,
        at: shown(entry.at),
        actor: entry.actor,
        address: entry.address,
        action: entry.action,
        target: entry.target,
        outcome: entry.outcome,
        detail: entry.detail,
    }
}
