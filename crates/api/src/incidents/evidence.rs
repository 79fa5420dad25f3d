//! The evidence of an incident: every thing its alerts name, once, with what people say of it.

use axum::{Json, extract::State};
use bartizan_incident::Named as Thing;
use bartizan_model::{EvidenceRole, IncidentId, Severity};
use bartizan_store::Verdict;
use serde::Serialize;
use utoipa::ToSchema;

use super::story::{Material, ThingView, thing};
use crate::{
    Api,
    caller::{Caller, Read},
    problem::{ApiError, Problem},
    request::{List, Named, shown},
};

/// A thing that an incident's alerts name.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EvidenceRow {
    #[serde(flatten)]
    thing: ThingView,
    label: String,
    /// A command line, a path.
    detail: String,
    sha256: Option<String>,
    /// `actor`, `impacted` or `related`: the parts it plays.
    roles: Vec<&'static str>,
    /// The gravest alert in which it acted or was acted on.
    severity: Option<&'static str>,
    first_at: String,
    last_at: String,
    alerts: Vec<String>,
    /// What people say: `malicious`, `suspicious`, `clean` or `unknown`.
    verdict: String,
    /// Who said so.
    verdict_by: Option<String>,
    verdict_at: Option<String>,
    /// What its alerts make one think, when nobody said anything: `suspicious` or `unknown`.
    suggested: &'static str,
}

/// The evidence of an incident.
#[utoipa::path(get, path = "/incidents/{number}/evidence", tag = "incidents", params(("number" = u64, Path)),
    responses((status = 200, body = List<EvidenceRow>), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn evidence(
    State(api): State<Api>,
    caller: Caller<Read>,
    Named(id): Named<IncidentId>,
) -> Result<Json<List<EvidenceRow>>, ApiError> {
    api.run(move |api| {
        let material = Material::of(api, caller.tenant(), id)?;
        let verdicts = api.store.verdicts(caller.tenant(), id)?;
        let rows = material.scene().evidence();
        Ok(Json(List::whole(rows.iter().map(|named| row(named, &verdicts)).collect())))
    })
    .await
}

fn row(named: &Thing, verdicts: &[Verdict]) -> EvidenceRow {
    let id = named.thing.to_string();
    let said = verdicts.iter().find(|verdict| verdict.entity == id);
    let role = |role: &EvidenceRole| match role {
        EvidenceRole::Actor => "actor",
        EvidenceRole::Impacted => "impacted",
        EvidenceRole::Related => "related",
    };
    let grave = named.severity.is_some_and(|severity| severity >= Severity::Medium);
    EvidenceRow {
        thing: thing(&named.thing),
        label: named.label.clone(),
        detail: named.detail.clone(),
        sha256: named.sha256.as_ref().map(ToString::to_string),
        roles: named.roles.iter().map(role).collect(),
        severity: named.severity.map(|severity| severity.word()),
        first_at: shown(named.first_at),
        last_at: shown(named.last_at),
        alerts: named.alerts.iter().map(ToString::to_string).collect(),
        verdict: said.map_or_else(|| "unknown".to_owned(), |said| said.verdict.clone()),
        verdict_by: said.map(|said| said.actor.clone()),
        verdict_at: said.map(|said| shown(said.at)),
        suggested: if grave { "suspicious" } else { "unknown" },
    }
}
