//! Opening a log: what is there, what a crash tore, how far each stream came.

use std::{
    collections::VecDeque,
    fs::{self, File, OpenOptions},
    path::Path,
    thread,
    time::Duration,
};

use parking_lot::{Condvar, Mutex};
use rustix::{
    fs::{FlockOperation, flock},
    io::Errno,
};

use super::{EventLog, EventLogConfig, State};
use crate::{
    LogError,
    checkpoint::{self, HighWater},
    segment::{self, Scanned, Segment},
};

const LOCK_NAME: &str = "lock";

/// How often, and how long apart, the lock is tried for.
const LOCK_ATTEMPTS: u32 = 20;
const LOCK_PAUSE: Duration = Duration::from_millis(25);

pub(super) fn open(folder: &Path, config: EventLogConfig) -> Result<EventLog, LogError> {
    fs::create_dir_all(folder).map_err(LogError::io("making the folder", folder))?;
    let lock = lock(folder)?;
    let (oldest, mut high_water) = checkpoint::load(folder)?;
    let mut damaged = 0;
    let mut segments = scan(folder, oldest, &mut high_water, &mut damaged)?;
    let next = match segments.back() {
        Some(last) => last.end,
        None => {
            segments.push_back(Segment::create(folder, oldest)?);
            oldest
        }
    };
    if damaged > 0 {
        tracing::error!(damaged, folder = %folder.display(), "records of the event log are damaged");
    }
    let state =
        State { segments, next, durable: next, flushing: false, unconfirmed: None, high_water };
    Ok(EventLog {
        folder: folder.to_path_buf(),
        config,
        state: Mutex::new(state),
        changed: Condvar::new(),
        damaged,
        _lock: lock,
    })
}

fn lock(folder: &Path) -> Result<File, LogError> {
    let path = folder.join(LOCK_NAME);
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(LogError::io("making", &path))?;
    for _ in 0..LOCK_ATTEMPTS {
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => return Ok(file),
            // A process that just ended may hold it for a moment.
            Err(Errno::WOULDBLOCK) => thread::sleep(LOCK_PAUSE),
            Err(error) => return Err(LogError::io("locking", path)(error.into())),
        }
    }
    Err(LogError::InUse { path: folder.to_path_buf() })
}

fn scan(
    folder: &Path,
    oldest: u64,
    high_water: &mut HighWater,
    damaged: &mut u64,
) -> Result<VecDeque<Segment>, LogError> {
    let mut names = VecDeque::from(segment::list(folder)?);
    // A crash between remembering and deleting leaves segments that are forgotten already.
    while names.len() > 1 && names.front().is_some_and(|(first, _)| *first < oldest) {
        if let Some((_, path)) = names.pop_front() {
            fs::remove_file(&path).map_err(LogError::io("deleting", path))?;
        }
    }
    let mut segments = VecDeque::new();
    while let Some((first, path)) = names.pop_front() {
        let mut segment = Segment::open(path, first)?;
        let last = names.is_empty();
        let left_over = segment.scan(last, &mut |Scanned { entry, position }| match entry {
            Some(entry) => {
                let through = high_water.entry((entry.device, entry.stream)).or_default();
                *through = entry.last_sequence.max(*through);
            }
            None => {
                *damaged += 1;
                tracing::error!(position, "a record of the event log is damaged");
            }
        })?;
        if last {
            // Also when nothing is left over: what is whole may not have reached the disk yet.
            segment.cut()?;
            if left_over {
                tracing::warn!(segment = %segment.path.display(), "cut what a crash left half written");
            }
        }
        if let Some((following, _)) = names.front() {
            *damaged += following.saturating_sub(segment.end);
        }
        segments.push_back(segment);
    }
    Ok(segments)
}
