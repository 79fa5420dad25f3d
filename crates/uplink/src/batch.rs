//! Records of the spool to a batch of the protocol.

use bartizan_model::{EventId, StreamId};
use bartizan_spool::Spool;
use bartizan_wire::{Batch, EventList, PROTOCOL_VERSION, compress, decode_single};

use crate::UplinkError;

/// Most events, and bytes before compression, of one batch: far below the protocol's limits, so that a batch
/// is quickly on its way and cheap to send again.
const BATCH_EVENTS: usize = 2_000;
const BATCH_BYTES: usize = 2 * 1024 * 1024;

/// A batch that is to be sent.
#[derive(Debug)]
pub(crate) struct NextBatch {
    pub(crate) batch: Batch,
    pub(crate) last: u64,
    /// Records that could not be read as events: passed over, and counted.
    pub(crate) unreadable: u64,
}

/// The next batch from the spool; `None` when it has no more.
pub(crate) fn next(spool: &Spool) -> Result<Option<NextBatch>, UplinkError> {
    let stream = StreamId::from_uuid(spool.stream());
    let mut unreadable = 0;
    loop {
        let records = spool.hand_out(BATCH_EVENTS, BATCH_BYTES)?;
        if records.is_empty() {
            return Ok(None);
        }
        let mut list = EventList::default();
        for record in records {
            let id = EventId { stream, sequence: record.sequence };
            let added = decode_single(&record.event, id).and_then(|event| list.push(&event));
            if let Err(error) = added {
                tracing::error!(%error, sequence = record.sequence, "an event of the spool cannot be read");
                unreadable += 1;
            }
        }
        let Some(span) = list.span() else { continue };
        let batch = Batch {
            protocol: PROTOCOL_VERSION,
            stream_id: stream.bytes().to_vec(),
            first_sequence: span.first,
            last_sequence: span.last,
            count: span.count,
            uncompressed_length: u32::try_from(list.bytes().len()).unwrap_or(u32::MAX),
            event_list: compress(list.bytes()).map_err(UplinkError::Answer)?,
        };
        return Ok(Some(NextBatch { batch, last: span.last, unreadable }));
    }
}
