//! What an indicator is.

use bartizan_model::{DeviceId, Severity, Text, Timestamp};

use crate::Observable;

/// What kind of value an indicator is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// MD5 of a file.
    Md5,
    /// SHA-1 of a file.
    Sha1,
    /// SHA-256 of a file.
    Sha256,
    /// An address.
    Address,
    /// A range of addresses.
    Network,
    /// A name, and with [`Indicator::subdomains`] all names below it.
    Domain,
    /// A URL.
    Url,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Md5,
        Self::Sha1,
        Self::Sha256,
        Self::Address,
        Self::Network,
        Self::Domain,
        Self::Url,
    ];

    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Md5 => "md5",
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Address => "address",
            Self::Network => "network",
            Self::Domain => "domain",
            Self::Url => "url",
        }
    }

    /// The kind with this word, also by the names other lists use.
    pub fn from_word(word: &str) -> Option<Self> {
        Some(match word.trim().to_ascii_lowercase().replace(['-', '_', ' '], "").as_str() {
            "md5" | "filemd5" => Self::Md5,
            "sha1" | "filesha1" => Self::Sha1,
            "sha256" | "filesha256" => Self::Sha256,
            "address" | "ip" | "ipaddress" | "ipv4" | "ipv6" | "ipv4addr" | "ipv6addr"
            | "ipdst" | "ipsrc" => Self::Address,
            "network" | "cidr" => Self::Network,
            "domain" | "domainname" | "hostname" | "host" => Self::Domain,
            "url" | "uri" | "link" => Self::Url,
            _ => return None,
        })
    }
}

/// What is to be done when it is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Nothing: it is known to be good. Stronger than every other indicator of the same value.
    Allow,
    /// Raise an alert.
    Audit,
    /// Raise an alert, and have the sensor warn where it can.
    Warn,
    /// Raise an alert, and have the sensor refuse it where it can.
    Block,
}

impl Action {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Audit => "audit",
            Self::Warn => "warn",
            Self::Block => "block",
        }
    }

    /// The action with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        let word = word.trim().to_ascii_lowercase();
        [Self::Allow, Self::Audit, Self::Warn, Self::Block].into_iter().find(|a| a.word() == word)
    }
}

/// Where it counts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Scope {
    /// On every device.
    #[default]
    All,
    /// On these devices, and on devices of these groups.
    Some {
        /// The devices.
        devices: Vec<DeviceId>,
        /// Names of device groups.
        groups: Vec<Text>,
    },
}

impl Scope {
    pub(crate) fn holds(&self, device: DeviceId, groups: &[Text]) -> bool {
        match self {
            Self::All => true,
            Self::Some { devices, groups: asked } => {
                devices.contains(&device) || asked.iter().any(|group| groups.contains(group))
            }
        }
    }
}

/// A known value, and what is to be done when it is seen.
#[derive(Debug, Clone, PartialEq)]
pub struct Indicator {
    /// Its identity, as alerts name it.
    pub id: Text,
    /// The value, in the one form that it is compared in.
    pub value: Observable,
    /// Of a domain: whether names below it are meant too.
    pub subdomains: bool,
    /// What is to be done.
    pub action: Action,
    /// How grave a sighting is.
    pub severity: Severity,
    /// What a sighting is called.
    pub title: Text,
    /// What is known of it.
    pub description: Text,
    /// Who says so: a feed, a report, a person.
    pub source: Text,
    /// Where it counts.
    pub scope: Scope,
    /// From when it counts, by the time of events.
    pub valid_from: Option<Timestamp>,
    /// Until when it counts; at that time no more.
    pub valid_until: Option<Timestamp>,
}

impl Indicator {
    /// What kind of value it is.
    pub fn kind(&self) -> Kind {
        self.value.kind()
    }

    /// Whether it counts at this time.
    pub fn is_valid(&self, at: Timestamp) -> bool {
        self.valid_from.is_none_or(|from| from <= at)
            && self.valid_until.is_none_or(|until| at < until)
    }
}
