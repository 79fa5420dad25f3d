//! Tuning: a narrow condition suggested from an alert, what it would have hidden in the past, and the rules that
//! are kept.

use std::time::Duration;

use axum::{Json, extract::State, http::StatusCode};
use bartizan_incident::{Condition, PATTERN_MAX, TUNING_FIELDS, holds, suggestions};
use bartizan_model::{Alert, TenantId, Timestamp};
use bartizan_store::{TuningCondition, TuningRule};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Api, Topic,
    caller::{Caller, Read, Tune},
    problem::{ApiError, Problem},
    request::{Body, List, Named, one_of, shown, time, written},
};

/// How far back a preview looks when it is not said.
const PREVIEW_DAYS: u64 = 30;
/// How many past alerts of a rule a preview looks at.
const LOOKED_AT: u32 = 20_000;
/// How many of those that hold are named.
const NAMED: usize = 20;
/// How long a rule works when it is not said.
const LASTS: Duration = Duration::from_secs(90 * 86_400);
/// How many conditions a rule has.
const CONDITIONS_MAX: usize = 10;

/// An alert that should be expected.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct SuggestFrom {
    /// The alert.
    alert: String,
}

/// What could be asked of alerts like one.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SuggestionView {
    /// The rule whose alerts it is about.
    rule: String,
    title: String,
    /// Everything that could be asked; what is `suggested` makes a narrow condition.
    conditions: Vec<SuggestedCondition>,
    /// What the narrow condition would have done.
    preview: PreviewView,
}

/// Something that could be asked.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SuggestedCondition {
    #[serde(flatten)]
    condition: ConditionView,
    /// What the field is, in words.
    meaning: &'static str,
    /// It belongs to the narrow condition.
    suggested: bool,
}

/// One thing an alert must hold.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub(crate) struct ConditionView {
    /// `device`, `user`, `image`, `command_line`, `parent_image`, `sha256`, `file` or `address`.
    field: String,
    /// What it holds; `*` stands for any characters.
    value: String,
}

/// A condition to be tried on the past.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct PreviewOf {
    rule: String,
    conditions: Vec<ConditionView>,
    /// How far back; 30 when not said, at most 180.
    days: Option<u64>,
}

/// What a condition would have done.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PreviewView {
    days: u64,
    /// Alerts it holds for.
    alerts: u64,
    /// Alerts of the rule that it leaves.
    left: u64,
    /// Of those it holds for, how many are in something said to be a true positive.
    true_positives: u64,
    /// Of those it holds for, how many are on how many devices.
    devices: u64,
    /// In words.
    text: String,
    /// The rule has more alerts than were looked at.
    more: bool,
    /// The latest of those it holds for.
    latest: Vec<PreviewAlert>,
}

/// An alert a condition holds for.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PreviewAlert {
    id: String,
    event_at: String,
    device_name: String,
    incident: Option<u64>,
    classification: Option<String>,
}

/// A tuning rule to be kept.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct KeepTuningRule {
    name: String,
    /// Whose alerts.
    rule: String,
    /// All of these hold.
    conditions: Vec<ConditionView>,
    /// `hide` or `resolve`.
    effect: String,
    /// Why.
    reason: String,
    /// Until when; 90 days when not said, `never` for always.
    expires_at: Option<String>,
    enabled: Option<bool>,
}

/// A tuning rule.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TuningRuleView {
    id: u64,
    name: String,
    rule: String,
    rule_title: Option<String>,
    conditions: Vec<ConditionView>,
    /// `hide` or `resolve`.
    effect: &'static str,
    reason: String,
    /// Who answers for it.
    owner: String,
    created_at: String,
    expires_at: Option<String>,
    /// `active`, `off` or `expired`.
    state: &'static str,
    /// To how many alerts it was applied.
    applied: u64,
    last_applied_at: Option<String>,
}

/// Suggest a narrow condition from an alert, with what it would have done.
#[utoipa::path(post, path = "/tuning/suggest", tag = "tuning", request_body = SuggestFrom, responses(
    (status = 200, body = SuggestionView), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem)))]
pub(crate) async fn suggest(
    State(api): State<Api>,
    caller: Caller<Tune>,
    Body(asked): Body<SuggestFrom>,
) -> Result<Json<SuggestionView>, ApiError> {
    let id = asked.alert.parse().map_err(|_no_id| ApiError::not_found("alert"))?;
    let now = api.now();
    api.run(move |api| {
        let tenant = caller.tenant();
        let record = api.store.alert(tenant, id)?.ok_or_else(|| ApiError::not_found("alert"))?;
        let alert = record.alert;
        let suggested = suggestions(&alert);
        let narrow: Vec<Condition> =
            suggested.iter().filter(|s| s.suggested).map(|s| s.condition.clone()).collect();
        let preview = looked_back(api, tenant, (&alert.rule, &narrow), PREVIEW_DAYS, now)?;
        let conditions = suggested.into_iter().map(|suggestion| SuggestedCondition {
            meaning: meaning(&suggestion.condition.field),
            suggested: suggestion.suggested,
            condition: ConditionView {
                field: suggestion.condition.field,
                value: suggestion.condition.pattern,
            },
        });
        Ok(Json(SuggestionView {
            rule: alert.rule.to_string(),
            title: alert.title.to_string(),
            conditions: conditions.collect(),
            preview,
        }))
    })
    .await
}

