//! An investigation package: what the machine is doing now, where something could start again, what was logged, in one
//! archive with a manifest of hashes and an index page.
//!
//! What vanishes first is taken first. The archive never grows over its limit: what does not fit is named as left out, and
//! so is what could not be read. Nothing here changes the machine.

mod archive;
mod index;
mod volatile;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, SystemTime},
};

use archive::Archive;
use bartizan_model::{ActionId, OutcomeItem, Timestamp};

use crate::{durable, error::Result};

/// Most bytes of one file that is copied.
const FILE_MAX: u64 = 32 << 20;
/// Most files that one pattern brings.
const FILES_MAX: usize = 2_000;
/// What counts as recent.
const RECENT: Duration = Duration::from_secs(7 * 86_400);
/// Most recent files that are listed.
const RECENT_MAX: usize = 20_000;

/// Files of the kernel about the network and the machine, below `/proc`.
const PROC_FILES: [&str; 20] = [
    "net/tcp",
    "net/tcp6",
    "net/udp",
    "net/udp6",
    "net/raw",
    "net/raw6",
    "net/unix",
    "net/packet",
    "net/arp",
    "net/route",
    "net/ipv6_route",
    "net/dev",
    "modules",
    "mounts",
    "cmdline",
    "version",
    "uptime",
    "loadavg",
    "meminfo",
    "sys/kernel/tainted",
];

/// Where something can be made to start again.
pub const STARTS_AGAIN: [&str; 26] = [
    "etc/systemd/system",
    "run/systemd/system",
    "etc/systemd/user",
    "etc/crontab",
    "etc/cron.d",
    "etc/cron.hourly",
    "etc/cron.daily",
    "etc/cron.weekly",
    "etc/cron.monthly",
    "var/spool/cron",
    "var/spool/at",
    "etc/init.d",
    "etc/rc.local",
    "etc/profile",
    "etc/profile.d",
    "etc/bash.bashrc",
    "etc/environment",
    "etc/ld.so.preload",
    "etc/ld.so.conf.d",
    "etc/modules",
    "etc/modules-load.d",
    "etc/modprobe.d",
    "etc/udev/rules.d",
    "etc/pam.d",
    "etc/sudoers.d",
    "etc/xdg/autostart",
];

/// What says who may come in, and what names lead to.
const WHO_MAY_COME_IN: [&str; 8] = [
    "etc/ld.so.conf",
    "etc/ssh",
    "etc/sudoers",
    "etc/passwd",
    "etc/group",
    "etc/hosts",
    "etc/resolv.conf",
    "etc/update-motd.d",
];

/// What users have that starts something, below each home.
const OF_USERS: [&str; 10] = [
    ".ssh/authorized_keys",
    ".ssh/authorized_keys2",
    ".ssh/known_hosts",
    ".ssh/config",
    ".bashrc",
    ".profile",
    ".bash_history",
    ".zsh_history",
    ".config/autostart",
    ".config/systemd/user",
];

/// Logs.
const LOGS: [&str; 12] = [
    "var/log/auth.log",
    "var/log/secure",
    "var/log/syslog",
    "var/log/messages",
    "var/log/kern.log",
    "var/log/cron",
    "var/log/audit/audit.log",
    "var/log/dpkg.log",
    "var/log/apt/history.log",
    "var/log/dnf.log",
    "var/log/wtmp",
    "var/log/btmp",
];

/// Questions that programs of the machine answer, where they are there.
const QUESTIONS: [(&str, &[&str]); 12] = [
    ("users-signed-in.txt", &["who", "-a"]),
    ("last.txt", &["last", "-n", "500"]),
    ("sockets.txt", &["ss", "-tunapO"]),
    ("addresses.txt", &["ip", "address"]),
    ("routes.txt", &["ip", "route", "show", "table", "all"]),
    ("firewall-nft.txt", &["nft", "list", "ruleset"]),
    ("firewall-iptables.txt", &["iptables-save"]),
    ("ebpf.txt", &["bpftool", "prog", "show"]),
    ("units.txt", &["systemctl", "list-units", "--all", "--no-pager"]),
    ("timers.txt", &["systemctl", "list-timers", "--all", "--no-pager"]),
    ("journal.txt", &["journalctl", "--no-pager", "-n", "20000", "-o", "short-iso"]),
    ("packages-changed.txt", &["dpkg", "--verify"]),
];

/// What was gathered.
#[derive(Debug)]
pub(crate) struct Gathered {
    pub(crate) files: usize,
    pub(crate) bytes: u64,
    pub(crate) left_out: Vec<OutcomeItem>,
}

/// Where an action's package is.
pub(crate) fn path(data: &Path, action: ActionId) -> PathBuf {
    data.join("packages").join(format!("{action}.tar.zst"))
}

