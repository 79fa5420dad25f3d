//! Accept batches: authenticate, decode, remove duplicates, log.
//!
//! An acknowledgement leaves only when the events are durable in the event log. A batch that cannot be read is
//! set aside and stands in the log as a loss; a batch that comes twice counts once. What events mean is for
//! the readers of the log.

mod accept;
mod clock;
mod control;
mod counters;
mod payload;
mod quarantine;
mod serve;

pub use accept::{Ingest, IngestError};
pub use counters::DeviceCounters;
pub use payload::envelopes;
pub use serve::{ListenerTls, serve};
