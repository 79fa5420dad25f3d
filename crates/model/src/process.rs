//! A process: its identity, and what the sensor knows of it. Never identified by pid alone.

use std::{fmt, str::FromStr, sync::Arc};

use crate::{IdError, Text, Timestamp};

/// The 128 bits of `/proc/sys/kernel/random/boot_id`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BootId(pub u128);

/// Which process this is, for ever: pids are reused, this is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProcessKey {
    /// The boot it lived in.
    pub boot: BootId,
    /// Its thread group id, as seen from the first pid namespace.
    pub pid: u32,
    /// When it was forked, in ticks of 10 ms since boot (field 22 of `/proc/PID/stat`).
    pub start_ticks: u64,
}

impl fmt::Display for ProcessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}-{}-{}", self.boot.0, self.pid, self.start_ticks)
    }
}

impl FromStr for ProcessKey {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let parsed = || {
            let mut parts = text.split('-');
            let key = Self {
                boot: BootId(u128::from_str_radix(parts.next()?, 16).ok()?),
                pid: parts.next()?.parse().ok()?,
                start_ticks: parts.next()?.parse().ok()?,
            };
            parts.next().is_none().then_some(key)
        };
        parsed().ok_or_else(|| IdError {
            kind: "a process identity",
            expected: "boot id, pid and start ticks with dashes between",
            text: text.to_owned(),
        })
    }
}

/// What is known of a process at the moment an event mentions it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    /// Which process.
    pub key: ProcessKey,
    /// Who forked it; `None` for the first process of the machine and for kernel threads' root.
    pub parent: Option<ProcessKey>,
    /// Executable, as an absolute path; for a kernel thread its name in brackets.
    pub image: Text,
    /// All arguments joined by spaces, as the kernel had them at exec.
    pub command_line: Text,
    /// Whether `command_line` was cut at the sensor's bound.
    pub arguments_cut: bool,
    /// Working directory at exec (or at the snapshot), when known.
    pub current_directory: Option<Text>,
    /// Who it runs as.
    pub user: ProcessUser,
    /// cgroup path, when known.
    pub cgroup: Option<Text>,
    /// Container id parsed from the cgroup path.
    pub container: Option<Text>,
    /// The executable file, when known.
    pub file: Option<ProcessFile>,
    /// When it was forked.
    pub started_at: Timestamp,
    /// The parent's executable at that time, so that one event reads on its own.
    pub parent_image: Option<Text>,
    /// The parent's command line at that time.
    pub parent_command_line: Option<Text>,
    /// When the parent was forked.
    pub parent_started_at: Option<Timestamp>,
    /// What else is known of how it came to run this program; `None` when its start was not seen.
    pub execution: Option<Arc<Execution>>,
}

/// How a program came to run, beyond what every event about its process repeats.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Execution {
    /// The script that was executed; the image is its interpreter.
    pub script: Option<Text>,
    /// The executable as the process itself sees it, where its root is not that of the machine.
    pub image_inside: Option<Text>,
    /// Variables that change what programs do, `NAME=value`.
    pub environment: Vec<Text>,
    /// Bytes of arguments there were.
    pub arguments_bytes: u32,
    /// Permission bits of the executable.
    pub mode: u32,
    /// Owner of the executable.
    pub file_owner: u32,
    /// The start gained rights: setuid, setgid or file capabilities.
    pub gained_rights: bool,
    /// Effective capabilities.
    pub capabilities: u64,
    /// Inode number of the mount namespace.
    pub mount_namespace: u32,
    /// Inode number of the process id namespace.
    pub pid_namespace: u32,
    /// Inode number of the network namespace.
    pub network_namespace: u32,
    /// Inode number of the user namespace.
    pub user_namespace: u32,
}

impl Process {
    /// The last part of the executable's path.
    pub fn file_name(&self) -> &str {
        file_name(&self.image)
    }
}

/// The last part of a path.
pub(crate) fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Credentials of a process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProcessUser {
    /// Name from the machine's user database, when there is one.
    pub name: Option<Text>,
    /// Real user id.
    pub uid: u32,
    /// Real group id.
    pub gid: u32,
    /// Effective user id.
    pub effective_uid: u32,
    /// Effective group id.
    pub effective_gid: u32,
    /// Who signed in originally (audit login uid), if anyone did.
    pub login_uid: Option<u32>,
    /// Audit session, if there is one.
    pub session: Option<u32>,
}

/// The file a process executes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProcessFile {
    /// Device number of the filesystem, as `stat` gives it.
    pub device: u64,
    /// Inode number.
    pub inode: u64,
    /// Size in bytes.
    pub size: u64,
    /// SHA-256 of the content, when it could be taken in time.
    pub sha256: Option<[u8; 32]>,
    /// The file had no name any more when it was executed.
    pub deleted: bool,
    /// The file never had one: memfd or similar.
    pub fileless: bool,
}
