//! Reads what `/proc` says about running processes. Everything there may vanish while it is read.

use std::{
    fs, io,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use bartizan_model::{BootId, ProcessKey};

use crate::{
    process::{Credentials, Image, ImageFile, Origin, Place, Process},
    time::Moment,
};

/// Longest command line that is kept. The kernel programs copy less; the rest is read here while the process
/// still runs.
pub(crate) const COMMAND_LINE_MAX: usize = 32 * 1024;
const DELETED: &str = " (deleted)";
const UNSET_ID: u32 = u32::MAX;

/// The `/proc` that processes are read from.
#[derive(Debug, Clone)]
pub(crate) struct Procfs {
    root: PathBuf,
    boot: BootId,
}

impl Procfs {
    /// A `/proc`, wherever it is mounted.
    pub(crate) fn open(root: impl Into<PathBuf>) -> io::Result<Self> {
        let root = root.into();
        let text = fs::read_to_string(root.join("sys/kernel/random/boot_id"))?;
        let boot = u128::from_str_radix(&text.trim().replace('-', ""), 16)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        Ok(Self { root, boot: BootId(boot) })
    }

    /// The boot that runs.
    pub(crate) const fn boot(&self) -> BootId {
        self.boot
    }

    /// Every process that runs now. Those that end meanwhile are left out.
    pub(crate) fn running(&self, now: Moment) -> io::Result<Vec<Process>> {
        let mut processes = Vec::new();
        for entry in fs::read_dir(&self.root)? {
            let name = entry?.file_name();
            let Some(pid) = name.to_str().and_then(|name| name.parse().ok()) else { continue };
            processes.extend(self.process(pid, now));
        }
        Ok(processes)
    }

    /// One process, if it still runs.
    pub(crate) fn process(&self, pid: u32, now: Moment) -> Option<Process> {
        let directory = self.root.join(pid.to_string());
        let stat = Stat::parse(&fs::read(directory.join("stat")).ok()?)?;
        let image = image(&directory).map(Arc::new);
        let credentials = credentials(&directory)?;
        // The same process id may have passed to another process while we read.
        let again = Stat::parse(&fs::read(directory.join("stat")).ok()?)?;
        if again.start_ticks != stat.start_ticks {
            return None;
        }
        Some(Process {
            key: ProcessKey { boot: self.boot, pid, start_ticks: stat.start_ticks },
            parent: self.key_of(stat.parent_pid),
            started_at: now.wall_at_tick(stat.start_ticks),
            comm: stat.comm.into(),
            image,
            credentials,
            place: Place::default(),
            origin: Origin::Observed,
        })
    }

    /// The text of `/proc/PID/cgroup`.
    pub(crate) fn cgroups(&self, pid: u32) -> Option<String> {
        fs::read_to_string(self.root.join(pid.to_string()).join("cgroup")).ok()
    }

    /// A path that opens the executable of a process even when it has no name any more.
    pub(crate) fn executable(&self, pid: u32) -> PathBuf {
        self.root.join(pid.to_string()).join("exe")
    }

    /// The arguments of a running process, for when the kernel programs could not read them.
    pub(crate) fn arguments(&self, pid: u32) -> Option<Vec<String>> {
        let block = fs::read(self.root.join(pid.to_string()).join("cmdline")).ok()?;
        Some(arguments(block.get(..COMMAND_LINE_MAX).unwrap_or(&block)))
    }

    /// A path below the root that a process sees.
    pub(crate) fn inside(&self, pid: u32, path: &str) -> PathBuf {
        self.root.join(pid.to_string()).join("root").join(path.trim_start_matches('/'))
    }

    /// The process id in the first namespace of a process that a caller knows by another number.
    pub(crate) fn pid_in_namespace(&self, caller: u32, number: u32, level: u64) -> Option<u32> {
        let level = usize::try_from(level).ok()?;
        if level == 0 {
            return Some(number);
        }
        let namespace = |pid: &str| fs::read_link(self.root.join(pid).join("ns/pid")).ok();
        let own = namespace(&caller.to_string());
        fs::read_dir(&self.root).ok()?.filter_map(Result::ok).find_map(|entry| {
            let name = entry.file_name();
            let pid = name.to_str().filter(|name| name.parse::<u32>().is_ok())?;
            let status = fs::read_to_string(self.root.join(pid).join("status")).ok()?;
            let line = status.lines().find_map(|line| line.strip_prefix("NSpid:"))?;
            let numbers: Vec<&str> = line.split_ascii_whitespace().collect();
            let same = numbers.len() > level + 1 || own.is_none() || namespace(pid) == own;
            (same && numbers.get(level)?.parse() == Ok(number)).then(|| pid.parse().ok())?
        })
    }

    /// Which process has this id now.
    pub(crate) fn key_of(&self, pid: u32) -> Option<ProcessKey> {
        let stat = fs::read(self.root.join(pid.to_string()).join("stat")).ok()?;
        let start_ticks = Stat::parse(&stat)?.start_ticks;
        Some(ProcessKey { boot: self.boot, pid, start_ticks })
    }
}

/// The fields of `/proc/PID/stat` that we use.
#[derive(Debug, PartialEq, Eq)]
struct Stat {
    comm: String,
    parent_pid: u32,
    start_ticks: u64,
}

impl Stat {
    /// The short name may hold anything, also blanks and brackets: it ends at the last bracket.
    fn parse(stat: &[u8]) -> Option<Self> {
        let stat = String::from_utf8_lossy(stat);
        let (_, rest) = stat.split_once('(')?;
        let (comm, rest) = rest.rsplit_once(") ")?;
        let mut fields = rest.split_ascii_whitespace();
        let parent_pid = fields.nth(1)?.parse().ok()?;
        let start_ticks = fields.nth(17)?.parse().ok()?;
        Some(Self { comm: comm.to_owned(), parent_pid, start_ticks })
    }
}

/// `None` for kernel threads, which run no program.
fn image(directory: &Path) -> Option<Image> {
    let link = fs::read_link(directory.join("exe")).ok()?;
    let link = link.to_string_lossy();
    let (path, deleted) =
        link.strip_suffix(DELETED).map_or((link.as_ref(), false), |path| (path, true));
    let mut command_line = fs::read(directory.join("cmdline")).unwrap_or_default();
    let arguments_cut = command_line.len() > COMMAND_LINE_MAX;
    command_line.truncate(COMMAND_LINE_MAX);
    let fileless = path.starts_with("/memfd:");
    Some(Image {
        path: path.into(),
        command_line: arguments(&command_line).join(" ").into(),
        arguments_cut,
        directory: fs::read_link(directory.join("cwd"))
            .ok()
            .map(|directory| directory.to_string_lossy().into()),
        file: fs::metadata(directory.join("exe")).ok().map(|file| ImageFile {
            device: file.dev(),
            inode: file.ino(),
            size: file.len(),
            changed_ns: changed_ns(&file),
            deleted,
            fileless,
        }),
        execution: None,
        hash: OnceLock::new(),
    })
}

/// When an inode last changed, in nanoseconds since 1970.
pub(crate) fn changed_ns(file: &fs::Metadata) -> u64 {
    let (seconds, nanoseconds) = (file.ctime(), file.ctime_nsec());
    let seconds = u64::try_from(seconds).unwrap_or(0).saturating_mul(1_000_000_000);
    seconds.saturating_add(u64::try_from(nanoseconds).unwrap_or(0))
}

fn arguments(block: &[u8]) -> Vec<String> {
    let block = block.strip_suffix(b"\0").unwrap_or(block);
    if block.is_empty() {
        return Vec::new();
    }
    block.split(|byte| *byte == 0).map(|part| String::from_utf8_lossy(part).into_owned()).collect()
}

fn credentials(directory: &Path) -> Option<Credentials> {
    let status = fs::read(directory.join("status")).ok()?;
    let status = String::from_utf8_lossy(&status);
    let ids = |label: &str| -> Option<(u32, u32)> {
        let line = status.lines().find_map(|line| line.strip_prefix(label))?;
        let mut ids = line.split_ascii_whitespace();
        Some((ids.next()?.parse().ok()?, ids.next()?.parse().ok()?))
    };
    let (uid, euid) = ids("Uid:")?;
    let (gid, egid) = ids("Gid:")?;
    let audit = |file: &str| {
        let id = fs::read_to_string(directory.join(file)).ok()?.trim().parse().ok()?;
        (id != UNSET_ID).then_some(id)
    };
    Some(Credentials {
        uid,
        gid,
        euid,
        egid,
        login_uid: audit("loginuid"),
        session_id: audit("sessionid"),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Procfs, Stat};
    use crate::time::Moment;

    #[test]
    fn a_short_name_with_brackets_does_not_shift_the_fields() {
        let stat = b"42 (a) R (b) S 7 42 42 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 670508 9 10\n";
        let parsed = Stat::parse(stat).unwrap();
        assert_eq!(parsed.comm, "a) R (b");
        assert_eq!((parsed.parent_pid, parsed.start_ticks), (7, 670_508));
    }

    #[test]
    fn our_own_process_is_found_with_its_program_and_parent() {
        let processes = Procfs::open("/proc").unwrap().running(Moment::now()).unwrap();
        let own = processes.iter().find(|process| process.key.pid == std::process::id()).unwrap();
        let exe = std::env::current_exe().unwrap();
        assert_eq!(&*own.label(), exe.display().to_string());
        assert!(own.parent.is_some());
    }

    proptest! {
        #[test]
        fn arbitrary_stat_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _outcome = Stat::parse(&bytes).is_some();
        }
    }
}
