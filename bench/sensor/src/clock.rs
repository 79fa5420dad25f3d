//! Processor time, of this process with its children, and of others.

use std::{fs, mem};

fn nanoseconds(time: libc::timespec) -> u64 {
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

fn read(clock: libc::clockid_t) -> Option<u64> {
    // SAFETY: the structure is only written to, and used when that succeeded.
    unsafe {
        let mut time: libc::timespec = mem::zeroed();
        (libc::clock_gettime(clock, &mut time) == 0).then(|| nanoseconds(time))
    }
}

/// Time that has passed.
pub(crate) fn wall() -> u64 {
    read(libc::CLOCK_MONOTONIC).unwrap_or(0)
}

/// Processor time of this process and of its children that have ended.
pub(crate) fn own_with_children() -> u64 {
    let own = read(libc::CLOCK_PROCESS_CPUTIME_ID).unwrap_or(0);
    // SAFETY: as above.
    let children = unsafe {
        let mut usage: libc::rusage = mem::zeroed();
        libc::getrusage(libc::RUSAGE_CHILDREN, &mut usage);
        [usage.ru_utime, usage.ru_stime]
    };
    let micros: i64 = children.iter().map(|time| time.tv_sec * 1_000_000 + time.tv_usec).sum();
    own + micros as u64 * 1_000
}

/// Processor time of another process, all threads, or of a thread of the kernel.
pub(crate) fn of(pid: u32) -> Option<u64> {
    let mut clock = 0;
    // SAFETY: the identifier is only written to.
    if unsafe { libc::clock_getcpuclockid(pid as i32, &mut clock) } == 0
        && let Some(time) = read(clock)
    {
        return Some(time);
    }
    let schedule = fs::read_to_string(format!("/proc/{pid}/schedstat")).ok()?;
    schedule.split_whitespace().next()?.parse().ok()
}
