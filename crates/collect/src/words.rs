//! The kernel's numbers in words: what people write in rules and queries.

use bartizan_model::Text;

macro_rules! words {
    ($($(#[$about:meta])* $name:ident: $($number:literal => $word:literal,)+ ;)+) => {
        $($(#[$about])* pub(crate) fn $name(number: u64) -> String {
            match number {
                $($number => $word.to_owned(),)+
                other => other.to_string(),
            }
        })+
    };
}

words! {
    /// Requests of ptrace.
    ptrace: 4 => "POKETEXT", 5 => "POKEDATA", 6 => "POKEUSER", 13 => "SETREGS", 16 => "ATTACH",
        0x4205 => "SETREGSET", 0x4206 => "SEIZE", ;
    /// Signals.
    signal: 1 => "SIGHUP", 2 => "SIGINT", 3 => "SIGQUIT", 4 => "SIGILL", 6 => "SIGABRT", 9 => "SIGKILL",
        10 => "SIGUSR1", 11 => "SIGSEGV", 12 => "SIGUSR2", 13 => "SIGPIPE", 14 => "SIGALRM",
        15 => "SIGTERM", 17 => "SIGCHLD", 18 => "SIGCONT", 19 => "SIGSTOP", 20 => "SIGTSTP", ;
    /// Families of sockets.
    family: 1 => "unix", 2 => "inet", 10 => "inet6", 16 => "netlink", 17 => "packet", ;
    /// Types of sockets.
    socket_type: 1 => "stream", 2 => "datagram", 3 => "raw", 10 => "packet", ;
    /// Requests of io_uring.
    io_uring: 13 => "accept", 16 => "connect", 18 => "openat", 28 => "openat2", 35 => "renameat",
        36 => "unlinkat", 38 => "symlinkat", 39 => "linkat", 42 => "setxattr", 45 => "socket",
        46 => "uring_cmd", 56 => "bind", 57 => "listen", ;
    /// Error numbers.
    error: 1 => "EPERM", 2 => "ENOENT", 7 => "E2BIG", 8 => "ENOEXEC", 11 => "EAGAIN", 12 => "ENOMEM",
        13 => "EACCES", 14 => "EFAULT", 20 => "ENOTDIR", 26 => "ETXTBSY", 36 => "ENAMETOOLONG",
        40 => "ELOOP", ;
    /// Types of programs in the kernel.
    bpf_type: 1 => "socket_filter", 2 => "kprobe", 3 => "sched_cls", 4 => "sched_act", 5 => "tracepoint",
        6 => "xdp", 7 => "perf_event", 8 => "cgroup_skb", 9 => "cgroup_sock", 13 => "sock_ops",
        14 => "sk_skb", 15 => "cgroup_device", 17 => "raw_tracepoint", 18 => "cgroup_sock_addr",
        23 => "cgroup_sysctl", 24 => "raw_tracepoint_writable", 26 => "tracing", 27 => "struct_ops",
        28 => "ext", 29 => "lsm", 30 => "sk_lookup", 31 => "syscall", ;
    /// Commands of bpf(2).
    bpf_command: 5 => "PROG_LOAD", 8 => "PROG_ATTACH", 9 => "PROG_DETACH", 34 => "LINK_DETACH", ;
    /// Commands of reboot(2).
    reboot: 0x0123_4567 => "restart", 0xa1b2_c3d4 => "restart2", 0xcdef_0123 => "halt",
        0x4321_fedc => "power_off", 0x4558_4543 => "kexec", 0xd000_fce2 => "suspend", ;
    /// How a namespace was changed.
    namespace_call: 1 => "unshare", 2 => "setns", 3 => "clone", ;
}

const NAMESPACES: &[(u64, &str)] = &[
    (0x0000_0080, "time"),
    (0x0002_0000, "mount"),
    (0x0200_0000, "cgroup"),
    (0x0400_0000, "uts"),
    (0x0800_0000, "ipc"),
    (0x1000_0000, "user"),
    (0x2000_0000, "pid"),
    (0x4000_0000, "net"),
];

/// The namespaces that flags of clone(2) name.
pub(crate) fn namespaces(flags: u64) -> Vec<Text> {
    let named = NAMESPACES.iter().filter(|(flag, _)| flags & flag != 0);
    named.map(|(_, word)| (*word).into()).collect()
}

/// Protection of memory, as `/proc/PID/maps` writes it.
pub(crate) fn protection(bits: u64) -> String {
    let letter = |bit, letter| if bits & bit != 0 { letter } else { '-' };
    [letter(1, 'r'), letter(2, 'w'), letter(4, 'x')].into_iter().collect()
}

/// A device number as the kernel keeps it, as people write it.
pub(crate) fn device(kernel: u64) -> String {
    format!("{}:{}", kernel >> 20, kernel & 0xf_ffff)
}

#[cfg(test)]
mod tests {
    use super::{device, error, namespaces, protection, signal};

    #[test]
    fn numbers_are_told_in_words_and_unknown_ones_as_they_are() {
        assert_eq!((signal(9).as_str(), signal(64).as_str()), ("SIGKILL", "64"));
        assert_eq!(error(13), "EACCES");
        assert_eq!(namespaces(0x1002_0000), ["mount".into(), "user".into()]);
        assert_eq!((protection(7).as_str(), protection(6).as_str()), ("rwx", "-wx"));
        assert_eq!(device(8 << 20 | 1), "8:1");
    }
}
