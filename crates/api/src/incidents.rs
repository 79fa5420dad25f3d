//! Incidents: the queue, the page, and what people do with one.

use axum::{Json, extract::State, http::StatusCode};
use bartizan_model::{DeviceId, IncidentId, IncidentStatus, JoinReason, Severity};
use bartizan_store::{
    Activity, AlertInIncident, IncidentChange, IncidentFilter, IncidentRecord, NewAuditEntry,
};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    Api, Topic,
    alerts::{AlertView, texts},
    caller::{Caller, Read, Respond},
    problem::{ApiError, Problem},
    request::{Asked, Body, List, Named, page, shown, words},
};

/// The longest comment.
const LONGEST_COMMENT: usize = 10_000;

/// Which incidents.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct IncidentQuery {
    /// Any of these, with commas between: `New`, `In progress`, `Resolved`.
    status: Option<String>,
    /// Any of these, with commas between: `Critical`, `High`, `Medium`, `Low`, `Informational`.
    severity: Option<String>,
    /// On this device.
    device: Option<String>,
    /// Of this user; `none` for nobody's.
    assigned_to: Option<String>,
    /// Part of the title or of the device's name, or the number.
    q: Option<String>,
    /// `last_at` or `severity`, with `-` before it for the largest first; `-last_at` when not said.
    sort: Option<String>,
    cursor: Option<String>,
    limit: Option<u64>,
}

/// An incident in the queue.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IncidentSummary {
    number: u64,
    title: String,
    severity: &'static str,
    severity_reason: String,
    status: &'static str,
    assigned_to: Option<String>,
    tactics: Vec<String>,
    devices: Vec<DeviceRef>,
    /// How many alerts it has.
    alert_count: u64,
    first_at: String,
    last_at: String,
    opened_at: String,
    changed_at: String,
}

/// A device by name.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeviceRef {
    pub(crate) id: String,
    pub(crate) name: String,
}

/// An incident with its story.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IncidentView {
    #[serde(flatten)]
    summary: IncidentSummary,
    /// The process its alerts descend from.
    family: Option<String>,
    /// Its alerts in the order they joined.
    alerts: Vec<JoinedAlert>,
    /// Its history, earliest first.
    activity: Vec<ActivityView>,
}

/// An alert of an incident.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JoinedAlert {
    #[serde(flatten)]
    alert: AlertView,
    reason: Reason,
}

/// Why an alert is in an incident.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Reason {
    /// `opened` or `same_family`.
    kind: &'static str,
    /// In words.
    text: String,
    /// The common ancestor.
    ancestor: Option<String>,
}

/// An entry of an incident's history.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ActivityView {
    number: u64,
    at: String,
    /// `opened`, `joined`, `status`, `assigned` or `comment`.
    kind: String,
    /// Who, when it was a person.
    actor: Option<String>,
    text: String,
}

/// What to change. What is left out stays; `assigned_to: null` gives it to nobody.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeIncident {
    /// `New`, `In progress` or `Resolved`.
    status: Option<String>,
    /// A user's name.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<String>)]
    assigned_to: Option<Option<String>>,
}

/// Something to say about an incident.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct Comment {
    text: String,
}

/// The queue.
#[utoipa::path(get, path = "/incidents", tag = "incidents", params(IncidentQuery), responses(
    (status = 200, body = List<IncidentSummary>), (status = 400, body = Problem), (status = 401, body = Problem)))]
pub(crate) async fn incidents(
    State(api): State<Api>,
    caller: Caller<Read>,
    Asked(asked): Asked<IncidentQuery>,
) -> Result<Json<List<IncidentSummary>>, ApiError> {
    let page = page(asked.cursor.as_deref(), asked.limit)?;
    let filter = filter(asked)?;
    let listing =
        api.run(move |api| Ok(api.store.incidents(caller.tenant(), &filter, page)?)).await?;
    Ok(Json(List::of(listing, page, |record| summary(&record))))
}

