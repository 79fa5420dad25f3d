//! Incidents: the queue, the page, and what people decide about one or several.

use axum::{Json, extract::State, http::StatusCode, response::Response};
use bartizan_model::{DeviceId, IncidentId, IncidentStatus, Severity, TenantId};
use bartizan_store::{IncidentChange, IncidentFacets, IncidentFilter, IncidentOrder};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    Api, Topic,
    caller::{Caller, Read, Respond},
    decision::{classified, person},
    export::{Format, export, pages},
    facets::{Facet, by_count, by_severity},
    problem::{ApiError, Problem},
    request::{Asked, Body, List, Named, said, seek, time, words, written},
};

pub(crate) mod evidence;
pub(crate) mod graph;
pub(crate) mod report;
pub(crate) mod story;
mod view;
pub(crate) mod work;

pub(crate) use view::{IncidentSummary, IncidentView, summary, view};

/// The longest comment.
const LONGEST_COMMENT: usize = 10_000;
/// The longest tag, and how many an incident has.
const LONGEST_TAG: usize = 50;
const TAGS_MAX: usize = 20;
/// How many incidents are changed by one call.
const CHANGED_AT_ONCE: usize = 500;

/// Which incidents.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct IncidentQuery {
    /// Any of these, with commas between: `New`, `In progress`, `Resolved`.
    status: Option<String>,
    /// Any of these, with commas between: `Critical`, `High`, `Medium`, `Low`, `Informational`.
    severity: Option<String>,
    /// With alerts on this device.
    device: Option<String>,
    /// Of this user; `none` for nobody's.
    assigned_to: Option<String>,
    /// Said to be this; `none` for nothing.
    classification: Option<String>,
    /// With this tag.
    tag: Option<String>,
    /// Part of the title or of the device's name, or the number.
    q: Option<String>,
    /// With an event at or after this time.
    from: Option<String>,
    /// With an event before this time.
    to: Option<String>,
    /// Also those that went into others.
    #[serde(default)]
    merged: bool,
    /// `last_at`, `severity` or `priority`, with `-` before it for the largest first; `-last_at` when not said.
    sort: Option<String>,
    cursor: Option<String>,
    limit: Option<u64>,
    /// Of an export: `csv` or `json`.
    format: Option<String>,
}

/// What the incidents of a list are like: how many there are of each value, among the latest 10,000.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IncidentFacetsView {
    severity: Vec<Facet>,
    status: Vec<Facet>,
    /// The empty value is nobody.
    assigned_to: Vec<Facet>,
    /// The empty value is none.
    classification: Vec<Facet>,
    tag: Vec<Facet>,
    /// How many were looked at.
    of: u64,
    /// There are more.
    more: bool,
}

/// What to change. What is left out stays; `null` takes it away.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeIncident {
    /// `New`, `In progress` or `Resolved`.
    status: Option<String>,
    /// A user's name; `null` gives it to nobody.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<String>)]
    assigned_to: Option<Option<String>>,
    /// `True positive`, `Informational` or `False positive`: see `GET /classifications`.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<String>)]
    classification: Option<Option<String>>,
    /// What it is more exactly.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<String>)]
    determination: Option<Option<String>>,
    /// Its tags from now on.
    tags: Option<Vec<String>>,
    /// What the next person should know.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<String>)]
    hand_over: Option<Option<String>>,
}

/// The same change of several incidents.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ChangeIncidents {
    /// Which, at most 500.
    numbers: Vec<u64>,
    change: ChangeIncident,
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
    let seek = seek(asked.cursor.as_deref(), asked.limit)?;
    let filter = filter(asked)?;
    let found =
        api.run(move |api| Ok(api.store.incidents(caller.tenant(), &filter, &seek)?)).await?;
    Ok(Json(List::stretch(found, |record| summary(&record))))
}

/// What the incidents of the queue are like.
#[utoipa::path(get, path = "/incidents/facets", tag = "incidents", params(IncidentQuery), responses(
    (status = 200, body = IncidentFacetsView), (status = 400, body = Problem), (status = 401, body = Problem)))]
