//! One rule's claim, with its evidence.

use std::net::IpAddr;

use crate::{AlertId, DeviceId, EventId, IncidentId, ProcessKey, TenantId, Text, Timestamp};

/// How grave. Ordered: `Informational` is the least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Informational,
    /// Worth a look when there is time.
    Low,
    /// Look today.
    Medium,
    /// Look now.
    High,
    /// Act now.
    Critical,
}

impl Severity {
    /// The word people see.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Informational => "Informational",
            Self::Low => "Low",
            Self::Medium => "Medium",
            Self::High => "High",
            Self::Critical => "Critical",
        }
    }

    /// The severity with this word, in any case.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Informational, Self::Low, Self::Medium, Self::High, Self::Critical]
            .into_iter()
            .find(|severity| severity.word().eq_ignore_ascii_case(word))
    }
}

/// One rule's claim about one event on one device.
#[derive(Debug, Clone, PartialEq)]
pub struct Alert {
    /// Identity: the same event judged twice gives the same alert.
    pub id: AlertId,
    /// Whose.
    pub tenant: TenantId,
    /// Where.
    pub device: DeviceId,
    /// The machine's name at that time.
    pub device_name: Text,
    /// Which rule, by its id.
    pub rule: Text,
    /// The rule's title.
    pub title: Text,
    /// What it means, from the rule.
    pub description: Text,
    /// How grave, from the rule.
    pub severity: Severity,
    /// ATT&CK tactics, as "execution", "persistence" ….
    pub tactics: Vec<Text>,
    /// ATT&CK techniques, as "T1059.004".
    pub techniques: Vec<Text>,
    /// What to look at next, from the rule.
    pub triage: Vec<Text>,
    /// The event it is about.
    pub event: EventId,
    /// When that happened.
    pub event_at: Timestamp,
    /// When we said so.
    pub raised_at: Timestamp,
    /// The process it is about, if any.
    pub process: Option<ProcessKey>,
    /// The oldest ancestor that is not a session manager or service manager: what alerts of one story share.
    pub family: Option<ProcessKey>,
    /// What was found.
    pub evidence: Vec<Evidence>,
    /// Which fields matched, and what they were.
    pub matched: Vec<MatchedField>,
    /// The incident it belongs to, once decided.
    pub incident: Option<IncidentId>,
}

/// A thing named by an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// What part it plays.
    pub role: EvidenceRole,
    /// The thing.
    pub entity: Entity,
}

/// What part a piece of evidence plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EvidenceRole {
    /// It did it.
    Actor,
    /// It was done to it, or made by it.
    Impacted,
    /// It stands around the act: a parent, a user.
    Related,
}

/// Anything an event names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entity {
    /// A process.
    Process {
        /// Which one.
        key: ProcessKey,
        /// Its executable.
        image: Text,
        /// Its command line.
        command_line: Text,
        /// Who it ran as.
        user: Option<Text>,
        /// SHA-256 of its executable, in hex.
        sha256: Option<Text>,
    },
    /// A file.
    File {
        /// Absolute path.
        path: Text,
        /// SHA-256 in hex, when known.
        sha256: Option<Text>,
    },
    /// A network address.
    Address {
        /// Address.
        ip: IpAddr,
        /// Port, when there is one.
        port: Option<u16>,
    },
    /// An account on the device.
    User {
        /// Name, or the number where there is no name.
        name: Text,
        /// User id.
        uid: u32,
    },
}

/// Why a rule matched: one field and what it held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatchedField {
    /// The rule's name for this part of its condition.
    pub selection: Text,
    /// The field as the rule names it.
    pub field: Text,
    /// What the event held.
    pub value: Text,
    /// What the rule asked for.
    pub pattern: Text,
}
