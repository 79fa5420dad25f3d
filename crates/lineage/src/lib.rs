//! The process tree of a device, as far as its sensor told: who forked whom, and where a story begins.
//!
//! Bounded: when it is full, the processes that ended longest ago leave first, and that is counted. It keeps no
//! history for people (the store does) and reads no clock. Events may come late, twice or in another order; the
//! tree is the same.

mod broker;
mod tree;

pub use broker::{BROKERS, is_broker};
pub use tree::{Family, IMAGES_MAX, PROCESSES_MAX, Told, Tree};
