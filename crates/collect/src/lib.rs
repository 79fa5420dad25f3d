//! Kernel records to observations with full process identity.
//!
//! The collector keeps the process table, knows users, containers and executables, decides which
//! file changes matter and what they mean, reads the machine's own trails of sign-ins and accounts, and
//! sees to it that no event names a process that was not introduced before. It reads `/proc`, executables,
//! logs and the kernel's word about devices; it does not talk to the kernel programs, the disk queue or
//! the network.

mod accounts;
mod collector;
mod connections;
mod container;
mod dns;
mod fact;
mod hash;
mod logon;
mod persistence;
mod process;
mod procfs;
mod script;
mod secrets;
mod shedding;
mod table;
mod time;
mod uevent;
mod users;
mod watch;
mod window;
mod words;

pub use collector::{Collector, CollectorConfig, CollectorCounters};
pub use fact::Observation;
pub use logon::LogonTrails;
pub use shedding::{Shed, Shedding};
pub use time::Moment;
pub use watch::WatchPolicy;
