//! Events, to the wire and back.

use std::{net::SocketAddr, sync::Arc};

use bartizan_model::{
    Action, Connection, ConnectionOutcome, Event, EventId, FileChange, FileOperation, Process,
    Protocol, Tampering, Text, Timestamp,
};

use crate::{
    WireError, facts, generated as wire, generated::event::Action as WireAction, inventory,
    operation,
};

/// The event, with its processes by their position, which `list` gives.
pub(crate) fn to_wire(
    event: &Event,
    skipped: u64,
    list: &mut dyn FnMut(&Arc<Process>) -> Result<u32, WireError>,
) -> Result<wire::Event, WireError> {
    let actor = event.actor.as_ref().map_or(Ok(0), &mut *list)?;
    let action = match &event.action {
        Action::ProcessStarted(process) => WireAction::ProcessStarted(list(process)?),
        Action::ProcessForked(process) => WireAction::ProcessForked(list(process)?),
        Action::ProcessObserved(process) => WireAction::ProcessObserved(list(process)?),
        Action::ProcessEnded { exit_code, signal } => {
            WireAction::ProcessEnded(wire::ProcessEnded {
                exit_code: exit_code.map(u32::from),
                signal: signal.map(u32::from),
            })
        }
        Action::Connection(connection) => WireAction::Connection(connection_to_wire(connection)),
        Action::File(change) => WireAction::File(file_to_wire(change)),
        Action::Operation(done) => WireAction::Operation(operation::to_wire(done, &mut *list)?),
        Action::ImageLoaded(image) => WireAction::ImageLoaded(operation::image_to_wire(image)),
        Action::Logon(logon) => WireAction::Logon(operation::logon_to_wire(logon)),
        Action::DeviceFacts(facts) => WireAction::DeviceFacts(facts::facts_to_wire(facts)),
        Action::Inventory(inventory) => WireAction::Inventory(inventory::to_wire(inventory)),
        Action::EventsLost(lost) => WireAction::EventsLost(facts::lost_to_wire(lost)),
        Action::SensorHealth(health) => WireAction::SensorHealth(facts::health_to_wire(health)),
        Action::Tampering(tampering) => WireAction::Tampering(wire::Tampering {
            kind: tampering.kind.to_string(),
            detail: tampering.detail.to_string(),
        }),
    };
    Ok(wire::Event { skipped, at: event.at.nanos(), actor, action: Some(action) })
}

/// The event under its number, with its processes from the list before it.
pub(crate) fn from_wire(
    event: wire::Event,
    id: EventId,
    processes: &[Arc<Process>],
) -> Result<Event, WireError> {
    let actor = match event.actor {
        0 => None,
        position => Some(listed(processes, position)?),
    };
    let action = event.action.ok_or(WireError::Missing("action of an event"))?;
    let action = match action {
        WireAction::ProcessStarted(process) => Action::ProcessStarted(listed(processes, process)?),
        WireAction::ProcessForked(process) => Action::ProcessForked(listed(processes, process)?),
        WireAction::ProcessObserved(process) => {
            Action::ProcessObserved(listed(processes, process)?)
        }
        WireAction::ProcessEnded(ended) => Action::ProcessEnded {
            exit_code: ended.exit_code.map(|code| byte("exit code", code)).transpose()?,
            signal: ended.signal.map(|signal| byte("signal", signal)).transpose()?,
        },
        WireAction::Connection(connection) => {
            Action::Connection(connection_from_wire(&connection)?)
        }
        WireAction::File(change) => Action::File(file_from_wire(change)?),
        WireAction::Operation(done) => {
            Action::Operation(Box::new(operation::from_wire(done, processes)?))
        }
        WireAction::ImageLoaded(image) => {
            Action::ImageLoaded(Box::new(operation::image_from_wire(image)?))
        }
        WireAction::Logon(logon) => Action::Logon(Box::new(operation::logon_from_wire(logon)?)),
        WireAction::DeviceFacts(facts) => Action::DeviceFacts(facts::facts_from_wire(facts)?),
        WireAction::Inventory(inventory) => {
            Action::Inventory(Box::new(inventory::from_wire(inventory)?))
        }
        WireAction::EventsLost(lost) => Action::EventsLost(facts::lost_from_wire(lost)?),
        WireAction::SensorHealth(health) => Action::SensorHealth(facts::health_from_wire(health)?),
        WireAction::Tampering(tampering) => Action::Tampering(Tampering {
            kind: tampering.kind.into(),
            detail: tampering.detail.into(),
        }),
    };
    Ok(Event { id, at: Timestamp::from_nanos(event.at), actor, action })
}

pub(crate) fn listed(processes: &[Arc<Process>], position: u32) -> Result<Arc<Process>, WireError> {
    let index = usize::try_from(position).ok().and_then(|position| position.checked_sub(1));
    index
        .and_then(|index| processes.get(index))
        .map(Arc::clone)
        .ok_or_else(|| WireError::unexpected("process of an event", position, "one listed before"))
}

