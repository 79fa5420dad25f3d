//! The two readers of the event log: one judges and keeps what follows, the other gathers telemetry.
//!
//! Each goes on from its own position, which is kept in the same transaction as what came of the events; so a
//! crash repeats work and never results. A reader that fails says so, waits and tries the same record again: it
//! never passes over one.

mod deliver;
mod indicators;
mod judge;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use bartizan_detection::Detector;
use bartizan_event_log::{Entry, EventLog, Position};
use bartizan_model::{Envelope, Timestamp};
use bartizan_store::{Forgotten, RECORD_DAYS, StepEffects, Store};
use bartizan_telemetry::Telemetry;

use indicators::Watch;
use judge::Judge;

/// Most log records read at once.
pub(crate) const RECORDS_AT_ONCE: usize = 64;
/// How long a reader waits for news before it looks after other things.
const WAIT: Duration = Duration::from_millis(500);
/// How long after a failure the same record is tried again.
const TRY_AGAIN_AFTER: Duration = Duration::from_secs(2);
/// How often days that are over are removed and small files merged.
const UPKEEP_EVERY: Duration = Duration::from_secs(60);

/// What the readers share.
#[derive(Debug, Clone)]
pub(crate) struct Rooms {
    pub(crate) store: Arc<Store>,
    pub(crate) log: Arc<EventLog>,
    pub(crate) telemetry: Arc<Telemetry>,
}

/// The readers at work. They end when told to.
#[derive(Debug)]
pub(crate) struct Workers {
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Workers {
    /// Start both. `changed` hears what each step changed, after it is kept.
    pub(crate) fn start(
        rooms: &Rooms,
        detector: Detector,
        changed: impl Fn(&StepEffects) + Send + 'static,
    ) -> anyhow::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let detector = Arc::new(detector);
        let watch = Arc::new(Watch::default());
        let judge = Judge::resume(&rooms.store, Arc::clone(&detector), Arc::clone(&watch))?;
        let (judging, gathering, looking) = (rooms.clone(), rooms.clone(), rooms.clone());
        let (stop_judging, stop_gathering) = (Arc::clone(&stop), Arc::clone(&stop));
        let stop_looking = Arc::clone(&stop);
        let looked_for = Arc::clone(&watch);
        let (delivering, stop_delivering) = (rooms.clone(), Arc::clone(&stop));
        let delivering = std::thread::Builder::new()
            .name("deliver".to_owned())
            .spawn(move || deliver::deliver_all(&delivering, &stop_delivering))?;
        let looking = std::thread::Builder::new()
            .name("indicators".to_owned())
            .spawn(move || indicators::watch_all(&looking, &looked_for, &stop_looking))?;
        let judging = std::thread::Builder::new().name("judge".to_owned()).spawn(move || {
            judge_all(&judging, (judge, detector, watch), &changed, &stop_judging);
        })?;
        let gathering = std::thread::Builder::new()
            .name("gather".to_owned())
            .spawn(move || gather_all(&gathering, &stop_gathering))?;
        let (keeping, stop_keeping) = (rooms.clone(), Arc::clone(&stop));
        let keeping = std::thread::Builder::new()
            .name("upkeep".to_owned())
            .spawn(move || look_after_all(&keeping, &stop_keeping))?;
        Ok(Self { stop, threads: vec![judging, gathering, looking, delivering, keeping] })
    }

    /// End both after the record each is at.
    pub(crate) fn stop(self) {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads {
            if thread.join().is_err() {
                tracing::error!("a reader of the event log ended by a defect");
            }
        }
    }
}

/// Judge every record of the log. What was judged and could not be kept is forgotten and judged anew.
fn judge_all(
    rooms: &Rooms,
    (mut judge, detector, watch): (Judge, Arc<Detector>, Arc<Watch>),
    changed: &dyn Fn(&StepEffects),
    stop: &AtomicBool,
) {
    while !stop.load(Ordering::Relaxed) {
        let place = judge.place();
        let outcome = judge_some(rooms, &mut judge, changed);
        if outcome.is_err()
            && let Ok(anew) = Judge::resume(&rooms.store, Arc::clone(&detector), Arc::clone(&watch))
        {
            judge = anew;
        }
        match judge.adopt(&rooms.store) {
            Ok(found) => found.iter().for_each(changed),
            Err(error) => tracing::error!("keeping what a hunt for indicators found: {error:#}"),
        }
        let next = go_on("judging events", outcome, &rooms.log, place);
        forget_read(rooms, next);
    }
}

