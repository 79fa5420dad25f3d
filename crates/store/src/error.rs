//! What can go wrong while keeping records.

use thiserror::Error;

/// Why a record could not be kept or found.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The file could not be opened.
    #[error("opening the records at {path}")]
    Open {
        /// Where.
        path: String,
        /// Why.
        #[source]
        source: rusqlite::Error,
    },
    /// The records are of a newer version than this program.
    #[error(
        "the records are of version {found}, this program knows up to version {known}: start the newer program"
    )]
    Newer {
        /// Version of the file.
        found: i64,
        /// Version of the program.
        known: i64,
    },
    /// A numbered migration failed.
    #[error("migrating the records to version {version}")]
    Migrate {
        /// Which one.
        version: i64,
        /// Why.
        #[source]
        source: rusqlite::Error,
    },
    /// The database refused.
    #[error("{doing}")]
    Database {
        /// What we were doing.
        doing: &'static str,
        /// Why.
        #[source]
        source: rusqlite::Error,
    },
    /// A stored text is not what this program writes.
    #[error("reading stored {what}: {text}")]
    Unreadable {
        /// What it should be.
        what: &'static str,
        /// Why it is not.
        text: String,
    },
    /// There is one already, or it is not in the state for this.
    #[error("{0}")]
    Conflict(String),
    /// A place in a list is not one that this room gave.
    #[error("this is no place in the list: begin again without it")]
    NoPlace,
}

/// Result of this room.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// Says what we were doing when the database refused.
pub(crate) trait Doing<T> {
    fn doing(self, doing: &'static str) -> Result<T>;
}

impl<T> Doing<T> for std::result::Result<T, rusqlite::Error> {
    fn doing(self, doing: &'static str) -> Result<T> {
        self.map_err(|source| StoreError::Database { doing, source })
    }
}
