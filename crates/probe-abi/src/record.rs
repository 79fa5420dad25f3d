//! What a record says, in Rust's own types.

use std::net::IpAddr;

use crate::{Operation, RecordKind};

/// Nanoseconds in the clock tick that `/proc/PID/stat` counts start times in.
const TICK_NS: u64 = 10_000_000;

/// The value that the kernel gives a login user id or session id that was never set.
const UNSET: u32 = u32::MAX;

/// One observation made in the kernel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The CPU it was made on.
    pub cpu: u32,
    /// Counts up per CPU and ring, also for records that were lost: a gap is a loss.
    pub sequence: u64,
    /// Nanoseconds since boot, suspend included.
    pub time_ns: u64,
    /// The process it is about or that did it, as it was then.
    pub actor: Actor,
    /// What happened.
    pub body: RecordBody,
}

/// A process as the kernel saw it at the moment of the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// Process id (thread group id) in the initial namespace.
    pub pid: u32,
    /// The thread that acted.
    pub tid: u32,
    /// When the process started, in nanoseconds since boot.
    pub start_ns: u64,
    /// Process id of the parent.
    pub parent_pid: u32,
    /// When the parent started.
    pub parent_start_ns: u64,
    /// Real user id.
    pub uid: u32,
    /// Real group id.
    pub gid: u32,
    /// Effective user id.
    pub euid: u32,
    /// Effective group id.
    pub egid: u32,
    /// The user who logged in, through every later change of user.
    pub login_uid: Option<u32>,
    /// The audit session.
    pub session_id: Option<u32>,
    /// The cgroup, in the unified hierarchy.
    pub cgroup_id: u64,
    /// Counts the images that the process has executed.
    pub exec_id: u64,
    /// Inode number of the mount namespace.
    pub mount_ns: u32,
    /// The short name, at most 15 bytes, settable by the process.
    pub comm: String,
}

/// What happened, by kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordBody {
    /// The actor executed a program.
    Exec(Exec),
    /// The actor was made by its parent.
    Fork,
    /// The actor ended.
    Exit(Exit),
    /// The actor opened a file for writing.
    FileOpen(FileOpen),
    /// The actor removed a file or directory.
    FileDelete(FileName),
    /// The actor renamed a file: from, to.
    FileRename(FileName, FileName),
    /// The actor connects, accepts or listens.
    Connect(Connect),
    /// The actor changed a file in another way.
    FileNamed(FileNamed),
    /// The actor did something else.
    Operation(Operation),
    /// The actor asked a name server, or was answered.
    Dns(Dns),
}

/// An executed program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exec {
    /// The file that runs, from the root of the mount namespace.
    pub exe: String,
    /// The working directory.
    pub cwd: String,
    /// What execve was asked to run: differs from `exe` for scripts and relative names.
    pub script: String,
    /// The arguments, from the first.
    pub argv: Vec<String>,
    /// Bytes of arguments there were; more than `argv` holds when it was cut.
    pub argv_total: u32,
    /// The arguments were longer than the bound.
    pub argv_cut: bool,
    /// The arguments could not be read in the kernel.
    pub argv_missing: bool,
    /// A path was longer than the bound.
    pub path_cut: bool,
    /// The executable has no name any more, or never had one.
    pub deleted: bool,
    /// The executable hangs in no mounted tree, as memory files do.
    pub detached: bool,
    /// Device of the executable, as `stat` gives it.
    pub device: u64,
    /// Inode of the executable.
    pub inode: u64,
    /// Size of the executable in bytes.
    pub file_size: u64,
    /// When the executable's inode last changed, in nanoseconds since 1970.
    pub file_changed_ns: u64,
    /// Type and permission bits of the executable.
    pub mode: u32,
    /// Owner of the executable.
    pub file_uid: u32,
    /// Group of the executable.
    pub file_gid: u32,
    /// Names that lead to the executable.
    pub links: u32,
    /// Effective capabilities after the exec.
    pub capabilities: u64,
    /// Inode number of the process id namespace.
    pub pid_ns: u32,
    /// Inode number of the network namespace.
    pub net_ns: u32,
    /// Inode number of the user namespace.
    pub user_ns: u32,
    /// The process's own root, where that is not the root of its mount namespace.
    pub root: String,
    /// Variables of interest, `NAME=value`.
    pub environment: Vec<String>,
    /// Not all of the environment was looked at.
    pub environment_cut: bool,
    /// A script was executed; `exe` is its interpreter and `script` its name.
    pub is_script: bool,
    /// The exec gained rights: setuid, setgid or file capabilities.
    pub gained_rights: bool,
}

/// A change of a file, or a request for one, that is told by name alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileNamed {
    /// What was changed.
    pub change: NamedChange,
    /// The file.
    pub name: FileName,
    /// The new link, or the extended attribute.
    pub new_name: FileName,
    /// Mode; user and group; length; flags of open(2).
    pub args: [u64; 2],
}

