//! Brokers: processes that start other people's work, and so do not tie their children together.
//!
//! Two jobs of one cron daemon are two stories; two children of one web server are one. A family begins below
//! the nearest broker.

use bartizan_model::Process;

/// File names of programs that start other people's work.
pub const BROKERS: &[&str] = &[
    // the first process, service managers and their helpers
    "init",
    "systemd",
    "systemd-executor",
    "(systemd)",
    "openrc",
    "runit",
    "runsvdir",
    "s6-svscan",
    "supervisord",
    "upstart",
    "dbus-daemon",
    "dbus-broker",
    "polkitd",
    // who lets people in
    "sshd",
    "sshd-session",
    "sshd-auth",
    "dropbear",
    "login",
    "agetty",
    "gdm",
    "gdm3",
    "lightdm",
    "sddm",
    // timers
    "cron",
    "crond",
    "anacron",
    "atd",
    "fcron",
    // containers and machines
    "containerd",
    "containerd-shim",
    "containerd-shim-runc-v2",
    "dockerd",
    "docker-proxy",
    "runc",
    "crun",
    "conmon",
    "kubelet",
    "podman",
    "libvirtd",
    "qemu-ga",
    // agents of the clouds, and our own programs
    "waagent",
    "amazon-ssm-agent",
    "google_guest_agent",
    "cloud-init",
    "bartizan",
    "bartizan-sensor",
];

/// Whether a process starts other people's work. The first process of a machine and kernel threads do too.
pub fn is_broker(process: &Process) -> bool {
    process.key.pid <= 2 || process.image.starts_with('[') || BROKERS.contains(&process.file_name())
}