pub(crate) async fn facets(
    State(api): State<Api>,
    caller: Caller<Read>,
    Asked(asked): Asked<IncidentQuery>,
) -> Result<Json<IncidentFacetsView>, ApiError> {
    let filter = filter(asked)?;
    let found =
        api.run(move |api| Ok(api.store.incident_facets(caller.tenant(), &filter)?)).await?;
    Ok(Json(facets_view(found)))
}

/// The queue as a file: all that match, at most 100,000.
#[utoipa::path(get, path = "/incidents/export", tag = "incidents", params(IncidentQuery), responses(
    (status = 200, content_type = "text/csv", body = String), (status = 400, body = Problem), (status = 401, body = Problem)))]
pub(crate) async fn export_incidents(
    State(api): State<Api>,
    caller: Caller<Read>,
    Asked(asked): Asked<IncidentQuery>,
) -> Result<Response, ApiError> {
    const COLUMNS: &[&str] = &[
        "number",
        "severity",
        "priority",
        "title",
        "status",
        "assigned_to",
        "classification",
        "determination",
        "devices",
        "alert_count",
        "tactics",
        "tags",
        "first_at",
        "last_at",
        "opened_at",
        "resolved_at",
    ];
    let format = Format::read(asked.format.as_deref())?;
    let filter = filter(asked)?;
    let tenant = caller.tenant();
    let pages = pages(api, move |api, seek| {
        let found = api.store.incidents(tenant, &filter, seek)?;
        Ok((found.items.iter().map(summary).collect(), found.next))
    });
    Ok(export(format, "incidents", COLUMNS, pages))
}

/// An incident with its story. One that went into another says so in `merged_into` and has no alerts any more.
#[utoipa::path(get, path = "/incidents/{number}", tag = "incidents", params(("number" = u64, Path)),
    responses((status = 200, body = IncidentView), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn incident(
    State(api): State<Api>,
    caller: Caller<Read>,
    Named(id): Named<IncidentId>,
) -> Result<Json<IncidentView>, ApiError> {
    api.run(move |api| view(api, caller.tenant(), id)).await.map(Json)
}

/// Change what people decide about an incident.
#[utoipa::path(patch, path = "/incidents/{number}", tag = "incidents", params(("number" = u64, Path)),
    request_body = ChangeIncident, responses((status = 200, body = IncidentView), (status = 400, body = Problem),
    (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 409, body = Problem, description = "it went into another")))]
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
        let (target, detail) = (format!("incident {id}"), described(&change));
        let entry = caller.did(at, "incident.change", &target, &detail);
        let changed = api.store.change_incident(tenant, id, &change, entry)?;
        changed.ok_or_else(|| ApiError::not_found("incident"))?;
        api.notices.tell(tenant, Topic::Incidents, &id.to_string());
        view(api, tenant, id)
    })
    .await
    .map(Json)
}

/// Change several incidents alike. Gives those that there are.
#[utoipa::path(patch, path = "/incidents", tag = "incidents", request_body = ChangeIncidents, responses(
    (status = 200, body = List<IncidentSummary>), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 409, body = Problem, description = "one went into another; nothing changed")))]
