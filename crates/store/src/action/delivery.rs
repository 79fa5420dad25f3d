//! Actions on their way to a device and back. What a device has is its own until it answers; what it answered once
//! is not changed by a second answer.

use bartizan_model::{
    ActionId, ActionStatus, DeviceId, OrderKind, Outcome, OutcomeState, TenantId, Timestamp,
};
use rusqlite::{OptionalExtension as _, Transaction, named_params};

use super::{exists, reading, refresh};
use crate::{
    NewAuditEntry, Store, audit,
    column::Columns as _,
    error::{Doing as _, Result},
};

/// A command that waits for its device, or for its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingCommand {
    /// Which action.
    pub action: ActionId,
    /// The order.
    pub order: Vec<u8>,
    /// When it need not be done any more.
    pub expires_at: Timestamp,
}

/// What was done with a device's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finished {
    /// It is kept.
    Kept,
    /// It was known already.
    Repeated,
    /// Nothing of the kind was asked of this device.
    Unknown,
}

impl Store {
    /// The commands that a device has not answered, oldest first.
    pub fn waiting_commands(
        &self,
        tenant: TenantId,
        device: DeviceId,
        now: Timestamp,
    ) -> Result<Vec<WaitingCommand>> {
        self.read(|view| {
            view.prepare_cached(
                "SELECT a.id, a.what, a.expires_at FROM action_devices d
                 JOIN actions a ON a.tenant = d.tenant AND a.id = d.action
                 WHERE d.tenant = ?1 AND d.device = ?2 AND d.status IN ('queued', 'running')
                     AND a.expires_at > ?3
                 ORDER BY a.requested_at, a.id",
            )
            .and_then(|mut s| {
                s.query_map((tenant.bytes(), device.bytes(), now.nanos()), |row| {
                    Ok(WaitingCommand {
                        action: row.uuid("id").map(ActionId::from_uuid)?,
                        order: row.of("what")?,
                        expires_at: row.time("expires_at")?,
                    })
                })?
                .collect()
            })
            .doing("finding commands for a device")
        })
    }

    /// Notes that a device gets a command now. Says false when it must not: it was cancelled or answered meanwhile.
    pub fn hand_over_command(
        &self,
        tenant: TenantId,
        device: DeviceId,
        action: ActionId,
        at: Timestamp,
    ) -> Result<bool> {
        self.write(|t| {
            let handed = t
                .execute(
                    "UPDATE action_devices SET status = 'running', deliveries = deliveries + 1,
                         delivered_at = coalesce(delivered_at, :at)
                     WHERE tenant = :tenant AND action = :action AND device = :device
                         AND status IN ('queued', 'running')",
                    named_params! {
                        ":tenant": tenant.bytes(), ":action": action.bytes(),
                        ":device": device.bytes(), ":at": at.nanos(),
                    },
                )
                .doing("handing a command over")?;
            if handed > 0 {
                refresh(t, tenant, action)?;
            }
            Ok(handed > 0)
        })
    }

    /// Keeps what a device answered. A late answer counts: what was done was done.
    pub fn finish_command(
        &self,
        tenant: TenantId,
        device: DeviceId,
        outcome: &Outcome,
        entry: NewAuditEntry<'_>,
    ) -> Result<Finished> {
        let status = match outcome.state {
            OutcomeState::Succeeded => ActionStatus::Succeeded,
            OutcomeState::Failed | OutcomeState::Refused => ActionStatus::Failed,
        };
        let items = reading::items_column(&outcome.items)?;
        self.write(|t| {
            let kept = t
                .execute(
                    "UPDATE action_devices SET status = :status, finished_at = :at, summary = :summary,
                         items = :items, undoable = :undoable
                     WHERE tenant = :tenant AND action = :action AND device = :device
                         AND status IN ('running', 'timed_out')",
                    named_params! {
                        ":tenant": tenant.bytes(), ":action": outcome.action.bytes(),
                        ":device": device.bytes(), ":status": status.word(),
                        ":at": outcome.at.nanos(), ":summary": &*outcome.summary, ":items": items,
                        ":undoable": outcome.undoable,
                    },
                )
                .doing("keeping what came of a command")?;
            if kept == 0 {
                let known = exists(t, tenant, outcome.action)?;
                return Ok(if known { Finished::Repeated } else { Finished::Unknown });
            }
            if status == ActionStatus::Succeeded {
                take_back(t, tenant, device, outcome.action)?;
            }
            audit::add(t, tenant, entry)?;
            refresh(t, tenant, outcome.action)?;
            Ok(Finished::Kept)
        })
    }

