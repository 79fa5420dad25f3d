//! Which program goes where, and how that went.

/// One of our programs and the places it belongs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) program: &'static str,
    pub(crate) purpose: &'static str,
    pub(crate) hook: Hook,
    pub(crate) part: Part,
}

/// Where a program attaches. Names that start with `?` belong to things that not every kernel has.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Hook {
    /// A tracepoint with typed arguments, under the first of these names that the kernel knows.
    Typed(&'static [&'static str]),
    /// Classic tracepoints in the category `syscalls`. Architectures lack some of them.
    Syscalls(&'static [&'static str]),
    /// The root of the unified cgroup hierarchy.
    CgroupRoot,
}

/// What a program is part of: processes are required, the others may fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Processes,
    Files,
    Network,
    Operations,
}

/// How loading and attaching one program went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgramHealth {
    /// The program's name in the kernel.
    pub program: &'static str,
    /// What it watches.
    pub purpose: &'static str,
    /// How it went.
    pub state: ProgramState,
}

/// How far a program got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProgramState {
    /// It runs at all these places.
    Attached {
        /// The places.
        at: Vec<String>,
        /// Places that this kernel does not have, with what it said.
        missing: Vec<String>,
    },
    /// It does not run.
    Failed {
        /// Why, in words.
        reason: String,
    },
    /// This kernel has nothing that it could watch.
    NothingHere,
    /// The configuration leaves it out.
    Off,
}

/// Every program of the object, in the order in which they are attached: births first, so that
/// what is seen to act was seen to be born.
pub(crate) const PLANS: &[Plan] = &[
    typed("bz_fork", "processes made", &["sched_process_fork"], Part::Processes),
    typed("bz_exec", "programs executed", &["sched_process_exec"], Part::Processes),
    typed("bz_exit", "processes ended", &["sched_process_exit"], Part::Processes),
    cgroup("bz_connect4", "connections over IPv4"),
    cgroup("bz_connect6", "connections over IPv6"),
    cgroup("bz_sendmsg4", "datagrams over IPv4"),
    cgroup("bz_sendmsg6", "datagrams over IPv6"),
    cgroup("bz_dns_question", "questions to name servers"),
    cgroup("bz_dns_answer", "answers of name servers"),
    typed("bz_sock_state", "outcome of connections", &["inet_sock_set_state"], Part::Network),
    typed("bz_signal", "signals to others", &["signal_generate"], Part::Operations),
    typed("bz_module_load", "kernel modules loaded", &["?module_load"], Part::Operations),
    typed(
        "bz_uring",
        "requests through io_uring",
        &["?io_uring_submit_req", "?io_uring_submit_sqe"],
        Part::Files,
    ),
    // Only one of the two fits the kernel; the older form is refused by newer ones.
    typed("bz_uring_done_5", "files opened through io_uring", &["?io_uring_complete"], Part::Files),
    typed("bz_uring_done", "files opened through io_uring", &["?io_uring_complete"], Part::Files),
    syscalls(
        "bz_open",
        "files opened",
        Part::Files,
        &["openat", "openat2", "?open", "?creat", "open_by_handle_at"],
    ),
    syscalls(
        "bz_moved",
        "files removed, renamed and linked",
        Part::Files,
        &[
            "unlinkat",
            "?unlink",
            "renameat2",
            "?renameat",
            "?rename",
            "linkat",
            "?link",
            "symlinkat",
            "?symlink",
        ],
    ),
    syscalls(
        "bz_attributes",
        "attributes of files",
        Part::Files,
        &[
            "?chmod",
            "fchmod",
            "fchmodat",
            "?fchmodat2",
            "?chown",
            "?lchown",
            "fchown",
            "fchownat",
            "setxattr",
            "lsetxattr",
            "fsetxattr",
            "removexattr",
            "lremovexattr",
            "fremovexattr",
            "utimensat",
            "?utimes",
            "?utime",
            "truncate",
            "ftruncate",
        ],
    ),
    syscalls("bz_accept", "connections accepted", Part::Network, &["accept4", "?accept"]),
    syscalls("bz_bind", "ports that take datagrams", Part::Network, &["bind"]),
    syscalls("bz_unix_connect", "connections to local sockets", Part::Network, &["connect"]),
    syscalls("bz_socket", "raw sockets", Part::Network, &["socket"]),
    syscalls("bz_setsockopt", "filters on sockets", Part::Network, &["setsockopt"]),
    syscalls(
        "bz_reach",
        "reaching into processes",
        Part::Operations,
        &["ptrace", "process_vm_readv", "process_vm_writev", "?pidfd_getfd"],
    ),
    syscalls(
        "bz_identity",
        "changes of identity",
        Part::Operations,
        &[
            "setuid",
            "setreuid",
            "setresuid",
            "setfsuid",
            "setgid",
            "setregid",
            "setresgid",
            "capset",
        ],
    ),
    syscalls("bz_prctl", "changes of name", Part::Operations, &["prctl"]),
    syscalls("bz_exec_failed", "executions refused", Part::Operations, &["execve", "execveat"]),
    syscalls("bz_mmap", "code mapped", Part::Operations, &["mmap"]),
    syscalls("bz_mprotect", "memory made code", Part::Operations, &["mprotect", "?pkey_mprotect"]),
    syscalls("bz_memfd", "files in memory", Part::Operations, &["memfd_create"]),
    syscalls("bz_bpf", "programs loaded into the kernel", Part::Operations, &["bpf"]),
    syscalls(
        "bz_kernel",
        "modules removed and kernels loaded",
        Part::Operations,
        &["?delete_module", "?kexec_load", "?kexec_file_load"],
    ),
    syscalls("bz_reboot", "restarts refused", Part::Operations, &["reboot"]),
    syscalls(
        "bz_mount",
        "mounts",
        Part::Operations,
        &["mount", "umount", "?move_mount", "pivot_root"],
    ),
    syscalls("bz_namespace", "namespaces", Part::Operations, &["unshare", "setns"]),
    syscalls("bz_chroot", "roots", Part::Operations, &["chroot"]),
    syscalls("bz_time", "clocks set", Part::Operations, &["clock_settime", "settimeofday"]),
];

const fn typed(
    program: &'static str,
    purpose: &'static str,
    at: &'static [&'static str],
    part: Part,
) -> Plan {
    Plan { program, purpose, hook: Hook::Typed(at), part }
}

const fn cgroup(program: &'static str, purpose: &'static str) -> Plan {
    Plan { program, purpose, hook: Hook::CgroupRoot, part: Part::Network }
}

const fn syscalls(
    program: &'static str,
    purpose: &'static str,
    part: Part,
    at: &'static [&'static str],
) -> Plan {
    Plan { program, purpose, hook: Hook::Syscalls(at), part }
}

/// A place of a plan: its name in the kernel, and whether a kernel may lack it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) name: String,
    pub(crate) optional: bool,
}

impl Place {
    /// Where a system call is seen: as it returns. None is watched as it is entered: that would make every call of
    /// the machine slower once more.
    pub(crate) fn of_call(name: &str) -> Self {
        let (optional, name) = optional(name);
        Self { name: format!("sys_exit_{name}"), optional }
    }

    pub(crate) fn of_tracepoint(name: &str) -> Self {
        let (optional, name) = optional(name);
        Self { name: name.to_owned(), optional }
    }
}

fn optional(name: &str) -> (bool, &str) {
    name.strip_prefix('?').map_or((false, name), |name| (true, name))
}
