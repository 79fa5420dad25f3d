//! Actions: what is to be done to a device, who it is addressed to, and what came of it.
//!
//! An [`Order`] says what; a [`Command`] is an order addressed to one device, for a time; an [`Outcome`] is what the
//! device answers. Who may order what, and how it is carried out, is decided elsewhere.

use std::{fmt, str::FromStr};

use crate::{ActionId, DeviceId, IdError, ProcessKey, TenantId, Text, Timestamp, hex};

/// What is to be done on a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// Cut the device off from everything but its server.
    Isolate(Isolation),
    /// Let the device back to the network.
    Release,
    /// End a process, and everything it started where `tree` says so.
    StopProcess {
        /// Which process.
        process: ProcessKey,
        /// Its descendants too.
        tree: bool,
    },
    /// Take a file away, so that it can be given back exactly.
    QuarantineFile(FileTarget),
    /// Give a file back from quarantine.
    RestoreFile {
        /// Which quarantined file, as the outcome of the quarantine named it.
        item: Text,
    },
    /// Let a file not be executed.
    BlockFile(FileTarget),
    /// Let a file be executed again.
    AllowFile(FileTarget),
    /// Let an account not be used.
    DisableAccount {
        /// Its name.
        user: Text,
    },
    /// End what a user runs and where they are signed in.
    EndSessions {
        /// Their name.
        user: Text,
    },
    /// Take a key out of a user's authorised keys.
    RevokeKey {
        /// Whose keys.
        user: Text,
        /// The key's fingerprint (`SHA256:…`) or its base64 text.
        key: Text,
    },
    /// Stop a systemd unit.
    StopUnit {
        /// Its name.
        unit: Text,
        /// Keep it from being started again.
        mask: bool,
    },
    /// Take an entry out of a crontab, or the whole file away.
    RemoveCronEntry {
        /// The crontab.
        path: Text,
        /// The line, exactly; nothing takes the file away.
        line: Option<Text>,
    },
    /// Stop a systemd timer and take its files away.
    RemoveTimer {
        /// Its name.
        unit: Text,
    },
    /// Gather what an investigation needs into one archive.
    CollectPackage {
        /// Most bytes of the archive.
        limit_bytes: u64,
    },
    /// Take back what an action did on this device.
    Undo {
        /// The action.
        action: ActionId,
    },
}

/// How a device is cut off.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Isolation {
    /// Addresses and networks that stay reachable, as `192.0.2.0/24` or `2001:db8::1`.
    pub addresses: Vec<Text>,
    /// Executables whose connections stay open.
    pub processes: Vec<Text>,
    /// When the device frees itself.
    pub until: Timestamp,
    /// Why, for the machine's own administrator.
    pub reason: Text,
}

/// Which file: by path, by content, or by both.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FileTarget {
    /// Absolute path.
    pub path: Option<Text>,
    /// SHA-256 of the content.
    pub sha256: Option<[u8; 32]>,
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident, $kind:literal, { $($(#[$variant_doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$variant_doc])* $variant),+ }

        impl $name {
            /// Every one there is.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word for it.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.word())
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::ALL.iter().copied().find(|one| one.word() == text).ok_or_else(|| IdError {
                    kind: $kind,
                    expected: concat!("the word of ", $kind),
                    text: text.to_owned(),
                })
            }
        }
    };
}

words!(
    /// The kind of an order, without what it is about: what policies are made for.
    OrderKind, "a kind of action", {
        /// [`Order::Isolate`]
        Isolate = "isolate",
        /// [`Order::Release`]
        Release = "release",
        /// [`Order::StopProcess`]
        StopProcess = "stop_process",
        /// [`Order::QuarantineFile`]
        QuarantineFile = "quarantine_file",
        /// [`Order::RestoreFile`]
        RestoreFile = "restore_file",
        /// [`Order::BlockFile`]
        BlockFile = "block_file",
        /// [`Order::AllowFile`]
        AllowFile = "allow_file",
        /// [`Order::DisableAccount`]
        DisableAccount = "disable_account",
        /// [`Order::EndSessions`]
        EndSessions = "end_sessions",
        /// [`Order::RevokeKey`]
        RevokeKey = "revoke_key",
        /// [`Order::StopUnit`]
        StopUnit = "stop_unit",
        /// [`Order::RemoveCronEntry`]
        RemoveCronEntry = "remove_cron_entry",
        /// [`Order::RemoveTimer`]
        RemoveTimer = "remove_timer",
        /// [`Order::CollectPackage`]
        CollectPackage = "collect_package",
        /// [`Order::Undo`]
        Undo = "undo",
    }
);

words!(
    /// How an action stands, on one device or altogether.
    ActionStatus, "an action's status", {
        /// Somebody has to approve it first.
        PendingApproval = "pending_approval",
        /// It waits for the device.
        Queued = "queued",
        /// The device has it.
        Running = "running",
        /// It is done.
        Succeeded = "succeeded",
        /// It could not be done.
        Failed = "failed",
        /// The device did not fetch or answer it in time.
        TimedOut = "timed_out",
        /// It was taken back or rejected before the device had it.
        Cancelled = "cancelled",
        /// It was done and taken back.
        Undone = "undone",
    }
);

impl ActionStatus {
    /// Nothing more will come of it by itself.
    #[must_use]
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::PendingApproval | Self::Queued | Self::Running)
    }
}

