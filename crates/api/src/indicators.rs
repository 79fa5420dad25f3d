//! Indicators: known hashes, addresses, domains and URLs, one by one and by the list.

use axum::{Json, extract::State, http::StatusCode};
use bartizan_indicator::{
    Action, Defaults, Format, ImportProblem, Indicator, Kind, Observable, Scope, import,
};
use bartizan_model::{DeviceId, Severity, TenantId, Text, Timestamp};
use bartizan_store::{IndicatorFilter, KeptIndicator, NewAuditEntry};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    Api,
    caller::{Caller, ManageIndicators, Read},
    problem::{ApiError, Problem},
    request::{Asked, Body, List, Named, page, shown, time},
};

/// The largest list.
pub(crate) const LARGEST_LIST: usize = 256 * 1024 * 1024;

/// Which indicators.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct IndicatorQuery {
    /// `md5`, `sha1`, `sha256`, `address`, `network`, `domain` or `url`.
    kind: Option<String>,
    /// From this source.
    source: Option<String>,
    /// Part of the value or the title.
    q: Option<String>,
    cursor: Option<String>,
    limit: Option<u64>,
}

/// An indicator.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IndicatorView {
    id: String,
    kind: String,
    value: String,
    subdomains: bool,
    /// `allow`, `audit`, `warn` or `block`.
    action: String,
    severity: &'static str,
    title: String,
    description: String,
    source: String,
    /// The devices it counts on; with `groups` absent it counts on all.
    devices: Option<Vec<String>>,
    /// The device groups it counts in.
    groups: Option<Vec<String>>,
    valid_from: Option<String>,
    valid_until: Option<String>,
    created_at: String,
    created_by: String,
}

/// An indicator to be kept. The same value from the same source replaces the one before.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MakeIndicator {
    value: String,
    /// Told from the form of the value when not said.
    kind: Option<String>,
    /// `audit` when not said.
    action: Option<String>,
    /// `Medium` when not said.
    severity: Option<String>,
    title: Option<String>,
    description: Option<String>,
    /// The caller when not said.
    source: Option<String>,
    /// Of a domain: whether names below it are meant too. They are when not said.
    subdomains: Option<bool>,
    devices: Option<Vec<String>>,
    groups: Option<Vec<String>>,
    valid_from: Option<String>,
    valid_until: Option<String>,
}

/// What holds for all lines of a list that do not say otherwise.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ImportQuery {
    /// `plain`, `csv` or `stix`; told from the text when not said.
    format: Option<String>,
    action: Option<String>,
    severity: Option<String>,
    title: Option<String>,
    source: Option<String>,
    subdomains: Option<bool>,
    valid_until: Option<String>,
}

/// What became of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImportOutcome {
    /// How many indicators were kept.
    taken: usize,
    /// How many lines could not be read.
    refused: usize,
    /// Which, the first thousand.
    problems: Vec<LineProblem>,
}

/// A line that could not be read.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LineProblem {
    line: usize,
    message: String,
}

/// The indicators, latest first.
#[utoipa::path(get, path = "/indicators", tag = "indicators", params(IndicatorQuery), responses(
    (status = 200, body = List<IndicatorView>), (status = 400, body = Problem), (status = 401, body = Problem)))]
pub(crate) async fn indicators(
    State(api): State<Api>,
    caller: Caller<Read>,
    Asked(asked): Asked<IndicatorQuery>,
) -> Result<Json<List<IndicatorView>>, ApiError> {
    let page = page(asked.cursor.as_deref(), asked.limit)?;
    let filter = IndicatorFilter { kind: asked.kind, source: asked.source, text: asked.q };
    let tenant = caller.tenant();
    let listing = api.run(move |api| Ok(api.store.indicators(tenant, &filter, page)?)).await?;
    Ok(Json(List::of(listing, page, view)))
}

/// Keep an indicator.
#[utoipa::path(post, path = "/indicators", tag = "indicators", request_body = MakeIndicator, responses(
    (status = 201, body = IndicatorView), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem)))]
