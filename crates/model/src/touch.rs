//! What an event says of a process that is known already: that it ended, or touched something.

use crate::{Connection, FileChange, ProcessKey, Timestamp};

/// A process that ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndedProcess {
    /// Which one.
    pub key: ProcessKey,
    /// When.
    pub at: Timestamp,
    /// Exit code, when it ended by itself.
    pub exit_code: Option<u8>,
    /// Signal, when it was ended by one.
    pub signal: Option<u8>,
}

/// Something a process touched.
#[derive(Debug, Clone, PartialEq)]
pub struct Touch {
    /// Which process.
    pub process: ProcessKey,
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: Touched,
}

/// What a process touched.
#[derive(Debug, Clone, PartialEq)]
pub enum Touched {
    /// A connection it opened.
    Connection(Connection),
    /// A file it changed.
    File(FileChange),
}
