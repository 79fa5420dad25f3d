//! The audit log.

use axum::{Json, extract::State, response::Response};
use bartizan_store::{AuditEntry, AuditFilter};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    Api,
    caller::{Caller, ReadAudit},
    export::{Format, export, pages},
    problem::{ApiError, Problem},
    request::{Asked, List, seek, shown, time},
};

/// Which part of the log.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditQuery {
    /// By this actor.
    actor: Option<String>,
    /// This action, or all that begin so when it ends with a dot, as `incident.`.
    action: Option<String>,
    /// `done` or `refused`.
    outcome: Option<String>,
    /// Part of the target or of the detail.
    q: Option<String>,
    /// At or after this time.
    from: Option<String>,
    /// Before this time.
    to: Option<String>,
    cursor: Option<String>,
    limit: Option<u64>,
    /// Of an export: `csv` or `json`.
    format: Option<String>,
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
    let seek = seek(asked.cursor.as_deref(), asked.limit)?;
    let filter = filter(asked)?;
    let found = api.run(move |api| Ok(api.store.audit(caller.tenant(), &filter, &seek)?)).await?;
    Ok(Json(List::stretch(found, view)))
}

/// The audit log as a file.
#[utoipa::path(get, path = "/audit/export", tag = "audit", params(AuditQuery), responses(
    (status = 200, content_type = "text/csv", body = String), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn export_audit(
    State(api): State<Api>,
    caller: Caller<ReadAudit>,
    Asked(asked): Asked<AuditQuery>,
) -> Result<Response, ApiError> {
    const COLUMNS: &[&str] =
        &["number", "at", "actor", "address", "action", "target", "outcome", "detail"];
    let format = Format::read(asked.format.as_deref())?;
    let (filter, tenant) = (filter(asked)?, caller.tenant());
    let pages = pages(api, move |api, seek| {
        let found = api.store.audit(tenant, &filter, seek)?;
        Ok((found.items.into_iter().map(view).collect(), found.next))
    });
    Ok(export(format, "audit", COLUMNS, pages))
}

fn filter(asked: AuditQuery) -> Result<AuditFilter, ApiError> {
    let some = |text: Option<String>| text.filter(|text| !text.is_empty());
    Ok(AuditFilter {
        actor: some(asked.actor),
        action: some(asked.action),
        outcome: some(asked.outcome),
        text: some(asked.q),
        from: time(asked.from.as_deref(), "from")?,
        to: time(asked.to.as_deref(), "to")?,
    })
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
