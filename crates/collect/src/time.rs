//! The two clocks: the kernel's, which never jumps, and the calendar's, which people read.

use std::time::Duration;

use bartizan_model::Timestamp;
use rustix::time::{ClockId, Timespec, clock_gettime};

/// Nanoseconds in one tick of `/proc/PID/stat`.
const TICK_NS: u64 = 10_000_000;

/// One moment on both clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Nanoseconds since boot, suspend included.
    pub boot_ns: u64,
    /// The calendar's time.
    pub wall: Timestamp,
}

impl Moment {
    /// Now.
    #[must_use]
    pub fn now() -> Self {
        let boot_ns = nanos(clock_gettime(ClockId::Boottime));
        let wall = nanos(clock_gettime(ClockId::Realtime));
        Self { boot_ns, wall: Timestamp::from_nanos(i64::try_from(wall).unwrap_or(i64::MAX)) }
    }

    /// The calendar's time of another moment since boot.
    #[must_use]
    pub fn wall_at(&self, boot_ns: u64) -> Timestamp {
        if boot_ns >= self.boot_ns {
            self.wall.plus(Duration::from_nanos(boot_ns - self.boot_ns))
        } else {
            self.wall.minus(Duration::from_nanos(self.boot_ns - boot_ns))
        }
    }

    /// The calendar's time of a start time in ticks.
    pub(crate) fn wall_at_tick(&self, ticks: u64) -> Timestamp {
        self.wall_at(ticks.saturating_mul(TICK_NS))
    }
}

fn nanos(time: Timespec) -> u64 {
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    seconds.saturating_mul(1_000_000_000).saturating_add(time.tv_nsec.unsigned_abs())
}
