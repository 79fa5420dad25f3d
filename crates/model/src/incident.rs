//! Alerts that tell one story.

use std::{collections::BTreeSet, net::IpAddr};

use crate::{
    AlertId, BootId, DeviceId, IncidentId, ProcessKey, Severity, TenantId, Text, Timestamp,
};

/// Alerts that tell one story on a device.
#[derive(Debug, Clone, PartialEq)]
pub struct Incident {
    /// Its number within the tenant.
    pub id: IncidentId,
    /// Whose.
    pub tenant: TenantId,
    /// Where.
    pub device: DeviceId,
    /// The machine's name when it was opened.
    pub device_name: Text,
    /// A name a person can remember, made from what happened.
    pub title: Text,
    /// The gravest of its alerts, or graver when several stages of an attack are seen.
    pub severity: Severity,
    /// Why that severity.
    pub severity_reason: Text,
    /// Where people are with it.
    pub status: IncidentStatus,
    /// Who works on it: a user name.
    pub assigned_to: Option<Text>,
    /// What people say it is, once they do: one of [`CLASSIFICATIONS`].
    pub classification: Option<Text>,
    /// The process family it is about, if it began with one.
    pub family: Option<ProcessKey>,
    /// ATT&CK tactics seen, in the order of an attack.
    pub tactics: Vec<Text>,
    /// Its alerts with the reason each is in it, oldest joined first.
    pub alerts: Vec<(AlertId, JoinReason)>,
    /// By what further alerts join it.
    pub ties: BTreeSet<Tie>,
    /// First event of its alerts.
    pub first_at: Timestamp,
    /// Last event of its alerts.
    pub last_at: Timestamp,
}

/// Where people are with an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IncidentStatus {
    /// Nobody has taken it.
    New,
    /// Somebody works on it.
    InProgress,
    /// Done.
    Resolved,
}

impl IncidentStatus {
    /// The word people see.
    pub const fn word(self) -> &'static str {
        match self {
            Self::New => "New",
            Self::InProgress => "In progress",
            Self::Resolved => "Resolved",
        }
    }

    /// The status with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::New, Self::InProgress, Self::Resolved].into_iter().find(|s| s.word() == word)
    }
}

/// Why an alert is in an incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JoinReason {
    /// It opened the incident.
    Opened,
    /// Its process descends from the same ancestor as the others'.
    SameFamily {
        /// The ancestor.
        ancestor: ProcessKey,
        /// Its executable.
        image: Text,
    },
    /// The same sign-in on the same device, and together they go through several stages of an attack.
    SameSession {
        /// Number of the sign-in's session.
        session: u32,
    },
    /// A rare thing that the incident's other alerts name too.
    SharedEntity {
        /// "file", "address" or "domain".
        kind: Text,
        /// Which one.
        value: Text,
    },
    /// A person put it here.
    Moved {
        /// Who.
        by: Text,
    },
}

/// What can tie an alert to an incident.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tie {
    /// A process family on a device.
    Family {
        /// Where.
        device: DeviceId,
        /// Its eldest process.
        ancestor: ProcessKey,
    },
    /// A sign-in on a device.
    Session {
        /// Where.
        device: DeviceId,
        /// The boot it was in.
        boot: BootId,
        /// Its number.
        session: u32,
    },
    /// A file's SHA-256 in hex, on any device.
    File(Text),
    /// A remote address, on any device.
    Address(IpAddr),
    /// A domain, on any device.
    Domain(Text),
}

/// What people can say an incident or an alert is, each with what it can be more exactly.
pub const CLASSIFICATIONS: &[(&str, &[&str])] = &[
    (
        "True positive",
        &[
            "Multi-stage attack",
            "Malware",
            "Malicious user activity",
            "Compromised account",
            "Unwanted software",
            "Phishing",
            "Other",
        ],
    ),
    (
        "Informational",
        &["Security test", "Line-of-business application", "Confirmed activity", "Other"],
    ),
    ("False positive", &["Not malicious", "Not enough data to decide", "Other"]),
];
