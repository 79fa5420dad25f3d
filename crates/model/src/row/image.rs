//! Rows of `DeviceImageLoadEvents`.

use super::{Head, hex, initiating, name_of};
use crate::{Envelope, ImageLoad, Row, tables::DeviceImageLoadEvents};

pub(super) fn loaded(envelope: &Envelope, image: &ImageLoad) -> Row {
    let Head { timestamp, device_id, device_name, report_id, event_id } = Head::of(envelope);
    let mut row = DeviceImageLoadEvents {
        timestamp,
        device_id,
        device_name,
        report_id,
        event_id,
        action_type: Some("ImageLoaded".into()),
        file_name: Some(name_of(&image.path)),
        folder_path: Some(image.path.clone()),
        file_size: i64::try_from(image.size).ok(),
        sha256: image.sha256.map(|digest| hex(&digest).into()),
        ..DeviceImageLoadEvents::default()
    };
    initiating!(row, envelope.event.actor.as_deref());
    Row::DeviceImageLoadEvents(Box::new(row))
}