fn judge_some(
    rooms: &Rooms,
    judge: &mut Judge,
    changed: &dyn Fn(&StepEffects),
) -> anyhow::Result<Option<Position>> {
    let entries =
        rooms.log.read(judge.place(), RECORDS_AT_ONCE).context("reading the event log")?;
    let Some((last, _)) = entries.last() else { return Ok(None) };
    let last = *last;
    for effects in judge.judge(&rooms.store, &entries, last)? {
        changed(&effects);
    }
    Ok(Some(last.next()))
}

/// Gather the rows of every record of the log.
fn gather_all(rooms: &Rooms, stop: &AtomicBool) {
    let mut place = after(rooms.telemetry.position());
    while !stop.load(Ordering::Relaxed) {
        let outcome =
            rooms.log.read(place, RECORDS_AT_ONCE).context("reading the event log").and_then(
                |entries| {
                    for (position, entry) in &entries {
                        let envelopes = envelopes(entry);
                        rooms
                            .telemetry
                            .append(position.0, &envelopes)
                            .context("gathering telemetry")?;
                    }
                    rooms.telemetry.seal_due(clock()).context("sealing telemetry")?;
                    Ok(entries.last().map(|(position, _)| position.next()))
                },
            );
        place = go_on("gathering telemetry", outcome, &rooms.log, place);
    }
}

/// Look after what is kept: beside the readers, so that none of them waits while files are merged.
fn look_after_all(rooms: &Rooms, stop: &AtomicBool) {
    let mut last = now();
    while !stop.load(Ordering::Relaxed) {
        std::thread::sleep(WAIT);
        if last.elapsed() > UPKEEP_EVERY {
            last = now();
            forget_records(&rooms.store);
            if let Err(error) = rooms.telemetry.keep_up(clock()) {
                tracing::error!("looking after the telemetry: {error}");
            }
        }
    }
}

/// Removes the records whose time is over, as far as people said how long they are kept; some in each round.
fn forget_records(store: &Store) {
    let forget = || -> anyhow::Result<()> {
        for tenant in store.door().tenants().context("listing tenants")? {
            let kept = store.retention(tenant.id).context("asking how long records are kept")?;
            let days = kept.map_or(RECORD_DAYS, |kept| kept.record_days);
            let before = clock().minus(Duration::from_secs(u64::from(days) * 86_400));
            let done = store.forget_records(tenant.id, before).context("removing old records")?;
            if done != Forgotten::default() {
                tracing::info!(
                    done.incidents,
                    done.alerts,
                    days,
                    "removed records whose time is over"
                );
            }
        }
        Ok(())
    };
    if let Err(error) = forget() {
        tracing::error!("removing records whose time is over: {error:#}");
    }
}

/// The next place: after what was done; the same after a wait, when there was nothing or it failed.
fn go_on(
    doing: &str,
    outcome: anyhow::Result<Option<Position>>,
    log: &EventLog,
    place: Position,
) -> Position {
    match outcome {
        Ok(Some(next)) => next,
        Ok(None) => {
            log.wait_beyond(place, now() + WAIT);
            place
        }
        Err(error) => {
            tracing::error!("{doing}: {error:#}; trying again in {TRY_AGAIN_AFTER:?}");
            std::thread::sleep(TRY_AGAIN_AFTER);
            place
        }
    }
}

/// The log keeps what a reader still needs: what is judged, and sealed.
fn forget_read(rooms: &Rooms, judged: Position) {
    let sealed = after(rooms.telemetry.position());
    if let Err(error) = rooms.log.forget_before(judged.min(sealed)) {
        tracing::warn!("deleting read segments of the event log: {error}");
    }
}

/// The events of a record. One that cannot be read was taken by an older or damaged server: it is told, and is
/// as empty for both readers.
pub(crate) fn envelopes(entry: &Entry) -> Vec<Envelope> {
    match bartizan_ingest::envelopes(entry) {
        Ok(envelopes) => envelopes,
        Err(error) => {
            tracing::error!(device = %entry.device, "reading a record of the event log: {error}");
            Vec::new()
        }
    }
}

/// The place after the last record that is done.
pub(crate) const fn after(done: Option<u64>) -> Position {
    match done {
        Some(position) => Position(position).next(),
        None => Position(0),
    }
}

#[expect(clippy::disallowed_methods, reason = "workers read the clock for the rooms")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// The wall clock.
#[expect(clippy::disallowed_methods, reason = "workers read the clock for the rooms")]
pub(crate) fn clock() -> Timestamp {
    let since_epoch =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_nanos(i64::try_from(since_epoch.as_nanos()).unwrap_or(i64::MAX))
}
