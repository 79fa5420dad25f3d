//! The log itself: append, read, wait, forget.

mod opening;

use std::{
    collections::VecDeque,
    fs::File,
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

use bartizan_model::{DeviceId, StreamId};
use parking_lot::{Condvar, Mutex, MutexGuard};

use crate::{
    Entry, LogError, Position,
    checkpoint::{self, HighWater},
    entry,
    segment::{Segment, frame_at},
};

/// Most bytes of payload that one [`EventLog::read`] hands out, the first entry aside.
const READ_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// How large the log may grow.
#[derive(Debug, Clone, Copy)]
pub struct EventLogConfig {
    /// A segment that reaches this is closed, and the next one begun.
    pub segment_bytes: u64,
    /// Most bytes of all segments together; beyond it nothing is taken until readers move on.
    pub limit_bytes: u64,
}

impl Default for EventLogConfig {
    fn default() -> Self {
        Self { segment_bytes: 64 * 1024 * 1024, limit_bytes: 64 * 1024 * 1024 * 1024 }
    }
}

/// The log. Share it behind an [`Arc`]; every call may block on the disk.
#[derive(Debug)]
pub struct EventLog {
    folder: PathBuf,
    config: EventLogConfig,
    state: Mutex<State>,
    /// Something became durable, or never will.
    changed: Condvar,
    damaged: u64,
    /// Holds the folder's lock as long as the log lives.
    _lock: File,
}

#[derive(Debug)]
struct State {
    /// Oldest first; the last is written to. Never empty.
    segments: VecDeque<Segment>,
    /// Position after the last record written.
    next: u64,
    /// Records before this one are durable.
    durable: u64,
    /// Someone waits for the disk on behalf of all who wrote before.
    flushing: bool,
    /// The disk failed to confirm a write: what it holds is unknown.
    unconfirmed: Option<String>,
    high_water: HighWater,
}

impl EventLog {
    /// Opens the log in a folder, makes it when there is none, and cuts off what a crash left half written.
    ///
    /// # Errors
    /// When another process has it open, the disk refuses, or a file is damaged beyond what a crash does.
    pub fn open(folder: impl AsRef<Path>, config: EventLogConfig) -> Result<Self, LogError> {
        opening::open(folder.as_ref(), config)
    }

    /// Adds an entry; durable when this returns. Callers at the same time share one flush of the disk.
    ///
    /// # Errors
    /// [`LogError::AlreadyLogged`] when its first event is in the log already (and is durable);
    /// [`LogError::Full`] when there is no room. In every case nothing of the entry is kept.
    pub fn append(&self, entry: &Entry) -> Result<Position, LogError> {
        let frame = entry::encode(entry)?;
        let mut state = self.state.lock();
        let stream = (entry.device, entry.stream);
        if let Some(&through) = state.high_water.get(&stream)
            && entry.first_sequence <= through
        {
            let all = state.next;
            self.flush(&mut state, all)?;
            return Err(LogError::AlreadyLogged { through });
        }
        if let Some(reason) = &state.unconfirmed {
            return Err(LogError::Unconfirmed(reason.clone()));
        }
        let frame_bytes = u64::try_from(frame.len()).unwrap_or(u64::MAX);
        let used: u64 = state.segments.iter().map(|segment| segment.bytes).sum();
        if used.saturating_add(frame_bytes) > self.config.limit_bytes {
            return Err(LogError::Full { path: self.folder.clone() });
        }
        self.segment_for(&mut state, frame_bytes)?.write(&frame)?;
        let position = state.next;
        state.next += 1;
        state.high_water.insert(stream, entry.last_sequence);
        self.flush(&mut state, position + 1)?;
        Ok(Position(position))
    }

    /// Up to `max` durable entries from this place on. Fewer when they are large; none at the end.
    ///
    /// # Errors
    /// [`LogError::Forgotten`] when the place lies before the oldest record.
    pub fn read(&self, from: Position, max: usize) -> Result<Vec<(Position, Entry)>, LogError> {
        let mut found = Vec::new();
        let mut place = from.0;
        let mut bytes = 0;
        while found.len() < max && bytes < READ_BYTES_MAX {
            let Some(reading) = self.reading_at(place)? else { break };
            place = reading.end;
            let Reading { path, file, mut at, mut offset, length, end, wanted } = reading;
            while at < end && found.len() < max && bytes < READ_BYTES_MAX {
                let frame =
                    frame_at(&file, offset, length).map_err(LogError::io("reading", &path))?;
                let Some((frame_bytes, entry)) = frame else { break };
                if let Some(entry) = entry.filter(|_| at >= wanted) {
                    bytes += frame_bytes;
                    found.push((Position(at), entry));
                }
                at += 1;
                offset += frame_bytes;
            }
            place = if at < end { at } else { place };
        }
        Ok(found)
    }

    /// Waits until there is a durable entry at this place or later; says whether there is.
    pub fn wait_beyond(&self, place: Position, deadline: Instant) -> bool {
        let mut state = self.state.lock();
        while state.durable <= place.0 {
            if self.changed.wait_until(&mut state, deadline).timed_out() {
                return state.durable > place.0;
            }
        }
        true
    }

    /// The highest number of a stream that is in the log or was; 0 when there is none.
    #[must_use]
    pub fn high_water(&self, device: DeviceId, stream: StreamId) -> u64 {
        self.state.lock().high_water.get(&(device, stream)).copied().unwrap_or(0)
    }

    /// Deletes the segments that lie wholly before this place. Every reader must be past it.
    ///
    /// # Errors
    /// When the disk refuses; then nothing that is needed is gone.
    pub fn forget_before(&self, place: Position) -> Result<(), LogError> {
        let mut state = self.state.lock();
        let done = |segment: &Segment| segment.end <= place.0;
        let count = state.segments.iter().take_while(|segment| done(segment)).count();
        let count = count.min(state.segments.len().saturating_sub(1));
        let Some(oldest) = state.segments.get(count).map(|segment| segment.first) else {
            return Ok(());
        };
        if count == 0 {
            return Ok(());
        }
        // Only what is durable may be remembered, or a batch that a crash took would be refused when it
        // is sent again.
        let all = state.next;
        self.flush(&mut state, all)?;
        checkpoint::save(&self.folder, oldest, &state.high_water)?;
        for segment in state.segments.drain(..count) {
            std::fs::remove_file(&segment.path).map_err(LogError::io("deleting", segment.path))?;
        }
        Ok(())
    }

    /// The place of the oldest record.
    #[must_use]
    pub fn oldest(&self) -> Position {
        let state = self.state.lock();
        Position(state.segments.front().map_or(state.next, |segment| segment.first))
    }

    /// The place after the newest durable record.
    #[must_use]
    pub fn end(&self) -> Position {
        Position(self.state.lock().durable)
    }

    /// Bytes on disk.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.state.lock().segments.iter().map(|segment| segment.bytes).sum()
    }

    /// Records that were found damaged when the log was opened. Readers pass over them.
    #[must_use]
    pub const fn damaged(&self) -> u64 {
        self.damaged
    }

    /// The segment to write so many bytes to: the last one, or a new one when that is full.
    fn segment_for<'a>(
        &self,
        state: &'a mut MutexGuard<'_, State>,
        frame_bytes: u64,
    ) -> Result<&'a mut Segment, LogError> {
        let full = state.segments.back().is_none_or(|last| {
            last.end > last.first
                && last.bytes.saturating_add(frame_bytes) > self.config.segment_bytes
        });
        if full {
            let all = state.next;
            self.flush(state, all)?;
            // Flushing lets others write: whoever comes second finds the new segment made.
            if state.segments.back().is_none_or(|last| last.end > last.first) {
                let segment = Segment::create(&self.folder, state.next)?;
                state.segments.push_back(segment);
            }
        }
        state.segments.back_mut().ok_or_else(|| LogError::Full { path: self.folder.clone() })
    }

    /// Returns when every record before `through` is durable. One caller flushes for all who wrote before.
    fn flush(&self, state: &mut MutexGuard<'_, State>, through: u64) -> Result<(), LogError> {
        while state.durable < through {
            if let Some(reason) = &state.unconfirmed {
                return Err(LogError::Unconfirmed(reason.clone()));
            }
            if state.flushing {
                self.changed.wait(state);
                continue;
            }
            let Some(last) = state.segments.back() else { return Ok(()) };
            let (file, all) = (Arc::clone(&last.file), state.next);
            state.flushing = true;
            let flushed = MutexGuard::unlocked(state, || file.sync_data());
            state.flushing = false;
            match flushed {
                Ok(()) => state.durable = state.durable.max(all),
                Err(error) => state.unconfirmed = Some(error.to_string()),
            }
            self.changed.notify_all();
        }
        Ok(())
    }

    /// What is needed to read durable entries from a place on, without holding the log.
    fn reading_at(&self, place: u64) -> Result<Option<Reading>, LogError> {
        let state = self.state.lock();
        if place >= state.durable {
            return Ok(None);
        }
        let oldest = state.segments.front().map_or(state.next, |segment| segment.first);
        if place < oldest {
            return Err(LogError::Forgotten { wanted: Position(place), oldest: Position(oldest) });
        }
        // A damaged segment may end before the next one begins: then reading goes on there.
        let Some(segment) = state.segments.iter().find(|segment| segment.end > place) else {
            return Ok(None);
        };
        let wanted = place.max(segment.first);
        let (at, offset) = segment.mark_before(wanted);
        Ok(Some(Reading {
            path: segment.path.clone(),
            file: Arc::clone(&segment.file),
            at,
            offset,
            length: segment.bytes,
            end: segment.end.min(state.durable),
            wanted,
        }))
    }
}

/// A stretch of one segment to read.
#[derive(Debug)]
struct Reading {
    path: PathBuf,
    file: Arc<File>,
    at: u64,
    offset: u64,
    length: u64,
    end: u64,
    wanted: u64,
}

#[cfg(test)]
mod tests;
