//! Making room: what is acknowledged goes silently, what is dropped is counted.

use std::fs;

use super::{Spool, State};
use crate::{
    Kind, SpoolError, cursor,
    lane::{Chunk, Lane, Reader},
    losses,
};

/// An acknowledged segment that is still written to stays until it has this size: a quiet machine would
/// otherwise make and delete a file for every batch.
const WORTH_DELETING: u64 = 256 * 1024;

impl Spool {
    /// Writes records to their lane, making room where needed. Says how many are kept.
    pub(super) fn keep(
        &self,
        state: &mut State,
        chunk: Chunk,
        bulk: bool,
    ) -> Result<u64, SpoolError> {
        let count: u64 = chunk.counts.values().sum();
        if count == 0 {
            return Ok(0);
        }
        let bytes = u64::try_from(chunk.bytes.len()).unwrap_or(u64::MAX);
        while state.bytes().saturating_add(bytes) > self.config.limit_bytes {
            if !self.drop_oldest(state)? {
                state.lose_all(&chunk);
                return Ok(0);
            }
        }
        loop {
            let lane = if bulk { &mut state.bulk } else { &mut state.vital };
            match lane.write(&chunk, self.config.segment_bytes) {
                Ok(()) => return Ok(count),
                Err(error) if error.is_disk_full() => {
                    if !self.drop_oldest(state)? {
                        state.lose_all(&chunk);
                        return Ok(0);
                    }
                }
                Err(error) => {
                    state.lose_all(&chunk);
                    return Err(error);
                }
            }
        }
    }

    /// Drops the oldest bulk segment, or the oldest of all when there is no bulk. Segments that may be on
    /// their way to the server stay. Says whether there was one to drop.
    fn drop_oldest(&self, state: &mut State) -> Result<bool, SpoolError> {
        let under_way = (state.handed_out > state.acknowledged).then_some(state.handed_out);
        let droppable = |lane: &Lane| {
            lane.segments
                .iter()
                .position(|segment| under_way.is_none_or(|through| segment.first > through))
        };
        let (bulk, index) = match (droppable(&state.bulk), droppable(&state.vital)) {
            (Some(index), _) => (true, index),
            (None, Some(index)) => (false, index),
            (None, None) => return Ok(false),
        };
        let acknowledged = state.acknowledged;
        let lane = if bulk { &mut state.bulk } else { &mut state.vital };
        let Some(segment) = lane.segments.remove(index) else { return Ok(false) };
        for (kind, count) in segment.counts_after(acknowledged)? {
            state.lose(kind, count);
        }
        state.read_from_handed_out();
        match losses::save(&self.folder, &state.losses, Some(&segment.name())) {
            Ok(()) => state.losses_on_disk = true,
            Err(error) if error.is_disk_full() => state.losses_on_disk = false,
            Err(error) => return Err(error),
        }
        fs::remove_file(&segment.path).map_err(SpoolError::io("deleting", segment.path))?;
        Ok(true)
    }

    /// Deletes the segments that are wholly acknowledged. The acknowledgement is written down first, or the
    /// next life of the sensor would not know which numbers were given.
    pub(super) fn release(&self, state: &mut State) -> Result<(), SpoolError> {
        let acknowledged = state.acknowledged;
        let done = |lane: &Lane| {
            lane.segments.front().is_some_and(|segment| {
                let written_to = lane.segments.len() == 1;
                segment.last <= acknowledged && (!written_to || segment.bytes >= WORTH_DELETING)
            })
        };
        if !done(&state.vital) && !done(&state.bulk) {
            return Ok(());
        }
        cursor::acknowledge(&self.folder, acknowledged)?;
        state.acknowledged_on_disk = acknowledged;
        for lane in [&mut state.vital, &mut state.bulk] {
            while done(lane) {
                let Some(segment) = lane.segments.pop_front() else { break };
                fs::remove_file(&segment.path).map_err(SpoolError::io("deleting", segment.path))?;
            }
        }
        Ok(())
    }
}

impl State {
    pub(super) fn bytes(&self) -> u64 {
        self.vital.bytes() + self.bulk.bytes()
    }

    pub(super) fn lose(&mut self, kind: Kind, count: u64) {
        *self.losses.entry(kind).or_default() += count;
        self.dropped += count;
        self.losses_on_disk = false;
    }

    fn lose_all(&mut self, chunk: &Chunk) {
        for (kind, count) in &chunk.counts {
            self.lose(*kind, *count);
        }
    }

    pub(super) fn read_from_handed_out(&mut self) {
        self.vital_reader = Reader::after(self.handed_out);
        self.bulk_reader = Reader::after(self.handed_out);
    }
}
