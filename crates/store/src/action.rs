//! Actions: who asked for what, why, on which devices, who approved it, and what came of it on each.
//!
//! An action and its devices are written in one transaction; an action's own status follows from its devices'. Who may
//! ask is decided elsewhere; what an order means is not known here, only its kind.

mod delivery;
mod files;
mod policy;
mod reading;

use bartizan_model::{
    ActionId, ActionStatus, DeviceId, IncidentId, OrderKind, OutcomeItem, TenantId, Text, Timestamp,
};
use rusqlite::{OptionalExtension as _, Transaction, named_params};

use crate::{
    Listing, NewAuditEntry, Page, Store, audit,
    column::{Columns as _, number},
    error::{Doing as _, Result, StoreError},
};

pub use delivery::{Finished, WaitingCommand};
pub use files::ActionFile;
pub use policy::{ActionBreaker, ActionPolicy, DeviceToActOn};

/// An action to be kept.
#[derive(Debug, Clone, Copy)]
pub struct NewAction<'a> {
    /// Identity, drawn by whoever asks.
    pub id: ActionId,
    /// Kind of its order.
    pub kind: OrderKind,
    /// The order, as it goes to the device.
    pub order: &'a [u8],
    /// The order in words.
    pub summary: &'a str,
    /// Why.
    pub reason: &'a str,
    /// Who asked.
    pub requested_by: &'a str,
    /// When.
    pub requested_at: Timestamp,
    /// When a device need not do it any more.
    pub expires_at: Timestamp,
    /// How many people have to approve it first.
    pub approvals_needed: u32,
    /// The action that it takes back.
    pub undoes: Option<ActionId>,
    /// The incident it was asked for from.
    pub incident: Option<IncidentId>,
    /// Which devices.
    pub devices: &'a [DeviceId],
}

/// A kept action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionRecord {
    /// Identity.
    pub id: ActionId,
    /// Kind of its order.
    pub kind: OrderKind,
    /// The order, as it goes to the device.
    pub order: Vec<u8>,
    /// The order in words.
    pub summary: String,
    /// Why.
    pub reason: String,
    /// Who asked.
    pub requested_by: String,
    /// When.
    pub requested_at: Timestamp,
    /// When a device need not do it any more.
    pub expires_at: Timestamp,
    /// How it stands altogether.
    pub status: ActionStatus,
    /// How many people have to approve it.
    pub approvals_needed: u32,
    /// Who decided what.
    pub decisions: Vec<ActionDecision>,
    /// The action that it takes back.
    pub undoes: Option<ActionId>,
    /// Actions that take it back.
    pub undone_by: Vec<ActionId>,
    /// The incident it was asked for from.
    pub incident: Option<IncidentId>,
    /// How many of its devices stand how.
    pub counts: Vec<(ActionStatus, u64)>,
}

/// What somebody decided about an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionDecision {
    /// Who.
    pub person: String,
    /// Yes or no.
    pub approved: bool,
    /// What they said.
    pub comment: String,
    /// When.
    pub at: Timestamp,
}

/// What came of an action on one device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionOnDevice {
    /// Which device.
    pub device: DeviceId,
    /// Its name when the action was asked for.
    pub device_name: Text,
    /// How it stands there.
    pub status: ActionStatus,
    /// How often it was handed over: more than once when the line broke.
    pub deliveries: u64,
    /// When it was first handed over.
    pub delivered_at: Option<Timestamp>,
    /// When it was over.
    pub finished_at: Option<Timestamp>,
    /// What happened, in one line.
    pub summary: Option<String>,
    /// What happened to each thing.
    pub items: Vec<OutcomeItem>,
    /// It can be taken back.
    pub undoable: bool,
}

/// Which actions.
#[derive(Debug, Clone, Default)]
pub struct ActionFilter {
    /// Only these; all when empty.
    pub statuses: Vec<ActionStatus>,
    /// Only these; all when empty.
    pub kinds: Vec<OrderKind>,
    /// Only on this device.
    pub device: Option<DeviceId>,
    /// Only for this incident.
    pub incident: Option<IncidentId>,
    /// Only asked for by this person or program.
    pub requested_by: Option<String>,
}

