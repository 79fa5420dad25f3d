//! Rows of `DeviceNetworkEvents`.

use std::net::IpAddr;

use super::{Head, initiating, text};
use crate::{Connection, ConnectionOutcome, Envelope, Protocol, Row, tables::DeviceNetworkEvents};

pub(super) fn connection(envelope: &Envelope, connection: &Connection) -> Row {
    let Head { timestamp, device_id, device_name, report_id, event_id } = Head::of(envelope);
    let mut row = DeviceNetworkEvents {
        timestamp,
        device_id,
        device_name,
        report_id,
        event_id,
        action_type: Some(action_type(connection.outcome).into()),
        remote_ip: Some(text(connection.remote.ip().to_canonical())),
        remote_port: Some(i32::from(connection.remote.port())),
        remote_ip_type: Some(ip_type(connection.remote.ip()).into()),
        local_ip: connection.local.map(|local| text(local.ip().to_canonical())),
        local_port: connection.local.map(|local| i32::from(local.port())),
        local_ip_type: connection.local.map(|local| ip_type(local.ip()).into()),
        protocol: Some(protocol(connection.protocol).into()),
        initiated: Some(true),
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
    }
}

const fn protocol(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Tcp => "Tcp",
        Protocol::Udp => "Udp",
    }
}

/// Kind of address, in the words of Microsoft's schema.
fn ip_type(ip: IpAddr) -> &'static str {
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
