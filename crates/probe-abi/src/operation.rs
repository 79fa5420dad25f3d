//! Everything a process does that is neither a process, a file nor a connection: one shape, told apart by
//! a code. What numbers and texts mean stands beside each code.

/// Something done to the machine, to another process, or to the process itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// What was done.
    pub code: OperationCode,
    /// Numbers, by code.
    pub args: [u64; 4],
    /// The process it was done to, where the kernel says so itself.
    pub target: Option<Target>,
    /// The first text, by code.
    pub text: String,
    /// The second.
    pub more: String,
    /// The third.
    pub last: String,
    /// A text was longer than its bound.
    pub cut: bool,
    /// No name leads to the file any more, or none ever did.
    pub detached: bool,
}

/// A process that something was done to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// Process id in the initial namespace.
    pub pid: u32,
    /// When it started, in nanoseconds since boot.
    pub start_ns: u64,
    /// Who it runs as.
    pub uid: u32,
}

macro_rules! codes {
    ($($(#[$about:meta])* $name:ident = $number:literal,)+) => {
        /// What was done, as the kernel programs number it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum OperationCode { $($(#[$about])* $name,)+ }

        impl OperationCode {
            /// All codes, in the order of their numbers.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The number the kernel programs use.
            #[must_use]
            pub const fn number(self) -> u32 {
                match self { $(Self::$name => $number,)+ }
            }

            /// The code with this number.
            #[must_use]
            pub const fn from_number(number: u32) -> Option<Self> {
                match number { $($number => Some(Self::$name),)+ _ => None }
            }
        }
    };
}

codes! {
    /// ptrace that reaches into a process: request, process id in the caller's namespace, its level.
    Ptrace = 1,
    /// process_vm_writev: 0, process id, level.
    MemoryWrite = 2,
    /// process_vm_readv: 0, process id, level.
    MemoryRead = 3,
    /// `/proc/N/mem` opened: file mode, process id, level; the path.
    ProcMem = 4,
    /// pidfd_getfd: descriptor, process id, level 0.
    FdTaken = 5,
    /// A signal to the target: its number.
    Signal = 6,
    /// A file that holds secrets was opened for reading: inode, device, size; the path.
    SensitiveRead = 7,
    /// A device opened: kernel device number, file mode, file type; the path.
    DeviceOpen = 8,
    /// A file of the kernel's own filesystems opened for writing: magic, file mode; the path.
    KernelWrite = 9,
    /// A noted local socket: its path.
    UnixConnect = 10,
    /// A raw or packet socket: family, type, protocol.
    RawSocket = 11,
    /// A filter attached to a socket: the option.
    SocketFilter = 12,
    /// A kernel module: its name; its file.
    ModuleLoad = 13,
    /// A kernel module removed: its name.
    ModuleUnload = 14,
    /// bpf(2): command, program type, program id; the program's name.
    Bpf = 15,
    /// Another kernel was loaded: flags; its file.
    Kexec = 16,
    /// Restart, halt or power off: command.
    Reboot = 17,
    /// Mount: flags; target, source, type.
    Mount = 18,
    /// Unmount: flags; target.
    Unmount = 19,
    /// Namespaces made or joined: CLONE_NEW flags, how (1 unshare, 2 setns, 3 clone).
    Namespace = 20,
    /// chroot: the new root.
    Chroot = 21,
    /// pivot_root: the new root, where the old one goes.
    PivotRoot = 22,
    /// Memory both writable and executable: address, length, protection, how (1 mmap, 2 mprotect).
    WritableCode = 23,
    /// A file in memory: flags; its name.
    Memfd = 24,
    /// The process changed who it is: effective capabilities, the call.
    SetId = 25,
    /// The process changed how it is shown: option of prctl, argument; the new name.
    NameChanged = 26,
    /// io_uring used for what a system call would do: the opcode.
    IoUring = 27,
    /// The clock was set: which, seconds.
    TimeSet = 28,
    /// A program could not be executed: error number; its name.
    ExecFailed = 29,
    /// A file mapped as code for the first time by this program: inode, device, size, change time; the path.
    ImageLoad = 30,
}
