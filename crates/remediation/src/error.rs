//! What goes wrong while a machine is changed.

use std::{io, path::PathBuf};

/// What goes wrong while a machine is changed, in words for the outcome.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RemediationError {
    /// The operating system refused.
    #[error("{doing} {}: {source}", path.display())]
    Io {
        /// What we were doing.
        doing: &'static str,
        /// To what.
        path: PathBuf,
        /// What it said.
        #[source]
        source: io::Error,
    },
    /// Something that must never be done, or makes no sense here.
    #[error("{0}")]
    Refused(String),
    /// It is not there (any more).
    #[error("{0}")]
    NotThere(String),
    /// A record of ours says what cannot be.
    #[error("{} is damaged: {why}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// The kernel does not let us.
    #[error("{doing}: {why}")]
    Kernel {
        /// What we were doing.
        doing: &'static str,
        /// What it said.
        why: String,
    },
}

/// Result of this room.
pub(crate) type Result<T, E = RemediationError> = std::result::Result<T, E>;

impl RemediationError {
    pub(crate) fn refused(why: impl Into<String>) -> Self {
        Self::Refused(why.into())
    }
}

/// Says what we were doing to which path when the operating system refused.
pub(crate) trait Doing<T> {
    fn doing(self, doing: &'static str, path: impl Into<PathBuf>) -> Result<T>;
}

impl<T, E: Into<io::Error>> Doing<T> for std::result::Result<T, E> {
    fn doing(self, doing: &'static str, path: impl Into<PathBuf>) -> Result<T> {
        self.map_err(|source| RemediationError::Io {
            doing,
            path: path.into(),
            source: source.into(),
        })
    }
}
