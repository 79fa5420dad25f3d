//! Files that grow, and the journal through its own reader.

use std::{
    fs::File,
    io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom},
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, sync_channel},
    thread,
};

use super::login_record::RECORD;

/// Most bytes that are read at once; what is beyond comes with the next look.
const AT_ONCE: u64 = 1024 * 1024;
/// Most lines of the journal that wait.
const WAITING: usize = 4096;

/// A file that grows. One that is replaced or cut is read from its beginning.
#[derive(Debug)]
pub(super) struct Tail {
    path: PathBuf,
    inode: u64,
    at: u64,
    rest: Vec<u8>,
}

impl Tail {
    pub(super) fn at_end(path: &Path) -> Self {
        let (inode, at) =
            path.metadata().map_or((0, 0), |metadata| (metadata.ino(), metadata.len()));
        Self { path: path.to_owned(), inode, at, rest: Vec::new() }
    }

    /// Whole lines that were added.
    pub(super) fn lines(&mut self) -> Vec<String> {
        let mut added = std::mem::take(&mut self.rest);
        added.extend(self.added().unwrap_or_default());
        let end = added.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        self.rest = added.split_off(end);
        if self.rest.len() as u64 > AT_ONCE {
            self.rest.clear();
        }
        String::from_utf8_lossy(&added).lines().map(str::to_owned).collect()
    }

    /// Whole records that were added.
    pub(super) fn records(&mut self) -> Vec<Vec<u8>> {
        let mut added = std::mem::take(&mut self.rest);
        added.extend(self.added().unwrap_or_default());
        let whole = added.len() - added.len() % RECORD;
        self.rest = added.split_off(whole);
        added.chunks_exact(RECORD).map(<[u8]>::to_vec).collect()
    }

    fn added(&mut self) -> Option<Vec<u8>> {
        let metadata = self.path.metadata().ok()?;
        if metadata.ino() != self.inode || metadata.len() < self.at {
            (self.inode, self.at) = (metadata.ino(), 0);
            self.rest.clear();
        }
        if metadata.len() == self.at {
            return None;
        }
        let mut file = File::open(&self.path).ok()?;
        file.seek(SeekFrom::Start(self.at)).ok()?;
        let mut added = Vec::new();
        file.take(AT_ONCE).read_to_end(&mut added).ok()?;
        self.at += added.len() as u64;
        Some(added)
    }
}

/// The journal's authentication messages, as its own reader prints them. Its files have no other reader.
#[derive(Debug)]
pub(super) struct Journal {
    reader: Child,
    lines: Receiver<String>,
}

impl Journal {
    /// `None` where there is no journal.
    pub(super) fn follow() -> Option<Self> {
        if !Path::new("/run/systemd/journal").is_dir() {
            return None;
        }
        let mut reader = Command::new("journalctl")
            .args(["--follow", "--lines=0", "--quiet", "--output=short-iso"])
            .args(["SYSLOG_FACILITY=4", "SYSLOG_FACILITY=10"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let output = reader.stdout.take()?;
        let (sender, lines) = sync_channel(WAITING);
        let read = move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                // The reader is slower than anyone signs in; a flood is cut, not waited for.
                drop(sender.try_send(line));
            }
        };
        thread::Builder::new().name("journal".to_owned()).spawn(read).ok()?;
        Some(Self { reader, lines })
    }

    pub(super) fn lines(&self) -> Vec<String> {
        self.lines.try_iter().collect()
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        drop(self.reader.kill());
        drop(self.reader.wait());
    }
}
