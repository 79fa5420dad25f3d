//! Event lists: built event by event, read event by event, each process told once.
//!
//! Reading never holds the whole list as messages: a list of nothing but empty messages would be a
//! hundred times larger in memory than on the wire.

use std::{collections::HashMap, sync::Arc};

use bartizan_model::{Action, Event, EventId, Process, ProcessKey, StreamId};
use prost::Message;

use crate::{
    Span, WireError, event, generated,
    limits::{
        BATCH_EVENTS_MAX, BATCH_INVENTORY_ITEMS_MAX, BATCH_PROCESSES_MAX, EVENT_BYTES_MAX,
        EVENT_LIST_BYTES_MAX,
    },
    process,
};

/// Field numbers of an event list, as protobuf writes them before a nested message.
const PROCESSES: u64 = (1 << 3) | LENGTH_DELIMITED;
const EVENTS: u64 = (2 << 3) | LENGTH_DELIMITED;
const LENGTH_DELIMITED: u64 = 2;

/// An event list that is being built. Events go in in the order of their numbers.
#[derive(Debug, Default)]
pub struct EventList {
    bytes: Vec<u8>,
    listed: HashMap<ProcessKey, Vec<(Arc<Process>, u32)>>,
    processes: u32,
    span: Option<Span>,
}

impl EventList {
    /// Adds an event.
    ///
    /// # Errors
    /// When the list is full, the event is too large, or its number is not after the one before.
    pub fn push(&mut self, event: &Event) -> Result<(), WireError> {
        let sequence = event.id.sequence;
        let skipped = match self.span {
            None => 0,
            Some(span) if sequence > span.last => sequence - span.last - 1,
            Some(_) => {
                return Err(WireError::unexpected("number of an event", sequence, "ascending"));
            }
        };
        let count = self.span.map_or(0, |span| span.count) + 1;
        WireError::bound(
            "events in the batch",
            usize::try_from(count).unwrap_or(usize::MAX),
            BATCH_EVENTS_MAX,
        )?;
        WireError::bound("bytes of the event list", self.bytes.len(), EVENT_LIST_BYTES_MAX)?;
        let message = event::to_wire(event, skipped, &mut |process| self.list(process))?;
        WireError::bound("bytes of an event", message.encoded_len(), EVENT_BYTES_MAX)?;
        append(
            &mut self.bytes,
            generated::EventList { processes: Vec::new(), events: vec![message] },
        )?;
        let first = self.span.map_or(sequence, |span| span.first);
        self.span = Some(Span { first, last: sequence, count });
        Ok(())
    }

    /// Which numbers it holds; `None` when it is empty.
    #[must_use]
    pub fn span(&self) -> Option<Span> {
        self.span
    }

    /// The list, uncompressed.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Position of a process in the list, counted from 1; written down at its first mention.
    fn list(&mut self, process: &Arc<Process>) -> Result<u32, WireError> {
        let same = self.listed.entry(process.key).or_default();
        if let Some((_, position)) = same.iter().find(|(listed, _)| listed == process) {
            return Ok(*position);
        }
        let message = process::to_wire(process);
        WireError::bound("bytes of a process", message.encoded_len(), EVENT_BYTES_MAX)?;
        append(
            &mut self.bytes,
            generated::EventList { processes: vec![message], events: Vec::new() },
        )?;
        self.processes += 1;
        same.push((Arc::clone(process), self.processes));
        Ok(self.processes)
    }
}

/// One event with the processes it names, as the spool keeps it. Its number is kept beside it.
///
/// # Errors
/// When the event is too large.
pub fn encode_single(event: &Event) -> Result<Vec<u8>, WireError> {
    let mut list = EventList::default();
    list.push(event)?;
    Ok(list.bytes)
}

/// The event that [`encode_single`] wrote, under its number.
///
/// # Errors
/// When the bytes are not exactly one event.
pub fn decode_single(bytes: &[u8], id: EventId) -> Result<Event, WireError> {
    let mut events = read(bytes, id.stream, id.sequence)?;
    match (events.pop(), events.is_empty()) {
        (Some(event), true) => Ok(event),
        _ => Err(WireError::unexpected("events in a record", events.len(), "1")),
    }
}

