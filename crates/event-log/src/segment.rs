//! One file of the log: a start mark, then frames. Its name is the position of its first record.

use std::{
    fs::{File, OpenOptions},
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    LogError,
    entry::{Entry, FRAME_HEAD, decode, frame_head},
};

const MAGIC: &[u8; 8] = b"BZNLOG1\n";
const EXTENSION: &str = "log";

/// Every so many records a segment remembers where one begins.
const MARK_EVERY: u64 = 64;

/// A segment and what is known of it.
#[derive(Debug)]
pub(crate) struct Segment {
    pub(crate) path: PathBuf,
    pub(crate) file: Arc<File>,
    /// Position of its first record.
    pub(crate) first: u64,
    /// Position after its last record.
    pub(crate) end: u64,
    /// Length in bytes.
    pub(crate) bytes: u64,
    marks: Vec<u64>,
}

/// A frame that a scan came upon.
#[derive(Debug)]
pub(crate) struct Scanned {
    /// `None` when its CRC does not match.
    pub(crate) entry: Option<Entry>,
    pub(crate) position: u64,
}

impl Segment {
    /// A new, empty segment; durable when this returns.
    pub(crate) fn create(folder: &Path, first: u64) -> Result<Self, LogError> {
        let path = folder.join(format!("{first:020}.{EXTENSION}"));
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .open(&path)
            .map_err(LogError::io("making the log segment", &path))?;
        file.write_all_at(MAGIC, 0).map_err(LogError::io("starting the log segment", &path))?;
        file.sync_all().map_err(LogError::io("flushing the log segment", &path))?;
        sync_folder(folder)?;
        let (bytes, file) = (start(), Arc::new(file));
        Ok(Self { path, file, first, end: first, bytes, marks: Vec::new() })
    }

    /// An existing segment, not scanned yet.
    pub(crate) fn open(path: PathBuf, first: u64) -> Result<Self, LogError> {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .open(&path)
            .map_err(LogError::io("opening the log segment", &path))?;
        let file = Arc::new(file);
        Ok(Self { path, file, first, end: first, bytes: start(), marks: Vec::new() })
    }

    /// Reads every frame and learns where records begin. Ends at the first frame whose length cannot be
    /// right, or, in the `last` segment, at the first that is not whole: what comes after was never
    /// acknowledged. Says whether bytes are left over.
    pub(crate) fn scan(
        &mut self,
        last: bool,
        see: &mut dyn FnMut(Scanned),
    ) -> Result<bool, LogError> {
        let length = self.length()?;
        if length < start() || !self.starts_right()? {
            return Ok(length > 0);
        }
        while let Some((frame_bytes, entry)) = self.frame_at(self.bytes, length)? {
            if last && entry.is_none() {
                break;
            }
            see(Scanned { entry, position: self.end });
            self.note(frame_bytes);
        }
        Ok(self.bytes < length)
    }

    /// Writes the start mark again and cuts everything after what the scan found whole.
    pub(crate) fn cut(&mut self) -> Result<(), LogError> {
        self.file
            .set_len(self.bytes)
            .and_then(|()| self.file.write_all_at(MAGIC, 0))
            .and_then(|()| self.file.sync_all())
            .map_err(LogError::io("cutting the torn end of", &self.path))
    }

    /// Adds a frame at the end. When that fails nothing of it stays.
    pub(crate) fn write(&mut self, frame: &[u8]) -> Result<(), LogError> {
        if let Err(error) = self.file.write_all_at(frame, self.bytes) {
            self.file
                .set_len(self.bytes)
                .map_err(LogError::io("taking back half a record of", &self.path))?;
            return Err(LogError::io("writing", &self.path)(error));
        }
        self.note(u64::try_from(frame.len()).unwrap_or(u64::MAX));
        Ok(())
    }

    fn note(&mut self, frame_bytes: u64) {
        if (self.end - self.first).is_multiple_of(MARK_EVERY) {
            self.marks.push(self.bytes);
        }
        self.end += 1;
        self.bytes += frame_bytes;
    }

    /// A place to begin reading for `position`: a record at or before it, and its offset.
    pub(crate) fn mark_before(&self, position: u64) -> (u64, u64) {
        let steps = position.saturating_sub(self.first) / MARK_EVERY;
        let index = usize::try_from(steps).unwrap_or(usize::MAX);
        match self.marks.get(index) {
            Some(offset) => (self.first + steps * MARK_EVERY, *offset),
            None => (self.first, start()),
        }
    }

    fn length(&self) -> Result<u64, LogError> {
        let metadata = self.file.metadata();
        Ok(metadata.map_err(LogError::io("measuring", &self.path))?.len())
    }

    fn starts_right(&self) -> Result<bool, LogError> {
        let mut magic = [0; MAGIC.len()];
        self.file.read_exact_at(&mut magic, 0).map_err(LogError::io("reading", &self.path))?;
        Ok(&magic == MAGIC)
    }

    fn frame_at(&self, offset: u64, length: u64) -> Result<Option<(u64, Option<Entry>)>, LogError> {
        frame_at(&self.file, offset, length).map_err(LogError::io("reading", &self.path))
    }
}

/// The frame at this offset of a file that is `length` long: its size, and its entry when the CRC matches.
/// `None` when no whole frame is there.
pub(crate) fn frame_at(
    file: &File,
    offset: u64,
    length: u64,
) -> std::io::Result<Option<(u64, Option<Entry>)>> {
    let head_bytes = u64::try_from(FRAME_HEAD).unwrap_or(u64::MAX);
    if length.saturating_sub(offset) < head_bytes {
        return Ok(None);
    }
    let mut head = [0; FRAME_HEAD];
    file.read_exact_at(&mut head, offset)?;
    let Some((body_bytes, crc)) = frame_head(head) else { return Ok(None) };
    let frame_bytes = head_bytes + u64::try_from(body_bytes).unwrap_or(u64::MAX);
    if length - offset < frame_bytes {
        return Ok(None);
    }
    let mut body = vec![0; body_bytes];
    file.read_exact_at(&mut body, offset + head_bytes)?;
    Ok(Some((frame_bytes, decode(&body, crc))))
}

/// The segments in a folder, oldest first.
pub(crate) fn list(folder: &Path) -> Result<Vec<(u64, PathBuf)>, LogError> {
    let listing = std::fs::read_dir(folder).map_err(LogError::io("listing", folder))?;
    let mut found = Vec::new();
    for file in listing {
        let path = file.map_err(LogError::io("listing", folder))?.path();
        let first = path
            .extension()
            .is_some_and(|extension| extension == EXTENSION)
            .then(|| path.file_stem()?.to_str()?.parse().ok())
            .flatten();
        if let Some(first) = first {
            found.push((first, path));
        }
    }
    found.sort();
    Ok(found)
}

/// Makes the names in a folder durable.
pub(crate) fn sync_folder(folder: &Path) -> Result<(), LogError> {
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(LogError::io("flushing the folder", folder))
}

fn start() -> u64 {
    u64::try_from(MAGIC.len()).unwrap_or(u64::MAX)
}
