//! Reads both rings and merges their records by time.
//!
//! Programs write without waking the reader, from every CPU, into two rings. A file event must be
//! judged after the exec that made its process what it is, so what was read is put in the order of
//! time, and the newest moment is left for the next round: a program that is writing just now may
//! hold an older time than one that has finished.

use std::collections::HashMap;

use aya::maps::{MapData, RingBuf};
use bartizan_probe_abi::{Record, Ring};
use rustix::time::{ClockId, clock_gettime};

/// How long a program may take between reading the clock and finishing its record.
const SETTLE_NS: u64 = 2_000_000;

/// Both rings, and what was read too early.
pub(crate) struct Rings {
    critical: Source,
    bulk: Source,
    batch: Vec<Record>,
    seen: HashMap<(Ring, u32), Seen>,
    undecodable: u64,
}

struct Source {
    ring: RingBuf<MapData>,
    held: Option<Record>,
}

/// The sequence numbers of one CPU and ring: they start at 0 and may arrive slightly out of order.
#[derive(Clone, Copy, Default)]
struct Seen {
    last: u64,
    count: u64,
}

impl Rings {
    pub(crate) fn new(critical: RingBuf<MapData>, bulk: RingBuf<MapData>) -> Self {
        let source = |ring| Source { ring, held: None };
        Self {
            critical: source(critical),
            bulk: source(bulk),
            batch: Vec::new(),
            seen: HashMap::new(),
            undecodable: 0,
        }
    }

    /// Hands out every settled record, oldest first, and says how many there were.
    pub(crate) fn poll(&mut self, handle: &mut dyn FnMut(Record)) -> usize {
        self.read_until(boot_time_ns().saturating_sub(SETTLE_NS), handle)
    }

    /// Hands out everything, settled or not.
    pub(crate) fn drain(&mut self, handle: &mut dyn FnMut(Record)) -> usize {
        self.read_until(u64::MAX, handle)
    }

    /// Sequence numbers that did not arrive.
    pub(crate) fn missing(&self) -> u64 {
        self.seen.values().map(|seen| (seen.last + 1).saturating_sub(seen.count)).sum()
    }

    pub(crate) const fn undecodable(&self) -> u64 {
        self.undecodable
    }

    fn read_until(&mut self, horizon_ns: u64, handle: &mut dyn FnMut(Record)) -> usize {
        self.undecodable += self.critical.read_until(horizon_ns, &mut self.batch);
        self.undecodable += self.bulk.read_until(horizon_ns, &mut self.batch);
        self.batch.sort_by_key(|record| record.time_ns);
        let count = self.batch.len();
        for record in self.batch.drain(..) {
            note(&mut self.seen, &record);
            handle(record);
        }
        count
    }
}

impl std::fmt::Debug for Rings {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Rings").field("missing", &self.missing()).finish_non_exhaustive()
    }
}

impl Source {
    /// Appends records up to the horizon, keeps the first one beyond it, and says how many could
    /// not be decoded. What a ring held at the call bounds the batch.
    fn read_until(&mut self, horizon_ns: u64, batch: &mut Vec<Record>) -> u64 {
        let mut undecodable = 0;
        if let Some(held) = self.held.take_if(|held| held.time_ns <= horizon_ns) {
            batch.push(held);
        }
        while self.held.is_none() {
            let Some(item) = self.ring.next() else { break };
            match Record::decode(&item) {
                Ok(record) if record.time_ns > horizon_ns => self.held = Some(record),
                Ok(record) => batch.push(record),
                Err(error) => {
                    tracing::debug!(%error, "record could not be decoded");
                    undecodable += 1;
                }
            }
        }
        undecodable
    }
}

fn note(seen: &mut HashMap<(Ring, u32), Seen>, record: &Record) {
    let entry = seen.entry((record.kind().ring(), record.cpu)).or_default();
    entry.last = entry.last.max(record.sequence);
    entry.count += 1;
}

fn boot_time_ns() -> u64 {
    let now = clock_gettime(ClockId::Boottime);
    let (seconds, nanoseconds) = (now.tv_sec.unsigned_abs(), now.tv_nsec.unsigned_abs());
    seconds.saturating_mul(1_000_000_000).saturating_add(nanoseconds)
}
