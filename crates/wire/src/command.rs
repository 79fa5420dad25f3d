//! Orders, commands and outcomes, to the wire and back, and the bytes that signatures are made over.
//!
//! A signature covers the very bytes that travel, with the name of what they are before them: a signed welcome can
//! never be taken for a signed command. This room neither signs nor verifies.

use bartizan_model::{
    ActionId, Command, DeviceId, FileTarget, Isolation, Order, Outcome, OutcomeItem, OutcomeState,
    TenantId, Text, Timestamp,
};
use prost::Message as _;
use uuid::Uuid;

use crate::{
    WireError, generated as wire,
    generated::order::Order as WireOrder,
    limits::{COMMAND_BYTES_MAX, EXCEPTIONS_MAX, OUTCOME_ITEMS_MAX},
    process,
};

/// What a signature is about: put before the bytes it covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signed {
    /// The bytes of a command.
    Command,
    /// A challenge and the server's time.
    Welcome,
    /// The bytes of a release token.
    Release,
    /// The bytes of a message for a live session.
    Live,
}

impl Signed {
    /// The bytes to be signed, or to be verified.
    #[must_use]
    pub fn input(self, bytes: &[u8]) -> Vec<u8> {
        let name: &[u8] = match self {
            Self::Command => b"bartizan command 1\0",
            Self::Welcome => b"bartizan welcome 1\0",
            Self::Release => b"bartizan release 1\0",
            Self::Live => b"bartizan live 1\0",
        };
        [name, bytes].concat()
    }
}

/// The bytes that a welcome's signature covers.
#[must_use]
pub fn welcome_bytes(challenge: &[u8], now: Timestamp) -> Vec<u8> {
    [challenge, &now.nanos().to_be_bytes()].concat()
}

/// The bytes of a command.
#[must_use]
pub fn command_to_bytes(command: &Command) -> Vec<u8> {
    wire::Command {
        tenant_id: command.tenant.bytes().to_vec(),
        device_id: command.device.bytes().to_vec(),
        action_id: command.action.bytes().to_vec(),
        nonce: command.nonce.to_vec(),
        issued_at: command.issued_at.nanos(),
        expires_at: command.expires_at.nanos(),
        order: Some(order_to_wire(&command.order)),
    }
    .encode_to_vec()
}

/// The command of these bytes.
///
/// # Errors
/// When they are none.
pub fn command_from_bytes(bytes: &[u8]) -> Result<Command, WireError> {
    WireError::bound("bytes of a command", bytes.len(), COMMAND_BYTES_MAX)?;
    let command = wire::Command::decode(bytes)
        .map_err(|source| WireError::Malformed { what: "a command", source })?;
    let nonce = <[u8; 16]>::try_from(command.nonce.as_slice()).map_err(|_length| {
        WireError::unexpected("length of a nonce", command.nonce.len(), "16 bytes")
    })?;
    Ok(Command {
        tenant: TenantId::from_uuid(uuid("tenant of a command", &command.tenant_id)?),
        device: DeviceId::from_uuid(uuid("device of a command", &command.device_id)?),
        action: action_from_wire(&command.action_id)?,
        nonce,
        issued_at: Timestamp::from_nanos(command.issued_at),
        expires_at: Timestamp::from_nanos(command.expires_at),
        order: order_from_wire(command.order.ok_or(WireError::Missing("order of a command"))?)?,
    })
}

/// The bytes of an order, as records keep it.
#[must_use]
pub fn order_to_bytes(order: &Order) -> Vec<u8> {
    order_to_wire(order).encode_to_vec()
}

/// The order of these bytes.
///
/// # Errors
/// When they are none.
pub fn order_from_bytes(bytes: &[u8]) -> Result<Order, WireError> {
    WireError::bound("bytes of an order", bytes.len(), COMMAND_BYTES_MAX)?;
    let order = wire::Order::decode(bytes)
        .map_err(|source| WireError::Malformed { what: "an order", source })?;
    order_from_wire(order)
}