words!(
    /// How a command went on the device.
    OutcomeState, "an outcome", {
        /// It is done.
        Succeeded = "succeeded",
        /// It could not be done, or not all of it.
        Failed = "failed",
        /// It was not the device's to do, or must never be done.
        Refused = "refused",
    }
);

impl Order {
    /// Its kind.
    #[must_use]
    pub const fn kind(&self) -> OrderKind {
        match self {
            Self::Isolate(_) => OrderKind::Isolate,
            Self::Release => OrderKind::Release,
            Self::StopProcess { .. } => OrderKind::StopProcess,
            Self::QuarantineFile(_) => OrderKind::QuarantineFile,
            Self::RestoreFile { .. } => OrderKind::RestoreFile,
            Self::BlockFile(_) => OrderKind::BlockFile,
            Self::AllowFile(_) => OrderKind::AllowFile,
            Self::DisableAccount { .. } => OrderKind::DisableAccount,
            Self::EndSessions { .. } => OrderKind::EndSessions,
            Self::RevokeKey { .. } => OrderKind::RevokeKey,
            Self::StopUnit { .. } => OrderKind::StopUnit,
            Self::RemoveCronEntry { .. } => OrderKind::RemoveCronEntry,
            Self::RemoveTimer { .. } => OrderKind::RemoveTimer,
            Self::CollectPackage { .. } => OrderKind::CollectPackage,
            Self::Undo { .. } => OrderKind::Undo,
        }
    }
}

/// The order in words, for lists and logs.
impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Isolate(isolation) if *isolation == isolation.without_exceptions() => {
                f.write_str("isolate")
            }
            Self::Isolate(isolation) => write!(
                f,
                "isolate except {} addresses and {} programs",
                isolation.addresses.len(),
                isolation.processes.len()
            ),
            Self::Release => f.write_str("release from isolation"),
            Self::StopProcess { process, tree: true } => {
                write!(f, "stop process {} and what it started", process.pid)
            }
            Self::StopProcess { process, tree: false } => write!(f, "stop process {}", process.pid),
            Self::QuarantineFile(file) => write!(f, "quarantine {file}"),
            Self::RestoreFile { item } => write!(f, "restore {item} from quarantine"),
            Self::BlockFile(file) => write!(f, "block {file}"),
            Self::AllowFile(file) => write!(f, "allow {file}"),
            Self::DisableAccount { user } => write!(f, "disable the account {user}"),
            Self::EndSessions { user } => write!(f, "end the sessions of {user}"),
            Self::RevokeKey { user, .. } => write!(f, "revoke a key of {user}"),
            Self::StopUnit { unit, mask: true } => write!(f, "stop and mask {unit}"),
            Self::StopUnit { unit, mask: false } => write!(f, "stop {unit}"),
            Self::RemoveCronEntry { path, .. } => write!(f, "remove a cron entry of {path}"),
            Self::RemoveTimer { unit } => write!(f, "remove the timer {unit}"),
            Self::CollectPackage { .. } => f.write_str("collect an investigation package"),
            Self::Undo { action } => write!(f, "undo {action}"),
        }
    }
}

impl Isolation {
    fn without_exceptions(&self) -> Self {
        Self { addresses: Vec::new(), processes: Vec::new(), ..self.clone() }
    }
}

impl fmt::Display for FileTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.path, &self.sha256) {
            (Some(path), _) => f.write_str(path),
            (None, Some(hash)) => f.write_str(&hex(hash)),
            (None, None) => f.write_str("no file"),
        }
    }
}

/// An order to one device. It is signed by the server; the device checks every field before it acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// Whose device.
    pub tenant: TenantId,
    /// Which device.
    pub device: DeviceId,
    /// Which action it is of. A device does an action once, however often it is told.
    pub action: ActionId,
    /// Never twice: what comes with a nonce that was seen is a replay.
    pub nonce: [u8; 16],
    /// When it was signed.
    pub issued_at: Timestamp,
    /// From when on it must not be done any more.
    pub expires_at: Timestamp,
    /// What is to be done.
    pub order: Order,
}

/// What came of a command on a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Which action.
    pub action: ActionId,
    /// How it went.
    pub state: OutcomeState,
    /// What happened, in one line.
    pub summary: Text,
    /// What happened to each thing.
    pub items: Vec<OutcomeItem>,
    /// It can be taken back.
    pub undoable: bool,
    /// When it was over.
    pub at: Timestamp,
}

/// What happened to one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutcomeItem {
    /// The thing: a path, a process, an account.
    pub name: Text,
    /// What was done with it, or why not.
    pub result: Text,
    /// It went as it should.
    pub done: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_read_back_as_what_it_names() {
        for kind in OrderKind::ALL {
            assert_eq!(kind.word().parse(), Ok(*kind));
        }
        for status in ActionStatus::ALL {
            assert_eq!(status.word().parse(), Ok(*status));
        }
        assert!("destroy".parse::<OrderKind>().is_err());
    }

    #[test]
    fn what_waits_is_not_final() {
        let waiting: Vec<_> =
            ActionStatus::ALL.iter().filter(|status| !status.is_final()).collect();

        assert_eq!(
            waiting,
            [&ActionStatus::PendingApproval, &ActionStatus::Queued, &ActionStatus::Running]
        );
    }
}
