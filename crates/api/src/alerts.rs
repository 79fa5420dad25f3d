//! Alerts: the queue, the page with its evidence, the process tree, and what people decide.

use axum::{Json, extract::State, response::Response};
use bartizan_model::{AlertId, IncidentId, IncidentStatus, Severity};
use bartizan_store::{AlertChange, AlertFacets, AlertFilter};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    Api, Topic,
    caller::{Caller, Read, Respond},
    decision::{classified, person},
    export::{Format, export, pages},
    facets::{Facet, by_count, by_severity},
    incidents::device,
    problem::{ApiError, Problem},
    request::{Asked, Body, List, Named, said, seek, time, words},
    tree::{Tree, tree_of},
};

mod view;

pub(crate) use view::{AlertView, texts, view};

/// How many alerts are changed by one call.
const CHANGED_AT_ONCE: usize = 1_000;

/// Which alerts.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AlertQuery {
    /// Any of these, with commas between.
    severity: Option<String>,
    /// Any of these, with commas between: `New`, `In progress`, `Resolved`.
    status: Option<String>,
    /// On this device.
    device: Option<String>,
    /// In this incident.
    incident: Option<u64>,
    /// By any of these rules, with commas between.
    rule: Option<String>,
    /// By rules of this ATT&CK technique, as `T1059`; its parts count too.
    technique: Option<String>,
    /// By rules of this ATT&CK tactic, as `execution`.
    tactic: Option<String>,
    /// Of this user; `none` for nobody's.
    assigned_to: Option<String>,
    /// Part of the title, the rule or the device's name.
    q: Option<String>,
    /// Of events at or after this time.
    from: Option<String>,
    /// Of events before this time.
    to: Option<String>,
    /// Those that tuning hides, instead of the others.
    #[serde(default)]
    hidden: bool,
    /// `event_at` or `-event_at`; the latter when not said.
    sort: Option<String>,
    cursor: Option<String>,
    limit: Option<u64>,
    /// Of an export: `csv` or `json`.
    format: Option<String>,
}

/// What the alerts of a list are like: how many there are of each value, among the latest 10,000.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AlertFacetsView {
    severity: Vec<Facet>,
    status: Vec<Facet>,
    rule: Vec<Facet>,
    device: Vec<Facet>,
    /// The empty value is nobody.
    assigned_to: Vec<Facet>,
    /// How many were looked at.
    of: u64,
    /// There are more.
    more: bool,
}

/// What to change. What is left out stays; `null` takes it away.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeAlert {
    /// `New`, `In progress` or `Resolved`.
    status: Option<String>,
    /// A user's name.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<String>)]
    assigned_to: Option<Option<String>>,
    /// `True positive`, `Informational` or `False positive`.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<String>)]
    classification: Option<Option<String>>,
    /// What it is more exactly.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<String>)]
    determination: Option<Option<String>>,
}

/// The same change of several alerts.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ChangeAlerts {
    /// Which, at most 1000.
    ids: Vec<String>,
    change: ChangeAlert,
}

/// The queue.
#[utoipa::path(get, path = "/alerts", tag = "alerts", params(AlertQuery), responses(
    (status = 200, body = List<AlertView>), (status = 400, body = Problem), (status = 401, body = Problem)))]
pub(crate) async fn alerts(
    State(api): State<Api>,
    caller: Caller<Read>,
    Asked(asked): Asked<AlertQuery>,
) -> Result<Json<List<AlertView>>, ApiError> {
    let seek = seek(asked.cursor.as_deref(), asked.limit)?;
    let filter = filter(&api, asked)?;
    let found = api.run(move |api| Ok(api.store.alerts(caller.tenant(), &filter, &seek)?)).await?;
    Ok(Json(List::stretch(found, |alert| view(&alert))))
}

/// What the alerts of the queue are like.
#[utoipa::path(get, path = "/alerts/facets", tag = "alerts", params(AlertQuery), responses(
    (status = 200, body = AlertFacetsView), (status = 400, body = Problem), (status = 401, body = Problem)))]
pub(crate) async fn facets(
    State(api): State<Api>,
    caller: Caller<Read>,
    Asked(asked): Asked<AlertQuery>,
) -> Result<Json<AlertFacetsView>, ApiError> {
    let filter = filter(&api, asked)?;
    let found = api.run(move |api| Ok(api.store.alert_facets(caller.tenant(), &filter)?)).await?;
    Ok(Json(facets_view(found)))
}

/// The queue as a file: all that match, at most 100,000.
#[utoipa::path(get, path = "/alerts/export", tag = "alerts", params(AlertQuery), responses(
    (status = 200, content_type = "text/csv", body = String), (status = 400, body = Problem), (status = 401, body = Problem)))]
pub(crate) async fn export_alerts(
    State(api): State<Api>,
    caller: Caller<Read>,
    Asked(asked): Asked<AlertQuery>,
) -> Result<Response, ApiError> {
    const COLUMNS: &[&str] = &[
        "event_at",
        "severity",
        "title",
        "status",
        "assigned_to",
        "classification",
        "device_name",
        "rule",
        "techniques",
        "incident",
        "id",
    ];
    let format = Format::read(asked.format.as_deref())?;
    let filter = filter(&api, asked)?;
    let tenant = caller.tenant();
    let pages = pages(api, move |api, seek| {
        let found = api.store.alerts(tenant, &filter, seek)?;
        Ok((found.items.iter().map(view).collect(), found.next))
    });
    Ok(export(format, "alerts", COLUMNS, pages))
}

