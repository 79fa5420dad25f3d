//! What a process did that is neither a start, a connection nor a change of a file: to the machine, to
//! another process, to itself. And the small words that such facts are told in.

use std::{net::SocketAddr, sync::Arc};

use crate::{Process, Text};

/// Something a process did, or that happened to the machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// What it was.
    pub kind: OperationKind,
    /// The process it was done to.
    pub target: Option<Arc<Process>>,
    /// The file, socket or place it was done with.
    pub path: Option<Text>,
    /// The account it was done to.
    pub account: Option<Text>,
    /// The name of a machine that was asked for.
    pub host: Option<Text>,
    /// The other end.
    pub remote: Option<SocketAddr>,
    /// Whatever else is known.
    pub details: Vec<Detail>,
}

/// A further fact, by name. Names are those of `AdditionalFields`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detail {
    /// Its name.
    pub name: Text,
    /// What it is.
    pub value: DetailValue,
}

/// The value of a further fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DetailValue {
    /// Text.
    Text(Text),
    /// A number.
    Number(i64),
    /// Yes or no.
    Flag(bool),
    /// Several texts.
    List(Vec<Text>),
}

macro_rules! kinds {
    ($($(#[$about:meta])* $name:ident = $word:literal,)+) => {
        /// What was done; its word is the `ActionType` of its row.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum OperationKind { $($(#[$about])* $name,)+ }

        impl OperationKind {
            /// All kinds.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// Its word.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)+ }
            }

            /// The kind with this word.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$name),)+ _ => None }
            }
        }
    };
}

kinds! {
    /// A debugger's hold on another process: attached, or its memory or registers written.
    Traced = "PTraceDetected",
    /// The memory of another process was read.
    MemoryRead = "ReadProcessMemoryApiCall",
    /// The memory of another process was written.
    MemoryWritten = "WriteProcessMemoryApiCall",
    /// A descriptor was taken out of another process.
    DescriptorTaken = "OpenProcessApiCall",
    /// A signal was sent to a process of another user, or to a service to end it.
    SignalSent = "SignalSent",
    /// Something was done to the sensor itself.
    Tampering = "TamperingAttempt",
    /// A file that holds secrets was read.
    SensitiveFileRead = "SensitiveFileRead",
    /// A disk, the machine's memory or an input device was opened beneath what guards it.
    RawAccess = "RawAccessRead",
    /// A setting of the running kernel was written.
    KernelSettingChanged = "KernelSettingChanged",
    /// A local socket was used whose owner does much for whoever asks.
    LocalSocketUsed = "LocalSocketConnected",
    /// A socket that sees or makes whole packets.
    RawSocket = "RawSocketCreated",
    /// A filter was put on a socket.
    SocketFilter = "SocketFilterAttached",
    /// A kernel module was loaded.
    ModuleLoaded = "DriverLoad",
    /// A kernel module was removed.
    ModuleUnloaded = "DriverUnload",
    /// A program was loaded into the kernel.
    BpfLoaded = "BpfProgramLoaded",
    /// A program in the kernel was attached or detached.
    BpfAttachment = "BpfAttachmentChanged",
    /// Another kernel was loaded to be started.
    KexecLoaded = "KexecLoad",
    /// The machine was told to restart or stop.
    Reboot = "SystemRestartRequested",
    /// A filesystem was mounted.
    Mounted = "FilesystemMounted",
    /// A filesystem was unmounted.
    Unmounted = "FilesystemUnmounted",
    /// A process made or entered a namespace.
    NamespaceChanged = "NamespaceChanged",
    /// A process changed its root directory.
    RootChanged = "RootDirectoryChanged",
    /// Memory became both writable and executable.
    WritableCode = "NtProtectVirtualMemoryApiCall",
    /// A file was made in memory.
    MemoryFile = "MemoryFileCreated",
    /// A process changed the user it acts as, or its rights.
    IdentityChanged = "ProcessPrimaryTokenModified",
    /// A process changed how it is shown.
    NameChanged = "ProcessNameChanged",
    /// io_uring was used for what a system call would do.
    IoUringUsed = "IoUringUsed",
    /// The clock was set.
    ClockSet = "SystemTimeChanged",
    /// A program could not be executed.
    StartFailed = "ProcessStartFailed",
    /// A name was looked up.
    DnsQuery = "DnsQueryResponse",
    /// A script was executed.
    ScriptContent = "ScriptContent",
    /// Work for cron, at or a timer was added.
    ScheduledTaskCreated = "ScheduledTaskCreated",
    /// It was changed.
    ScheduledTaskUpdated = "ScheduledTaskUpdated",
    /// It was removed.
    ScheduledTaskDeleted = "ScheduledTaskDeleted",
    /// A service was added.
    ServiceInstalled = "ServiceInstalled",
    /// It was changed.
    ServiceModified = "ServiceModified",
    /// It was removed.
    ServiceDeleted = "ServiceDeleted",
    /// Who may sign in by key was changed.
    AuthorizedKeysChanged = "AuthorizedKeysChanged",
    /// What every program loads first was changed.
    PreloadChanged = "LdPreloadChanged",
    /// How sign-ins are checked was changed.
    PamChanged = "PamConfigurationChanged",
    /// What shells run at their start was changed.
    ShellProfileChanged = "ShellProfileChanged",
    /// Who may act as whom was changed.
    SudoersChanged = "SudoersChanged",
    /// Something else that runs by itself was changed: at boot, at sign-in, on a device, with a package.
    AutostartChanged = "AutostartChanged",
    /// A log was removed, emptied or moved away.
    LogCleared = "SecurityLogCleared",
    /// An account was added.
    AccountCreated = "UserAccountCreated",
    /// An account was changed.
    AccountModified = "UserAccountModified",
    /// An account was removed.
    AccountDeleted = "UserAccountDeleted",
    /// The password of an account was changed.
    PasswordChanged = "PasswordChangeAttempt",
    /// A group was added.
    GroupCreated = "SecurityGroupCreated",
    /// A group was removed.
    GroupDeleted = "SecurityGroupDeleted",
    /// An account became a member of a group.
    GroupJoined = "UserAccountAddedToLocalGroup",
    /// An account is no longer a member of a group.
    GroupLeft = "UserAccountRemovedFromLocalGroup",
    /// A device was plugged in.
    DeviceConnected = "PnpDeviceConnected",
    /// A device was removed.
    DeviceRemoved = "PnpDeviceRemoved",
    /// The sensor began to watch.
    SensorStarted = "SensorStarted",
    /// The sensor was told to end.
    SensorStopped = "SensorStopped",
}

