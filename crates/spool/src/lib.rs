//! Bounded, crash-safe queue of events on disk.
//!
//! Events are numbered from 1 without gaps when they come in. They stay until they are acknowledged, or
//! until room is needed: then the oldest bulk goes first, then the oldest of all, and what went is counted by
//! kind. The spool does not look into events, and knows no network.
//!
//! What a kill of the process leaves: everything that [`Spool::append`] answered. What a power cut leaves:
//! everything up to the last [`Spool::sync`], which the sensor calls at least once a second; and nothing is
//! handed out to be sent before it is synced, so that a number is never given twice.

mod cursor;
mod error;
mod kind;
mod lane;
mod losses;
mod record;
mod spool;

pub use error::SpoolError;
pub use kind::Kind;
pub use record::{RECORD_BYTES_MAX, Record};
pub use spool::{Appended, Spool, SpoolConfig, SpoolStatus};
