//! The kernel side of the sensor: loads the eBPF programs, attaches them and hands out their
//! records in the order of time.
//!
//! Nothing is pinned: programs, maps and links are file descriptors, so everything is gone when a
//! [`Probe`] is dropped or its process dies. This room gives records no meaning; `collect` does.

mod attach;
mod cgroup;
mod counters;
mod error;
mod noted;
mod permission;
mod plan;
mod probe;
mod rings;
mod tracefs;

pub use bartizan_probe_abi as abi;
pub use counters::{Counters, KindCounter, ProgramCost};
pub use error::ProbeError;
pub use noted::{NotedKind, NotedName};
pub use plan::{ProgramHealth, ProgramState};
pub use probe::{POLL_INTERVAL, Probe, ProbeConfig};