impl Store {
    /// Keeps an action with its devices. Keeps nothing when one of them is not the tenant's or was shut out.
    pub fn create_action(
        &self,
        tenant: TenantId,
        action: &NewAction<'_>,
        entry: NewAuditEntry<'_>,
    ) -> Result<()> {
        self.write(|t| {
            insert(t, tenant, action)?;
            let status = first_status(action);
            for device in action.devices {
                let kept = t
                    .prepare_cached(
                        "INSERT INTO action_devices (tenant, action, device, device_name, status)
                         SELECT tenant, :action, id, name, :status FROM devices
                         WHERE tenant = :tenant AND id = :device AND revoked_at IS NULL",
                    )
                    .and_then(|mut s| {
                        s.execute(named_params! {
                            ":tenant": tenant.bytes(), ":action": action.id.bytes(),
                            ":device": device.bytes(), ":status": status.word(),
                        })
                    })
                    .doing("keeping a device of an action")?;
                if kept == 0 {
                    let text = format!("there is no device {device} to act on");
                    return Err(StoreError::Conflict(text));
                }
            }
            audit::add(t, tenant, entry)
        })
    }

    /// The action.
    pub fn action(&self, tenant: TenantId, action: ActionId) -> Result<Option<ActionRecord>> {
        self.read(|view| reading::action(view, tenant, action))
    }

    /// The actions, latest first.
    pub fn actions(
        &self,
        tenant: TenantId,
        filter: &ActionFilter,
        page: Page,
    ) -> Result<Listing<ActionRecord>> {
        self.read(|view| reading::actions(view, tenant, filter, page))
    }

    /// What came of an action on its devices, by name.
    pub fn action_devices(
        &self,
        tenant: TenantId,
        action: ActionId,
        status: Option<ActionStatus>,
        page: Page,
    ) -> Result<Listing<ActionOnDevice>> {
        self.read(|view| reading::devices(view, tenant, action, status, page))
    }

    /// Keeps what somebody decided about an action that waits for approval. Gives how it stands then; nothing
    /// when it does not wait, or they decided already.
    pub fn decide_action(
        &self,
        tenant: TenantId,
        action: ActionId,
        decision: &ActionDecision,
        entry: NewAuditEntry<'_>,
    ) -> Result<Option<ActionStatus>> {
        self.write(|t| {
            let kept = t
                .execute(
                    "INSERT OR IGNORE INTO action_decisions (tenant, action, person, approved, comment, at)
                     SELECT tenant, id, :person, :approved, :comment, :at FROM actions
                     WHERE tenant = :tenant AND id = :action AND status = 'pending_approval'",
                    named_params! {
                        ":tenant": tenant.bytes(), ":action": action.bytes(),
                        ":person": decision.person, ":approved": decision.approved,
                        ":comment": decision.comment, ":at": decision.at.nanos(),
                    },
                )
                .doing("keeping a decision about an action")?;
            if kept == 0 {
                return Ok(None);
            }
            audit::add(t, tenant, entry)?;
            if !decision.approved {
                set_waiting(t, tenant, action, ActionStatus::Cancelled, Some(decision.at))?;
            } else if approvals_missing(t, tenant, action)? == 0 {
                set_waiting(t, tenant, action, ActionStatus::Queued, None)?;
            }
            refresh(t, tenant, action).map(Some)
        })
    }

    /// Takes an action back on the devices that do not have it yet. Says on how many.
    pub fn cancel_action(
        &self,
        tenant: TenantId,
        action: ActionId,
        at: Timestamp,
        entry: NewAuditEntry<'_>,
    ) -> Result<u64> {
        self.write(|t| {
            let cancelled = set_waiting(t, tenant, action, ActionStatus::Cancelled, Some(at))?;
            if cancelled > 0 {
                audit::add(t, tenant, entry)?;
                refresh(t, tenant, action)?;
            }
            Ok(cancelled)
        })
    }

    /// The devices on which an action was done and can be taken back.
    pub fn undoable_devices(&self, tenant: TenantId, action: ActionId) -> Result<Vec<DeviceId>> {
        self.read(|view| {
            view.prepare_cached(
                "SELECT device FROM action_devices
                 WHERE tenant = ?1 AND action = ?2 AND status IN ('succeeded', 'failed') AND undoable = 1
                 ORDER BY device_name, device",
            )
            .and_then(|mut s| {
                s.query_map((tenant.bytes(), action.bytes()), |row| row.device("device"))?.collect()
            })
            .doing("finding where an action can be undone")
        })
    }
}

