//! Alerts: the list, the page with its evidence, and the process tree.

use axum::{Json, extract::State};
use bartizan_model::{Alert, AlertId, Entity, Evidence, EvidenceRole, IncidentId, Severity, Text};
use bartizan_store::AlertFilter;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    Api,
    caller::{Caller, Read},
    incidents::device,
    problem::{ApiError, Problem},
    request::{Asked, List, Named, page, shown, time, words},
    tree::{Tree, tree_of},
};

/// Which alerts.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AlertQuery {
    /// Any of these, with commas between.
    severity: Option<String>,
    /// On this device.
    device: Option<String>,
    /// In this incident.
    incident: Option<u64>,
    /// By this rule.
    rule: Option<String>,
    /// Part of the title, the rule or the device's name.
    q: Option<String>,
    /// Of events at or after this time.
    from: Option<String>,
    /// Of events before this time.
    to: Option<String>,
    /// `event_at` or `-event_at`; the latter when not said.
    sort: Option<String>,
    cursor: Option<String>,
    limit: Option<u64>,
}

/// An alert.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AlertView {
    id: String,
    title: String,
    description: String,
    severity: &'static str,
    rule: String,
    tactics: Vec<String>,
    techniques: Vec<String>,
    /// What to look at next.
    triage: Vec<String>,
    device_id: String,
    device_name: String,
    incident: Option<u64>,
    event_id: String,
    event_at: String,
    raised_at: String,
    /// The process it is about.
    process: Option<String>,
    /// The eldest process of its story.
    family: Option<String>,
    evidence: Vec<EvidenceView>,
    matched: Vec<MatchedView>,
}

/// A thing an alert names.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EvidenceView {
    /// `actor`, `impacted` or `related`.
    role: &'static str,
    #[serde(flatten)]
    entity: EntityView,
}

/// Anything an event names.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum EntityView {
    /// A process.
    Process {
        /// Which one.
        key: String,
        /// Its executable.
        image: String,
        /// Its command line.
        command_line: String,
        /// Who it ran as.
        user: Option<String>,
        /// SHA-256 of its executable.
        sha256: Option<String>,
    },
    /// A file.
    File {
        /// Absolute path.
        path: String,
        /// SHA-256.
        sha256: Option<String>,
    },
    /// A network address.
    Address {
        /// Address.
        ip: String,
        /// Port.
        port: Option<u16>,
    },
    /// An account of the device.
    User {
        /// Name.
        name: String,
        /// User id.
        uid: u32,
    },
}

/// A field that made the rule match.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MatchedView {
    selection: String,
    field: String,
    value: String,
    pattern: String,
}

/// The alerts.
#[utoipa::path(get, path = "/alerts", tag = "alerts", params(AlertQuery), responses(
    (status = 200, body = List<AlertView>), (status = 400, body = Problem), (status = 401, body = Problem)))]
pub(crate) async fn alerts(
    State(api): State<Api>,
    caller: Caller<Read>,
    Asked(asked): Asked<AlertQuery>,
) -> Result<Json<List<AlertView>>, ApiError> {
    let page = page(asked.cursor.as_deref(), asked.limit)?;
    let earliest_first = match asked.sort.as_deref().unwrap_or("-event_at") {
        "event_at" => true,
        "-event_at" => false,
        other => return Err(ApiError::bad_request(format!("`sort` by `{other}` is not offered"))),
    };
    let filter = AlertFilter {
        severities: words(asked.severity.as_deref(), "severity", Severity::from_word)?,
        device: device(asked.device.as_deref())?,
        incident: asked.incident.map(IncidentId),
        rule: asked.rule,
        text: asked.q.filter(|text| !text.is_empty()),
        from: time(asked.from.as_deref(), "from")?,
        to: time(asked.to.as_deref(), "to")?,
        earliest_first,
    };
    let listing = api.run(move |api| Ok(api.store.alerts(caller.tenant(), &filter, page)?)).await?;
    Ok(Json(List::of(listing, page, |alert| view(&alert))))
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
        let alert = api.store.alert(tenant, id)?.ok_or_else(|| ApiError::not_found("alert"))?;
        let process = alert.process.ok_or_else(|| ApiError::not_found("process of this alert"))?;
        tree_of(api, tenant, alert.device, process, alert.family)
    })
    .await
    .map(Json)
}

pub(crate) fn view(alert: &Alert) -> AlertView {
    AlertView {
        id: alert.id.to_string(),
        title: alert.title.to_string(),
        description: alert.description.to_string(),
        severity: alert.severity.word(),
        rule: alert.rule.to_string(),
        tactics: texts(&alert.tactics),
        techniques: texts(&alert.techniques),
        triage: texts(&alert.triage),
        device_id: alert.device.to_string(),
        device_name: alert.device_name.to_string(),
        incident: alert.incident.map(|incident| incident.0),
        event_id: alert.event.to_string(),
        event_at: shown(alert.event_at),
        raised_at: shown(alert.raised_at),
        process: alert.process.map(|key| key.to_string()),
        family: alert.family.map(|key| key.to_string()),
        evidence: alert.evidence.iter().map(evidence).collect(),
        matched: alert
            .matched
            .iter()
            .map(|matched| MatchedView {
                selection: matched.selection.to_string(),
                field: matched.field.to_string(),
                value: matched.value.to_string(),
                pattern: matched.pattern.to_string(),
            })
            .collect(),
    }
}

pub(crate) fn texts(texts: &[Text]) -> Vec<String> {
    texts.iter().map(ToString::to_string).collect()
}

fn maybe(text: Option<&Text>) -> Option<String> {
    text.map(ToString::to_string)
}

fn evidence(evidence: &Evidence) -> EvidenceView {
    let role = match evidence.role {
        EvidenceRole::Actor => "actor",
        EvidenceRole::Impacted => "impacted",
        EvidenceRole::Related => "related",
    };
    let entity = match &evidence.entity {
        Entity::Process { key, image, command_line, user, sha256 } => EntityView::Process {
            key: key.to_string(),
            image: image.to_string(),
            command_line: command_line.to_string(),
            user: maybe(user.as_ref()),
            sha256: maybe(sha256.as_ref()),
        },
        Entity::File { path, sha256 } => {
            EntityView::File { path: path.to_string(), sha256: maybe(sha256.as_ref()) }
        }
        Entity::Address { ip, port } => EntityView::Address { ip: ip.to_string(), port: *port },
        Entity::User { name, uid } => EntityView::User { name: name.to_string(), uid: *uid },
    };
    EvidenceView { role, entity }
}
