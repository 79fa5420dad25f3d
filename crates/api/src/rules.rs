//! The rules alerts are made by: what each is, whether it judges here, what it raised, what all of them cover.

use std::{collections::BTreeMap, time::Duration};

use axum::{
    Json,
    extract::{Path, State},
};
use bartizan_store::{RuleFired, RuleState};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Api, Topic,
    caller::{Caller, ManageRules, Read},
    problem::{ApiError, Problem},
    request::{Body, List, shown},
};

/// How far back "lately" goes.
const LATELY: Duration = Duration::from_secs(30 * 86_400);

/// A rule, as the binary loaded it.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
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
    /// Its text, as it was written.
    pub source: String,
}

impl Rule {
    /// Whether it sees this technique, or a part of it.
    pub(crate) fn shows(&self, technique: &str) -> bool {
        self.techniques.iter().any(|own| {
            own == technique
                || own.strip_prefix(technique).is_some_and(|rest| rest.starts_with('.'))
        })
    }
}

/// A rule, whether it judges here, and what it raised.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RuleView {
    #[serde(flatten)]
    rule: Rule,
    /// It judges events.
    enabled: bool,
    /// Why not, or why again.
    reason: Option<String>,
    /// Who said so.
    changed_by: Option<String>,
    changed_at: Option<String>,
    /// Alerts it ever raised.
    alerts: u64,
    /// Alerts it raised in the last 30 days.
    alerts_30_days: u64,
    /// The latest event it was about.
    last_alert_at: Option<String>,
}

/// Whether a rule shall judge.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ChangeRule {
    enabled: bool,
    /// Why.
    #[serde(default)]
    reason: String,
}

/// What the rules cover.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CoverageView {
    techniques: Vec<TechniqueView>,
}

/// What the rules cover of a technique.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TechniqueView {
    /// As "T1059.004".
    technique: String,
    /// Tactics of its rules.
    tactics: Vec<String>,
    /// Rules that see it.
    rules: Vec<String>,
    /// Of those, how many judge.
    enabled: u64,
    /// Alerts of the last 30 days.
    alerts_30_days: u64,
}

/// The rules.
#[utoipa::path(get, path = "/rules", tag = "rules",
    responses((status = 200, body = List<RuleView>), (status = 401, body = Problem)))]
pub(crate) async fn rules(
    State(api): State<Api>,
    caller: Caller<Read>,
) -> Result<Json<List<RuleView>>, ApiError> {
    let all = views(&api, caller.tenant()).await?;
    Ok(Json(List::whole(all)))
}

/// A rule.
#[utoipa::path(get, path = "/rules/{id}", tag = "rules", params(("id" = String, Path)), responses(
    (status = 200, body = RuleView), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn rule(
    State(api): State<Api>,
    caller: Caller<Read>,
    Path(id): Path<String>,
) -> Result<Json<RuleView>, ApiError> {
    let all = views(&api, caller.tenant()).await?;
    all.into_iter()
        .find(|view| view.rule.id == id)
        .map(Json)
        .ok_or_else(|| ApiError::not_found("rule"))
}

/// Let a rule judge, or not.
#[utoipa::path(patch, path = "/rules/{id}", tag = "rules", params(("id" = String, Path)), request_body = ChangeRule,
    responses((status = 200, body = RuleView), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn change(
    State(api): State<Api>,
    caller: Caller<ManageRules>,
    Path(id): Path<String>,
    Body(asked): Body<ChangeRule>,
) -> Result<Json<RuleView>, ApiError> {
    if !api.rules.iter().any(|rule| rule.id == id) {
        return Err(ApiError::not_found("rule"));
    }
    let (at, tenant, name) = (api.now(), caller.tenant(), id.clone());
    api.run(move |api| {
        let action = if asked.enabled { "rule.enable" } else { "rule.disable" };
        let target = format!("rule {name}");
        let entry = caller.did(at, action, &target, asked.reason.trim());
        let state = (name.as_str(), asked.enabled, asked.reason.trim());
        api.store.set_rule_state(caller.tenant(), state, entry)?;
        api.notices.tell(caller.tenant(), Topic::Rules, &name);
        Ok(())
    })
    .await?;
    let all = views(&api, tenant).await?;
    all.into_iter()
        .find(|view| view.rule.id == id)
        .map(Json)
        .ok_or_else(|| ApiError::not_found("rule"))
}

/// Which ATT&CK techniques the rules see.
#[utoipa::path(get, path = "/rules/coverage", tag = "rules",
    responses((status = 200, body = CoverageView), (status = 401, body = Problem)))]
pub(crate) async fn coverage(
    State(api): State<Api>,
    caller: Caller<Read>,
) -> Result<Json<CoverageView>, ApiError> {
    let all = views(&api, caller.tenant()).await?;
    let mut techniques: BTreeMap<String, TechniqueView> = BTreeMap::new();
    for view in &all {
        for technique in &view.rule.techniques {
            let known = techniques.entry(technique.clone()).or_insert_with(|| TechniqueView {
                technique: technique.clone(),
                tactics: Vec::new(),
                rules: Vec::new(),
                enabled: 0,
                alerts_30_days: 0,
            });
            for tactic in &view.rule.tactics {
                if !known.tactics.contains(tactic) {
                    known.tactics.push(tactic.clone());
                }
            }
            known.rules.push(view.rule.id.clone());
            known.enabled += u64::from(view.enabled && view.rule.problem.is_none());
            known.alerts_30_days += view.alerts_30_days;
        }
    }
    Ok(Json(CoverageView { techniques: techniques.into_values().collect() }))
}

async fn views(api: &Api, tenant: bartizan_model::TenantId) -> Result<Vec<RuleView>, ApiError> {
    let since = api.now().minus(LATELY);
    let (states, fired) = api
        .run(move |api| Ok((api.store.rule_states(tenant)?, api.store.rules_fired(tenant, since)?)))
        .await?;
    let states: BTreeMap<&str, &RuleState> =
        states.iter().map(|state| (state.rule.as_str(), state)).collect();
    let fired: BTreeMap<&str, &RuleFired> =
        fired.iter().map(|fired| (fired.rule.as_str(), fired)).collect();
    let view = |rule: &Rule| {
        let (state, fired) = (states.get(rule.id.as_str()), fired.get(rule.id.as_str()));
        RuleView {
            rule: rule.clone(),
            enabled: state.is_none_or(|state| state.enabled),
            reason: state.map(|state| state.reason.clone()).filter(|reason| !reason.is_empty()),
            changed_by: state.map(|state| state.actor.clone()),
            changed_at: state.map(|state| shown(state.at)),
            alerts: fired.map_or(0, |fired| fired.total),
            alerts_30_days: fired.map_or(0, |fired| fired.lately),
            last_alert_at: fired.map(|fired| shown(fired.last_at)),
        }
    };
    Ok(api.rules.iter().map(view).collect())
}