/// Before anybody approved it, or with nobody to ask.
const fn first_status(action: &NewAction<'_>) -> ActionStatus {
    if action.approvals_needed > 0 { ActionStatus::PendingApproval } else { ActionStatus::Queued }
}

fn insert(t: &Transaction<'_>, tenant: TenantId, action: &NewAction<'_>) -> Result<()> {
    t.execute(
        "INSERT INTO actions (tenant, id, kind, what, summary, reason, requested_by, requested_at,
             expires_at, status, approvals_needed, undoes, incident)
         VALUES (:tenant, :id, :kind, :what, :summary, :reason, :by, :at, :expires, :status, :needed,
             :undoes, :incident)",
        named_params! {
            ":tenant": tenant.bytes(), ":id": action.id.bytes(), ":kind": action.kind.word(),
            ":what": action.order, ":summary": action.summary, ":reason": action.reason,
            ":by": action.requested_by, ":at": action.requested_at.nanos(),
            ":expires": action.expires_at.nanos(), ":status": first_status(action).word(),
            ":needed": action.approvals_needed, ":undoes": action.undoes.map(ActionId::bytes),
            ":incident": action.incident.map(|incident| number(incident.0)),
        },
    )
    .doing("keeping an action")?;
    Ok(())
}

/// How many approvals an action still waits for.
fn approvals_missing(t: &Transaction<'_>, tenant: TenantId, action: ActionId) -> Result<u64> {
    t.query_row(
        "SELECT max(0, approvals_needed - (SELECT count(*) FROM action_decisions d
             WHERE d.tenant = a.tenant AND d.action = a.id AND d.approved = 1)) AS missing
         FROM actions a WHERE tenant = ?1 AND id = ?2",
        (tenant.bytes(), action.bytes()),
        |row| row.count("missing"),
    )
    .doing("counting approvals")
}

/// Moves the devices that do not have the action yet. Says how many.
fn set_waiting(
    t: &Transaction<'_>,
    tenant: TenantId,
    action: ActionId,
    status: ActionStatus,
    finished_at: Option<Timestamp>,
) -> Result<u64> {
    let moved = t
        .execute(
            "UPDATE action_devices SET status = :status, finished_at = :at
             WHERE tenant = :tenant AND action = :action AND status IN ('pending_approval', 'queued')",
            named_params! {
                ":tenant": tenant.bytes(), ":action": action.bytes(), ":status": status.word(),
                ":at": finished_at.map(Timestamp::nanos),
            },
        )
        .doing("moving the devices of an action")?;
    Ok(moved as u64)
}

/// Derives an action's own status from its devices'.
fn refresh(t: &Transaction<'_>, tenant: TenantId, action: ActionId) -> Result<ActionStatus> {
    let counts = reading::counts(t, tenant, action)?;
    let status = altogether(&counts);
    t.execute(
        "UPDATE actions SET status = ?3 WHERE tenant = ?1 AND id = ?2",
        (tenant.bytes(), action.bytes(), status.word()),
    )
    .doing("keeping how an action stands")?;
    Ok(status)
}

/// How an action stands whose devices stand so.
fn altogether(counts: &[(ActionStatus, u64)]) -> ActionStatus {
    let any = |status| counts.iter().any(|(one, count)| *one == status && *count > 0);
    let begun = counts.iter().any(|(one, count)| {
        *count > 0 && !matches!(one, ActionStatus::Queued | ActionStatus::PendingApproval)
    });
    if any(ActionStatus::PendingApproval) {
        ActionStatus::PendingApproval
    } else if any(ActionStatus::Queued) && !begun {
        ActionStatus::Queued
    } else if any(ActionStatus::Queued) || any(ActionStatus::Running) {
        ActionStatus::Running
    } else {
        [
            ActionStatus::Failed,
            ActionStatus::TimedOut,
            ActionStatus::Succeeded,
            ActionStatus::Undone,
        ]
        .into_iter()
        .find(|status| any(*status))
        .unwrap_or(ActionStatus::Cancelled)
    }
}

fn exists(t: &Transaction<'_>, tenant: TenantId, action: ActionId) -> Result<bool> {
    let found = t
        .query_row(
            "SELECT 1 AS n FROM actions WHERE tenant = ?1 AND id = ?2",
            (tenant.bytes(), action.bytes()),
            |row| row.count("n"),
        )
        .optional()
        .doing("finding an action")?;
    Ok(found.is_some())
}

#[cfg(test)]
mod tests;
