//! Orders as a call writes them.

use bartizan_model::{FileTarget, Isolation, Order, Timestamp, hex};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    problem::ApiError,
    request::{hash, shown, time},
};

/// What is to be done: `kind` says what, the rest says with what.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum OrderBody {
    /// Cut off from everything but the server.
    Isolate {
        /// Addresses and networks that stay reachable.
        #[serde(default)]
        addresses: Vec<String>,
        /// Executables whose connections stay open.
        #[serde(default)]
        processes: Vec<String>,
        /// When the device frees itself.
        until: String,
        /// Why, for the machine's own administrator.
        #[serde(default)]
        note: String,
    },
    /// Back to the network.
    Release,
    /// End a process.
    StopProcess {
        /// Which, as the tree names it.
        process: String,
        /// What it started too.
        #[serde(default = "yes")]
        tree: bool,
    },
    /// Take a file away.
    QuarantineFile {
        /// Absolute path.
        path: Option<String>,
        /// SHA-256 in hex.
        sha256: Option<String>,
    },
    /// Give it back.
    RestoreFile {
        /// The quarantined file's name.
        item: String,
    },
    /// Not to be executed.
    BlockFile {
        /// Absolute path.
        path: Option<String>,
        /// SHA-256 in hex.
        sha256: Option<String>,
    },
    /// To be executed again.
    AllowFile {
        /// Absolute path.
        path: Option<String>,
        /// SHA-256 in hex.
        sha256: Option<String>,
    },
    /// Let an account not be used.
    DisableAccount {
        /// Its name.
        user: String,
    },
    /// End what a user runs.
    EndSessions {
        /// Their name.
        user: String,
    },
    /// Take a key out of a user's authorised keys.
    RevokeKey {
        /// Whose.
        user: String,
        /// Fingerprint or text of the key.
        key: String,
    },
    /// Stop a systemd unit.
    StopUnit {
        /// Its name.
        unit: String,
        /// And keep it from starting.
        #[serde(default)]
        mask: bool,
    },
    /// Take an entry out of a crontab.
    RemoveCronEntry {
        /// The crontab.
        path: String,
        /// The line, exactly; nothing is the whole file.
        line: Option<String>,
    },
    /// Stop a timer and take its files away.
    RemoveTimer {
        /// Its name.
        unit: String,
    },
    /// Gather what an investigation needs.
    CollectPackage {
        /// Most bytes of the archive; 512 MiB when not said.
        limit_bytes: Option<u64>,
    },
    /// Take back an action. Use the action's `undo` call.
    Undo {
        /// The action.
        action: String,
    },
}

/// Bytes of a package when a call does not say.
const PACKAGE_BYTES: u64 = 512 << 20;

const fn yes() -> bool {
    true
}

impl OrderBody {
    /// The order that a call wrote.
    pub(crate) fn read(self) -> Result<Order, ApiError> {
        Ok(match self {
            Self::Isolate { addresses, processes, until, note } => Order::Isolate(Isolation {
                addresses: addresses.iter().map(|one| one.as_str().into()).collect(),
                processes: processes.iter().map(|one| one.as_str().into()).collect(),
                until: moment(&until)?,
                reason: note.into(),
            }),
            Self::Release => Order::Release,
            Self::StopProcess { process, tree } => Order::StopProcess {
                process: process
                    .parse()
                    .map_err(|_no_key| ApiError::bad_request("`process` names no process"))?,
                tree,
            },
            Self::QuarantineFile { path, sha256 } => Order::QuarantineFile(file(path, sha256)?),
            Self::RestoreFile { item } => Order::RestoreFile { item: item.into() },
            Self::BlockFile { path, sha256 } => Order::BlockFile(file(path, sha256)?),
            Self::AllowFile { path, sha256 } => Order::AllowFile(file(path, sha256)?),
            Self::DisableAccount { user } => Order::DisableAccount { user: user.into() },
            Self::EndSessions { user } => Order::EndSessions { user: user.into() },
            Self::RevokeKey { user, key } => {
                Order::RevokeKey { user: user.into(), key: key.into() }
            }
            Self::StopUnit { unit, mask } => Order::StopUnit { unit: unit.into(), mask },
            Self::RemoveCronEntry { path, line } => {
                Order::RemoveCronEntry { path: path.into(), line: line.map(Into::into) }
            }
            Self::RemoveTimer { unit } => Order::RemoveTimer { unit: unit.into() },
            Self::CollectPackage { limit_bytes } => {
                Order::CollectPackage { limit_bytes: limit_bytes.unwrap_or(PACKAGE_BYTES) }
            }
            Self::Undo { .. } => {
                return Err(ApiError::bad_request("undo an action with its own `undo` call"));
            }
        })
    }

    /// The order as a call would have written it.
    pub(crate) fn of(order: &Order) -> Self {
        match order {
            Order::Isolate(isolation) => Self::Isolate {
                addresses: isolation.addresses.iter().map(ToString::to_string).collect(),
                processes: isolation.processes.iter().map(ToString::to_string).collect(),
                until: shown(isolation.until),
                note: isolation.reason.to_string(),
            },
            Order::Release => Self::Release,
            Order::StopProcess { process, tree } => {
                Self::StopProcess { process: process.to_string(), tree: *tree }
            }
            Order::QuarantineFile(file) => {
                let (path, sha256) = file_parts(file);
                Self::QuarantineFile { path, sha256 }
            }
            Order::RestoreFile { item } => Self::RestoreFile { item: item.to_string() },
            Order::BlockFile(file) => {
                let (path, sha256) = file_parts(file);
                Self::BlockFile { path, sha256 }
            }
            Order::AllowFile(file) => {
                let (path, sha256) = file_parts(file);
                Self::AllowFile { path, sha256 }
            }
            Order::DisableAccount { user } => Self::DisableAccount { user: user.to_string() },
            Order::EndSessions { user } => Self::EndSessions { user: user.to_string() },
            Order::RevokeKey { user, key } => {
                Self::RevokeKey { user: user.to_string(), key: key.to_string() }
            }
            Order::StopUnit { unit, mask } => {
                Self::StopUnit { unit: unit.to_string(), mask: *mask }
            }
            Order::RemoveCronEntry { path, line } => Self::RemoveCronEntry {
                path: path.to_string(),
                line: line.as_ref().map(ToString::to_string),
            },
            Order::RemoveTimer { unit } => Self::RemoveTimer { unit: unit.to_string() },
            Order::CollectPackage { limit_bytes } => {
                Self::CollectPackage { limit_bytes: Some(*limit_bytes) }
            }
            Order::Undo { action } => Self::Undo { action: action.to_string() },
        }
    }
}

fn moment(text: &str) -> Result<Timestamp, ApiError> {
    let missing = || ApiError::bad_request("`until` is missing");
    time(Some(text), "until")?.ok_or_else(missing)
}

fn file(path: Option<String>, sha256: Option<String>) -> Result<FileTarget, ApiError> {
    let sha256 = sha256.filter(|text| !text.is_empty()).map(|text| hash(&text)).transpose()?;
    Ok(FileTarget { path: path.filter(|path| !path.is_empty()).map(Into::into), sha256 })
}

fn file_parts(file: &FileTarget) -> (Option<String>, Option<String>) {
    let sha256 = file.sha256.as_ref().map(|hash| hex(hash));
    (file.path.as_ref().map(ToString::to_string), sha256)
}
