//! Rows of `DeviceLogonEvents`.

use super::{Head, initiating, json, network::ip_type, text};
use crate::{Envelope, Logon, LogonOutcome, LogonWay, Row, tables::DeviceLogonEvents};

pub(super) fn signed(envelope: &Envelope, logon: &Logon) -> Row {
    let Head { timestamp, device_id, device_name, report_id, event_id } = Head::of(envelope);
    let mut row = DeviceLogonEvents {
        timestamp,
        device_id,
        device_name: device_name.clone(),
        report_id,
        event_id,
        action_type: Some(action_type(logon.outcome).into()),
        logon_type: Some(logon_type(logon.way).into()),
        account_name: Some(logon.account.clone()),
        account_domain: device_name,
        failure_reason: logon.reason.clone(),
        is_local_admin: (*logon.account == *"root").then_some(true),
        logon_id: logon.session.map(i64::from),
        remote_ip: logon.remote.map(|remote| text(remote.to_canonical())),
        remote_ip_type: logon.remote.map(|remote| ip_type(remote).into()),
        remote_port: logon.remote_port.map(i32::from),
        remote_device_name: logon.remote_host.clone(),
        additional_fields: json::details(&logon.details),
        ..DeviceLogonEvents::default()
    };
    initiating!(row, envelope.event.actor.as_deref());
    Row::DeviceLogonEvents(Box::new(row))
}

const fn action_type(outcome: LogonOutcome) -> &'static str {
    match outcome {
        LogonOutcome::Succeeded => "LogonSuccess",
        LogonOutcome::Failed => "LogonFailed",
        LogonOutcome::Ended => "LogonEnded",
    }
}

/// In the words of Microsoft's schema.
const fn logon_type(way: LogonWay) -> &'static str {
    match way {
        LogonWay::Interactive => "Interactive",
        LogonWay::Remote => "RemoteInteractive",
        LogonWay::Elevation => "NewCredentials",
        LogonWay::Batch => "Batch",
        LogonWay::Service => "Service",
    }
}
