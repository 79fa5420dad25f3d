//! Classic tracepoints are looked up in tracefs. Where nobody mounted it, a thread mounts it in a
//! mount namespace of its own: the machine's mounts stay as they are.

use std::{fs, io};

use rustix::{
    mount::{MountFlags, MountPropagationFlags, mount, mount_change},
    thread::{UnshareFlags, unshare_unsafe},
};

const MOUNT_POINTS: [&str; 2] = ["/sys/kernel/tracing", "/sys/kernel/debug/tracing"];

/// Runs `work` on a thread that can see tracefs.
pub(crate) fn with_tracefs<T: Send>(work: impl FnOnce() -> T + Send) -> io::Result<T> {
    if is_mounted() {
        return Ok(work());
    }
    std::thread::scope(|scope| {
        scope
            .spawn(|| mount_privately().map(|()| work()))
            .join()
            .map_err(|_panic| io::Error::other("the thread that attaches tracepoints died"))?
    })
}

fn is_mounted() -> bool {
    MOUNT_POINTS
        .iter()
        .any(|point| fs::read_dir(point).is_ok_and(|mut entries| entries.next().is_some()))
}

fn mount_privately() -> io::Result<()> {
    // SAFETY: only this short-lived thread leaves the shared mount namespace and working directory;
    // it opens files by absolute path and hands out nothing but descriptors.
    #[expect(unsafe_code, reason = "unshare acts on the calling thread; there is no safe form")]
    unsafe { unshare_unsafe(UnshareFlags::NEWNS) }?;
    mount_change("/", MountPropagationFlags::PRIVATE | MountPropagationFlags::REC)?;
    let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
    mount("tracefs", MOUNT_POINTS[0], "tracefs", flags, None)?;
    Ok(())
}
