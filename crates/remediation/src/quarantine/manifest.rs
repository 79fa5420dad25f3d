//! What is kept of a quarantined file beside its content, and how far taking or giving it has come.

use std::{
    ffi::OsString,
    os::unix::ffi::{OsStrExt as _, OsStringExt as _},
    path::{Path, PathBuf},
};

use bartizan_model::Timestamp;
use serde::{Deserialize, Serialize};

/// How far it has come. Each step is on disk before the next begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum State {
    /// Its content is being copied; its names are untouched.
    Taking,
    /// Its content is safe here; its names are being removed.
    Held,
    /// It is here and nowhere else.
    Taken,
    /// It is being written back, as this inode once it is made.
    Restoring { to: Bytes, other_place: bool, inode: Option<(u64, u64)> },
}

/// A name or path as bytes: not all are text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Bytes(pub(super) Vec<u8>);

impl Bytes {
    pub(super) fn of(path: impl AsRef<Path>) -> Self {
        Self(path.as_ref().as_os_str().as_bytes().to_vec())
    }

    pub(super) fn path(&self) -> PathBuf {
        PathBuf::from(OsString::from_vec(self.0.clone()))
    }
}

/// What kind of file it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// A regular file.
    File,
    /// A symbolic link, and where it points.
    Link(Vec<u8>),
    /// A named pipe.
    Pipe,
    /// A character device.
    Character(u64),
    /// A block device.
    Block(u64),
}

/// Everything about a file that is not its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Metadata {
    pub(super) kind: Kind,
    pub(super) mode: u32,
    pub(super) uid: u32,
    pub(super) gid: u32,
    pub(super) accessed: (i64, i64),
    pub(super) modified: (i64, i64),
    /// Extended attributes, ACLs and file capabilities among them.
    pub(super) attributes: Vec<(Vec<u8>, Vec<u8>)>,
    /// Flags as `lsattr` shows them, where the file system has them.
    pub(super) flags: u32,
    pub(super) size: u64,
}

/// What is kept of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manifest {
    pub(super) id: String,
    pub(super) state: State,
    /// All its names; the first is the one that was asked for.
    pub(super) names: Vec<Bytes>,
    /// The device and inode that the names meant.
    pub(super) inode: (u64, u64),
    pub(super) metadata: Metadata,
    /// Where there is data: begin and length. Between is nothing.
    pub(super) extents: Vec<(u64, u64)>,
    pub(super) sha256: [u8; 32],
    /// The hash that was asked for.
    pub(super) wanted: Option<[u8; 32]>,
    /// Names that were there and could not be found.
    pub(super) names_missing: u64,
    pub(super) taken_at: i64,
}

/// A quarantined file, as people see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its name here.
    pub id: String,
    /// Where it was.
    pub path: PathBuf,
    /// How many names it had.
    pub names: usize,
    /// What kind of file it is.
    pub kind: Kind,
    /// Its size in bytes.
    pub size: u64,
    /// SHA-256 of its content.
    pub sha256: [u8; 32],
    /// When it was taken.
    pub taken_at: Timestamp,
}

impl Manifest {
    pub(super) fn path(&self) -> PathBuf {
        self.names.first().map(Bytes::path).unwrap_or_default()
    }

    pub(super) fn item(&self) -> Item {
        Item {
            id: self.id.clone(),
            path: self.path(),
            names: self.names.len(),
            kind: self.metadata.kind.clone(),
            size: self.metadata.size,
            sha256: self.sha256,
            taken_at: Timestamp::from_nanos(self.taken_at),
        }
    }

    /// The name under which a name is put aside in its own folder, before it is removed or while it is written.
    pub(super) fn aside(&self) -> OsString {
        OsString::from(format!(".bartizan-{}", self.id))
    }
}