    /// Lets actions end whose time is over. Says how many devices that were.
    pub fn expire_actions(&self, tenant: TenantId, now: Timestamp) -> Result<u64> {
        self.write(|t| {
            let overdue: Vec<ActionId> = t
                .prepare_cached(
                    "SELECT id FROM actions WHERE tenant = ?1 AND expires_at <= ?2
                         AND status IN ('pending_approval', 'queued', 'running')",
                )
                .and_then(|mut s| {
                    s.query_map((tenant.bytes(), now.nanos()), |row| {
                        row.uuid("id").map(ActionId::from_uuid)
                    })?
                    .collect()
                })
                .doing("finding actions whose time is over")?;
            let mut ended = 0;
            for action in overdue {
                ended += t
                    .execute(
                        "UPDATE action_devices SET status = 'timed_out', finished_at = ?3
                         WHERE tenant = ?1 AND action = ?2
                             AND status IN ('pending_approval', 'queued', 'running')",
                        (tenant.bytes(), action.bytes(), now.nanos()),
                    )
                    .doing("ending an action whose time is over")?;
                refresh(t, tenant, action)?;
            }
            Ok(ended as u64)
        })
    }

    /// The action that holds a device isolated, as far as the device said.
    pub fn isolation_of(&self, tenant: TenantId, device: DeviceId) -> Result<Option<ActionId>> {
        self.read(|view| isolating(view, tenant, device).map(|actions| actions.first().copied()))
    }
}

/// What a command that succeeded took back: the action that it undoes, or the isolation that it ends.
fn take_back(
    t: &Transaction<'_>,
    tenant: TenantId,
    device: DeviceId,
    action: ActionId,
) -> Result<()> {
    let (kind, undoes): (OrderKind, Option<[u8; 16]>) = t
        .query_row(
            "SELECT kind, undoes FROM actions WHERE tenant = ?1 AND id = ?2",
            (tenant.bytes(), action.bytes()),
            |row| Ok((row.parsed("kind")?, row.of("undoes")?)),
        )
        .doing("finding what an action undoes")?;
    let undone = match (undoes, kind) {
        (Some(undoes), _) => vec![ActionId::from_uuid(uuid::Uuid::from_bytes(undoes))],
        (None, OrderKind::Release) => isolating(t, tenant, device)?,
        (None, _) => Vec::new(),
    };
    for action in undone {
        t.execute(
            "UPDATE action_devices SET status = 'undone', undoable = 0
             WHERE tenant = ?1 AND action = ?2 AND device = ?3",
            (tenant.bytes(), action.bytes(), device.bytes()),
        )
        .doing("keeping that an action was undone")?;
        refresh(t, tenant, action)?;
    }
    Ok(())
}

/// The isolations of a device that were done and not taken back, latest first.
fn isolating(view: &Transaction<'_>, tenant: TenantId, device: DeviceId) -> Result<Vec<ActionId>> {
    view.prepare_cached(
        "SELECT a.id FROM action_devices d JOIN actions a ON a.tenant = d.tenant AND a.id = d.action
         WHERE d.tenant = ?1 AND d.device = ?2 AND d.status = 'succeeded' AND a.kind = 'isolate'
         ORDER BY d.finished_at DESC",
    )
    .and_then(|mut s| {
        s.query_map((tenant.bytes(), device.bytes()), |row| {
            row.uuid("id").map(ActionId::from_uuid)
        })?
        .collect()
    })
    .doing("finding what isolates a device")
}

/// Whether a device has been asked to do this at all.
pub(super) fn asked_of(
    view: &Transaction<'_>,
    tenant: TenantId,
    device: DeviceId,
    action: ActionId,
) -> Result<bool> {
    let found = view
        .query_row(
            "SELECT 1 AS n FROM action_devices WHERE tenant = ?1 AND action = ?2 AND device = ?3",
            (tenant.bytes(), action.bytes(), device.bytes()),
            |row| row.count("n"),
        )
        .optional()
        .doing("finding a device of an action")?;
    Ok(found.is_some())
}
