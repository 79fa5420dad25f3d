//! The kinds of records, and which ring carries them.

/// The kinds of records, as the kernel programs number them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RecordKind {
    /// A program was executed.
    Exec,
    /// A process was made.
    Fork,
    /// The last thread of a process ended.
    Exit,
    /// A file was opened for writing or made.
    FileOpen,
    /// A file or directory was removed.
    FileDelete,
    /// A file was given another name.
    FileRename,
    /// A phase of a connection, or a listening socket.
    Connect,
    /// A file was changed in another way, told by name.
    FileNamed,
    /// Anything else.
    Operation,
    /// A message to or from a name server.
    Dns,
}

/// The two rings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ring {
    /// Processes: never throttled.
    Critical,
    /// Files and connections.
    Bulk,
}

impl RecordKind {
    /// All kinds, in the order of their numbers.
    pub const ALL: [Self; 10] = [
        Self::Exec,
        Self::Fork,
        Self::Exit,
        Self::FileOpen,
        Self::FileDelete,
        Self::FileRename,
        Self::Connect,
        Self::FileNamed,
        Self::Operation,
        Self::Dns,
    ];

    /// The number the kernel programs use.
    #[must_use]
    pub const fn number(self) -> u16 {
        match self {
            Self::Exec => 1,
            Self::Fork => 2,
            Self::Exit => 3,
            Self::FileOpen => 4,
            Self::FileDelete => 5,
            Self::FileRename => 6,
            Self::Connect => 7,
            Self::FileNamed => 8,
            Self::Operation => 9,
            Self::Dns => 10,
        }
    }

    /// The kind with this number.
    #[must_use]
    pub fn from_number(number: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.number() == number)
    }

    /// The ring that carries it.
    #[must_use]
    pub const fn ring(self) -> Ring {
        match self {
            Self::Exec | Self::Fork | Self::Exit => Ring::Critical,
            Self::FileOpen
            | Self::FileDelete
            | Self::FileRename
            | Self::Connect
            | Self::FileNamed
            | Self::Operation
            | Self::Dns => Ring::Bulk,
        }
    }

    /// A short name for counters and logs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Exec => "exec",
            Self::Fork => "fork",
            Self::Exit => "exit",
            Self::FileOpen => "file-open",
            Self::FileDelete => "file-delete",
            Self::FileRename => "file-rename",
            Self::Connect => "connect",
            Self::FileNamed => "file-named",
            Self::Operation => "operation",
            Self::Dns => "dns",
        }
    }
}
