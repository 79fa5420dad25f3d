//! Why the log did not do what it was asked.

use std::{io, path::PathBuf};

use crate::Position;

/// Why the log did not do what it was asked. Nothing of a refused entry is kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LogError {
    /// The disk has no room, or the log reached its own bound.
    #[error(
        "the event log has no room at {path}: free disk space or raise its limit; sensors keep their events meanwhile"
    )]
    Full {
        /// Where the log is.
        path: PathBuf,
    },
    /// These events were logged before, and are durable.
    #[error("events up to {through} of this stream are logged already")]
    AlreadyLogged {
        /// The highest number of the stream in the log.
        through: u64,
    },
    /// The readers were past this record, and it was deleted.
    #[error("record {} was forgotten; the oldest is {}", .wanted.0, .oldest.0)]
    Forgotten {
        /// What was asked for.
        wanted: Position,
        /// What there is.
        oldest: Position,
    },
    /// An entry that no log takes.
    #[error("an entry of {bytes} bytes or with numbers {first} to {last} cannot be logged")]
    Unfit {
        /// Length of its payload.
        bytes: usize,
        /// Its first number.
        first: u64,
        /// Its last number.
        last: u64,
    },
    /// Another process has the log open.
    #[error("the event log at {path} is in use by another process")]
    InUse {
        /// Where the log is.
        path: PathBuf,
    },
    /// The disk did not confirm a write, so that what it holds is unknown until the log is opened again.
    #[error(
        "the disk refused to confirm a write ({0}); restart the server after checking the disk"
    )]
    Unconfirmed(String),
    /// A file is not what its name says.
    #[error("{path} is damaged: {problem}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// In words.
        problem: &'static str,
    },
    /// The operating system refused.
    #[error("{doing} {path}")]
    Io {
        /// What we were doing.
        doing: &'static str,
        /// To which file.
        path: PathBuf,
        /// What it said.
        #[source]
        source: io::Error,
    },
}

impl LogError {
    pub(crate) fn io(
        doing: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full { path },
            _ => Self::Io { doing, path, source },
        }
    }
}
