//! The work on an incident: merging, moving alerts, tasks, verdicts.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use bartizan_model::{AlertId, IncidentId};
use bartizan_store::TaskChange;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{IncidentView, view};
use crate::{
    Api, Topic,
    caller::{Caller, Respond},
    decision::person,
    problem::{ApiError, Problem},
    request::{Body, Named, one_of, said, written},
};

/// How many incidents go into another by one call.
const MERGED_AT_ONCE: usize = 20;
/// The longest title of a task.
const LONGEST_TASK: usize = 200;
/// The words of a verdict.
const VERDICTS: &[&str] = &["malicious", "suspicious", "clean", "unknown"];

/// Incidents that shall go into another.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct MergeIncidents {
    /// The one that stays.
    into: u64,
    /// Those that go into it, at most 20.
    numbers: Vec<u64>,
    /// Why.
    #[serde(default)]
    reason: String,
}

/// Alerts that shall be moved.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct MoveAlerts {
    /// Which.
    alerts: Vec<String>,
    /// Into which incident; into a new one when not said.
    to: Option<u64>,
    /// Why.
    #[serde(default)]
    reason: String,
}

/// Something to be done.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct MakeTask {
    title: String,
    assigned_to: Option<String>,
}

/// What to change about a task. What is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeTask {
    title: Option<String>,
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<String>)]
    assigned_to: Option<Option<String>>,
    done: Option<bool>,
}

/// A verdict on a piece of evidence.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct SetVerdict {
    /// The evidence's `entity` in `GET /incidents/{number}/evidence`.
    entity: String,
    /// `malicious`, `suspicious`, `clean` or `unknown`.
    verdict: String,
}

/// Put incidents into another. Their alerts go over; their history stays and says where they went.
#[utoipa::path(post, path = "/incidents/merge", tag = "incidents", request_body = MergeIncidents, responses(
    (status = 200, body = IncidentView), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 409, body = Problem, description = "one is resolved or went into another already")))]
pub(crate) async fn merge(
    State(api): State<Api>,
    caller: Caller<Respond>,
    Body(asked): Body<MergeIncidents>,
) -> Result<Json<IncidentView>, ApiError> {
    if asked.numbers.is_empty() || asked.numbers.len() > MERGED_AT_ONCE {
        return Err(ApiError::bad_request("name 1 to 20 incidents"));
    }
    let at = api.now();
    api.run(move |api| {
        let (tenant, into) = (caller.tenant(), IncidentId(asked.into));
        let from: Vec<IncidentId> = asked.numbers.iter().copied().map(IncidentId).collect();
        let names: Vec<String> = from.iter().map(ToString::to_string).collect();
        let detail = format!("incidents {}: {}", names.join(", "), asked.reason.trim());
        let target = format!("incident {into}");
        let entry = caller.did(at, "incident.merge", &target, &detail);
        let merged = api.store.merge_incidents(tenant, into, &from, entry)?;
        merged.ok_or_else(|| ApiError::not_found("incident"))?;
        for id in from.iter().chain([&into]) {
            api.notices.tell(tenant, Topic::Incidents, &id.to_string());
        }
        view(api, tenant, into)
    })
    .await
    .map(Json)
}

/// Move alerts into another incident, or into a new one. Gives the incident that they are in then.
#[utoipa::path(post, path = "/incidents/{number}/move-alerts", tag = "incidents", params(("number" = u64, Path)),
    request_body = MoveAlerts, responses((status = 200, body = IncidentView), (status = 400, body = Problem),
    (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 409, body = Problem, description = "they are not in this incident, or the other does not take them")))]
pub(crate) async fn move_alerts(
    State(api): State<Api>,
    caller: Caller<Respond>,
    Named(from): Named<IncidentId>,
    Body(asked): Body<MoveAlerts>,
) -> Result<Json<IncidentView>, ApiError> {
    let alerts: Result<Vec<AlertId>, _> = asked.alerts.iter().map(|id| id.parse()).collect();
    let alerts = alerts.map_err(|_no_id| ApiError::not_found("alert"))?;
    let at = api.now();
    api.run(move |api| {
        let (tenant, to) = (caller.tenant(), asked.to.map(IncidentId));
        let target = format!("incident {from}");
        let detail = format!("{} alerts: {}", alerts.len(), asked.reason.trim());
        let entry = caller.did(at, "incident.move_alerts", &target, &detail);
        let moved = api.store.move_alerts(tenant, from, &alerts, to, entry)?;
        let moved = moved.ok_or_else(|| ApiError::not_found("incident"))?;
        let id = moved.incident.id;
        for id in [from, id] {
            api.notices.tell(tenant, Topic::Incidents, &id.to_string());
        }
        view(api, tenant, id)
    })
    .await
    .map(Json)
}

