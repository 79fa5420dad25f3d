//! The spool itself: append, hand out, acknowledge, drop.

mod room;

use std::{
    fs::{self, File, OpenOptions},
    path::{Path, PathBuf},
    sync::Arc,
    thread,
    time::Duration,
};

use parking_lot::Mutex;
use rustix::{
    fs::{FlockOperation, flock},
    io::Errno,
};
use uuid::Uuid;

use crate::{
    Kind, RECORD_BYTES_MAX, Record, SpoolError, cursor,
    lane::{Chunk, Lane, Reader},
    losses::{self, Counts},
    record,
};

/// How often, and how long apart, the lock is tried for.
const LOCK_ATTEMPTS: u32 = 20;
const LOCK_PAUSE: Duration = Duration::from_millis(25);

/// How large the spool may grow.
#[derive(Debug, Clone, Copy)]
pub struct SpoolConfig {
    /// Most bytes on disk.
    pub limit_bytes: u64,
    /// Bytes of one segment: what is dropped at once.
    pub segment_bytes: u64,
}

impl Default for SpoolConfig {
    fn default() -> Self {
        Self { limit_bytes: 512 * 1024 * 1024, segment_bytes: 4 * 1024 * 1024 }
    }
}

/// What became of the events of one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Appended {
    /// Events that are in the spool now.
    pub kept: u64,
    /// Events, old or new, that were dropped meanwhile. [`Spool::losses`] says of which kinds.
    pub dropped: u64,
}

/// How the spool is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpoolStatus {
    /// Bytes on disk.
    pub bytes: u64,
    /// Number of the newest event.
    pub newest: u64,
    /// Everything up to this number is acknowledged.
    pub acknowledged: u64,
    /// Events dropped since the spool was opened.
    pub dropped: u64,
}

/// The queue. Share it behind an [`Arc`]; every call may block on the disk.
#[derive(Debug)]
pub struct Spool {
    folder: PathBuf,
    config: SpoolConfig,
    stream: Uuid,
    state: Mutex<State>,
    /// Holds the folder's lock as long as the spool lives.
    _lock: File,
}

#[derive(Debug)]
struct State {
    vital: Lane,
    bulk: Lane,
    vital_reader: Reader,
    bulk_reader: Reader,
    next: u64,
    /// Records up to this one survive a power cut.
    synced: u64,
    /// Records up to this one were handed out; those not acknowledged may be on their way.
    handed_out: u64,
    acknowledged: u64,
    /// The acknowledgement that is written down.
    acknowledged_on_disk: u64,
    losses: Counts,
    losses_on_disk: bool,
    dropped: u64,
}

impl Spool {
    /// Opens the spool in a folder, or makes it with a new stream.
    ///
    /// # Errors
    /// When another sensor has it open, or the disk refuses.
    pub fn open(folder: impl AsRef<Path>, config: SpoolConfig) -> Result<Self, SpoolError> {
        let folder = folder.as_ref();
        fs::create_dir_all(folder).map_err(SpoolError::io("making the folder", folder))?;
        let lock = lock(folder)?;
        let stream = cursor::stream(folder)?;
        let mut counts = losses::load(folder)?;
        let acknowledged = cursor::acknowledged(folder)?;
        let (vital, bulk) = (Lane::open(folder, "vital")?, Lane::open(folder, "bulk")?);
        let damaged = damaged(&vital, &bulk)? + damaged(&bulk, &vital)?;
        if damaged > 0 {
            *counts.entry(Kind::Unknown).or_default() += damaged;
        }
        let newest = vital.last().max(bulk.last()).max(acknowledged);
        let state = State {
            vital,
            bulk,
            vital_reader: Reader::after(acknowledged),
            bulk_reader: Reader::after(acknowledged),
            next: newest + 1,
            synced: newest,
            handed_out: acknowledged,
            acknowledged,
            acknowledged_on_disk: acknowledged,
            losses: counts,
            losses_on_disk: damaged == 0,
            dropped: damaged,
        };
        let state = Mutex::new(state);
        Ok(Self { folder: folder.to_path_buf(), config, stream, state, _lock: lock })
    }

    /// The name of this spool's life: numbers are unique within it.
    #[must_use]
    pub const fn stream(&self) -> Uuid {
        self.stream
    }

    /// Numbers these events and keeps them. Where there is no room others are dropped, or these.
    /// Never fails for want of room: what is lost is counted.
    ///
    /// # Errors
    /// When the disk refuses for another reason; then these events are counted as lost.
    pub fn append(&self, events: &[(Kind, Vec<u8>)]) -> Result<Appended, SpoolError> {
        let mut state = self.state.lock();
        let before = state.dropped;
        let (mut vital, mut bulk) = (Chunk::default(), Chunk::default());
        for (kind, event) in events {
            if event.len() > RECORD_BYTES_MAX {
                state.lose(*kind, 1);
                continue;
            }
            let chunk = if kind.is_bulk() { &mut bulk } else { &mut vital };
            let sequence = state.next;
            state.next += 1;
            if chunk.bytes.is_empty() {
                chunk.first = sequence;
            }
            chunk.last = sequence;
            *chunk.counts.entry(*kind).or_default() += 1;
            record::encode(&mut chunk.bytes, sequence, *kind, event);
        }
        let vital = self.keep(&mut state, vital, false);
        let bulk = self.keep(&mut state, bulk, true);
        let dropped = state.dropped - before;
        Ok(Appended { kept: vital? + bulk?, dropped })
    }