/// An alert with its evidence.
#[utoipa::path(get, path = "/alerts/{id}", tag = "alerts", params(("id" = String, Path)), responses(
    (status = 200, body = AlertView), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn alert(
    State(api): State<Api>,
    caller: Caller<Read>,
    Named(id): Named<AlertId>,
) -> Result<Json<AlertView>, ApiError> {
    let alert = api.run(move |api| Ok(api.store.alert(caller.tenant(), id)?)).await?;
    alert.as_ref().map(view).map(Json).ok_or_else(|| ApiError::not_found("alert"))
}

/// Change what people decide about an alert.
#[utoipa::path(patch, path = "/alerts/{id}", tag = "alerts", params(("id" = String, Path)),
    request_body = ChangeAlert, responses((status = 200, body = AlertView), (status = 400, body = Problem),
    (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn change(
    State(api): State<Api>,
    caller: Caller<Respond>,
    Named(id): Named<AlertId>,
    Body(asked): Body<ChangeAlert>,
) -> Result<Json<AlertView>, ApiError> {
    let changed = change_all(&api, caller, vec![id], asked).await?;
    changed.into_iter().next().map(Json).ok_or_else(|| ApiError::not_found("alert"))
}

/// Change several alerts alike. Gives those that there are.
#[utoipa::path(patch, path = "/alerts", tag = "alerts", request_body = ChangeAlerts, responses(
    (status = 200, body = List<AlertView>), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem)))]
pub(crate) async fn change_several(
    State(api): State<Api>,
    caller: Caller<Respond>,
    Body(asked): Body<ChangeAlerts>,
) -> Result<Json<List<AlertView>>, ApiError> {
    if asked.ids.len() > CHANGED_AT_ONCE {
        return Err(ApiError::bad_request("at most 1000 alerts are changed at once"));
    }
    let ids = asked.ids.iter().filter_map(|id| id.parse().ok()).collect();
    Ok(Json(List::whole(change_all(&api, caller, ids, asked.change).await?)))
}

/// The process tree around an alert: its ancestors, and what the eldest of its story started.
#[utoipa::path(get, path = "/alerts/{id}/tree", tag = "alerts", params(("id" = String, Path)), responses(
    (status = 200, body = Tree), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn tree(
    State(api): State<Api>,
    caller: Caller<Read>,
    Named(id): Named<AlertId>,
) -> Result<Json<Tree>, ApiError> {
    api.run(move |api| {
        let tenant = caller.tenant();
        let record = api.store.alert(tenant, id)?.ok_or_else(|| ApiError::not_found("alert"))?;
        let alert = record.alert;
        let process = alert.process.ok_or_else(|| ApiError::not_found("process of this alert"))?;
        tree_of(api, tenant, alert.device, process, alert.family)
    })
    .await
    .map(Json)
}

async fn change_all(
    api: &Api,
    caller: Caller<Respond>,
    ids: Vec<AlertId>,
    asked: ChangeAlert,
) -> Result<Vec<AlertView>, ApiError> {
    let at = api.now();
    api.run(move |api| {
        let tenant = caller.tenant();
        let change = AlertChange {
            status: crate::incidents::status(asked.status.as_deref())?,
            assigned_to: person(api, tenant, asked.assigned_to)?,
            classification: asked.classification,
            determination: asked.determination,
        };
        classified(change.classification.as_ref(), change.determination.as_ref())?;
        let detail = format!("{change:?}");
        let entry = caller.did(at, "alert.change", "", &detail);
        let changed = api.store.change_alerts(tenant, &ids, &change, entry)?;
        for record in &changed {
            api.notices.tell(tenant, Topic::Alerts, &record.alert.id.to_string());
        }
        Ok(changed.iter().map(view).collect())
    })
    .await
}

fn filter(api: &Api, asked: AlertQuery) -> Result<AlertFilter, ApiError> {
    let earliest_first = match asked.sort.as_deref().unwrap_or("-event_at") {
        "event_at" => true,
        "-event_at" => false,
        other => return Err(ApiError::bad_request(format!("`sort` by `{other}` is not offered"))),
    };
    let mut rules = words(asked.rule.as_deref(), "rule", |rule| Some(rule.to_owned()))?;
    if asked.technique.is_some() || asked.tactic.is_some() {
        let of = api.rules.iter().filter(|rule| {
            asked.technique.as_deref().is_none_or(|technique| rule.shows(technique))
                && asked.tactic.as_ref().is_none_or(|tactic| rule.tactics.contains(tactic))
        });
        let of = of.map(|rule| rule.id.clone()).filter(|id| rules.is_empty() || rules.contains(id));
        rules = of.collect();
        // No rule is like that, so no alert is.
        if rules.is_empty() {
            rules.push(String::new());
        }
    }
    Ok(AlertFilter {
        severities: words(asked.severity.as_deref(), "severity", Severity::from_word)?,
        statuses: words(asked.status.as_deref(), "status", IncidentStatus::from_word)?,
        device: device(asked.device.as_deref())?,
        incident: asked.incident.map(IncidentId),
        rules,
        assigned_to: asked
            .assigned_to
            .map(|name| if name == "none" { String::new() } else { name }),
        text: asked.q.filter(|text| !text.is_empty()),
        from: time(asked.from.as_deref(), "from")?,
        to: time(asked.to.as_deref(), "to")?,
        hidden: asked.hidden,
        earliest_first,
    })
}

fn facets_view(found: AlertFacets) -> AlertFacetsView {
    AlertFacetsView {
        severity: by_severity(&found.severities),
        status: by_count(found.statuses),
        rule: by_count(found.rules),
        device: by_count(found.devices.into_iter().map(|(id, count)| (id.to_string(), count))),
        assigned_to: by_count(found.people),
        of: found.of,
        more: found.more,
    }
}
