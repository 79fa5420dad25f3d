//! One event in the spool and its bytes: length, CRC-32, number, kind, event.

use crate::Kind;

/// Most bytes of one event.
pub const RECORD_BYTES_MAX: usize = 1024 * 1024;

/// Length and CRC before each body.
pub(crate) const FRAME_HEAD: usize = 8;

/// Number and kind, at the start of each body.
const FIXED: usize = 9;

/// An event under its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its number, from 1.
    pub sequence: u64,
    /// What it is counted as when it is dropped.
    pub kind: Kind,
    /// The event, as the caller wrote it.
    pub event: Vec<u8>,
}

/// Adds the record, as it stands in a segment.
pub(crate) fn encode(bytes: &mut Vec<u8>, sequence: u64, kind: Kind, event: &[u8]) {
    let length = u32::try_from(FIXED + event.len()).unwrap_or(u32::MAX);
    let mut crc = crc32fast::Hasher::new();
    crc.update(&sequence.to_le_bytes());
    crc.update(&[kind as u8]);
    crc.update(event);
    bytes.extend(length.to_le_bytes());
    bytes.extend(crc.finalize().to_le_bytes());
    bytes.extend(sequence.to_le_bytes());
    bytes.push(kind as u8);
    bytes.extend(event);
}

/// The first record of these bytes and how long it is; `None` when there is no whole one.
pub(crate) fn decode(bytes: &[u8]) -> Option<(Record, usize)> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let (crc, rest) = rest.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    if !(FIXED..=FIXED + RECORD_BYTES_MAX).contains(&length) {
        return None;
    }
    let body = rest.get(..length)?;
    if crc32fast::hash(body) != u32::from_le_bytes(*crc) {
        return None;
    }
    let (sequence, body) = body.split_first_chunk::<8>()?;
    let ([kind], event) = body.split_first_chunk::<1>()?;
    let kind = Kind::from_number(*kind)?;
    let sequence = u64::from_le_bytes(*sequence);
    Some((Record { sequence, kind, event: event.to_vec() }, FRAME_HEAD + length))
}
