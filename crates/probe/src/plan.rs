//! Which program goes where, and how that went.

/// One of our programs and the places it belongs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) program: &'static str,
    pub(crate) purpose: &'static str,
    pub(crate) hook: Hook,
    pub(crate) part: Part,
}

/// Where a program attaches.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Hook {
    /// A tracepoint with typed arguments.
    Typed(&'static str),
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
    /// The configuration leaves it out.
    Off,
}

/// Every program of the object, in the order in which they are attached: births first, so that
/// what is seen to act was seen to be born.
pub(crate) const PLANS: [Plan; 14] = [
    typed("bz_fork", "processes made", "sched_process_fork", Part::Processes),
    typed("bz_exec", "programs executed", "sched_process_exec", Part::Processes),
    typed("bz_exit", "processes ended", "sched_process_exit", Part::Processes),
    cgroup("bz_connect4", "connections over IPv4"),
    cgroup("bz_connect6", "connections over IPv6"),
    cgroup("bz_sendmsg4", "datagrams over IPv4"),
    cgroup("bz_sendmsg6", "datagrams over IPv6"),
    typed("bz_sock_state", "outcome of connections", "inet_sock_set_state", Part::Network),
    syscalls(
        "bz_open",
        "files opened for writing",
        &["sys_exit_openat", "sys_exit_openat2", "sys_exit_open", "sys_exit_creat"],
    ),
    syscalls(
        "bz_names_done",
        "files removed and renamed",
        &[
            "sys_exit_unlinkat",
            "sys_exit_unlink",
            "sys_exit_renameat2",
            "sys_exit_renameat",
            "sys_exit_rename",
        ],
    ),
    syscalls("bz_unlink", "files removed", &["sys_enter_unlink"]),
    syscalls("bz_unlinkat", "files removed", &["sys_enter_unlinkat"]),
    syscalls("bz_rename", "files renamed", &["sys_enter_rename"]),
    syscalls("bz_renameat", "files renamed", &["sys_enter_renameat2", "sys_enter_renameat"]),
];

const fn typed(program: &'static str, purpose: &'static str, at: &'static str, part: Part) -> Plan {
    Plan { program, purpose, hook: Hook::Typed(at), part }
}

const fn cgroup(program: &'static str, purpose: &'static str) -> Plan {
    Plan { program, purpose, hook: Hook::CgroupRoot, part: Part::Network }
}

const fn syscalls(
    program: &'static str,
    purpose: &'static str,
    at: &'static [&'static str],
) -> Plan {
    Plan { program, purpose, hook: Hook::Syscalls(at), part: Part::Files }
}
