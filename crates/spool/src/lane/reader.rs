//! A place in a lane, from which records are read on.

use std::{collections::VecDeque, fs::File, io, os::unix::fs::FileExt as _};

use crate::{
    Record, SpoolError,
    lane::Lane,
    record::{self, RECORD_BYTES_MAX},
};

/// Bytes read at once; grown to a whole record where one is larger.
const CHUNK: usize = 256 * 1024;

/// Most bytes of one record with its head.
const FRAME_MAX: usize = RECORD_BYTES_MAX + 64;

/// A place in a lane.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    /// Only records after this number are wanted.
    after: u64,
    /// First number of the segment that is read, and where in it.
    segment: u64,
    offset: u64,
    ready: VecDeque<Record>,
}

impl Reader {
    /// A reader of everything after this number.
    pub(crate) fn after(sequence: u64) -> Self {
        Self { after: sequence, ..Self::default() }
    }

    /// The next record, without taking it.
    pub(crate) fn peek(&mut self, lane: &Lane) -> Result<Option<&Record>, SpoolError> {
        while self.ready.is_empty() && self.fill(lane)? {}
        Ok(self.ready.front())
    }

    /// Takes the record that [`Self::peek`] showed.
    pub(crate) fn take(&mut self) -> Option<Record> {
        let record = self.ready.pop_front()?;
        self.after = record.sequence;
        Some(record)
    }

    /// Reads on; says whether there may be more.
    fn fill(&mut self, lane: &Lane) -> Result<bool, SpoolError> {
        let wanted = |segment: &&crate::lane::Segment| segment.last > self.after;
        let Some(segment) = lane.segments.iter().find(wanted) else { return Ok(false) };
        if segment.first != self.segment {
            (self.segment, self.offset) = (segment.first, 0);
        }
        let left = segment.bytes.saturating_sub(self.offset);
        let reading = SpoolError::io("reading", &segment.path);
        let mut chunk = read(&segment.file, self.offset, left, CHUNK).map_err(reading)?;
        if record::decode(&chunk).is_none() && left > u64::try_from(CHUNK).unwrap_or(u64::MAX) {
            let reading = SpoolError::io("reading", &segment.path);
            chunk = read(&segment.file, self.offset, left, FRAME_MAX).map_err(reading)?;
        }
        let mut used = 0;
        while let Some((record, length)) = record::decode(chunk.get(used..).unwrap_or_default()) {
            used += length;
            if record.sequence > self.after {
                self.ready.push_back(record);
            }
        }
        self.offset += u64::try_from(used).unwrap_or(u64::MAX);
        if used == 0 {
            // Damaged after it was opened: go on with the next segment.
            self.after = segment.last;
        }
        Ok(true)
    }
}

fn read(file: &File, offset: u64, left: u64, most: usize) -> io::Result<Vec<u8>> {
    let mut chunk = vec![0; usize::try_from(left).unwrap_or(usize::MAX).min(most)];
    file.read_exact_at(&mut chunk, offset)?;
    Ok(chunk)
}
