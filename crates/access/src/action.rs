//! Who may have what done to which devices: the request is judged here once, before anything is kept, and every
//! decision about it goes into the audit log.
//!
//! The order of the judgement: the order makes sense, the devices are the caller's, the policy allows it, many devices
//! are meant. What is kept then needs approvals or waits for its devices.

mod command;
mod news;
mod plan;
mod sense;

use bartizan_model::{ActionId, ActionStatus, DeviceId, IncidentId, Order, Timestamp};
use bartizan_store::{
    ActionBreaker, ActionDecision, ActionPolicy, NewAction, NewAuditEntry, StoreError,
};
use bartizan_wire::{ReleaseToken, Signed, order_to_bytes};
use std::time::Duration;
use uuid::Uuid;

use crate::{Access, Identity, Means, Refusal, Result, users::entry};

pub use news::ActionNews;
pub(crate) use news::Hooks;
pub use plan::{ActionPlan, PlannedDevice};

/// How long a device has to fetch an action.
pub const ACTION_LASTS: Duration = Duration::from_secs(3 * 86_400);

/// How long a release token works.
pub const RELEASE_TOKEN_LASTS: Duration = Duration::from_secs(3 * 86_400);

/// What somebody wants done.
#[derive(Debug, Clone)]
pub struct ActionRequest {
    /// What.
    pub order: Order,
    /// On which devices.
    pub devices: Vec<DeviceId>,
    /// Why.
    pub reason: String,
    /// How many devices they think it is; needed when it is many.
    pub confirmed_devices: Option<u64>,
    /// The incident they look at.
    pub incident: Option<IncidentId>,
}

impl Access {
    /// What would become of a request: nothing is kept and nothing is sent.
    pub fn plan_action(&self, by: &Identity, request: &ActionRequest) -> Result<ActionPlan> {
        self.plan(by.tenant, &request.order, &request.devices)
    }

    /// Keeps a request as an action, which waits for approval or for its devices.
    pub fn request_action(
        &self,
        by: &Identity,
        request: &ActionRequest,
        address: &str,
        now: Timestamp,
    ) -> Result<ActionId> {
        sense::judge(&request.order, &request.reason, now)?;
        let undoes = match request.order {
            Order::Undo { action } => Some(action),
            _ => None,
        };
        let plan = self.plan_action(by, request)?;
        plan.judge(request.confirmed_devices)?;
        let id = ActionId::from_uuid(Uuid::new_v4());
        let devices: Vec<DeviceId> = plan.devices.iter().map(|planned| planned.device).collect();
        let summary = self.words_of(by, &request.order)?;
        let action = NewAction {
            id,
            kind: request.order.kind(),
            order: &order_to_bytes(&request.order),
            summary: &summary,
            reason: request.reason.trim(),
            requested_by: &by.name,
            requested_at: now,
            expires_at: now.plus(ACTION_LASTS),
            approvals_needed: plan.approvals_needed,
            undoes,
            incident: request.incident,
            devices: &devices,
        };
        let kind = format!("action.{}", request.order.kind());
        let target = format!("action {id}");
        let mut kept = entry(by, address, now, &kind, &target);
        let detail = format!("{summary} on {}: {}", plan.devices_in_words(), action.reason);
        kept.detail = &detail;
        match self.store.create_action(by.tenant, &action, kept) {
            // A device was shut out since it was looked up.
            Err(StoreError::Conflict(_)) => return Err(Refusal::NoSuchDevice.into()),
            outcome => outcome?,
        }
        self.tell_action((by.tenant, id), now, &devices);
        Ok(id)
    }

    /// Has an action taken back where it was done, or on some of these devices.
    pub fn undo_action(
        &self,
        by: &Identity,
        action: ActionId,
        request: &UndoRequest,
        address: &str,
        now: Timestamp,
    ) -> Result<ActionId> {
        let known = self.store.action(by.tenant, action)?.ok_or(Refusal::NoSuchAction)?;
        let mut devices = self.store.undoable_devices(by.tenant, action)?;
        if !request.devices.is_empty() {
            devices.retain(|device| request.devices.contains(device));
        }
        if devices.is_empty() {
            return Err(Refusal::NothingToUndo.into());
        }
        let undo = ActionRequest {
            order: Order::Undo { action },
            devices,
            reason: request.reason.clone(),
            confirmed_devices: request.confirmed_devices,
            incident: known.incident,
        };
        self.request_action(by, &undo, address, now)
    }