/// The action that 16 bytes name.
///
/// # Errors
/// When they are not 16.
pub fn action_from_wire(bytes: &[u8]) -> Result<ActionId, WireError> {
    Ok(ActionId::from_uuid(uuid("action", bytes)?))
}

/// An outcome, for the wire.
#[must_use]
pub fn outcome_to_wire(outcome: &Outcome) -> wire::CommandOutcome {
    let state = match outcome.state {
        OutcomeState::Succeeded => wire::OutcomeState::Succeeded,
        OutcomeState::Failed => wire::OutcomeState::Failed,
        OutcomeState::Refused => wire::OutcomeState::Refused,
    };
    let items = outcome.items.iter().take(OUTCOME_ITEMS_MAX);
    wire::CommandOutcome {
        action_id: outcome.action.bytes().to_vec(),
        state: state.into(),
        summary: outcome.summary.to_string(),
        items: items
            .map(|item| wire::OutcomeItem {
                name: item.name.to_string(),
                result: item.result.to_string(),
                done: item.done,
            })
            .collect(),
        undoable: outcome.undoable,
        at: outcome.at.nanos(),
    }
}

/// The outcome of a message.
///
/// # Errors
/// When it keeps not what the protocol promises.
pub fn outcome_from_wire(outcome: wire::CommandOutcome) -> Result<Outcome, WireError> {
    WireError::bound("things in an outcome", outcome.items.len(), OUTCOME_ITEMS_MAX)?;
    let state = match outcome.state() {
        wire::OutcomeState::Succeeded => OutcomeState::Succeeded,
        wire::OutcomeState::Failed => OutcomeState::Failed,
        wire::OutcomeState::Refused => OutcomeState::Refused,
        wire::OutcomeState::Unspecified => {
            return Err(WireError::unexpected("state of an outcome", outcome.state, "1 to 3"));
        }
    };
    let item = |item: wire::OutcomeItem| OutcomeItem {
        name: item.name.into(),
        result: item.result.into(),
        done: item.done,
    };
    Ok(Outcome {
        action: action_from_wire(&outcome.action_id)?,
        state,
        summary: outcome.summary.into(),
        items: outcome.items.into_iter().map(item).collect(),
        undoable: outcome.undoable,
        at: Timestamp::from_nanos(outcome.at),
    })
}

fn order_to_wire(order: &Order) -> wire::Order {
    let order = match order {
        Order::Isolate(isolation) => WireOrder::Isolate(wire::Isolation {
            addresses: isolation.addresses.iter().map(ToString::to_string).collect(),
            processes: isolation.processes.iter().map(ToString::to_string).collect(),
            until: isolation.until.nanos(),
            reason: isolation.reason.to_string(),
        }),
        Order::Release => WireOrder::Release(wire::Nothing {}),
        Order::StopProcess { process, tree } => WireOrder::StopProcess(wire::StopProcess {
            process: Some(process::key_to_wire(*process)),
            tree: *tree,
        }),
        Order::QuarantineFile(file) => WireOrder::QuarantineFile(file_to_wire(file)),
        Order::RestoreFile { item } => WireOrder::RestoreFile(item.to_string()),
        Order::BlockFile(file) => WireOrder::BlockFile(file_to_wire(file)),
        Order::AllowFile(file) => WireOrder::AllowFile(file_to_wire(file)),
        Order::DisableAccount { user } => WireOrder::DisableAccount(user.to_string()),
        Order::EndSessions { user } => WireOrder::EndSessions(user.to_string()),
        Order::RevokeKey { user, key } => {
            WireOrder::RevokeKey(wire::RevokeKey { user: user.to_string(), key: key.to_string() })
        }
        Order::StopUnit { unit, mask } => {
            WireOrder::StopUnit(wire::StopUnit { unit: unit.to_string(), mask: *mask })
        }
        Order::RemoveCronEntry { path, line } => {
            WireOrder::RemoveCronEntry(wire::RemoveCronEntry {
                path: path.to_string(),
                line: line.as_deref().map(str::to_owned),
            })
        }
        Order::RemoveTimer { unit } => WireOrder::RemoveTimer(unit.to_string()),
        Order::CollectPackage { limit_bytes } => WireOrder::CollectPackage(*limit_bytes),
        Order::Undo { action } => WireOrder::Undo(action.bytes().to_vec()),
    };
    wire::Order { order: Some(order) }
}