/// What a condition would have done in the past.
#[utoipa::path(post, path = "/tuning/preview", tag = "tuning", request_body = PreviewOf, responses(
    (status = 200, body = PreviewView), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem)))]
pub(crate) async fn preview(
    State(api): State<Api>,
    caller: Caller<Tune>,
    Body(asked): Body<PreviewOf>,
) -> Result<Json<PreviewView>, ApiError> {
    let conditions = conditions(&asked.conditions)?;
    let days = asked.days.unwrap_or(PREVIEW_DAYS).clamp(1, 180);
    let now = api.now();
    api.run(move |api| {
        looked_back(api, caller.tenant(), (&asked.rule, &conditions), days, now).map(Json)
    })
    .await
}

/// The tuning rules.
#[utoipa::path(get, path = "/tuning/rules", tag = "tuning",
    responses((status = 200, body = List<TuningRuleView>), (status = 401, body = Problem)))]
pub(crate) async fn rules(
    State(api): State<Api>,
    caller: Caller<Read>,
) -> Result<Json<List<TuningRuleView>>, ApiError> {
    let now = api.now();
    api.run(move |api| {
        let rules = api.store.tuning_rules(caller.tenant())?;
        Ok(Json(List::whole(rules.into_iter().map(|rule| view(api, rule, now)).collect())))
    })
    .await
}

/// Make a tuning rule. It is applied to alerts from now on.
#[utoipa::path(post, path = "/tuning/rules", tag = "tuning", request_body = KeepTuningRule, responses(
    (status = 201, body = TuningRuleView), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem)))]
pub(crate) async fn make_rule(
    State(api): State<Api>,
    caller: Caller<Tune>,
    Body(asked): Body<KeepTuningRule>,
) -> Result<(StatusCode, Json<TuningRuleView>), ApiError> {
    Ok((StatusCode::CREATED, keep(&api, caller, 0, asked).await?))
}