    /// Approves or rejects, with a comment, an action that waits for it. Only people do, none twice, and
    /// nobody their own.
    pub fn decide_action(
        &self,
        by: &Identity,
        action: ActionId,
        (approved, comment): (bool, &str),
        address: &str,
        now: Timestamp,
    ) -> Result<ActionStatus> {
        let known = self.store.action(by.tenant, action)?.ok_or(Refusal::NoSuchAction)?;
        let Means::Session { .. } = by.means else { return Err(Refusal::ApproveInPerson.into()) };
        if approved && known.requested_by == by.name {
            return Err(Refusal::OwnAction.into());
        }
        let decision = ActionDecision {
            person: by.name.clone(),
            approved,
            comment: comment.to_owned(),
            at: now,
        };
        let word = if approved { "action.approve" } else { "action.reject" };
        let target = format!("action {action}");
        let mut kept = entry(by, address, now, word, &target);
        kept.detail = comment;
        let status = self.store.decide_action(by.tenant, action, &decision, kept)?;
        let status = status.ok_or(Refusal::NotPending)?;
        self.tell_action((by.tenant, action), now, &self.devices_of(by, action)?);
        Ok(status)
    }

    /// Takes an action back on the devices that do not have it yet. Says on how many.
    pub fn cancel_action(
        &self,
        by: &Identity,
        action: ActionId,
        address: &str,
        now: Timestamp,
    ) -> Result<u64> {
        self.store.action(by.tenant, action)?.ok_or(Refusal::NoSuchAction)?;
        let target = format!("action {action}");
        let kept = entry(by, address, now, "action.cancel", &target);
        let cancelled = self.store.cancel_action(by.tenant, action, now, kept)?;
        if cancelled == 0 {
            return Err(Refusal::NothingToCancel.into());
        }
        self.tell_action((by.tenant, action), now, &[]);
        Ok(cancelled)
    }

    /// Lays down who has to approve what, and how many devices are many.
    pub fn set_action_policies(
        &self,
        by: &Identity,
        policies: &[ActionPolicy],
        breaker: ActionBreaker,
        address: &str,
        now: Timestamp,
    ) -> Result<()> {
        let detail = format!(
            "{} rules; many is more than {} devices or {} %",
            policies.len(),
            breaker.most_devices,
            breaker.most_percent
        );
        let mut kept = entry(by, address, now, "action_policy.set", "");
        kept.detail = &detail;
        Ok(self.store.set_action_policies(by.tenant, policies, breaker, kept)?)
    }

    /// A line that frees one isolated device whose server cannot be reached, for a few days.
    pub fn release_token(
        &self,
        by: &Identity,
        device: DeviceId,
        address: &str,
        now: Timestamp,
    ) -> Result<ReleaseToken> {
        let known = self.store.devices_to_act_on(by.tenant, &[device])?;
        let name = &known.first().ok_or(Refusal::NoSuchDevice)?.name;
        let mut token = ReleaseToken {
            device,
            expires_at: now.plus(RELEASE_TOKEN_LASTS),
            nonce: rand::random(),
            signature: Vec::new(),
        };
        token.signature = self.signer.sign(Signed::Release, &token.signed_bytes());
        let target = format!("device {name}");
        let kept = entry(by, address, now, "release_token.create", &target);
        self.store.add_audit(by.tenant, kept)?;
        Ok(token)
    }

    /// Lets actions end whose time is over, for every tenant.
    pub fn expire_actions(&self, now: Timestamp) -> Result<u64> {
        let mut ended = 0;
        for tenant in self.store.door().tenants()? {
            ended += self.store.expire_actions(tenant.id, now)?;
        }
        Ok(ended)
    }

    /// The order in words; an undoing names what it undoes.
    fn words_of(&self, by: &Identity, order: &Order) -> Result<String> {
        let Order::Undo { action } = order else { return Ok(order.to_string()) };
        let undone = self.store.action(by.tenant, *action)?.ok_or(Refusal::NoSuchAction)?;
        Ok(format!("undo: {}", undone.summary))
    }

    /// Devices that may wait for an action.
    fn devices_of(&self, by: &Identity, action: ActionId) -> Result<Vec<DeviceId>> {
        let mut devices = Vec::new();
        loop {
            let page = bartizan_store::Page { offset: devices.len() as u64, limit: 1_000 };
            let some = self.store.action_devices(by.tenant, action, None, page)?;
            devices.extend(some.items.iter().map(|on| on.device));
            if some.items.is_empty() || devices.len() as u64 >= some.total {
                return Ok(devices);
            }
        }
    }
}

/// What is to be taken back, and why.
#[derive(Debug, Clone, Default)]
pub struct UndoRequest {
    /// Only on these devices; on all where it was done when empty.
    pub devices: Vec<DeviceId>,
    /// Why.
    pub reason: String,
    /// How many devices they think it is; needed when it is many.
    pub confirmed_devices: Option<u64>,
}

/// An entry of the audit log about what a device said.
fn device_entry<'a>(
    actor: &'a str,
    at: Timestamp,
    target: &'a str,
    outcome: &'a str,
    detail: &'a str,
) -> NewAuditEntry<'a> {
    NewAuditEntry { at, actor, address: "", action: "action.outcome", target, outcome, detail }
}
