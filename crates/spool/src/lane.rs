//! One of the two rows of segments, bulk or not, so that bulk can go without rewriting anything.

mod reader;

use std::{
    collections::VecDeque,
    fs::{self, File, OpenOptions},
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{Record, SpoolError, losses::Counts, record};

pub(crate) use reader::Reader;

const EXTENSION: &str = "spool";

/// A segment and what is known of it.
#[derive(Debug)]
pub(crate) struct Segment {
    pub(crate) path: PathBuf,
    pub(crate) file: Arc<File>,
    pub(crate) first: u64,
    pub(crate) last: u64,
    pub(crate) bytes: u64,
    pub(crate) counts: Counts,
}

/// Records that are about to be written to one lane.
#[derive(Debug, Default)]
pub(crate) struct Chunk {
    pub(crate) bytes: Vec<u8>,
    pub(crate) first: u64,
    pub(crate) last: u64,
    pub(crate) counts: Counts,
}

/// Segments of ascending numbers, oldest first; the last is written to.
#[derive(Debug)]
pub(crate) struct Lane {
    name: &'static str,
    folder: PathBuf,
    pub(crate) segments: VecDeque<Segment>,
}

impl Lane {
    /// The lane as it is on disk. Cuts what a crash left half written.
    pub(crate) fn open(folder: &Path, name: &'static str) -> Result<Self, SpoolError> {
        let mut segments = VecDeque::new();
        for (first, path) in list(folder, name)? {
            if let Some(segment) = Segment::open(path, first)? {
                segments.push_back(segment);
            }
        }
        Ok(Self { name, folder: folder.to_path_buf(), segments })
    }

    /// Adds records at the end. When that fails nothing of them stays.
    pub(crate) fn write(&mut self, chunk: &Chunk, segment_bytes: u64) -> Result<(), SpoolError> {
        if self.segments.back().is_none_or(|last| last.bytes >= segment_bytes) {
            let segment = Segment::create(&self.folder, self.name, chunk.first)?;
            self.segments.push_back(segment);
        }
        let Some(segment) = self.segments.back_mut() else { return Ok(()) };
        if let Err(error) = segment.file.write_all_at(&chunk.bytes, segment.bytes) {
            segment
                .file
                .set_len(segment.bytes)
                .map_err(SpoolError::io("taking back half a record of", &segment.path))?;
            return Err(SpoolError::io("writing", &segment.path)(error));
        }
        segment.bytes += u64::try_from(chunk.bytes.len()).unwrap_or(u64::MAX);
        segment.last = chunk.last;
        for (kind, count) in &chunk.counts {
            *segment.counts.entry(*kind).or_default() += count;
        }
        Ok(())
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.segments.iter().map(|segment| segment.bytes).sum()
    }

    pub(crate) fn last(&self) -> u64 {
        self.segments.iter().map(|segment| segment.last).max().unwrap_or(0)
    }

    /// Numbers in this range that stand in this lane.
    pub(crate) fn count_between(&self, after: u64, before: u64) -> Result<u64, SpoolError> {
        let mut count = 0;
        for segment in &self.segments {
            segment.each(&mut |record| {
                count += u64::from((after + 1..before).contains(&record.sequence));
            })?;
        }
        Ok(count)
    }
}

impl Segment {
    fn create(folder: &Path, lane: &str, first: u64) -> Result<Self, SpoolError> {
        let path = folder.join(format!("{lane}-{first:020}.{EXTENSION}"));
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .open(&path)
            .map_err(SpoolError::io("making", &path))?;
        // The name must last as long as what is written below it.
        File::open(folder)
            .and_then(|folder| folder.sync_all())
            .map_err(SpoolError::io("flushing the folder", folder))?;
        let (file, last) = (Arc::new(file), first.saturating_sub(1));
        Ok(Self { path, file, first, last, bytes: 0, counts: Counts::new() })
    }

    /// An existing segment up to its last whole record; `None`, and no file, when it has none.
    fn open(path: PathBuf, first: u64) -> Result<Option<Self>, SpoolError> {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .open(&path)
            .map_err(SpoolError::io("opening", &path))?;
        let file = Arc::new(file);
        let mut segment = Self { path, file, first, last: 0, bytes: 0, counts: Counts::new() };
        let (mut bytes, mut last, mut counts) = (0, 0, Counts::new());
        segment.each(&mut |record| {
            let length = record::FRAME_HEAD + 9 + record.event.len();
            bytes += u64::try_from(length).unwrap_or(u64::MAX);
            last = record.sequence;
            *counts.entry(record.kind).or_default() += 1;
        })?;
        (segment.bytes, segment.last, segment.counts) = (bytes, last, counts);
        if last == 0 {
            fs::remove_file(&segment.path).map_err(SpoolError::io("deleting", segment.path))?;
            return Ok(None);
        }
        segment
            .file
            .set_len(bytes)
            .and_then(|()| segment.file.sync_all())
            .map_err(SpoolError::io("cutting the torn end of", &segment.path))?;
        Ok(Some(segment))
    }

    /// Its name without the folder.
    pub(crate) fn name(&self) -> String {
        self.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// Every whole record from the start on.
    fn each(&self, see: &mut dyn FnMut(Record)) -> Result<(), SpoolError> {
        let content = fs::read(&self.path).map_err(SpoolError::io("reading", &self.path))?;
        let mut rest = content.as_slice();
        let mut before = 0;
        while let Some((record, length)) = record::decode(rest) {
            // Numbers ascend; one that does not is left from an older life of the file.
            if record.sequence <= before {
                break;
            }
            before = record.sequence;
            see(record);
            rest = rest.get(length..).unwrap_or_default();
        }
        Ok(())
    }

    /// How many records of each kind stand after this number.
    pub(crate) fn counts_after(&self, sequence: u64) -> Result<Counts, SpoolError> {
        if self.first > sequence {
            return Ok(self.counts.clone());
        }
        let mut counts = Counts::new();
        self.each(&mut |record| {
            if record.sequence > sequence {
                *counts.entry(record.kind).or_default() += 1;
            }
        })?;
        Ok(counts)
    }
}

/// The segments of a lane, oldest first.
fn list(folder: &Path, lane: &str) -> Result<Vec<(u64, PathBuf)>, SpoolError> {
    let listing = fs::read_dir(folder).map_err(SpoolError::io("listing", folder))?;
    let mut found = Vec::new();
    for file in listing {
        let path = file.map_err(SpoolError::io("listing", folder))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let first = name
            .strip_prefix(lane)
            .and_then(|rest| rest.strip_prefix('-')?.split_once('.'))
            .filter(|(_, extension)| *extension == EXTENSION)
            .and_then(|(first, _)| first.parse::<u64>().ok());
        if let Some(first) = first {
            found.push((first, path));
        }
    }
    found.sort();
    Ok(found)
}
