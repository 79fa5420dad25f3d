//! Durable hand-over of events from ingest to its readers.
//!
//! One record is one accepted batch. What [`EventLog::append`] answered stays through a crash of the
//! process, the system or the power; readers come back to where they were and find everything after.
//! The log keeps payloads as they are: it knows neither events nor protocol.

mod checkpoint;
mod entry;
mod error;
mod log;
mod segment;

pub use entry::{Entry, PAYLOAD_BYTES_MAX, Position};
pub use error::LogError;
pub use log::{EventLog, EventLogConfig};
