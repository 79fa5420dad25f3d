//! What is in force, on disk: from here it is put in force again, and from here the machine's administrator sees it.

use std::path::Path;

use bartizan_model::{Isolation, Text, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{durable, error::Result};

/// What is in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Isolated {
    /// Which action ordered it.
    pub action: String,
    /// Why.
    pub reason: String,
    /// Addresses and networks that stay reachable.
    pub addresses: Vec<String>,
    /// Executables whose connections stay open.
    pub processes: Vec<String>,
    /// Where the server is.
    pub servers: Vec<String>,
    /// Since when, nanoseconds since 1970.
    pub since: i64,
    /// Until when, nanoseconds since 1970.
    pub until: i64,
}

impl Isolated {
    pub(super) fn of(isolation: &Isolation, action: &str, now: Timestamp) -> Self {
        let texts = |texts: &[Text]| texts.iter().map(ToString::to_string).collect();
        Self {
            action: action.to_owned(),
            reason: isolation.reason.to_string(),
            addresses: texts(&isolation.addresses),
            processes: texts(&isolation.processes),
            servers: Vec::new(),
            since: now.nanos(),
            until: isolation.until.nanos(),
        }
    }

    pub(super) const fn until(&self) -> Timestamp {
        Timestamp::from_nanos(self.until)
    }

    pub(super) fn is_over(&self, now: Timestamp) -> bool {
        self.until() <= now
    }
}

pub(super) fn read(path: &Path) -> Result<Option<Isolated>> {
    durable::kept(path)
}
