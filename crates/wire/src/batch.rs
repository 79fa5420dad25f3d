//! A batch: its head checked, its event list compressed and expanded within bounds.

use std::io::Read as _;

use bartizan_model::StreamId;
use uuid::Uuid;

use crate::{
    WireError,
    generated::Batch,
    limits::{BATCH_BYTES_MAX, BATCH_EVENTS_MAX, EVENT_LIST_BYTES_MAX, PROTOCOL_VERSION},
};

/// zstd level: the knee between size and a sensor's processor time.
const LEVEL: i32 = 3;

/// Which numbers of a stream a batch holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Number of the first event, from 1.
    pub first: u64,
    /// Number of the last event.
    pub last: u64,
    /// How many events there are: fewer than the numbers span where the spool dropped some.
    pub count: u32,
}

/// What a batch says of itself, checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchHead {
    /// The life of the spool that numbered the events.
    pub stream: StreamId,
    /// Which numbers it holds.
    pub span: Span,
}

impl BatchHead {
    /// The head of a batch; says nothing about its events.
    ///
    /// # Errors
    /// When the head keeps not what the protocol promises.
    pub fn of(batch: &Batch) -> Result<Self, WireError> {
        if batch.protocol != PROTOCOL_VERSION {
            return Err(WireError::Version { found: batch.protocol, spoken: PROTOCOL_VERSION });
        }
        let stream = stream_id(&batch.stream_id)?;
        let (first, last, count) = (batch.first_sequence, batch.last_sequence, batch.count);
        if first == 0 || last < first || last == u64::MAX {
            let found = format!("{first} to {last}");
            return Err(WireError::unexpected(
                "span of the batch",
                found,
                "first ≥ 1, last ≥ first",
            ));
        }
        if count == 0 || u64::from(count) > last - first + 1 {
            return Err(WireError::unexpected("count of the batch", count, "1 to what it spans"));
        }
        let events = usize::try_from(count).unwrap_or(usize::MAX);
        WireError::bound("events in the batch", events, BATCH_EVENTS_MAX)?;
        WireError::bound("bytes of the batch", batch.event_list.len(), BATCH_BYTES_MAX)?;
        Ok(Self { stream, span: Span { first, last, count } })
    }
}

/// A stream's 16 bytes.
pub(crate) fn stream_id(bytes: &[u8]) -> Result<StreamId, WireError> {
    let length = bytes.len();
    let uuid = Uuid::from_slice(bytes)
        .map_err(|_length| WireError::unexpected("length of a stream id", length, "16 bytes"))?;
    Ok(StreamId::from_uuid(uuid))
}

/// An event list, compressed.
///
/// # Errors
/// When zstd has no memory.
pub fn compress(event_list: &[u8]) -> Result<Vec<u8>, WireError> {
    zstd::bulk::compress(event_list, LEVEL).map_err(WireError::Compression)
}

/// An event list, expanded; never more than [`EVENT_LIST_BYTES_MAX`] bytes, whatever the input says.
///
/// # Errors
/// When it is not zstd, is cut, or is too long.
pub fn expand(compressed: &[u8]) -> Result<Vec<u8>, WireError> {
    WireError::bound("bytes of the batch", compressed.len(), BATCH_BYTES_MAX)?;
    let mut decoder =
        zstd::stream::read::Decoder::with_buffer(compressed).map_err(WireError::Compression)?;
    // A frame may ask for a window of gigabytes; ours never need more than the list itself.
    decoder.window_log_max(WINDOW_LOG_MAX).map_err(WireError::Compression)?;
    let limit = EVENT_LIST_BYTES_MAX;
    let mut event_list = Vec::new();
    decoder
        .take(u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1))
        .read_to_end(&mut event_list)
        .map_err(WireError::Compression)?;
    WireError::bound("bytes of the expanded event list", event_list.len(), limit)?;
    Ok(event_list)
}

/// Largest window a decoder grants: 32 MiB, the longest list.
const WINDOW_LOG_MAX: u32 = 25;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_bomb_stops_at_the_limit() {
        let bomb = zstd::bulk::compress(&vec![0; 2 * EVENT_LIST_BYTES_MAX], 19).unwrap();
        assert!(bomb.len() < 100_000);

        let error = expand(&bomb).unwrap_err();

        assert!(matches!(error, WireError::TooMuch { .. }), "{error}");
    }

    #[test]
    fn a_list_comes_back_as_it_was() {
        let list = b"events events events".repeat(50);

        assert_eq!(expand(&compress(&list).unwrap()).unwrap(), list);
    }

    proptest! {
        #[test]
        fn any_bytes_expand_or_are_refused(bytes: Vec<u8>) {
            drop(expand(&bytes));
        }
    }
}