fn byte(what: &'static str, number: u32) -> Result<u8, WireError> {
    u8::try_from(number).map_err(|_large| WireError::unexpected(what, number, "0 to 255"))
}

fn connection_to_wire(connection: &Connection) -> wire::Connection {
    let outcome = match connection.outcome {
        ConnectionOutcome::Attempted => wire::ConnectionOutcome::Attempted,
        ConnectionOutcome::Succeeded => wire::ConnectionOutcome::Succeeded,
        ConnectionOutcome::Failed => wire::ConnectionOutcome::Failed,
        ConnectionOutcome::Accepted => wire::ConnectionOutcome::Accepted,
        ConnectionOutcome::Listening => wire::ConnectionOutcome::Listening,
    };
    let protocol = match connection.protocol {
        Protocol::Tcp => wire::Protocol::Tcp,
        Protocol::Udp => wire::Protocol::Udp,
    };
    wire::Connection {
        outcome: outcome.into(),
        protocol: protocol.into(),
        local: connection.local.map(endpoint_to_wire),
        remote: Some(endpoint_to_wire(connection.remote)),
        host: connection.host.as_deref().map(str::to_owned),
    }
}

fn connection_from_wire(connection: &wire::Connection) -> Result<Connection, WireError> {
    let outcome = match connection.outcome() {
        wire::ConnectionOutcome::Attempted => ConnectionOutcome::Attempted,
        wire::ConnectionOutcome::Succeeded => ConnectionOutcome::Succeeded,
        wire::ConnectionOutcome::Failed => ConnectionOutcome::Failed,
        wire::ConnectionOutcome::Accepted => ConnectionOutcome::Accepted,
        wire::ConnectionOutcome::Listening => ConnectionOutcome::Listening,
        wire::ConnectionOutcome::Unspecified => {
            let found = connection.outcome;
            return Err(WireError::unexpected("outcome of a connection", found, "1 to 5"));
        }
    };
    let protocol = match connection.protocol() {
        wire::Protocol::Tcp => Protocol::Tcp,
        wire::Protocol::Udp => Protocol::Udp,
        wire::Protocol::Unspecified => {
            let found = connection.protocol;
            return Err(WireError::unexpected("transport protocol", found, "1 or 2"));
        }
    };
    let remote = connection.remote.as_ref().ok_or(WireError::Missing("far end of a connection"))?;
    Ok(Connection {
        outcome,
        protocol,
        local: connection.local.as_ref().map(endpoint_from_wire).transpose()?,
        remote: endpoint_from_wire(remote)?,
        host: connection.host.as_deref().map(Text::from),
    })
}

pub(crate) fn endpoint_to_wire(endpoint: SocketAddr) -> wire::Endpoint {
    wire::Endpoint {
        address: facts::address_to_wire(&endpoint.ip()),
        port: u32::from(endpoint.port()),
    }
}

pub(crate) fn endpoint_from_wire(endpoint: &wire::Endpoint) -> Result<SocketAddr, WireError> {
    let port = u16::try_from(endpoint.port)
        .map_err(|_large| WireError::unexpected("port", endpoint.port, "0 to 65535"))?;
    Ok(SocketAddr::new(facts::address_from_wire(&endpoint.address)?, port))
}

fn file_to_wire(change: &FileChange) -> wire::FileChange {
    let operation = match change.operation {
        FileOperation::Created => wire::FileOperation::Created,
        FileOperation::Modified => wire::FileOperation::Modified,
        FileOperation::Renamed => wire::FileOperation::Renamed,
        FileOperation::Deleted => wire::FileOperation::Deleted,
        FileOperation::Linked => wire::FileOperation::Linked,
        FileOperation::AttributesChanged => wire::FileOperation::AttributesChanged,
    };
    wire::FileChange {
        operation: operation.into(),
        path: change.path.to_string(),
        previous_path: change.previous_path.as_deref().map(str::to_owned),
        size: change.size,
        count: change.count,
        details: operation::details_to_wire(&change.details),
    }
}

fn file_from_wire(change: wire::FileChange) -> Result<FileChange, WireError> {
    let operation = match change.operation() {
        wire::FileOperation::Created => FileOperation::Created,
        wire::FileOperation::Modified => FileOperation::Modified,
        wire::FileOperation::Renamed => FileOperation::Renamed,
        wire::FileOperation::Deleted => FileOperation::Deleted,
        wire::FileOperation::Linked => FileOperation::Linked,
        wire::FileOperation::AttributesChanged => FileOperation::AttributesChanged,
        wire::FileOperation::Unspecified => {
            return Err(WireError::unexpected("file operation", change.operation, "1 to 6"));
        }
    };
    Ok(FileChange {
        operation,
        path: change.path.into(),
        previous_path: change.previous_path.map(Text::from),
        size: change.size,
        count: change.count.max(1),
        details: operation::details_from_wire(change.details)?,
    })
}
