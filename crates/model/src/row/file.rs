//! Rows of `DeviceFileEvents`.

use super::{Head, initiating, json, name_of};
use crate::{Envelope, FileChange, FileOperation, Row, tables::DeviceFileEvents};

pub(super) fn change(envelope: &Envelope, change: &FileChange) -> Row {
    let Head { timestamp, device_id, device_name, report_id, event_id } = Head::of(envelope);
    let mut row = DeviceFileEvents {
        timestamp,
        device_id,
        device_name,
        report_id,
        event_id,
        action_type: Some(action_type(change.operation).into()),
        file_name: Some(name_of(&change.path)),
        folder_path: Some(change.path.clone()),
        previous_file_name: change.previous_path.as_deref().map(name_of),
        previous_folder_path: change.previous_path.clone(),
        file_size: change.size.and_then(|size| i64::try_from(size).ok()),
        change_count: Some(i64::from(change.count)),
        additional_fields: json::details(&change.details),
        ..DeviceFileEvents::default()
    };
    initiating!(row, envelope.event.actor.as_deref());
    Row::DeviceFileEvents(Box::new(row))
}

const fn action_type(operation: FileOperation) -> &'static str {
    match operation {
        FileOperation::Created => "FileCreated",
        FileOperation::Modified => "FileModified",
        FileOperation::Renamed => "FileRenamed",
        FileOperation::Deleted => "FileDeleted",
        FileOperation::Linked => "FileLinked",
        FileOperation::AttributesChanged => "FileAttributesChanged",
    }
}
