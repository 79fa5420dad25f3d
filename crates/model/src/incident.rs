//! Alerts that tell one story.

use crate::{AlertId, DeviceId, IncidentId, ProcessKey, Severity, TenantId, Text, Timestamp};

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
    /// The process family it is about, if it began with one.
    pub family: Option<ProcessKey>,
    /// ATT&CK tactics seen, in the order of an attack.
    pub tactics: Vec<Text>,
    /// Its alerts with the reason each is in it, oldest joined first.
    pub alerts: Vec<(AlertId, JoinReason)>,
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
}
