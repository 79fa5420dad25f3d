//! The rules alerts are made by.

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    Api,
    caller::{Caller, Read},
    problem::{ApiError, Problem},
    request::List,
};

/// A rule, as the binary loaded it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Rule {
    /// Its id, as alerts name it.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What it means.
    pub description: String,
    /// "Informational" … "Critical".
    pub severity: String,
    /// ATT&CK tactics.
    pub tactics: Vec<String>,
    /// ATT&CK techniques.
    pub techniques: Vec<String>,
    /// What to look at when it fires.
    pub triage: Vec<String>,
    /// What is wrong with it, if it cannot work.
    pub problem: Option<String>,
}

/// The rules.
#[utoipa::path(get, path = "/rules", tag = "rules",
    responses((status = 200, body = List<Rule>), (status = 401, body = Problem)))]
pub(crate) async fn rules(
    State(api): State<Api>,
    _caller: Caller<Read>,
) -> Result<Json<List<Rule>>, ApiError> {
    Ok(Json(List::whole(api.rules.to_vec())))
}