fn order_from_wire(order: wire::Order) -> Result<Order, WireError> {
    let order = order.order.ok_or(WireError::Missing("what an order is about"))?;
    Ok(match order {
        WireOrder::Isolate(isolation) => Order::Isolate(isolation_from_wire(isolation)?),
        WireOrder::Release(wire::Nothing {}) => Order::Release,
        WireOrder::StopProcess(stop) => {
            let process = stop.process.ok_or(WireError::Missing("process to stop"))?;
            Order::StopProcess { process: process::key_from_wire(&process)?, tree: stop.tree }
        }
        WireOrder::QuarantineFile(file) => Order::QuarantineFile(file_from_wire(file)?),
        WireOrder::RestoreFile(item) => Order::RestoreFile { item: item.into() },
        WireOrder::BlockFile(file) => Order::BlockFile(file_from_wire(file)?),
        WireOrder::AllowFile(file) => Order::AllowFile(file_from_wire(file)?),
        WireOrder::DisableAccount(user) => Order::DisableAccount { user: user.into() },
        WireOrder::EndSessions(user) => Order::EndSessions { user: user.into() },
        WireOrder::RevokeKey(revoke) => {
            Order::RevokeKey { user: revoke.user.into(), key: revoke.key.into() }
        }
        WireOrder::StopUnit(stop) => Order::StopUnit { unit: stop.unit.into(), mask: stop.mask },
        WireOrder::RemoveCronEntry(entry) => {
            Order::RemoveCronEntry { path: entry.path.into(), line: entry.line.map(Text::from) }
        }
        WireOrder::RemoveTimer(unit) => Order::RemoveTimer { unit: unit.into() },
        WireOrder::CollectPackage(limit_bytes) => Order::CollectPackage { limit_bytes },
        WireOrder::Undo(action) => Order::Undo { action: action_from_wire(&action)? },
    })
}

fn isolation_from_wire(isolation: wire::Isolation) -> Result<Isolation, WireError> {
    let exceptions = isolation.addresses.len() + isolation.processes.len();
    WireError::bound("exceptions of an isolation", exceptions, EXCEPTIONS_MAX)?;
    Ok(Isolation {
        addresses: isolation.addresses.into_iter().map(Text::from).collect(),
        processes: isolation.processes.into_iter().map(Text::from).collect(),
        until: Timestamp::from_nanos(isolation.until),
        reason: isolation.reason.into(),
    })
}

fn file_to_wire(file: &FileTarget) -> wire::FileTarget {
    wire::FileTarget {
        path: file.path.as_deref().map(str::to_owned),
        sha256: file.sha256.map(|hash| hash.to_vec()).unwrap_or_default(),
    }
}

fn file_from_wire(file: wire::FileTarget) -> Result<FileTarget, WireError> {
    let sha256 = match file.sha256.as_slice() {
        [] => None,
        hash => Some(<[u8; 32]>::try_from(hash).map_err(|_length| {
            WireError::unexpected("length of a SHA-256", hash.len(), "32 bytes")
        })?),
    };
    if file.path.is_none() && sha256.is_none() {
        return Err(WireError::Missing("path or hash of a file"));
    }
    Ok(FileTarget { path: file.path.map(Text::from), sha256 })
}

pub(crate) fn uuid(what: &'static str, bytes: &[u8]) -> Result<Uuid, WireError> {
    Uuid::from_slice(bytes)
        .map_err(|_length| WireError::unexpected(what, format!("{bytes:02x?}"), "16 bytes"))
}

#[cfg(test)]
mod tests;