/// An incident with its story.
#[utoipa::path(get, path = "/incidents/{number}", tag = "incidents", params(("number" = u64, Path)),
    responses((status = 200, body = IncidentView), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn incident(
    State(api): State<Api>,
    caller: Caller<Read>,
    Named(id): Named<IncidentId>,
) -> Result<Json<IncidentView>, ApiError> {
    api.run(move |api| view(api, caller.tenant(), id)).await.map(Json)
}

/// Change an incident's status or who has it.
#[utoipa::path(patch, path = "/incidents/{number}", tag = "incidents", params(("number" = u64, Path)),
    request_body = ChangeIncident, responses((status = 200, body = IncidentView), (status = 400, body = Problem),
    (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn change(
    State(api): State<Api>,
    caller: Caller<Respond>,
    Named(id): Named<IncidentId>,
    Body(asked): Body<ChangeIncident>,
) -> Result<Json<IncidentView>, ApiError> {
    let at = api.now();
    api.run(move |api| {
        let tenant = caller.tenant();
        let change = read_change(api, tenant, asked)?;
        let target = format!("incident {id}");
        let detail = described(&change);
        let entry = NewAuditEntry {
            at,
            actor: &caller.identity.name,
            address: &caller.address,
            action: "incident.change",
            target: &target,
            outcome: "done",
            detail: &detail,
        };
        let changed = api.store.change_incident(tenant, id, &change, entry)?;
        changed.ok_or_else(|| ApiError::not_found("incident"))?;
        api.notices.tell(tenant, Topic::Incidents, &id.to_string());
        view(api, tenant, id)
    })
    .await
    .map(Json)
}

/// Comment on an incident.
#[utoipa::path(post, path = "/incidents/{number}/comments", tag = "incidents",
    params(("number" = u64, Path)), request_body = Comment, responses((status = 201, body = IncidentView),
    (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn comment(
    State(api): State<Api>,
    caller: Caller<Respond>,
    Named(id): Named<IncidentId>,
    Body(asked): Body<Comment>,
) -> Result<(StatusCode, Json<IncidentView>), ApiError> {
    let text = asked.text.trim().to_owned();
    if text.is_empty() || text.chars().count() > LONGEST_COMMENT {
        return Err(ApiError::bad_request("a comment has 1 to 10000 characters"));
    }
    let at = api.now();
    let view = api
        .run(move |api| {
            let (tenant, target) = (caller.tenant(), format!("incident {id}"));
            let entry = NewAuditEntry {
                at,
                actor: &caller.identity.name,
                address: &caller.address,
                action: "incident.comment",
                target: &target,
                outcome: "done",
                detail: "",
            };
            if !api.store.comment_incident(tenant, id, &text, entry)? {
                return Err(ApiError::not_found("incident"));
            }
            api.notices.tell(tenant, Topic::Incidents, &id.to_string());
            view(api, tenant, id)
        })
        .await?;
    Ok((StatusCode::CREATED, Json(view)))
}

fn filter(asked: IncidentQuery) -> Result<IncidentFilter, ApiError> {
    let (gravest_first, reversed) = match asked.sort.as_deref().unwrap_or("-last_at") {
        "-last_at" => (false, false),
        "last_at" => (false, true),
        "-severity" => (true, false),
        "severity" => (true, true),
        other => {
            return Err(ApiError::bad_request(format!("`sort` by `{other}` is not offered")));
        }
    };
    Ok(IncidentFilter {
        statuses: words(asked.status.as_deref(), "status", IncidentStatus::from_word)?,
        severities: words(asked.severity.as_deref(), "severity", Severity::from_word)?,
        device: device(asked.device.as_deref())?,
        assigned_to: asked
            .assigned_to
            .map(|name| if name == "none" { String::new() } else { name }),
        text: asked.q.filter(|text| !text.is_empty()),
        gravest_first,
        reversed,
    })
}

/// A device named in a query.
pub(crate) fn device(text: Option<&str>) -> Result<Option<DeviceId>, ApiError> {
    let text = text.filter(|text| !text.is_empty());
    text.map(str::parse)
        .transpose()
        .map_err(|_no_id| ApiError::bad_request("`device` is no device id"))
}

fn read_change(
    api: &Api,
    tenant: bartizan_model::TenantId,
    asked: ChangeIncident,
) -> Result<IncidentChange, ApiError> {
    let status = asked.status.map(|word| {
        IncidentStatus::from_word(&word)
            .ok_or_else(|| ApiError::bad_request("`status` is one of New, In progress, Resolved"))
    });
    if let Some(Some(name)) = &asked.assigned_to
        && !api.store.users(tenant)?.iter().any(|user| user.name == *name)
    {
        return Err(ApiError::bad_request(format!("there is no user named {name}")));
    }
    Ok(IncidentChange { status: status.transpose()?, assigned_to: asked.assigned_to })
}

fn described(change: &IncidentChange) -> String {
    let status = change.status.map(|status| format!("status {}", status.word()));
    let assigned = change.assigned_to.as_ref().map(|to| match to {
        Some(name) => format!("assigned to {name}"),
        None => "assigned to nobody".to_owned(),
    });
    status.into_iter().chain(assigned).collect::<Vec<_>>().join(", ")
}

fn view(
    api: &Api,
    tenant: bartizan_model::TenantId,
    id: IncidentId,
) -> Result<IncidentView, ApiError> {
    let record = api.store.incident(tenant, id)?.ok_or_else(|| ApiError::not_found("incident"))?;
    let alerts = api.store.alerts_of_incident(tenant, id)?;
    let activity = api.store.incident_activity(tenant, id)?;
    Ok(IncidentView {
        family: record.incident.family.map(|key| key.to_string()),
        summary: summary(&record),
        alerts: alerts.into_iter().map(joined).collect(),
        activity: activity.into_iter().map(said_or_done).collect(),
    })
}

fn summary(record: &IncidentRecord) -> IncidentSummary {
    let incident = &record.incident;
    IncidentSummary {
        number: incident.id.0,
        title: incident.title.to_string(),
        severity: incident.severity.word(),
        severity_reason: incident.severity_reason.to_string(),
        status: incident.status.word(),
        assigned_to: incident.assigned_to.as_deref().map(str::to_owned),
        tactics: texts(&incident.tactics),
        devices: vec![DeviceRef {
            id: incident.device.to_string(),
            name: incident.device_name.to_string(),
        }],
        alert_count: record.alerts,
        first_at: shown(incident.first_at),
        last_at: shown(incident.last_at),
        opened_at: shown(record.opened_at),
        changed_at: shown(record.changed_at),
    }
}

fn joined(joined: AlertInIncident) -> JoinedAlert {
    let reason = match &joined.reason {
        JoinReason::Opened => {
            Reason { kind: "opened", text: "opened this incident".to_owned(), ancestor: None }
        }
        JoinReason::SameFamily { ancestor, image } => Reason {
            kind: "same_family",
            text: format!("its process descends from {image} ({})", ancestor.pid),
            ancestor: Some(ancestor.to_string()),
        },
    };
    JoinedAlert { alert: crate::alerts::view(&joined.alert), reason }
}

fn said_or_done(activity: Activity) -> ActivityView {
    ActivityView {
        number: activity.number,
        at: shown(activity.at),
        kind: activity.kind,
        actor: activity.actor,
        text: activity.text,
    }
}

/// Tells `null` from nothing.
fn said<'de, D: Deserializer<'de>>(reader: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(reader).map(Some)
}
