//! Lets go of system call tracepoints without waiting for the kernel. Closing one of them waits until
//! no processor can be in it any more, about fifty milliseconds, one after the other: seconds for all.
//! The last reference to a link that goes with a file of bpffs is given up by a kernel worker instead.

use std::path::Path;

use aya::programs::{links::FdLink, trace_point::TracePointLink};

use crate::mounts::{BPFFS, with_own_bpffs};

/// Gives the links to a bpffs that ends at once. What cannot be given away is closed here, which takes
/// longer and comes to the same.
pub(crate) fn release(links: Vec<TracePointLink>) {
    let released = with_own_bpffs(|| {
        for (number, link) in links.into_iter().enumerate() {
            // Before 5.15 a tracepoint has no link of its own; dropping it closes it.
            let Ok(link) = FdLink::try_from(link) else { continue };
            if let Err(error) = link.pin(Path::new(BPFFS).join(number.to_string())) {
                tracing::debug!(%error, "a tracepoint is closed at its place");
            }
        }
    });
    if let Err(error) = released {
        tracing::debug!(%error, "tracepoints are closed one by one");
    }
}