    /// Makes everything that was appended, acknowledged and counted survive a power cut.
    /// Call it at least once a second.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn sync(&self) -> Result<(), SpoolError> {
        let (files, through) = {
            let state = self.state.lock();
            let newest = state.next - 1;
            let unsynced = |segment: &&crate::lane::Segment| segment.last > state.synced;
            let segments = state.vital.segments.iter().chain(&state.bulk.segments);
            let files: Vec<_> = segments
                .filter(unsynced)
                .map(|segment| (Arc::clone(&segment.file), segment.path.clone()))
                .collect();
            (files, newest)
        };
        // Without the lock: the collector may go on appending while the disk works.
        for (file, path) in files {
            file.sync_data().map_err(SpoolError::io("flushing", path))?;
        }
        let mut state = self.state.lock();
        state.synced = state.synced.max(through);
        if !state.losses_on_disk {
            losses::save(&self.folder, &state.losses, None)?;
            state.losses_on_disk = true;
        }
        if state.acknowledged > state.acknowledged_on_disk {
            cursor::acknowledge(&self.folder, state.acknowledged)?;
            state.acknowledged_on_disk = state.acknowledged;
        }
        Ok(())
    }

    /// The next events, in the order of their numbers, none of them handed out since [`Self::rewind`].
    /// Never one that a power cut could take back.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn hand_out(&self, records: usize, bytes: usize) -> Result<Vec<Record>, SpoolError> {
        if self.status().newest > self.state.lock().synced {
            self.sync()?;
        }
        let mut state = self.state.lock();
        let state = &mut *state;
        let (mut out, mut size) = (Vec::new(), 0);
        while out.len() < records && size < bytes {
            let vital = state.vital_reader.peek(&state.vital)?.map(|record| record.sequence);
            let bulk = state.bulk_reader.peek(&state.bulk)?.map(|record| record.sequence);
            let vital_first = match (vital, bulk) {
                (None, None) => break,
                (Some(vital), Some(bulk)) => vital < bulk,
                (vital, None) => vital.is_some(),
                (None, Some(_)) => false,
            };
            let next = if vital_first { vital } else { bulk };
            if next.is_none_or(|sequence| sequence > state.synced) {
                break;
            }
            let reader = if vital_first { &mut state.vital_reader } else { &mut state.bulk_reader };
            let Some(record) = reader.take() else { break };
            size += record.event.len();
            state.handed_out = record.sequence;
            out.push(record);
        }
        Ok(out)
    }

    /// Forgets what was handed out and not acknowledged: it will be handed out again.
    pub fn rewind(&self) {
        let mut state = self.state.lock();
        state.handed_out = state.acknowledged;
        state.read_from_handed_out();
    }

    /// Everything up to this number is durable at the server, and may go.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn acknowledge(&self, through: u64) -> Result<(), SpoolError> {
        let mut state = self.state.lock();
        if through <= state.acknowledged || through >= state.next {
            return Ok(());
        }
        state.acknowledged = through;
        if state.handed_out < through {
            state.handed_out = through;
            state.read_from_handed_out();
        }
        self.release(&mut state)
    }

    /// Events that were dropped and not [told](Self::losses_told) yet, by kind.
    #[must_use]
    pub fn losses(&self) -> Vec<(Kind, u64)> {
        self.state.lock().losses.iter().map(|(kind, count)| (*kind, *count)).collect()
    }

    /// These losses stand in an event of the spool now.
    pub fn losses_told(&self, told: &[(Kind, u64)]) {
        if told.is_empty() {
            return;
        }
        let mut state = self.state.lock();
        for (kind, count) in told {
            if let Some(left) = state.losses.get_mut(kind) {
                *left = left.saturating_sub(*count);
            }
        }
        state.losses.retain(|_, left| *left > 0);
        state.losses_on_disk = false;
    }

    /// How the spool is doing.
    #[must_use]
    pub fn status(&self) -> SpoolStatus {
        let state = self.state.lock();
        SpoolStatus {
            bytes: state.bytes(),
            newest: state.next - 1,
            acknowledged: state.acknowledged,
            dropped: state.dropped,
        }
    }
}

fn lock(folder: &Path) -> Result<File, SpoolError> {
    let path = folder.join("lock");
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(SpoolError::io("making", &path))?;
    for _ in 0..LOCK_ATTEMPTS {
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => return Ok(file),
            // A process that just ended may hold it for a moment.
            Err(Errno::WOULDBLOCK) => thread::sleep(LOCK_PAUSE),
            Err(error) => return Err(SpoolError::io("locking", path)(error.into())),
        }
    }
    Err(SpoolError::InUse { path: folder.to_path_buf() })
}

/// Events that stood between the last whole record of a segment and the next segment of its lane, in
/// neither lane now. What was dropped there on purpose may be counted twice: rather too many than too few.
fn damaged(lane: &Lane, other: &Lane) -> Result<u64, SpoolError> {
    let mut lost = 0;
    for (segment, next) in lane.segments.iter().zip(lane.segments.iter().skip(1)) {
        let between = next.first.saturating_sub(segment.last + 1);
        if between > 0 {
            lost += between.saturating_sub(other.count_between(segment.last, next.first)?);
        }
    }
    Ok(lost)
}

#[cfg(test)]
mod tests;
