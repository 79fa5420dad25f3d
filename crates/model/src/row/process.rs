//! Rows of `DeviceProcessEvents`: one for each program that was started, and nothing else, so that a count
//! of rows is a count of starts.

use super::{Head, account, initiating, json::Object, pid, sha256_hex, text, unique_id};
use crate::{Envelope, Execution, Process, Row, Text, tables::DeviceProcessEvents};

pub(super) fn started(envelope: &Envelope, process: &Process) -> Row {
    let Head { timestamp, device_id, device_name, report_id, event_id } = Head::of(envelope);
    let mut row = DeviceProcessEvents {
        timestamp,
        device_id,
        device_name,
        report_id,
        event_id,
        action_type: Some("ProcessCreated".into()),
        file_name: Some(process.file_name().into()),
        folder_path: Some(process.image.clone()),
        sha256: sha256_hex(process),
        file_size: process.file.and_then(|file| i64::try_from(file.size).ok()),
        process_id: Some(pid(process.key)),
        process_command_line: Some(process.command_line.clone()),
        process_creation_time: Some(process.started_at),
        account_name: Some(account(process)),
        account_sid: Some(text(process.user.uid)),
        logon_id: process.user.session.map(i64::from),
        process_unique_id: unique_id(Some(process.key)),
        process_current_directory: process.current_directory.clone(),
        process_user_id: Some(i64::from(process.user.uid)),
        process_group_id: Some(i64::from(process.user.gid)),
        process_effective_user_id: Some(i64::from(process.user.effective_uid)),
        process_login_user_id: process.user.login_uid.map(i64::from),
        process_container_id: process.container.clone(),
        process_cgroup: process.cgroup.clone(),
        process_inode: process.file.and_then(|file| i64::try_from(file.inode).ok()),
        is_fileless: process.file.map(|file| file.fileless),
        is_file_deleted: process.file.map(|file| file.deleted),
        is_command_line_cut: Some(process.arguments_cut),
        additional_fields: process.execution.as_deref().and_then(execution),
        ..DeviceProcessEvents::default()
    };
    match envelope.event.actor.as_deref() {
        Some(actor) => initiating!(row, Some(actor)),
        None => parent_as_known(&mut row, process),
    }
    Row::DeviceProcessEvents(Box::new(row))
}

/// Without the parent itself, what the child knows of it.
fn parent_as_known(row: &mut DeviceProcessEvents, process: &Process) {
    row.initiating_process_id = process.parent.map(pid);
    row.initiating_process_unique_id = unique_id(process.parent);
    row.initiating_process_folder_path = process.parent_image.clone();
    row.initiating_process_file_name = process.parent_image.as_deref().map(super::name_of);
    row.initiating_process_command_line = process.parent_command_line.clone();
    row.initiating_process_creation_time = process.parent_started_at;
}

/// How the program came to run, as far as it has no column of its own.
fn execution(execution: &Execution) -> Option<Text> {
    let mut object = Object::new();
    object.text_if("Script", execution.script.as_deref());
    object.text_if("ImageInside", execution.image_inside.as_deref());
    if !execution.environment.is_empty() {
        object.list("Environment", &execution.environment);
    }
    object.number("CommandLineBytes", execution.arguments_bytes.into());
    object.text("FileMode", &format!("{:04o}", execution.mode & 0o7777));
    object.number("FileOwner", execution.file_owner.into());
    object.flag("GainedRights", execution.gained_rights);
    object.text("Capabilities", &format!("{:016x}", execution.capabilities));
    object.number("MountNamespace", execution.mount_namespace.into());
    object.number("PidNamespace", execution.pid_namespace.into());
    object.number("NetworkNamespace", execution.network_namespace.into());
    object.number("UserNamespace", execution.user_namespace.into());
    object.finish()
}
