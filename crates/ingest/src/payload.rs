//! What stands in the log: the span of the events and their list, compressed as the sensor sent it.

use bartizan_event_log::Entry;
use bartizan_model::{Envelope, Event};
use bartizan_wire::{EventList, Span, WireError, compress, decode_events, expand};

use crate::IngestError;

/// Version of the payload's form.
const FORMAT: u8 = 1;

/// The payload of events that come as they were sent.
pub(crate) fn as_sent(span: Span, compressed: &[u8]) -> Vec<u8> {
    let mut payload = vec![FORMAT];
    payload.extend(span.first.to_le_bytes());
    payload.extend(span.last.to_le_bytes());
    payload.extend(span.count.to_le_bytes());
    payload.extend(compressed);
    payload
}

/// The payload of these events.
pub(crate) fn of_events(events: &[Event]) -> Result<Vec<u8>, WireError> {
    let mut list = EventList::default();
    for event in events {
        list.push(event)?;
    }
    let span = list.span().ok_or(WireError::Missing("events of a payload"))?;
    Ok(as_sent(span, &compress(list.bytes())?))
}

/// The events of a log entry, each with whose it is and when it came.
///
/// # Errors
/// When the entry was not written by this room, or by a newer version of it.
pub fn envelopes(entry: &Entry) -> Result<Vec<Envelope>, IngestError> {
    let (span, compressed) = parse(&entry.payload).ok_or(IngestError::Payload)?;
    let list = expand(compressed).map_err(IngestError::Wire)?;
    let events = decode_events(&list, entry.stream, span).map_err(IngestError::Wire)?;
    let envelope = |event| Envelope {
        tenant: entry.tenant,
        device: entry.device,
        device_name: entry.device_name.clone(),
        received_at: entry.received_at,
        event,
    };
    Ok(events.into_iter().map(envelope).collect())
}

fn parse(payload: &[u8]) -> Option<(Span, &[u8])> {
    let (&[format], rest) = payload.split_first_chunk::<1>()?;
    let (first, rest) = rest.split_first_chunk::<8>()?;
    let (last, rest) = rest.split_first_chunk::<8>()?;
    let (count, rest) = rest.split_first_chunk::<4>()?;
    let span = Span {
        first: u64::from_le_bytes(*first),
        last: u64::from_le_bytes(*last),
        count: u32::from_le_bytes(*count),
    };
    (format == FORMAT).then_some((span, rest))
}
