//! Kernel records to observations with full process identity.
//!
//! The collector keeps the process table, knows users, containers and executables, decides which
//! file changes matter, and sees to it that no event names a process that was not introduced
//! before. It reads `/proc` and executables; it does not talk to the kernel programs, the disk
//! queue or the network.

mod collector;
mod connections;
mod container;
mod fact;
mod hash;
mod process;
mod procfs;
mod table;
mod time;
mod users;
mod watch;
mod window;

pub use collector::{Collector, CollectorConfig, CollectorCounters};
pub use fact::Observation;
pub use time::Moment;
pub use watch::WatchPolicy;
