//! What the sensor itself uses of the machine.

use std::fs;

use rustix::{
    param::page_size,
    time::{ClockId, clock_gettime},
};

/// What this process uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OwnUse {
    /// Resident memory in bytes.
    pub resident_bytes: u64,
    /// Processor time used so far, in milliseconds.
    pub cpu_millis: u64,
}

/// What this process uses.
#[must_use]
pub fn own_use() -> OwnUse {
    let pages = fs::read_to_string("/proc/self/statm")
        .ok()
        .and_then(|text| text.split_whitespace().nth(1)?.parse::<u64>().ok());
    let page = u64::try_from(page_size()).unwrap_or(4_096);
    let time = clock_gettime(ClockId::ProcessCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    OwnUse {
        resident_bytes: pages.unwrap_or(0).saturating_mul(page),
        cpu_millis: seconds * 1_000 + time.tv_nsec.unsigned_abs() / 1_000_000,
    }
}