impl Operation {
    /// An operation of which nothing but its kind is known yet.
    pub const fn new(kind: OperationKind) -> Self {
        Self {
            kind,
            target: None,
            path: None,
            account: None,
            host: None,
            remote: None,
            details: Vec::new(),
        }
    }

    /// The same with one more fact.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<DetailValue>) -> Self {
        self.details.push(Detail::new(name, value));
        self
    }

    /// The further fact with this name.
    pub fn detail(&self, name: &str) -> Option<&DetailValue> {
        self.details.iter().find(|detail| *detail.name == *name).map(|detail| &detail.value)
    }
}

impl Detail {
    /// A fact under a name.
    pub fn new(name: &str, value: impl Into<DetailValue>) -> Self {
        Self { name: name.into(), value: value.into() }
    }
}

impl From<&str> for DetailValue {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for DetailValue {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<Text> for DetailValue {
    fn from(text: Text) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for DetailValue {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<i64> for DetailValue {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<u32> for DetailValue {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

/// Larger numbers than the store knows stay at the largest it does.
impl From<u64> for DetailValue {
    fn from(number: u64) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<Vec<Text>> for DetailValue {
    fn from(list: Vec<Text>) -> Self {
        Self::List(list)
    }
}

/// A shared library, or other code, that a program mapped for the first time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageLoad {
    /// Its absolute path.
    pub path: Text,
    /// Size in bytes.
    pub size: u64,
    /// Device number of its filesystem, as `stat` gives it.
    pub device: u64,
    /// Inode number.
    pub inode: u64,
    /// SHA-256 of its content, when it could be taken in time.
    pub sha256: Option<[u8; 32]>,
    /// No name led to it: memfd, or removed before.
    pub detached: bool,
}

/// A sign-in, an attempt at one, or the end of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logon {
    /// How it went.
    pub outcome: LogonOutcome,
    /// Which way in.
    pub way: LogonWay,
    /// The account, as it was named.
    pub account: Text,
    /// Address of where it came from.
    pub remote: Option<std::net::IpAddr>,
    /// Port of where it came from.
    pub remote_port: Option<u16>,
    /// Name of where it came from.
    pub remote_host: Option<Text>,
    /// Why it failed.
    pub reason: Option<Text>,
    /// Audit session, when known.
    pub session: Option<u32>,
    /// Whatever else is known: terminal, service, command, method.
    pub details: Vec<Detail>,
}

/// How a sign-in went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LogonOutcome {
    /// The account is in.
    Succeeded,
    /// It was refused.
    Failed,
    /// The session ended.
    Ended,
}

/// Which way in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LogonWay {
    /// At the machine itself.
    Interactive,
    /// From another machine, with a shell.
    Remote,
    /// From one account to another: sudo, su, pkexec.
    Elevation,
    /// For scheduled work.
    Batch,
    /// For a service.
    Service,
}

#[cfg(test)]
mod tests {
    use super::OperationKind;

    #[test]
    fn every_kind_has_a_word_of_its_own() {
        for kind in OperationKind::ALL {
            assert_eq!(OperationKind::from_word(kind.word()), Some(*kind));
        }
        assert_eq!(OperationKind::from_word("Nothing"), None);
    }
}
