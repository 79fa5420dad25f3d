//! The kernel side of the sensor: loads the eBPF programs, attaches them and hands out their
//! records in the order of time.
//!
//! Nothing outlives its [`Probe`]: programs, maps and links are file descriptors, so everything is gone
//! soon after it is dropped or its process dies. This room gives records no meaning; `collect` does.

mod attach;
mod cgroup;
mod counters;
mod error;
mod mounts;
mod noted;
mod permission;
mod plan;
mod probe;
mod release;
mod rings;

pub use bartizan_probe_abi as abi;
pub use counters::{Counters, KindCounter, ProgramCost};
pub use error::ProbeError;
pub use noted::{NotedKind, NotedName};
pub use plan::{ProgramHealth, ProgramState};
pub use probe::{POLL_INTERVAL, Probe, ProbeConfig};
