//! Rows of `DeviceEvents` for what processes did to the machine, to each other and to themselves.

use super::{device::head, initiating, json, name_of, text, unique_id};
use crate::{Envelope, Operation, Row};

pub(super) fn done(envelope: &Envelope, operation: &Operation) -> Row {
    let mut row = head(envelope, operation.kind.word());
    if let Some(target) = operation.target.as_deref() {
        row.process_id = Some(super::pid(target.key));
        row.process_command_line = Some(target.command_line.clone());
        row.process_creation_time = Some(target.started_at);
        row.process_unique_id = unique_id(Some(target.key));
        row.account_name = Some(super::account(target));
        row.file_name = Some(target.file_name().into());
        row.folder_path = Some(target.image.clone());
        row.sha256 = super::sha256_hex(target);
    }
    if let Some(path) = &operation.path {
        row.file_name = Some(name_of(path));
        row.folder_path = Some(path.clone());
    }
    if let Some(account) = &operation.account {
        row.account_name = Some(account.clone());
    }
    row.remote_url.clone_from(&operation.host);
    row.remote_ip = operation.remote.map(|remote| text(remote.ip().to_canonical()));
    row.remote_port = operation.remote.map(|remote| i32::from(remote.port()));
    row.additional_fields = json::details(&operation.details);
    initiating!(row, envelope.event.actor.as_deref());
    Row::DeviceEvents(Box::new(row))
}
