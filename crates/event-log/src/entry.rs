//! One record of the log and its bytes: length, CRC-32, body.

use bartizan_model::{DeviceId, StreamId, TenantId, Text, Timestamp};
use uuid::Uuid;

use crate::LogError;

/// Most bytes of one payload.
pub const PAYLOAD_BYTES_MAX: usize = 32 * 1024 * 1024;

/// Most bytes of a device's name that are kept.
const NAME_BYTES_MAX: usize = 255;

/// Length and CRC before each body.
pub(crate) const FRAME_HEAD: usize = 8;

/// Bytes of a body before the name: three ids, three numbers, the name's length.
const FIXED: usize = 16 * 3 + 8 * 3 + 1;

/// Which record, counted from 0 over the life of the log. As a reader's place it is the next record to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Position(pub u64);

impl Position {
    /// The place after this record.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// One accepted batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Whose.
    pub tenant: TenantId,
    /// From which device.
    pub device: DeviceId,
    /// Its name at that time.
    pub device_name: Text,
    /// The stream that numbered the events.
    pub stream: StreamId,
    /// Number of the first event.
    pub first_sequence: u64,
    /// Number of the last event.
    pub last_sequence: u64,
    /// When the server took it.
    pub received_at: Timestamp,
    /// The events, as ingest writes them.
    pub payload: Vec<u8>,
}

/// The entry as it stands in a segment.
pub(crate) fn encode(entry: &Entry) -> Result<Vec<u8>, LogError> {
    let (first, last) = (entry.first_sequence, entry.last_sequence);
    let bytes = entry.payload.len();
    if bytes > PAYLOAD_BYTES_MAX || first == 0 || last < first {
        return Err(LogError::Unfit { bytes, first, last });
    }
    let name = cut(&entry.device_name, NAME_BYTES_MAX);
    let mut frame = vec![0; FRAME_HEAD];
    frame.reserve(FIXED + name.len() + bytes);
    frame.extend(entry.tenant.bytes());
    frame.extend(entry.device.bytes());
    frame.extend(entry.stream.bytes());
    frame.extend(first.to_le_bytes());
    frame.extend(last.to_le_bytes());
    frame.extend(entry.received_at.nanos().to_le_bytes());
    frame.push(u8::try_from(name.len()).unwrap_or(u8::MAX));
    frame.extend(name.as_bytes());
    frame.extend(&entry.payload);
    let (head, body) = frame.split_at_mut(FRAME_HEAD);
    let length = u32::try_from(body.len()).unwrap_or(u32::MAX);
    let (length_bytes, crc_bytes) = head.split_at_mut(4);
    length_bytes.copy_from_slice(&length.to_le_bytes());
    crc_bytes.copy_from_slice(&crc32fast::hash(body).to_le_bytes());
    Ok(frame)
}

/// Length of the body and its CRC, when the length can be one.
pub(crate) fn frame_head(head: [u8; FRAME_HEAD]) -> Option<(usize, u32)> {
    let [a, b, c, d, e, f, g, h] = head;
    let length = usize::try_from(u32::from_le_bytes([a, b, c, d])).ok()?;
    let fits = (FIXED..=FIXED + NAME_BYTES_MAX + PAYLOAD_BYTES_MAX).contains(&length);
    fits.then_some((length, u32::from_le_bytes([e, f, g, h])))
}

/// The entry in a body; `None` when the CRC says it is not what was written.
pub(crate) fn decode(mut body: &[u8], crc: u32) -> Option<Entry> {
    if crc32fast::hash(body) != crc {
        return None;
    }
    let tenant = TenantId::from_uuid(Uuid::from_bytes(take(&mut body)?));
    let device = DeviceId::from_uuid(Uuid::from_bytes(take(&mut body)?));
    let stream = StreamId::from_uuid(Uuid::from_bytes(take(&mut body)?));
    let first_sequence = u64::from_le_bytes(take(&mut body)?);
    let last_sequence = u64::from_le_bytes(take(&mut body)?);
    let received_at = Timestamp::from_nanos(i64::from_le_bytes(take(&mut body)?));
    let [length] = take(&mut body)?;
    let (name, payload) = body.split_at_checked(usize::from(length))?;
    Some(Entry {
        tenant,
        device,
        device_name: std::str::from_utf8(name).ok()?.into(),
        stream,
        first_sequence,
        last_sequence,
        received_at,
        payload: payload.to_vec(),
    })
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(*taken)
}

/// The text, cut at a character before `bytes`.
fn cut(text: &str, bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes)).unwrap_or(text)
}