/// Change a tuning rule.
#[utoipa::path(put, path = "/tuning/rules/{id}", tag = "tuning", params(("id" = u64, Path)),
    request_body = KeepTuningRule, responses((status = 200, body = TuningRuleView), (status = 400, body = Problem),
    (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn change_rule(
    State(api): State<Api>,
    caller: Caller<Tune>,
    Named(id): Named<u64>,
    Body(asked): Body<KeepTuningRule>,
) -> Result<Json<TuningRuleView>, ApiError> {
    keep(&api, caller, id, asked).await
}

/// Remove a tuning rule. What it hid is shown again.
#[utoipa::path(delete, path = "/tuning/rules/{id}", tag = "tuning", params(("id" = u64, Path)), responses(
    (status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn remove_rule(
    State(api): State<Api>,
    caller: Caller<Tune>,
    Named(id): Named<u64>,
) -> Result<StatusCode, ApiError> {
    let at = api.now();
    api.run(move |api| {
        let target = format!("tuning rule {id}");
        let entry = caller.did(at, "tuning.remove", &target, "");
        if api.store.remove_tuning_rule(caller.tenant(), id, entry)? {
            api.notices.tell(caller.tenant(), Topic::Rules, &target);
            return Ok(StatusCode::NO_CONTENT);
        }
        Err(ApiError::not_found("tuning rule"))
    })
    .await
}

async fn keep(
    api: &Api,
    caller: Caller<Tune>,
    number: u64,
    asked: KeepTuningRule,
) -> Result<Json<TuningRuleView>, ApiError> {
    one_of(&asked.effect, "effect", &["hide", "resolve"])?;
    let judged = conditions(&asked.conditions)?;
    if judged.iter().all(|condition| condition.pattern.chars().all(|c| c == '*')) {
        return Err(ApiError::bad_request(
            "a condition has to say something: switch the rule off instead",
        ));
    }
    let now = api.now();
    let expires_at = match asked.expires_at.as_deref() {
        None | Some("") => Some(now.plus(LASTS)),
        Some("never") => None,
        Some(at) => time(Some(at), "expires_at")?,
    };
    let mut rule = TuningRule {
        number,
        name: written(&asked.name, "a tuning rule's name", 200)?,
        rule: written(&asked.rule, "a rule", 500)?,
        conditions: asked
            .conditions
            .into_iter()
            .map(|condition| TuningCondition { field: condition.field, value: condition.value })
            .collect(),
        hide: asked.effect == "hide",
        reason: written(&asked.reason, "a reason", 2_000)?,
        owner: caller.identity.name.clone(),
        created_at: now,
        expires_at,
        enabled: asked.enabled.unwrap_or(true),
        applied: 0,
        last_at: None,
    };
    api.run(move |api| {
        let tenant = caller.tenant();
        let target = format!("tuning rule {}", rule.name);
        let detail = format!(
            "{} of {}: {:?}",
            if rule.hide { "hide" } else { "resolve" },
            rule.rule,
            rule.conditions
        );
        let entry = caller.did(now, "tuning.keep", &target, &detail);
        let kept = api.store.keep_tuning_rule(tenant, &rule, entry)?;
        rule.number = kept.ok_or_else(|| ApiError::not_found("tuning rule"))?;
        api.notices.tell(tenant, Topic::Rules, &target);
        let rules = api.store.tuning_rules(tenant)?;
        let kept = rules.into_iter().find(|kept| kept.number == rule.number).unwrap_or(rule);
        Ok(Json(view(api, kept, now)))
    })
    .await
}

fn conditions(asked: &[ConditionView]) -> Result<Vec<Condition>, ApiError> {
    if asked.is_empty() || asked.len() > CONDITIONS_MAX {
        return Err(ApiError::bad_request("a tuning rule has 1 to 10 conditions"));
    }
    let fields: Vec<&str> = TUNING_FIELDS.iter().map(|(field, _)| *field).collect();
    for condition in asked {
        one_of(&condition.field, "field", &fields)?;
        if condition.value.is_empty() || condition.value.len() > PATTERN_MAX {
            return Err(ApiError::bad_request("a condition's value has 1 to 4096 characters"));
        }
    }
    let read = |condition: &ConditionView| Condition {
        field: condition.field.clone(),
        pattern: condition.value.clone(),
    };
    Ok(asked.iter().map(read).collect())
}

fn looked_back(
    api: &Api,
    tenant: TenantId,
    (rule, conditions): (&str, &[Condition]),
    days: u64,
    now: Timestamp,
) -> Result<PreviewView, ApiError> {
    let since = now.minus(Duration::from_secs(days * 86_400));
    let past = api.store.past_alerts(tenant, rule, since, LOOKED_AT)?;
    let all = past.len();
    let held: Vec<(Alert, Option<String>)> =
        past.into_iter().filter(|(alert, _)| holds(conditions, alert)).collect();
    let true_positives =
        held.iter().filter(|(_, said)| said.as_deref() == Some("True positive")).count();
    let mut devices: Vec<_> = held.iter().map(|(alert, _)| alert.device).collect();
    devices.sort_unstable();
    devices.dedup();
    let of = match true_positives {
        0 => "none in a true-positive incident".to_owned(),
        1 => "1 of them in a true-positive incident".to_owned(),
        n => format!("{n} of them in true-positive incidents"),
    };
    let alerts = if held.len() == 1 { "1 alert" } else { "alerts" };
    let alerts =
        if held.len() == 1 { alerts.to_owned() } else { format!("{} {alerts}", held.len()) };
    let count = |many: usize| u64::try_from(many).unwrap_or(u64::MAX);
    let latest = held.iter().take(NAMED).map(|(alert, said)| PreviewAlert {
        id: alert.id.to_string(),
        event_at: shown(alert.event_at),
        device_name: alert.device_name.to_string(),
        incident: alert.incident.map(|incident| incident.0),
        classification: said.clone(),
    });
    Ok(PreviewView {
        days,
        text: format!("holds for {alerts} in {days} days, {of}"),
        alerts: count(held.len()),
        left: count(all.saturating_sub(held.len())),
        true_positives: count(true_positives),
        devices: count(devices.len()),
        more: all >= usize::try_from(LOOKED_AT).unwrap_or(usize::MAX),
        latest: latest.collect(),
    })
}

fn meaning(field: &str) -> &'static str {
    TUNING_FIELDS.iter().find(|(name, _)| *name == field).map_or("", |(_, meaning)| meaning)
}

fn view(api: &Api, rule: TuningRule, now: Timestamp) -> TuningRuleView {
    let expired = rule.expires_at.is_some_and(|end| end <= now);
    TuningRuleView {
        id: rule.number,
        rule_title: api.rules.iter().find(|known| known.id == rule.rule).map(|r| r.title.clone()),
        name: rule.name,
        rule: rule.rule,
        conditions: rule
            .conditions
            .into_iter()
            .map(|condition| ConditionView { field: condition.field, value: condition.value })
            .collect(),
        effect: if rule.hide { "hide" } else { "resolve" },
        reason: rule.reason,
        owner: rule.owner,
        created_at: shown(rule.created_at),
        expires_at: rule.expires_at.map(shown),
        state: match (rule.enabled, expired) {
            (false, _) => "off",
            (true, true) => "expired",
            (true, false) => "active",
        },
        applied: rule.applied,
        last_applied_at: rule.last_at.map(shown),
    }
}
