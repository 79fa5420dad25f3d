//! What can go wrong before anything is started, in words that say what to do.

use std::{io, net::SocketAddr, path::Path};

use anyhow::{Context as _, bail};

/// Least room on the disk of the data folder to start with.
const ROOM_MIN: u64 = 256 * 1024 * 1024;

/// Fail when the disk is as good as full.
pub(super) fn disk_has_room(data: &Path) -> anyhow::Result<()> {
    let disk = rustix::fs::statvfs(data)
        .with_context(|| format!("looking at the disk of {}", data.display()))?;
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    if free < ROOM_MIN {
        bail!(
            "the disk of {} is full: {} MB are free, and at least {} MB are needed. Make room there, or name \
             another folder with --data",
            data.display(),
            free / 1_048_576,
            ROOM_MIN / 1_048_576
        );
    }
    Ok(())
}

/// Why a port cannot be had, and what to do.
pub(super) fn cannot_listen(
    what: &str,
    flag: &str,
    address: SocketAddr,
    error: io::Error,
) -> anyhow::Error {
    let advice = match error.kind() {
        io::ErrorKind::AddrInUse => format!(
            "another program listens there already (perhaps another bartizan). End it, or choose another address: \
             {flag} {}:PORT",
            address.ip()
        ),
        io::ErrorKind::AddrNotAvailable => {
            format!("this machine does not have that address; choose one it has with {flag}")
        }
        io::ErrorKind::PermissionDenied => {
            format!("ports below 1024 need root; choose a higher one with {flag}")
        }
        _ => format!("choose another address with {flag}"),
    };
    anyhow::Error::new(error).context(format!("listening on {address} for {what}: {advice}"))
}
