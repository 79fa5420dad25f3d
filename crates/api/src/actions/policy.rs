//! Who has to approve what, and how many devices are many.

use axum::{Json, extract::State, http::StatusCode};
use bartizan_model::OrderKind;
use bartizan_store::{ActionBreaker, ActionPolicy};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Api,
    caller::{Caller, ManageActions, Read},
    problem::{ApiError, Problem},
    request::Body,
};

/// Most rules that can be laid down.
const RULES_MAX: usize = 1_000;
/// Most people that can be needed.
const APPROVALS_MAX: u32 = 5;

/// What is laid down.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct PoliciesBody {
    /// The rules; the most particular one counts, and where there is none, anybody who may act just acts.
    rules: Vec<PolicyBody>,
    /// More devices than this need their number said again.
    most_devices: u64,
    /// A larger share of all devices than this, in percent, needs the number said again.
    most_percent: u64,
}

/// A rule.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct PolicyBody {
    /// Number of the device group; nothing is all devices.
    group: Option<u64>,
    /// Kind of action; nothing is every kind.
    kind: Option<String>,
    /// It may be done at all.
    allowed: bool,
    /// How many people other than who asks have to approve it.
    approvals: u32,
}

/// Who has to approve what.
#[utoipa::path(get, path = "/action-policies", tag = "actions", responses(
    (status = 200, body = PoliciesBody), (status = 401, body = Problem)))]
pub(crate) async fn policies(
    State(api): State<Api>,
    caller: Caller<Read>,
) -> Result<Json<PoliciesBody>, ApiError> {
    api.run(move |api| {
        let tenant = caller.tenant();
        let breaker = api.store.action_breaker(tenant)?;
        let rules = api.store.action_policies(tenant)?.into_iter().map(|policy| PolicyBody {
            group: policy.group,
            kind: policy.kind.map(|kind| kind.word().to_owned()),
            allowed: policy.allowed,
            approvals: policy.approvals,
        });
        Ok(Json(PoliciesBody {
            rules: rules.collect(),
            most_devices: breaker.most_devices,
            most_percent: breaker.most_percent,
        }))
    })
    .await
}

/// Lay down who has to approve what.
#[utoipa::path(put, path = "/action-policies", tag = "actions", request_body = PoliciesBody, responses(
    (status = 204), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn set_policies(
    State(api): State<Api>,
    caller: Caller<ManageActions>,
    Body(asked): Body<PoliciesBody>,
) -> Result<StatusCode, ApiError> {
    if asked.rules.len() > RULES_MAX || asked.most_percent > 100 {
        return Err(ApiError::bad_request("at most 1000 rules, and at most 100 percent"));
    }
    let breaker =
        ActionBreaker { most_devices: asked.most_devices, most_percent: asked.most_percent };
    let rules = asked.rules.into_iter().map(policy).collect::<Result<Vec<_>, _>>()?;
    let now = api.now();
    api.run(move |api| {
        let (by, address) = (&caller.identity, &caller.address);
        Ok(api.access.set_action_policies(by, &rules, breaker, address, now)?)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

fn policy(body: PolicyBody) -> Result<ActionPolicy, ApiError> {
    let kind = body.kind.filter(|kind| !kind.is_empty()).map(|kind| {
        kind.parse::<OrderKind>()
            .map_err(|_unknown| ApiError::bad_request(format!("`{kind}` is no kind of action")))
    });
    if body.approvals > APPROVALS_MAX || body.group == Some(0) {
        return Err(ApiError::bad_request("at most 5 approvals; groups are counted from 1"));
    }
    let (group, allowed, approvals) = (body.group, body.allowed, body.approvals);
    Ok(ActionPolicy { group, kind: kind.transpose()?, allowed, approvals })
}
