//! How much is held, and how much a question may cost.

use std::time::Duration;

/// Rows in memory before they are sealed.
pub(crate) const MAX_HOT_ROWS: usize = 200_000;
/// Bytes in memory before they are sealed.
pub(crate) const MAX_HOT_BYTES: usize = 128 << 20;
/// How old rows in memory become before they are sealed.
pub(crate) const MAX_HOT_AGE: Duration = Duration::from_secs(300);
/// How long rows are kept.
pub(crate) const RETENTION: Duration = Duration::from_secs(180 * 24 * 3600);
/// Files of one day of a table before they are merged.
pub(crate) const MAX_FILES_PER_DAY: usize = 16;
/// Questions that are answered at once; a tenant gets half of the places.
pub(crate) const MAX_QUESTIONS: usize = 8;
/// Bytes of files' footers that are kept in memory.
pub(crate) const FOOTER_BYTES: usize = 128 << 20;

/// How much is held, and for how long.
#[derive(Debug, Clone)]
pub struct Config {
    /// Rows in memory before they are sealed.
    pub max_hot_rows: usize,
    /// Bytes in memory before they are sealed.
    pub max_hot_bytes: usize,
    /// How old rows in memory become before they are sealed.
    pub max_hot_age: Duration,
    /// How long rows are kept of tenants that did not say how long; whole days are removed.
    pub retention: Duration,
    /// Files of one day of a table before they are merged.
    pub max_files_per_day: usize,
    /// Bytes of files' footers that are kept in memory, so that files are opened once.
    pub footer_bytes: usize,
    /// Questions that are answered at once; a tenant gets half of the places. With the memory that each may
    /// take this bounds what all of them take.
    pub max_questions: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            max_hot_rows: MAX_HOT_ROWS,
            max_hot_bytes: MAX_HOT_BYTES,
            max_hot_age: MAX_HOT_AGE,
            retention: RETENTION,
            max_files_per_day: MAX_FILES_PER_DAY,
            footer_bytes: FOOTER_BYTES,
            max_questions: MAX_QUESTIONS,
        }
    }
}

/// What one question may cost.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Rows of the answer; more are cut off, and the answer says so.
    pub rows: usize,
    /// Bytes of the answer; more are cut off, and the answer says so.
    pub bytes: usize,
    /// Time.
    pub time: Duration,
    /// Memory of sorts, joins and groups.
    pub memory: usize,
    /// Threads.
    pub threads: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            rows: 10_000,
            bytes: 64 << 20,
            time: Duration::from_secs(180),
            memory: 512 << 20,
            threads: 2,
        }
    }
}