pub(crate) async fn change_several(
    State(api): State<Api>,
    caller: Caller<Respond>,
    Body(asked): Body<ChangeIncidents>,
) -> Result<Json<List<IncidentSummary>>, ApiError> {
    if asked.numbers.len() > CHANGED_AT_ONCE {
        return Err(ApiError::bad_request("at most 500 incidents are changed at once"));
    }
    let at = api.now();
    api.run(move |api| {
        let tenant = caller.tenant();
        let change = read_change(api, tenant, asked.change)?;
        let detail = described(&change);
        let entry = caller.did(at, "incident.change", "", &detail);
        let ids: Vec<IncidentId> = asked.numbers.into_iter().map(IncidentId).collect();
        let changed = api.store.change_incidents(tenant, &ids, &change, entry)?;
        for record in &changed {
            api.notices.tell(tenant, Topic::Incidents, &record.incident.id.to_string());
        }
        Ok(Json(List::whole(changed.iter().map(summary).collect())))
    })
    .await
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
    let text = written(&asked.text, "a comment", LONGEST_COMMENT)?;
    let at = api.now();
    let view = api
        .run(move |api| {
            let (tenant, target) = (caller.tenant(), format!("incident {id}"));
            let entry = caller.did(at, "incident.comment", &target, "");
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
    let sort = asked.sort.as_deref().unwrap_or("-last_at");
    let (ascending, word) = match sort.strip_prefix('-') {
        Some(word) => (false, word),
        None => (true, sort),
    };
    let order = match word {
        "last_at" => IncidentOrder::Latest,
        "severity" => IncidentOrder::Severity,
        "priority" => IncidentOrder::Priority,
        other => {
            return Err(ApiError::bad_request(format!("`sort` by `{other}` is not offered")));
        }
    };
    let none = |word: String| if word == "none" { String::new() } else { word };
    Ok(IncidentFilter {
        statuses: words(asked.status.as_deref(), "status", IncidentStatus::from_word)?,
        severities: words(asked.severity.as_deref(), "severity", Severity::from_word)?,
        device: device(asked.device.as_deref())?,
        assigned_to: asked.assigned_to.map(none),
        classification: asked.classification.map(none),
        tag: asked.tag.filter(|tag| !tag.is_empty()),
        text: asked.q.filter(|text| !text.is_empty()),
        from: time(asked.from.as_deref(), "from")?,
        to: time(asked.to.as_deref(), "to")?,
        merged: asked.merged,
        order,
        ascending,
    })
}

/// A device named in a query.
pub(crate) fn device(text: Option<&str>) -> Result<Option<DeviceId>, ApiError> {
    let text = text.filter(|text| !text.is_empty());
    text.map(str::parse)
        .transpose()
        .map_err(|_no_id| ApiError::bad_request("`device` is no device id"))
}

/// A status named in a body.
pub(crate) fn status(word: Option<&str>) -> Result<Option<IncidentStatus>, ApiError> {
    word.map(|word| {
        IncidentStatus::from_word(word)
            .ok_or_else(|| ApiError::bad_request("`status` is one of New, In progress, Resolved"))
    })
    .transpose()
}

fn read_change(
    api: &Api,
    tenant: TenantId,
    asked: ChangeIncident,
) -> Result<IncidentChange, ApiError> {
    classified(asked.classification.as_ref(), asked.determination.as_ref())?;
    let hand_over = match asked.hand_over {
        Some(Some(note)) => Some(Some(written(&note, "a hand-over note", LONGEST_COMMENT)?)),
        other => other,
    };
    Ok(IncidentChange {
        status: status(asked.status.as_deref())?,
        assigned_to: person(api, tenant, asked.assigned_to)?,
        classification: asked.classification,
        determination: asked.determination,
        tags: asked.tags.map(tags).transpose()?,
        hand_over,
    })
}

/// Tags as they are kept: trimmed, each once, in the order given.
pub(crate) fn tags(asked: Vec<String>) -> Result<Vec<String>, ApiError> {
    let mut tags: Vec<String> = Vec::with_capacity(asked.len());
    for tag in asked {
        let tag = written(&tag, "a tag", LONGEST_TAG)?;
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    if tags.len() > TAGS_MAX {
        return Err(ApiError::bad_request(format!("there can be {TAGS_MAX} tags")));
    }
    Ok(tags)
}

fn described(change: &IncidentChange) -> String {
    let or = |to: &Option<String>, nothing: &str| to.clone().unwrap_or_else(|| nothing.to_owned());
    let parts = [
        change.status.map(|status| format!("status {}", status.word())),
        change.assigned_to.as_ref().map(|to| format!("assigned to {}", or(to, "nobody"))),
        change.classification.as_ref().map(|word| format!("classified {}", or(word, "not at all"))),
        change.determination.as_ref().map(|word| format!("determined {}", or(word, "not at all"))),
        change.tags.as_ref().map(|tags| format!("tags {}", tags.join(", "))),
        change.hand_over.as_ref().map(|_| "hand-over note".to_owned()),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn facets_view(found: IncidentFacets) -> IncidentFacetsView {
    IncidentFacetsView {
        severity: by_severity(&found.severities),
        status: by_count(found.statuses),
        assigned_to: by_count(found.people),
        classification: by_count(found.classifications),
        tag: by_count(found.tags),
        of: found.of,
        more: found.more,
    }
}