pub(crate) async fn make_indicator(
    State(api): State<Api>,
    caller: Caller<ManageIndicators>,
    Body(asked): Body<MakeIndicator>,
) -> Result<(StatusCode, Json<IndicatorView>), ApiError> {
    let indicator = indicator(asked, &caller.identity.name)?;
    let at = api.now();
    let kept = kept(&indicator, caller.tenant(), at, &caller.identity.name);
    let view_of = view(kept.clone());
    api.run(move |api| {
        let target = format!("indicator {} {}", kept.kind, kept.value);
        let entry = entry(&caller, at, "indicator.keep", &target, &kept.action);
        Ok(api.store.keep_indicators(caller.tenant(), std::slice::from_ref(&kept), entry)?)
    })
    .await?;
    Ok((StatusCode::CREATED, Json(view_of)))
}

/// Remove an indicator.
#[utoipa::path(delete, path = "/indicators/{id}", tag = "indicators", params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem)))]
pub(crate) async fn remove_indicator(
    State(api): State<Api>,
    caller: Caller<ManageIndicators>,
    Named(id): Named<Uuid>,
) -> Result<StatusCode, ApiError> {
    let at = api.now();
    let removed = api
        .run(move |api| {
            let target = format!("indicator {id}");
            let entry = entry(&caller, at, "indicator.remove", &target, "");
            Ok(api.store.remove_indicator(caller.tenant(), id, entry)?)
        })
        .await?;
    if removed { Ok(StatusCode::NO_CONTENT) } else { Err(ApiError::not_found("indicator")) }
}

/// Keep a list of indicators: plain lines, CSV with a header, or a bundle of STIX 2.1. Lines that cannot be read are
/// named and do not stop the others.
#[utoipa::path(post, path = "/indicators/import", tag = "indicators", params(ImportQuery),
    request_body(content = String, content_type = "text/plain"), responses(
    (status = 200, body = ImportOutcome), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem)))]
pub(crate) async fn import_indicators(
    State(api): State<Api>,
    caller: Caller<ManageIndicators>,
    Asked(asked): Asked<ImportQuery>,
    text: String,
) -> Result<Json<ImportOutcome>, ApiError> {
    let defaults = defaults(&asked, &caller.identity.name)?;
    let format = match asked.format.as_deref() {
        Some(word) => Format::from_word(word)
            .ok_or_else(|| ApiError::bad_request("`format` is one of plain, csv, stix"))?,
        None => Format::guess(&text),
    };
    let at = api.now();
    let outcome = api
        .run(move |api| {
            let read = import(format, &text, &defaults);
            let (tenant, by) = (caller.tenant(), caller.identity.name.clone());
            let all: Vec<_> =
                read.indicators.iter().map(|one| kept(one, tenant, at, &by)).collect();
            if !all.is_empty() {
                let detail = format!("{} taken, {} refused", all.len(), read.refused);
                let entry = entry(&caller, at, "indicator.import", &defaults.source, &detail);
                api.store.keep_indicators(tenant, &all, entry)?;
            }
            let problem = |p: ImportProblem| LineProblem { line: p.line, message: p.message };
            Ok(ImportOutcome {
                taken: all.len(),
                refused: read.refused,
                problems: read.problems.into_iter().map(problem).collect(),
            })
        })
        .await?;
    Ok(Json(outcome))
}

fn entry<'a>(
    caller: &'a Caller<ManageIndicators>,
    at: Timestamp,
    action: &'a str,
    target: &'a str,
    detail: &'a str,
) -> NewAuditEntry<'a> {
    let (actor, address) = (caller.identity.name.as_str(), caller.address.as_str());
    NewAuditEntry { at, actor, address, action, target, outcome: "done", detail }
}

fn action(word: Option<&str>) -> Result<Action, ApiError> {
    let Some(word) = word else { return Ok(Action::Audit) };
    Action::from_word(word)
        .ok_or_else(|| ApiError::bad_request("`action` is one of allow, audit, warn, block"))
}

fn severity(word: Option<&str>) -> Result<Severity, ApiError> {
    let Some(word) = word else { return Ok(Severity::Medium) };
    Severity::from_word(word)
        .ok_or_else(|| ApiError::bad_request(format!("`{word}` is no severity")))
}

