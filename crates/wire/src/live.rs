//! Messages for live sessions, to the wire and back.

use bartizan_model::{
    DeviceId, LiveFile, LiveLevel, LiveLine, LiveMessage, LiveOrder, LiveScript, LiveSessionId,
    TenantId, Timestamp, TransferId,
};
use prost::Message as _;

use crate::{
    WireError,
    command::uuid,
    generated as wire,
    generated::live_message::What,
    limits::{LIVE_LINE_BYTES_MAX, LIVE_MESSAGE_BYTES_MAX, LIVE_SCRIPT_BYTES_MAX},
};

/// The bytes of a message.
#[must_use]
pub fn live_to_bytes(message: &LiveMessage) -> Vec<u8> {
    let what = match &message.order {
        LiveOrder::Open { level, by, idle_seconds } => What::Open(wire::LiveOpen {
            advanced: *level == LiveLevel::Advanced,
            by: by.to_string(),
            idle_seconds: *idle_seconds,
        }),
        LiveOrder::Line(line) => What::Line(wire::LiveLine {
            text: line.text.to_string(),
            script: line.script.as_ref().map(|script| wire::LiveScript {
                name: script.name.to_string(),
                content: script.content.clone(),
            }),
            file: line.file.as_ref().map(|file| wire::LiveFile {
                transfer_id: file.transfer.bytes().to_vec(),
                name: file.name.to_string(),
                length: file.length,
                sha256: file.sha256.to_vec(),
            }),
        }),
        LiveOrder::Complete { text } => What::Complete(text.to_string()),
        LiveOrder::Close => What::Close(wire::Nothing {}),
    };
    wire::LiveMessage {
        tenant_id: message.tenant.bytes().to_vec(),
        device_id: message.device.bytes().to_vec(),
        session_id: message.session.bytes().to_vec(),
        sequence: message.sequence,
        issued_at: message.issued_at.nanos(),
        expires_at: message.expires_at.nanos(),
        what: Some(what),
    }
    .encode_to_vec()
}

/// The message of these bytes.
///
/// # Errors
/// When they are none.
pub fn live_from_bytes(bytes: &[u8]) -> Result<LiveMessage, WireError> {
    WireError::bound("bytes of a live message", bytes.len(), LIVE_MESSAGE_BYTES_MAX)?;
    let message = wire::LiveMessage::decode(bytes)
        .map_err(|source| WireError::Malformed { what: "a live message", source })?;
    let what = message.what.ok_or(WireError::Missing("what a live message is about"))?;
    let order = match what {
        What::Open(open) => LiveOrder::Open {
            level: if open.advanced { LiveLevel::Advanced } else { LiveLevel::Basic },
            by: open.by.into(),
            idle_seconds: open.idle_seconds,
        },
        What::Line(line) => LiveOrder::Line(line_from_wire(line)?),
        What::Complete(text) => {
            WireError::bound("bytes of a line", text.len(), LIVE_LINE_BYTES_MAX)?;
            LiveOrder::Complete { text: text.into() }
        }
        What::Close(wire::Nothing {}) => LiveOrder::Close,
    };
    Ok(LiveMessage {
        tenant: TenantId::from_uuid(uuid("tenant of a live message", &message.tenant_id)?),
        device: DeviceId::from_uuid(uuid("device of a live message", &message.device_id)?),
        session: session_from_wire(&message.session_id)?,
        sequence: message.sequence,
        issued_at: Timestamp::from_nanos(message.issued_at),
        expires_at: Timestamp::from_nanos(message.expires_at),
        order,
    })
}

/// The live session that 16 bytes name.
///
/// # Errors
/// When they are not 16.
pub fn session_from_wire(bytes: &[u8]) -> Result<LiveSessionId, WireError> {
    Ok(LiveSessionId::from_uuid(uuid("live session", bytes)?))
}

/// The transfer that 16 bytes name.
///
/// # Errors
/// When they are not 16.
pub fn transfer_from_wire(bytes: &[u8]) -> Result<TransferId, WireError> {
    Ok(TransferId::from_uuid(uuid("transfer", bytes)?))
}

fn line_from_wire(line: wire::LiveLine) -> Result<LiveLine, WireError> {
    WireError::bound("bytes of a line", line.text.len(), LIVE_LINE_BYTES_MAX)?;
    let script = line.script.map(|script| -> Result<LiveScript, WireError> {
        WireError::bound("bytes of a script", script.content.len(), LIVE_SCRIPT_BYTES_MAX)?;
        Ok(LiveScript { name: script.name.into(), content: script.content })
    });
    let file = line.file.map(|file| -> Result<LiveFile, WireError> {
        let length = file.sha256.len();
        let wrong = |_bytes| WireError::unexpected("length of a SHA-256", length, "32 bytes");
        Ok(LiveFile {
            transfer: transfer_from_wire(&file.transfer_id)?,
            name: file.name.into(),
            length: file.length,
            sha256: <[u8; 32]>::try_from(file.sha256).map_err(wrong)?,
        })
    });
    Ok(LiveLine { text: line.text.into(), script: script.transpose()?, file: file.transpose()? })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn message(order: LiveOrder) -> LiveMessage {
        LiveMessage {
            tenant: TenantId::from_uuid(Uuid::from_u128(1)),
            device: DeviceId::from_uuid(Uuid::from_u128(2)),
            session: LiveSessionId::from_uuid(Uuid::from_u128(3)),
            sequence: 4,
            issued_at: Timestamp::from_millis(5),
            expires_at: Timestamp::from_millis(6),
            order,
        }
    }

    #[test]
    fn every_message_comes_back_as_it_was() {
        let transfer = TransferId::from_uuid(Uuid::from_u128(9));
        let file = LiveFile { transfer, name: "tool".into(), length: 7, sha256: [8; 32] };
        let script = LiveScript { name: "triage".into(), content: b"#!/bin/sh\n".to_vec() };
        let (script, file) = (Some(script), Some(file));
        for order in [
            LiveOrder::Open { level: LiveLevel::Advanced, by: "ada".into(), idle_seconds: 900 },
            LiveOrder::Line(LiveLine { text: "run triage".into(), script, file }),
            LiveOrder::Complete { text: "getfile /et".into() },
            LiveOrder::Close,
        ] {
            let sent = message(order);
            assert_eq!(live_from_bytes(&live_to_bytes(&sent)).unwrap(), sent);
        }
    }

    #[test]
    fn a_line_that_is_too_long_is_refused() {
        let text = "x".repeat(LIVE_LINE_BYTES_MAX + 1).into();
        let sent = message(LiveOrder::Complete { text });

        assert!(live_from_bytes(&live_to_bytes(&sent)).is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_message_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            drop(live_from_bytes(&bytes));
        }
    }
}
