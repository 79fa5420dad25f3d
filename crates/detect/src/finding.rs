//! A rule that matched an event of a file, with what a report needs of the event.

use std::path::Path;

use bartizan_sigma::{FieldMatch, Rule};
use jiff::Timestamp;

use crate::record::{Asked, NameId, Record, Slots, text};

/// How much of each match is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// Rule and number of the event.
    Pairs,
    /// Also when, where, and why it matched.
    Explained,
    /// Also the whole event.
    Whole,
}

/// One match.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The number of the event in its file, from 0.
    pub event: u64,
    /// When it happened, where the event says so.
    pub time: Option<Timestamp>,
    /// The machine it happened on, where the event says so.
    pub host: Option<String>,
    /// Why the rule matched.
    pub evidence: Vec<FieldMatch>,
    /// The event.
    pub fields: serde_json::Map<String, serde_json::Value>,
}

/// A finding with what it refers to.
#[derive(Debug, Clone, Copy)]
pub struct Found<'a> {
    /// The rule that matched, or what a correlation says about itself.
    pub rule: &'a Rule,
    /// The file of the event; of a correlation, that of the event that completed it.
    pub file: &'a Path,
    /// The match.
    pub finding: &'a Finding,
}

/// Fields that say when an event happened, the best first.
const TIMES: [&str; 12] = [
    "TimeCreated_SystemTime",
    "@timestamp",
    "Timestamp",
    "UtcTime",
    "TimeGenerated",
    "EventTime",
    "TimeCreated",
    "timestamp",
    "eventTime",
    "requestReceivedTimestamp",
    "_time",
    "time",
];
/// Fields that say on which machine.
const HOSTS: [&str; 8] = [
    "Computer",
    "DeviceName",
    "host.name",
    "host.hostname",
    "Hostname",
    "hostname",
    "_HOSTNAME",
    "node",
];

/// Where events say when and where they happened.
#[derive(Debug)]
pub(crate) struct Circumstances {
    times: Vec<NameId>,
    hosts: Vec<NameId>,
}

impl Circumstances {
    pub(crate) fn new(asked: &mut Asked) -> Self {
        Self {
            times: TIMES.iter().map(|name| asked.number(name)).collect(),
            hosts: HOSTS.iter().map(|name| asked.number(name)).collect(),
        }
    }

    pub(crate) fn time(&self, record: &Record, slots: &Slots) -> Option<Timestamp> {
        self.times.iter().filter_map(|name| slots.value(*name, record)).find_map(|v| time(&text(v)))
    }

    pub(crate) fn host(&self, record: &Record, slots: &Slots) -> Option<String> {
        let values = self.hosts.iter().filter_map(|name| slots.value(*name, record));
        values.map(text).find(|host| !host.is_empty())
    }
}

/// A point in time as logs write it.
fn time(text: &str) -> Option<Timestamp> {
    if let Ok(time) = text.parse() {
        return Some(time);
    }
    // Sysmon's `UtcTime` and some exports have a space in the middle and no zone: they mean UTC.
    let without_zone = text.trim().replacen(' ', "T", 1);
    format!("{without_zone}Z").parse().ok()
}
