//! Rows of `DeviceEvents` and `DeviceInfo`: what processes did that has no table of its own, what the
//! machine is, and how its sensor is doing.

use super::{Head, initiating, json::quoted, text, unique_id};
use crate::{
    DeviceFacts, Envelope, EventsLost, LossStage, Process, Row, SensorHealth, Tampering,
    tables::{DeviceEvents, DeviceInfo},
};

/// A process that is told of without having been seen to start a program.
pub(super) fn introduced(envelope: &Envelope, process: &Process, action_type: &str) -> Row {
    let mut row = head(envelope, action_type);
    row.file_name = Some(process.file_name().into());
    row.folder_path = Some(process.image.clone());
    row.process_id = Some(super::pid(process.key));
    row.process_command_line = Some(process.command_line.clone());
    row.process_creation_time = Some(process.started_at);
    row.account_name = Some(super::account(process));
    row.sha256 = super::sha256_hex(process);
    row.process_unique_id = unique_id(Some(process.key));
    match envelope.event.actor.as_deref() {
        Some(actor) => initiating!(row, Some(actor)),
        None => {
            row.initiating_process_id = process.parent.map(super::pid);
            row.initiating_process_unique_id = unique_id(process.parent);
            row.initiating_process_file_name = process.parent_image.as_deref().map(super::name_of);
        }
    }
    Row::DeviceEvents(Box::new(row))
}

/// The acting process ended. Not a row of `DeviceProcessEvents`: a count there is a count of starts.
pub(super) fn process_ended(envelope: &Envelope, exit: Option<u8>, signal: Option<u8>) -> Row {
    let mut row = head(envelope, "ProcessTerminated");
    row.exit_code = exit.map(i32::from);
    row.signal = signal.map(i32::from);
    if let Some(actor) = envelope.event.actor.as_deref() {
        row.file_name = Some(actor.file_name().into());
        row.folder_path = Some(actor.image.clone());
        row.process_id = Some(super::pid(actor.key));
        row.process_command_line = Some(actor.command_line.clone());
        row.process_unique_id = unique_id(Some(actor.key));
    }
    initiating!(row, envelope.event.actor.as_deref());
    Row::DeviceEvents(Box::new(row))
}

pub(super) fn events_lost(envelope: &Envelope, lost: &EventsLost) -> Row {
    let mut row = head(envelope, "EventsLost");
    row.additional_fields = Some(text(format_args!(
        r#"{{"Stage":"{}","Kind":{},"Count":{},"FirstNanos":{},"LastNanos":{}}}"#,
        stage_word(lost.stage),
        quoted(&lost.kind),
        lost.count,
        lost.first_at.nanos(),
        lost.last_at.nanos(),
    )));
    Row::DeviceEvents(Box::new(row))
}

pub(super) fn sensor_health(envelope: &Envelope, health: &SensorHealth) -> Row {
    let mut row = head(envelope, "SensorHealth");
    let problems = health.problems.iter().map(|p| quoted(p)).collect::<Vec<_>>().join(",");
    row.additional_fields = Some(text(format_args!(
        concat!(
            r#"{{"KernelExecs":{},"ReportedExecs":{},"EventsSpooled":{},"EventsLost":{},"#,
            r#""SpoolBytes":{},"ResidentBytes":{},"CpuMillis":{},"Problems":[{}]}}"#
        ),
        health.kernel_execs,
        health.reported_execs,
        health.events_spooled,
        health.events_lost,
        health.spool_bytes,
        health.resident_bytes,
        health.cpu_millis,
        problems,
    )));
    Row::DeviceEvents(Box::new(row))
}

pub(super) fn tampering(envelope: &Envelope, tampering: &Tampering) -> Row {
    let mut row = head(envelope, "TamperingAttempt");
    row.additional_fields = Some(text(format_args!(
        r#"{{"Kind":{},"Detail":{}}}"#,
        quoted(&tampering.kind),
        quoted(&tampering.detail),
    )));
    Row::DeviceEvents(Box::new(row))
}

pub(super) fn facts(envelope: &Envelope, facts: &DeviceFacts) -> Row {
    let Head { timestamp, device_id, device_name, report_id, event_id } = Head::of(envelope);
    let addresses = facts.addresses.iter().map(|ip| format!("\"{ip}\"")).collect::<Vec<_>>();
    Row::DeviceInfo(Box::new(DeviceInfo {
        timestamp,
        device_id,
        device_name,
        report_id,
        event_id,
        client_version: Some(facts.sensor_version.clone()),
        os_platform: Some("Linux".into()),
        os_version: Some(facts.os_version.clone()),
        os_distribution: Some(facts.os_name.clone()),
        os_architecture: Some(facts.architecture.clone()),
        machine_id: facts.machine_id.clone(),
        kernel_version: Some(facts.kernel.clone()),
        processor_count: i32::try_from(facts.processors).ok(),
        memory_bytes: i64::try_from(facts.memory_bytes).ok(),
        boot_time: Some(facts.booted_at),
        ip_addresses: Some(text(format_args!("[{}]", addresses.join(",")))),
        ..DeviceInfo::default()
    }))
}

pub(super) fn head(envelope: &Envelope, action_type: &str) -> DeviceEvents {
    let Head { timestamp, device_id, device_name, report_id, event_id } = Head::of(envelope);
    DeviceEvents {
        timestamp,
        device_id,
        device_name,
        report_id,
        event_id,
        action_type: Some(action_type.into()),
        ..DeviceEvents::default()
    }
}

const fn stage_word(stage: LossStage) -> &'static str {
    match stage {
        LossStage::Kernel => "kernel",
        LossStage::Sensor => "sensor",
        LossStage::Spool => "spool",
        LossStage::Server => "server",
    }
}
