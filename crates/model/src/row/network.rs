//! Rows of `DeviceNetworkEvents`.

use std::net::IpAddr;

use super::{Head, initiating, text};
use crate::{Connection, ConnectionOutcome, Envelope, Protocol, Row, tables::DeviceNetworkEvents};

pub(super) fn connection(envelope: &Envelope, connection: &Connection) -> Row {
    let Head { timestamp, device_id, device_name, report_id, event_id } = Head::of(envelope);
    let listening = connection.outcome == ConnectionOutcome::Listening;
    let remote = (!listening).then_some(connection.remote);
    let mut row = DeviceNetworkEvents {
        timestamp,
        device_id,
        device_name,
        report_id,
        event_id,
        action_type: Some(action_type(connection.outcome).into()),
        remote_ip: remote.map(|remote| text(remote.ip().to_canonical())),
        remote_port: remote.map(|remote| i32::from(remote.port())),
        remote_ip_type: remote.map(|remote| ip_type(remote.ip()).into()),
        remote_url: connection.host.clone(),
        local_ip: connection.local.map(|local| text(local.ip().to_canonical())),
        local_port: connection.local.map(|local| i32::from(local.port())),
        local_ip_type: connection.local.map(|local| ip_type(local.ip()).into()),
        protocol: Some(protocol(connection.protocol).into()),
        initiated: Some(is_outgoing(connection.outcome)),
        ..DeviceNetworkEvents::default()
    };
    initiating!(row, envelope.event.actor.as_deref());
    Row::DeviceNetworkEvents(Box::new(row))
}

const fn action_type(outcome: ConnectionOutcome) -> &'static str {
    match outcome {
        ConnectionOutcome::Attempted => "ConnectionAttempt",
        ConnectionOutcome::Succeeded => "ConnectionSuccess",
        ConnectionOutcome::Failed => "ConnectionFailed",
        ConnectionOutcome::Accepted => "InboundConnectionAccepted",
        ConnectionOutcome::Listening => "ListeningConnectionCreated",
    }
}

const fn is_outgoing(outcome: ConnectionOutcome) -> bool {
    !matches!(outcome, ConnectionOutcome::Accepted | ConnectionOutcome::Listening)
}

const fn protocol(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Tcp => "Tcp",
        Protocol::Udp => "Udp",
    }
}

/// Kind of address, in the words of Microsoft's schema.
pub(super) fn ip_type(ip: IpAddr) -> &'static str {
    let ip = ip.to_canonical();
    let private = match ip {
        IpAddr::V4(v4) => v4.is_private(),
        IpAddr::V6(v6) => v6.is_unique_local(),
    };
    let link_local = match ip {
        IpAddr::V4(v4) => v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_unicast_link_local(),
    };
    match () {
        () if ip.is_loopback() => "Loopback",
        () if ip.is_multicast() => "Multicast",
        () if private => "Private",
        () if link_local => "LinkLocal",
        () if ip.is_unspecified() => "Reserved",
        () => "Public",
    }
}