fn defaults(asked: &ImportQuery, caller: &str) -> Result<Defaults, ApiError> {
    let source = asked.source.as_deref().unwrap_or(caller);
    let usual = Defaults::default();
    Ok(Defaults {
        action: action(asked.action.as_deref())?,
        severity: severity(asked.severity.as_deref())?,
        title: asked.title.as_deref().map_or(usual.title, Into::into),
        source: source.into(),
        subdomains: asked.subdomains.unwrap_or(true),
        valid_until: time(asked.valid_until.as_deref(), "valid_until")?,
        scope: Scope::All,
    })
}

fn indicator(asked: MakeIndicator, caller: &str) -> Result<Indicator, ApiError> {
    let value = match asked.kind.as_deref() {
        Some(word) => {
            let kind = Kind::from_word(word).ok_or_else(|| {
                ApiError::bad_request(format!("`{word}` is no kind of indicator"))
            })?;
            Observable::parse(kind, &asked.value)
        }
        None => Observable::guess(&asked.value),
    };
    let value = value.map_err(|why| ApiError::bad_request(why.to_string()))?;
    let text = |text: Option<String>, or: &str| Text::from(text.as_deref().unwrap_or(or));
    Ok(Indicator {
        id: "".into(),
        subdomains: asked.subdomains.unwrap_or(true) && value.kind() == Kind::Domain,
        action: action(asked.action.as_deref())?,
        severity: severity(asked.severity.as_deref())?,
        title: text(asked.title, "Known bad value"),
        description: text(asked.description, ""),
        source: text(asked.source, caller),
        scope: scope(asked.devices, asked.groups)?,
        valid_from: time(asked.valid_from.as_deref(), "valid_from")?,
        valid_until: time(asked.valid_until.as_deref(), "valid_until")?,
        value,
    })
}

fn scope(devices: Option<Vec<String>>, groups: Option<Vec<String>>) -> Result<Scope, ApiError> {
    if devices.is_none() && groups.is_none() {
        return Ok(Scope::All);
    }
    let devices: Result<Vec<DeviceId>, _> =
        devices.unwrap_or_default().iter().map(|id| id.parse()).collect();
    let devices =
        devices.map_err(|why: bartizan_model::IdError| ApiError::bad_request(why.to_string()))?;
    let groups = groups.unwrap_or_default().into_iter().map(Text::from).collect();
    Ok(Scope::Some { devices, groups })
}

fn kept(indicator: &Indicator, tenant: TenantId, at: Timestamp, by: &str) -> KeptIndicator {
    let (kind, value) = (indicator.kind().word().to_owned(), indicator.value.to_string());
    KeptIndicator {
        id: KeptIndicator::identity(tenant, &kind, &value, &indicator.source),
        kind,
        value,
        subdomains: indicator.subdomains,
        action: indicator.action.word().to_owned(),
        severity: indicator.severity,
        title: indicator.title.to_string(),
        description: indicator.description.to_string(),
        source: indicator.source.to_string(),
        scope: match &indicator.scope {
            Scope::All => None,
            Scope::Some { devices, groups } => {
                Some((devices.clone(), groups.iter().map(ToString::to_string).collect()))
            }
        },
        valid_from: indicator.valid_from,
        valid_until: indicator.valid_until,
        created_at: at,
        created_by: by.to_owned(),
    }
}

fn view(kept: KeptIndicator) -> IndicatorView {
    let (devices, groups) = match kept.scope {
        None => (None, None),
        Some((devices, groups)) => {
            (Some(devices.iter().map(ToString::to_string).collect()), Some(groups))
        }
    };
    IndicatorView {
        id: kept.id.to_string(),
        kind: kept.kind,
        value: kept.value,
        subdomains: kept.subdomains,
        action: kept.action,
        severity: kept.severity.word(),
        title: kept.title,
        description: kept.description,
        source: kept.source,
        devices,
        groups,
        valid_from: kept.valid_from.map(shown),
        valid_until: kept.valid_until.map(shown),
        created_at: shown(kept.created_at),
        created_by: kept.created_by,
    }
}
