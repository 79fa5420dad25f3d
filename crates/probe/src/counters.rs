//! What the kernel programs counted: sent, lost, and what they cost.

use std::time::Duration;

use aya::maps::{MapData, MapError, PerCpuArray};
use bartizan_probe_abi::RecordKind;

/// The counters of the probe since it was attached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counters {
    /// Counted in the kernel, by kind.
    pub kinds: Vec<KindCounter>,
    /// Threads that were made. They are not told; with the forks they are what the kernel itself counts.
    pub threads: u64,
    /// Sequence numbers that never arrived, over both rings: what the reader can prove was lost.
    pub missing: u64,
    /// Records that could not be decoded.
    pub undecodable: u64,
}

/// One kind of record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KindCounter {
    /// The kind.
    pub kind: RecordKind,
    /// Records put into the ring.
    pub sent: u64,
    /// Records for which the ring had no room.
    pub lost: u64,
    /// Bytes put into the ring.
    pub bytes: u64,
    /// Repeats that were left out on purpose.
    pub merged: u64,
}

/// What one program cost, when the kernel measures it (`sysctl kernel.bpf_stats_enabled=1`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgramCost {
    /// The program.
    pub program: &'static str,
    /// Its number in the kernel, as `bpftool prog` shows it.
    pub id: u32,
    /// How often it ran.
    pub runs: u64,
    /// How long it ran in total.
    pub time: Duration,
}

impl Counters {
    /// Records of all kinds for which a ring had no room.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.kinds.iter().map(|counter| counter.lost).sum()
    }

    /// Processes and threads that were made, told or lost: grows with `processes` of `/proc/stat`.
    #[must_use]
    pub fn forks(&self) -> u64 {
        self.threads + self.of(RecordKind::Fork).map_or(0, |fork| fork.sent + fork.lost)
    }

    /// Repeats of all kinds that were left out on purpose.
    #[must_use]
    pub fn merged(&self) -> u64 {
        self.kinds.iter().map(|counter| counter.merged).sum()
    }

    /// The counter of one kind.
    #[must_use]
    pub fn of(&self, kind: RecordKind) -> Option<&KindCounter> {
        self.kinds.iter().find(|counter| counter.kind == kind)
    }
}

/// One kind's counters on one CPU: sent, lost, bytes, merged, as `struct bz_counter` holds them.
pub(crate) type PerCpu = PerCpuArray<MapData, [u64; 4]>;

/// Threads that were made.
pub(crate) fn threads(map: &PerCpu) -> Result<u64, MapError> {
    Ok(map.get(&0, 0)?.iter().map(|[made, ..]| made).sum())
}

/// Sums the counters over all CPUs.
pub(crate) fn read(map: &PerCpu) -> Result<Vec<KindCounter>, MapError> {
    RecordKind::ALL
        .into_iter()
        .map(|kind| {
            let mut sum = KindCounter { kind, sent: 0, lost: 0, bytes: 0, merged: 0 };
            for [sent, lost, bytes, merged] in map.get(&u32::from(kind.number()), 0)?.iter() {
                sum.sent += sent;
                sum.lost += lost;
                sum.bytes += bytes;
                sum.merged += merged;
            }
            Ok(sum)
        })
        .collect()
}
