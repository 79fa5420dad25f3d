//! Actions as answers show them.

use std::collections::BTreeMap;

use bartizan_access::ActionPlan;
use bartizan_model::ActionId;
use bartizan_store::{ActionOnDevice, ActionRecord};
use bartizan_wire::order_from_bytes;
use serde::Serialize;
use utoipa::ToSchema;

use super::OrderBody;
use crate::request::shown;

/// An action in the list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ActionSummary {
    id: String,
    kind: &'static str,
    /// What it does, in words.
    summary: String,
    reason: String,
    requested_by: String,
    requested_at: String,
    /// When a device need not do it any more.
    expires_at: String,
    /// `pending_approval`, `queued`, `running`, `succeeded`, `failed`, `timed_out`, `cancelled` or `undone`.
    status: &'static str,
    approvals_needed: u32,
    approvals: usize,
    /// The incident it was asked for from.
    incident: Option<u64>,
    /// The action that it takes back.
    undoes: Option<String>,
    /// Actions that take it back.
    undone_by: Vec<String>,
    /// How many devices it is for.
    devices: u64,
    /// How many of them stand how.
    counts: BTreeMap<String, u64>,
}

/// An action.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ActionView {
    #[serde(flatten)]
    summary: ActionSummary,
    /// What it does, as it was asked for.
    order: Option<OrderBody>,
    /// Who decided what.
    decisions: Vec<DecisionView>,
}

/// What somebody decided.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DecisionView {
    person: String,
    approved: bool,
    comment: String,
    at: String,
}

/// What came of an action on a device.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ActionDevice {
    device: String,
    device_name: String,
    status: &'static str,
    /// How often it was handed over: more than once when the line broke.
    deliveries: u64,
    delivered_at: Option<String>,
    finished_at: Option<String>,
    /// What happened, in one line.
    summary: Option<String>,
    /// What happened to each thing.
    items: Vec<ItemView>,
    /// It can be taken back.
    undoable: bool,
}

/// What happened to one thing.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ItemView {
    name: String,
    result: String,
    done: bool,
}

/// What would become of a request.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlanView {
    /// How many people have to approve it.
    approvals_needed: u32,
    /// It is so many devices that `confirmed_devices` has to be their number.
    needs_count: bool,
    devices: Vec<PlannedView>,
}

/// A device of a plan.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlannedView {
    device: String,
    name: String,
    last_seen: Option<String>,
    /// The policy allows it there.
    allowed: bool,
}

pub(super) fn summary(action: &ActionRecord) -> ActionSummary {
    ActionSummary {
        id: action.id.to_string(),
        kind: action.kind.word(),
        summary: action.summary.clone(),
        reason: action.reason.clone(),
        requested_by: action.requested_by.clone(),
        requested_at: shown(action.requested_at),
        expires_at: shown(action.expires_at),
        status: action.status.word(),
        approvals_needed: action.approvals_needed,
        approvals: action.decisions.iter().filter(|decision| decision.approved).count(),
        incident: action.incident.map(|incident| incident.0),
        undoes: action.undoes.as_ref().map(ActionId::to_string),
        undone_by: action.undone_by.iter().map(ActionId::to_string).collect(),
        devices: action.counts.iter().map(|(_, count)| count).sum(),
        counts: action
            .counts
            .iter()
            .map(|(status, count)| (status.word().to_owned(), *count))
            .collect(),
    }
}

pub(super) fn action(action: &ActionRecord) -> ActionView {
    let decisions = action.decisions.iter().map(|decision| DecisionView {
        person: decision.person.clone(),
        approved: decision.approved,
        comment: decision.comment.clone(),
        at: shown(decision.at),
    });
    ActionView {
        summary: summary(action),
        order: order_from_bytes(&action.order).ok().as_ref().map(OrderBody::of),
        decisions: decisions.collect(),
    }
}

pub(super) fn device(on: &ActionOnDevice) -> ActionDevice {
    let items = on.items.iter().map(|item| ItemView {
        name: item.name.to_string(),
        result: item.result.to_string(),
        done: item.done,
    });
    ActionDevice {
        device: on.device.to_string(),
        device_name: on.device_name.to_string(),
        status: on.status.word(),
        deliveries: on.deliveries,
        delivered_at: on.delivered_at.map(shown),
        finished_at: on.finished_at.map(shown),
        summary: on.summary.clone(),
        items: items.collect(),
        undoable: on.undoable,
    }
}

pub(super) fn plan(plan: &ActionPlan) -> PlanView {
    let devices = plan.devices.iter().map(|planned| PlannedView {
        device: planned.device.to_string(),
        name: planned.name.to_string(),
        last_seen: planned.last_seen.map(shown),
        allowed: planned.allowed,
    });
    PlanView {
        approvals_needed: plan.approvals_needed,
        needs_count: plan.needs_count,
        devices: devices.collect(),
    }
}
