//! Any bytes as a batch from a sensor: head, expansion and event list, each within its bounds.
#![no_main]

use bartizan_model::{EventId, StreamId};
use bartizan_wire::{Batch, BatchHead, Span};
use prost::Message as _;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(batch) = Batch::decode(bytes)
        && let Ok(head) = BatchHead::of(&batch)
        && let Ok(list) = bartizan_wire::expand(&batch.event_list)
    {
        let _events = bartizan_wire::decode_events(&list, head.stream, head.span);
    }
    let stream = StreamId::from_uuid(uuid::Uuid::from_u128(1));
    let span = Span { first: 1, last: 64, count: 64 };
    let _events = bartizan_wire::decode_events(bytes, stream, span);
    let _event = bartizan_wire::decode_single(bytes, EventId { stream, sequence: 1 });
    let _expanded = bartizan_wire::expand(bytes);
});
