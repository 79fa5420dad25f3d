//! The archive: compressed, hashed file by file, never over its limit.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufWriter, Read as _, Write},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use bartizan_model::{OutcomeItem, Timestamp, hex};
use ring::digest::{SHA256, digest};
use serde::Serialize;

use super::{Gathered, index};
use crate::error::{Doing as _, RemediationError, Result};

/// Room that is kept for the manifest and the index page.
const KEPT_ROOM: u64 = 256 * 1024;
/// zstd level: the archive is made beside the machine's work.
const LEVEL: i32 = 3;

/// A file of the package.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) bytes: u64,
    pub(super) sha256: String,
}

/// A package that is being made.
pub(super) struct Archive {
    path: PathBuf,
    tar: tar::Builder<zstd::Encoder<'static, Counted<BufWriter<File>>>>,
    written: Arc<AtomicU64>,
    limit: u64,
    now: Timestamp,
    entries: Vec<Entry>,
    left_out: Vec<OutcomeItem>,
}

impl Archive {
    pub(super) fn begin(path: &Path, limit: u64, now: Timestamp) -> Result<Self> {
        let new = path.with_extension("new");
        let mut options = OpenOptions::new();
        let file = options.write(true).create(true).truncate(true).mode(0o600).open(&new);
        let written = Arc::<AtomicU64>::default();
        let counted = Counted {
            to: BufWriter::new(file.doing("making", &new)?),
            written: Arc::clone(&written),
        };
        let zstd = zstd::Encoder::new(counted, LEVEL).doing("compressing", &new)?;
        Ok(Self {
            path: path.to_path_buf(),
            tar: tar::Builder::new(zstd),
            written,
            limit,
            now,
            entries: Vec::new(),
            left_out: Vec::new(),
        })
    }

    /// Adds a file with this content.
    pub(super) fn add(&mut self, name: &str, content: &[u8]) {
        let used = self.written.load(Ordering::Relaxed);
        // Compressed it is smaller; but what is not known yet may not be.
        let room = self.limit.saturating_sub(used).saturating_sub(KEPT_ROOM);
        if content.len() as u64 > room {
            self.leave_out(name, "there is no room for it");
            return;
        }
        if let Err(error) = self.append(name, content) {
            self.leave_out(name, &error.to_string());
            return;
        }
        let hash = digest(&SHA256, content);
        let sha256 = hex(hash.as_ref());
        let bytes = content.len() as u64;
        self.entries.push(Entry { name: name.to_owned(), bytes, sha256 });
    }

    /// Adds a file of the machine; its end where it is longer than `most`.
    pub(super) fn add_file(&mut self, name: &str, path: &Path, most: u64) {
        let content = || -> io::Result<Vec<u8>> {
            use std::io::{Seek as _, SeekFrom};
            let mut file =
                OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(path)?;
            let length = file.metadata()?.len();
            if length > most {
                file.seek(SeekFrom::Start(length - most))?;
            }
            let mut content = Vec::new();
            file.take(most).read_to_end(&mut content)?;
            Ok(content)
        };
        match content() {
            Ok(content) => self.add(name, &content),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => self.leave_out(name, &error.to_string()),
        }
    }

    pub(super) fn leave_out(&mut self, name: &str, why: &str) {
        let (name, result) = (name.into(), why.into());
        self.left_out.push(OutcomeItem { name, result, done: false });
    }

    /// Adds the manifest and the index page, and puts the archive at its place.
    pub(super) fn finish(mut self) -> Result<Gathered> {
        let (entries, left_out) = (std::mem::take(&mut self.entries), self.left_out.clone());
        let manifest = serde_json::to_vec_pretty(&entries).map_err(|why| {
            RemediationError::Damaged { path: self.path.clone(), why: why.to_string() }
        })?;
        let page = index::page(&entries, &left_out, self.now);
        let path = self.path.clone();
        self.append("manifest.json", &manifest).doing("writing", &path)?;
        self.append("index.html", page.as_bytes()).doing("writing", &path)?;
        let finish = |archive: Self| -> io::Result<u64> {
            let counted = archive.tar.into_inner()?.finish()?;
            let file = counted.to.into_inner().map_err(io::IntoInnerError::into_error)?;
            file.sync_all()?;
            let bytes = file.metadata()?.len();
            fs::rename(archive.path.with_extension("new"), &archive.path)?;
            Ok(bytes)
        };
        let bytes = finish(self).doing("writing", &path)?;
        Ok(Gathered { files: entries.len(), bytes, left_out })
    }

    fn append(&mut self, name: &str, content: &[u8]) -> io::Result<()> {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o600);
        header.set_mtime(u64::try_from(self.now.millis() / 1_000).unwrap_or(0));
        self.tar.append_data(&mut header, name, content)
    }
}

/// Counts what has been written.
struct Counted<W> {
    to: W,
    written: Arc<AtomicU64>,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.to.write(bytes)?;
        self.written.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}
