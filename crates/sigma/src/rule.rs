//! One rule: what it says about itself, and what it looks for.

use serde_json::{Map, Value};

use crate::condition::Condition;
use crate::selection::Selection;

pub(crate) mod read;
mod tags;

pub(crate) use read::read;

/// A Sigma rule.
#[derive(Debug, Clone, Default)]
pub struct Rule {
    /// The file it was read from.
    pub file: String,
    /// The line on which its document starts, from 1.
    pub line: usize,
    /// Its identity, normally a UUID.
    pub id: Option<String>,
    /// A short name.
    pub title: String,
    /// What it finds, and why that matters.
    pub description: String,
    /// How grave a match is.
    pub level: Level,
    /// How much it is trusted.
    pub status: Option<Status>,
    /// Who wrote it.
    pub author: String,
    /// When it was written.
    pub date: String,
    /// Where to read more.
    pub references: Vec<String>,
    /// When it matches although nothing is wrong.
    pub false_positives: Vec<String>,
    /// All tags as written.
    pub tags: Vec<String>,
    /// ATT&CK tactics from the tags: `credential-access`.
    pub tactics: Vec<&'static str>,
    /// ATT&CK techniques from the tags: `T1059.004`.
    pub techniques: Vec<String>,
    /// Which events it is about.
    pub logsource: LogSource,
    /// The selections, in the order of the file.
    pub selections: Vec<Selection>,
    /// How the selections are joined.
    pub condition: Condition,
    /// What the people who are called should do, in steps (key `triage`).
    pub triage: Vec<String>,
    /// Events the rule must and must not match (key `tests`).
    pub tests: Vec<Case>,
    /// Every other key, as it was written.
    pub custom: Map<String, Value>,
}

impl Rule {
    /// The identity, or the title where there is none.
    pub fn name(&self) -> &str {
        self.id.as_deref().unwrap_or(&self.title)
    }

    /// The fields its selections ask for, in the order of the file; one may come more than once.
    pub fn fields(&self) -> Vec<&str> {
        let mut fields = Vec::new();
        self.selections.iter().for_each(|selection| selection.term.collect_fields(&mut fields));
        fields
    }
}

/// How grave a match is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Level {
    /// Worth knowing, no claim.
    Informational,
    /// Notable, often harmless.
    Low,
    /// Should be looked at. Also what a rule without a level means.
    #[default]
    Medium,
    /// Should be looked at now.
    High,
    /// An attack.
    Critical,
}

impl Level {
    /// As rules write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Informational => "informational",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// How much a rule is trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// Proven in use.
    Stable,
    /// Nearly so.
    Test,
    /// May be noisy.
    Experimental,
    /// Replaced by another.
    Deprecated,
    /// Cannot be used as it is.
    Unsupported,
}

/// A kind of event: what a rule is about, or what an event is. A part that is `None` is not said.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct LogSource {
    /// As in `process_creation`.
    pub category: Option<String>,
    /// As in `linux`.
    pub product: Option<String>,
    /// As in `auditd`.
    pub service: Option<String>,
}

impl LogSource {
    /// Whether everything this one says is also said by the event's own.
    pub fn covers(&self, event: &Self) -> bool {
        let part =
            |mine: &Option<String>, theirs: &Option<String>| mine.is_none() || mine == theirs;
        part(&self.category, &event.category)
            && part(&self.product, &event.product)
            && part(&self.service, &event.service)
    }
}

/// An event with what the rule must say to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// What the event shows.
    pub name: String,
    /// Whether the rule must match.
    pub expect: Expect,
    /// The event, by Sigma's field names.
    pub event: Map<String, Value>,
}

/// What a rule must say to an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Expect {
    /// It matches.
    Alert,
    /// It does not.
    Quiet,
}