/// Gathers a package. One that is there already is not gathered again.
pub(crate) fn gather(
    data: &Path,
    root: &Path,
    proc: &Path,
    action: ActionId,
    limit: u64,
    now: Timestamp,
) -> Result<Gathered> {
    let path = path(data, action);
    durable::folder(&data.join("packages"))?;
    if let Ok(metadata) = fs::metadata(&path) {
        return Ok(Gathered { files: 0, bytes: metadata.len(), left_out: Vec::new() });
    }
    let mut archive = Archive::begin(&path, limit, now)?;
    archive.add("volatile/processes.jsonl", volatile::processes(proc).as_bytes());
    for file in PROC_FILES {
        archive.add_file(&format!("volatile/proc/{file}"), &proc.join(file), FILE_MAX);
    }
    if root == Path::new("/") {
        for (name, words) in QUESTIONS {
            if let Some(answer) = answer(words) {
                archive.add(&format!("answers/{name}"), &answer);
            }
        }
    }
    for place in STARTS_AGAIN.into_iter().chain(WHO_MAY_COME_IN) {
        add_below(&mut archive, root, Path::new(place), "persistence");
    }
    for home in homes(root) {
        for place in OF_USERS {
            add_below(&mut archive, root, &home.join(place), "persistence");
        }
    }
    for place in LOGS {
        archive.add_file(&format!("logs/{place}"), &root.join(place), FILE_MAX);
    }
    archive.add("recent-files.tsv", recent(root).as_bytes());
    archive.finish()
}

/// Removes an action's package: the server has it.
pub(crate) fn remove(data: &Path, action: ActionId) -> Result<()> {
    durable::remove(&path(data, action))
}

/// Adds a file, or every file below a folder. Links are told, not followed.
fn add_below(archive: &mut Archive, root: &Path, place: &Path, under: &str) {
    let mut waiting = vec![root.join(place)];
    let mut count = 0;
    while let Some(path) = waiting.pop() {
        let Ok(metadata) = fs::symlink_metadata(&path) else { continue };
        let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
        let name = format!("{under}/{name}");
        if metadata.is_dir() {
            let entries = fs::read_dir(&path).into_iter().flatten().flatten();
            waiting.extend(entries.map(|entry| entry.path()));
        } else if metadata.is_symlink() {
            let target = fs::read_link(&path).unwrap_or_default();
            archive.add(&format!("{name}.link"), target.display().to_string().as_bytes());
        } else if metadata.is_file() {
            count += 1;
            if count > FILES_MAX {
                archive.leave_out(&name, "too many files below this folder");
                return;
            }
            archive.add_file(&name, &path, FILE_MAX);
        }
    }
}

/// Homes of the users, relative to the root.
fn homes(root: &Path) -> Vec<PathBuf> {
    let text = fs::read_to_string(root.join("etc/passwd")).unwrap_or_default();
    let homes = text.lines().filter_map(|line| line.split(':').nth(5));
    let mut homes: Vec<PathBuf> =
        homes.map(|home| PathBuf::from(home.trim_start_matches('/'))).collect();
    homes.retain(|home| !home.as_os_str().is_empty());
    homes.sort();
    homes.dedup();
    homes
}

/// Files that were changed lately where intruders leave things, newest first.
fn recent(root: &Path) -> String {
    #[expect(clippy::disallowed_methods, reason = "files carry the real clock's times")]
    let since = SystemTime::now().checked_sub(RECENT).unwrap_or(SystemTime::UNIX_EPOCH);
    let mut found = Vec::new();
    let places =
        ["tmp", "var/tmp", "dev/shm", "home", "root", "etc", "opt", "srv", "usr/local", "var/www"];
    let mut waiting: Vec<PathBuf> = places.iter().map(|place| root.join(place)).collect();
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let Ok(metadata) = entry.metadata() else { continue };
            if metadata.is_dir() {
                waiting.push(entry.path());
            } else if let Ok(modified) = metadata.modified()
                && modified >= since
                && found.len() < RECENT_MAX
            {
                found.push((modified, metadata.len(), entry.path()));
            }
        }
    }
    found.sort_by(|one, other| other.cmp(one));
    let mut text = String::from("modified_unix\tbytes\tpath\n");
    for (modified, bytes, path) in found {
        let seconds = modified.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
        let path = path.display().to_string().replace(['\t', '\n'], " ");
        text.push_str(&format!("{seconds}\t{bytes}\t{path}\n"));
    }
    text
}

/// What a program of the machine says; nothing where it is not there.
fn answer(words: &[&str]) -> Option<Vec<u8>> {
    let (program, words) = words.split_first()?;
    let output = Command::new("timeout").arg("30").arg(program).args(words).output().ok()?;
    let said = if output.stdout.is_empty() { output.stderr } else { output.stdout };
    (output.status.code() != Some(127)).then_some(said)
}

/// What became of a package, in words.
pub(crate) fn in_words(gathered: &Gathered) -> String {
    let kib = gathered.bytes.div_ceil(1_024);
    format!("{} files in {kib} KiB, {} left out", gathered.files, gathered.left_out.len())
}

#[cfg(test)]
mod tests;