/// What was changed of a named file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NamedChange {
    /// It got one more name.
    Linked,
    /// A symbolic link to it was made.
    Symlinked,
    /// Its permission bits.
    Mode,
    /// Its owner.
    Owner,
    /// An extended attribute was set.
    Xattr,
    /// An extended attribute was removed.
    XattrGone,
    /// Its times were set by hand.
    Times,
    /// It was cut or grown.
    Truncated,
    /// It was asked to be opened; whether it was is not known.
    Opened,
}

/// A message to or from a name server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dns {
    /// Names the socket.
    pub cookie: u64,
    /// The server's address.
    pub server: IpAddr,
    /// The server's port.
    pub server_port: u16,
    /// It came from the server.
    pub response: bool,
    /// The message, at most [`crate::layout::DNS_MAX`] bytes of it.
    pub payload: Vec<u8>,
    /// Bytes the message had.
    pub total: u16,
}

/// The end of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exit {
    /// Status as `wait` gives it.
    pub status: u32,
}

/// A file opened for writing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileOpen {
    /// The file that was opened, from the root of the mount namespace.
    pub path: String,
    /// The path was longer than the bound.
    pub path_cut: bool,
    /// The open made the file.
    pub created: bool,
    /// It was opened through io_uring.
    pub io_uring: bool,
    /// Device, as `stat` gives it.
    pub device: u64,
    /// Inode.
    pub inode: u64,
    /// Size at the moment of opening.
    pub file_size: u64,
    /// Type and permission bits.
    pub mode: u32,
    /// The flags of open(2).
    pub open_flags: u32,
    /// Openings like this one that were not told since the last that was.
    pub repeats: u16,
}

/// A name as a process gave it to a system call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileName {
    /// The directory it starts from: for an absolute name the root of the process.
    pub base: String,
    /// The name itself.
    pub name: String,
    /// The name was longer than the bound.
    pub cut: bool,
    /// It named a directory (known for removals only).
    pub directory: bool,
    /// It was named through io_uring: asked for, outcome unknown.
    pub io_uring: bool,
}

/// How far a connection has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConnectPhase {
    /// The process asked for it.
    Attempt,
    /// The peer answered.
    Established,
    /// It was closed before it was established.
    Failed,
    /// The socket accepts connections, or takes datagrams.
    Listen,
    /// The process was given a connection that a peer opened.
    Accepted,
}

/// A phase of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connect {
    /// Names the socket, the same in every phase.
    pub cookie: u64,
    /// How far it has come.
    pub phase: ConnectPhase,
    /// IP protocol number: 6 is TCP, 17 UDP.
    pub protocol: u8,
    /// Local address; unspecified when not chosen yet.
    pub local_address: IpAddr,
    /// Local port; 0 when not chosen yet.
    pub local_port: u16,
    /// Remote address; unspecified for a listening socket.
    pub remote_address: IpAddr,
    /// Remote port.
    pub remote_port: u16,
    /// Error number of a failed connection, 0 when the kernel gave none.
    pub error: u32,
}

impl Record {
    /// The kind of the record.
    #[must_use]
    pub const fn kind(&self) -> RecordKind {
        match &self.body {
            RecordBody::Exec(_) => RecordKind::Exec,
            RecordBody::Fork => RecordKind::Fork,
            RecordBody::Exit(_) => RecordKind::Exit,
            RecordBody::FileOpen(_) => RecordKind::FileOpen,
            RecordBody::FileDelete(_) => RecordKind::FileDelete,
            RecordBody::FileRename(..) => RecordKind::FileRename,
            RecordBody::Connect(_) => RecordKind::Connect,
            RecordBody::FileNamed(_) => RecordKind::FileNamed,
            RecordBody::Operation(_) => RecordKind::Operation,
            RecordBody::Dns(_) => RecordKind::Dns,
        }
    }
}

impl Actor {
    /// The start time in the ticks of `/proc/PID/stat` field 22.
    #[must_use]
    pub const fn start_ticks(&self) -> u64 {
        self.start_ns / TICK_NS
    }

    /// The parent's start time in the same ticks.
    #[must_use]
    pub const fn parent_start_ticks(&self) -> u64 {
        self.parent_start_ns / TICK_NS
    }
}

impl Exit {
    /// The exit code, or `None` when a signal ended the process.
    #[must_use]
    pub const fn code(self) -> Option<u8> {
        if self.status & 0x7f == 0 { Some((self.status >> 8 & 0xff) as u8) } else { None }
    }

    /// The signal that ended the process.
    #[must_use]
    pub const fn signal(self) -> Option<u8> {
        match (self.status & 0x7f) as u8 {
            0 => None,
            signal => Some(signal),
        }
    }
}

/// `None` for the value that means "never set".
pub(crate) fn set_id(value: u32) -> Option<u32> {
    (value != UNSET).then_some(value)
}
