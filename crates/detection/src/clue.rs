//! A clue: a match that says little by itself and serves a correlation. Whole in itself, so that it can be kept and
//! taken up again after a restart.

use bartizan_model::{DeviceId, EventId, Evidence, MatchedField, ProcessKey, Text, Timestamp};

/// A match that serves correlations.
#[derive(Debug, Clone, PartialEq)]
pub struct Clue {
    /// Which rule matched, by its id.
    pub rule: Text,
    /// The rule's title.
    pub title: Text,
    /// Where.
    pub device: DeviceId,
    /// The machine's name at that time.
    pub device_name: Text,
    /// Which event.
    pub event: EventId,
    /// When that happened.
    pub at: Timestamp,
    /// Until when it can count: after that no correlation looks at it any more.
    pub until: Timestamp,
    /// The process it is about, if any.
    pub process: Option<ProcessKey>,
    /// What correlations ask of it, by the names that rules use.
    pub fields: Vec<(String, String)>,
    /// What was found.
    pub evidence: Vec<Evidence>,
    /// Which fields matched, and what they were.
    pub matched: Vec<MatchedField>,
}

/// How a process belongs to others: names that `group-by` of a correlation takes besides fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kin {
    /// `process`: itself.
    Process,
    /// `process_family`: the root of its story.
    Family,
    /// `session`: the login it came from.
    Session,
}

impl Kin {
    /// The kin with this name.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "process" => Some(Self::Process),
            "process_family" => Some(Self::Family),
            "session" => Some(Self::Session),
            _ => None,
        }
    }
}