/// The events of a list whose head said this.
///
/// # Errors
/// When the list keeps not what the protocol promises, or not what its head said.
pub fn decode_events(bytes: &[u8], stream: StreamId, span: Span) -> Result<Vec<Event>, WireError> {
    WireError::bound("bytes of the event list", bytes.len(), EVENT_LIST_BYTES_MAX)?;
    let events = read(bytes, stream, span.first)?;
    let count = u32::try_from(events.len()).unwrap_or(u32::MAX);
    if count != span.count {
        return Err(WireError::unexpected("count of events", count, "what the head said"));
    }
    let last = events.last().map_or(0, |event| event.id.sequence);
    if last != span.last {
        return Err(WireError::unexpected("last number", last, "what the head said"));
    }
    Ok(events)
}

fn read(mut rest: &[u8], stream: StreamId, first: u64) -> Result<Vec<Event>, WireError> {
    let mut processes: Vec<Arc<Process>> = Vec::new();
    let mut events: Vec<Event> = Vec::new();
    let mut things = 0;
    while !rest.is_empty() {
        let (field, message) = next_message(&mut rest)?;
        WireError::bound("bytes of an event", message.len(), EVENT_BYTES_MAX)?;
        match field {
            PROCESSES => {
                WireError::bound("processes", processes.len() + 1, BATCH_PROCESSES_MAX)?;
                let message = decode::<generated::Process>("a process", message)?;
                processes.push(Arc::new(process::from_wire(message)?));
            }
            EVENTS => {
                WireError::bound("events in the batch", events.len() + 1, BATCH_EVENTS_MAX)?;
                let message = decode::<generated::Event>("an event", message)?;
                let sequence = match events.last() {
                    Some(before) => after(before.id.sequence, message.skipped)?,
                    None => first,
                };
                let id = EventId { stream, sequence };
                let event = event::from_wire(message, id, &processes)?;
                if let Action::Inventory(inventory) = &event.action {
                    things += inventory.items.len();
                    WireError::bound("things of inventories", things, BATCH_INVENTORY_ITEMS_MAX)?;
                }
                events.push(event);
            }
            _ => {} // A newer sensor's field.
        }
    }
    Ok(events)
}

fn after(before: u64, skipped: u64) -> Result<u64, WireError> {
    before
        .checked_add(1)
        .and_then(|next| next.checked_add(skipped))
        .ok_or_else(|| WireError::unexpected("skipped numbers", skipped, "fewer"))
}

/// Splits the next nested message off; every field of an event list is one.
fn next_message<'a>(rest: &mut &'a [u8]) -> Result<(u64, &'a [u8]), WireError> {
    let malformed = |source| WireError::Malformed { what: "an event list", source };
    let field = prost::encoding::decode_varint(rest).map_err(malformed)?;
    if field & 7 != LENGTH_DELIMITED {
        return Err(WireError::unexpected("a field of the event list", field, "a message"));
    }
    let length = prost::encoding::decode_varint(rest).map_err(malformed)?;
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    let Some((message, after)) = rest.split_at_checked(length) else {
        return Err(WireError::unexpected("length of a message", length, "what is left"));
    };
    *rest = after;
    Ok((field, message))
}

fn decode<M: Message + Default>(what: &'static str, bytes: &[u8]) -> Result<M, WireError> {
    M::decode(bytes).map_err(|source| WireError::Malformed { what, source })
}

/// Lists that follow each other are one list: that is how protobuf reads repeated fields.
fn append(bytes: &mut Vec<u8>, list: generated::EventList) -> Result<(), WireError> {
    WireError::bound(
        "bytes of the event list",
        bytes.len() + list.encoded_len(),
        EVENT_LIST_BYTES_MAX,
    )?;
    bytes.extend_from_slice(&list.encode_to_vec());
    Ok(())
}

#[cfg(test)]
mod tests;
