//! File systems of the kernel that nobody may have mounted: tracefs, where classic tracepoints are
//! looked up, and bpffs. A thread mounts what it needs in a mount namespace of its own: the machine's
//! mounts stay as they are.

use std::{fs, io};

use rustix::{
    mount::{MountFlags, MountPropagationFlags, mount, mount_change},
    thread::{UnshareFlags, unshare_unsafe},
};

const TRACEFS: [&str; 2] = ["/sys/kernel/tracing", "/sys/kernel/debug/tracing"];

/// Where bpffs is mounted while [`with_own_bpffs`] works.
pub(crate) const BPFFS: &str = "/sys/fs/bpf";

/// Runs `work` on a thread that can see tracefs.
pub(crate) fn with_tracefs<T: Send>(work: impl FnOnce() -> T + Send) -> io::Result<T> {
    let mounted =
        |point: &&str| fs::read_dir(point).is_ok_and(|mut entries| entries.next().is_some());
    if TRACEFS.iter().any(mounted) {
        return Ok(work());
    }
    with_mounted("tracefs", TRACEFS[0], work)
}

/// Runs `work` on a thread that has a bpffs of its own, which ends with it.
pub(crate) fn with_own_bpffs<T: Send>(work: impl FnOnce() -> T + Send) -> io::Result<T> {
    with_mounted("bpf", BPFFS, work)
}

fn with_mounted<T: Send>(
    kind: &str,
    point: &str,
    work: impl FnOnce() -> T + Send,
) -> io::Result<T> {
    std::thread::scope(|scope| {
        scope
            .spawn(|| mount_privately(kind, point).map(|()| work()))
            .join()
            .map_err(|_panic| io::Error::other(format!("the thread that used {kind} died")))?
    })
}

fn mount_privately(kind: &str, point: &str) -> io::Result<()> {
    // SAFETY: only this short-lived thread leaves the shared mount namespace and working directory;
    // it opens files by absolute path and hands out nothing but descriptors.
    #[expect(unsafe_code, reason = "unshare acts on the calling thread; there is no safe form")]
    unsafe { unshare_unsafe(UnshareFlags::NEWNS) }?;
    mount_change("/", MountPropagationFlags::PRIVATE | MountPropagationFlags::REC)?;
    let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
    mount(kind, point, kind, flags, None)?;
    Ok(())
}