/// Add a task.
#[utoipa::path(post, path = "/incidents/{number}/tasks", tag = "incidents", params(("number" = u64, Path)),
    request_body = MakeTask, responses((status = 201, body = IncidentView), (status = 400, body = Problem),
    (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn add_task(
    State(api): State<Api>,
    caller: Caller<Respond>,
    Named(id): Named<IncidentId>,
    Body(asked): Body<MakeTask>,
) -> Result<(StatusCode, Json<IncidentView>), ApiError> {
    let title = written(&asked.title, "a task's title", LONGEST_TASK)?;
    let at = api.now();
    let view = api
        .run(move |api| {
            let (tenant, target) = (caller.tenant(), format!("incident {id}"));
            let who = person(api, tenant, Some(asked.assigned_to))?.flatten();
            let entry = caller.did(at, "incident.task", &target, &title);
            if !api.store.add_task(tenant, id, &title, who.as_deref(), entry)? {
                return Err(ApiError::not_found("incident"));
            }
            api.notices.tell(tenant, Topic::Incidents, &id.to_string());
            view(api, tenant, id)
        })
        .await?;
    Ok((StatusCode::CREATED, Json(view)))
}

/// Change a task: its title, who has it, whether it is done.
#[utoipa::path(patch, path = "/incidents/{number}/tasks/{task}", tag = "incidents",
    params(("number" = u64, Path), ("task" = u64, Path)), request_body = ChangeTask, responses(
    (status = 200, body = IncidentView), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn change_task(
    State(api): State<Api>,
    caller: Caller<Respond>,
    Path((number, task)): Path<(String, String)>,
    Body(asked): Body<ChangeTask>,
) -> Result<Json<IncidentView>, ApiError> {
    let id: IncidentId = number.parse().map_err(|_no_number| ApiError::not_found("incident"))?;
    let task: u64 = task.parse().map_err(|_no_number| ApiError::not_found("task"))?;
    let title = asked.title.map(|title| written(&title, "a task's title", LONGEST_TASK));
    let title = title.transpose()?;
    let at = api.now();
    api.run(move |api| {
        let (tenant, target) = (caller.tenant(), format!("incident {id}"));
        let assigned_to = person(api, tenant, asked.assigned_to)?;
        let change = TaskChange { title, assigned_to, done: asked.done };
        let entry = caller.did(at, "incident.task", &target, "");
        if !api.store.change_task(tenant, id, task, &change, entry)? {
            return Err(ApiError::not_found("task"));
        }
        api.notices.tell(tenant, Topic::Incidents, &id.to_string());
        view(api, tenant, id)
    })
    .await
    .map(Json)
}

/// Say what a piece of evidence is.
#[utoipa::path(put, path = "/incidents/{number}/verdicts", tag = "incidents", params(("number" = u64, Path)),
    request_body = SetVerdict, responses((status = 204), (status = 400, body = Problem),
    (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn set_verdict(
    State(api): State<Api>,
    caller: Caller<Respond>,
    Named(id): Named<IncidentId>,
    Body(asked): Body<SetVerdict>,
) -> Result<StatusCode, ApiError> {
    one_of(&asked.verdict, "verdict", VERDICTS)?;
    let entity = written(&asked.entity, "an entity", 4_096)?;
    let at = api.now();
    api.run(move |api| {
        let (tenant, target) = (caller.tenant(), format!("incident {id}"));
        let detail = format!("{entity}: {}", asked.verdict);
        let entry = caller.did(at, "incident.verdict", &target, &detail);
        if !api.store.set_verdict(tenant, id, (&entity, &asked.verdict), entry)? {
            return Err(ApiError::not_found("incident"));
        }
        api.notices.tell(tenant, Topic::Incidents, &id.to_string());
        Ok(StatusCode::NO_CONTENT)
    })
    .await
}
