//! What flows through the server, measured when somebody asks.

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use bartizan_api::Flow;
use bartizan_ingest::Ingest;
use parking_lot::Mutex;

use crate::workers::{Rooms, after, now};

/// The rate is taken anew when so much time has passed.
const RATE_OVER: Duration = Duration::from_secs(10);

/// The last time the rate was taken.
struct Sample {
    at: Instant,
    events: u64,
    rate: f64,
}

/// The meter of this server.
pub(super) fn meter(
    rooms: &Rooms,
    data: &Path,
    ingest: &Arc<Ingest>,
) -> Arc<dyn Fn() -> Flow + Send + Sync> {
    let (rooms, data, ingest) = (rooms.clone(), data.to_owned(), Arc::clone(ingest));
    let sample = Mutex::new(Sample { at: now(), events: 0, rate: 0.0 });
    Arc::new(move || measure(&rooms, &data, &ingest, &sample))
}

fn measure(rooms: &Rooms, data: &Path, ingest: &Ingest, sample: &Mutex<Sample>) -> Flow {
    let counters = ingest.totals();
    let end = rooms.log.end().0;
    let behind = |done: Option<u64>| end.saturating_sub(after(done).0);
    let judged = rooms.store.pipeline_position().ok().flatten();
    let (disk_bytes, disk_free_bytes) = rustix::fs::statvfs(data).map_or((0, 0), |disk| {
        (disk.f_blocks.saturating_mul(disk.f_frsize), disk.f_bavail.saturating_mul(disk.f_frsize))
    });
    Flow {
        events_per_second: rate(sample, counters.events),
        batches: counters.batches,
        events: counters.events,
        repeated: counters.repeated,
        malformed: counters.malformed,
        judge_behind: behind(judged),
        gather_behind: behind(rooms.telemetry.appended()),
        log_bytes: rooms.log.bytes(),
        disk_free_bytes,
        disk_bytes,
        resident_bytes: resident(),
    }
}

#[expect(clippy::cast_precision_loss, reason = "a rate for people")]
fn rate(sample: &Mutex<Sample>, events: u64) -> f64 {
    let mut last = sample.lock();
    let passed = last.at.elapsed();
    if passed >= RATE_OVER {
        last.rate = events.saturating_sub(last.events) as f64 / passed.as_secs_f64();
        last.at = now();
        last.events = events;
    }
    last.rate
}

/// Memory of this process.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or(0).saturating_mul(1_024)
}
