//! Why the spool did not do what it was asked.

use std::{io, path::PathBuf};

/// Why the spool did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SpoolError {
    /// Another sensor runs with the same folder.
    #[error("the spool at {path} is in use: another sensor is running; stop it first")]
    InUse {
        /// Where the spool is.
        path: PathBuf,
    },
    /// A small file of ours says what cannot be.
    #[error("{path} is damaged; move it away to begin a new stream")]
    Damaged {
        /// The file.
        path: PathBuf,
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

impl SpoolError {
    pub(crate) fn io(
        doing: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { doing, path, source }
    }

    /// Whether the disk had no room.
    #[must_use]
    pub fn is_disk_full(&self) -> bool {
        let Self::Io { source, .. } = self else { return false };
        matches!(source.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
    }
}
