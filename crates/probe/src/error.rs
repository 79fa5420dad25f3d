//! Why the probe could not be attached, and what to do about it.

use aya::{EbpfError, maps::MapError, programs::ProgramError};

/// Lines of the verifier's log that are worth showing: the refusal stands at its end.
const VERIFIER_TAIL: usize = 20;

/// Why the probe could not be attached.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// The process may not load programs into the kernel.
    #[error(
        "may not load kernel programs: run the sensor as root, or give it CAP_BPF, CAP_PERFMON \
         and CAP_NET_ADMIN"
    )]
    NotPermitted,
    /// The kernel does not describe its own types.
    #[error(
        "the kernel has no type information at {path}: it must be built with CONFIG_DEBUG_INFO_BTF \
         (all current distributions do), and /sys must be mounted"
    )]
    NoTypeInformation {
        /// Where it was looked for.
        path: &'static str,
        /// What reading it said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The kernel lacks something that every program needs.
    #[error("the kernel is too old for the probe (ring buffers and bpf_loop came with 5.17)")]
    KernelTooOld {
        /// What the kernel said.
        #[source]
        source: Box<EbpfError>,
    },
    /// The embedded object could not be loaded.
    #[error("loading the kernel programs")]
    Object {
        /// What went wrong.
        #[source]
        source: Box<EbpfError>,
    },
    /// A map of the embedded object could not be used.
    #[error("opening the map {name} of the kernel programs")]
    Map {
        /// The map's name.
        name: &'static str,
        /// What went wrong.
        #[source]
        source: Box<MapError>,
    },
    /// The embedded object lacks a map.
    #[error("the kernel programs have no map {0}; this build is broken")]
    MissingMap(&'static str),
    /// A program without which the sensor is blind was refused.
    #[error("kernel program {program} ({purpose}) was refused: {reason}")]
    Required {
        /// The program.
        program: &'static str,
        /// What it watches.
        purpose: &'static str,
        /// In words, with the end of the verifier's log when there is one.
        reason: String,
    },
}

/// An error and its causes in one line, with the end of the verifier's log when there is one.
pub(crate) fn in_words(error: &ProgramError) -> String {
    if let ProgramError::LoadError { io_error, verifier_log } = error {
        let log = verifier_log.to_string();
        let lines: Vec<&str> = log.lines().collect();
        let tail = lines.get(lines.len().saturating_sub(VERIFIER_TAIL)..).unwrap_or_default();
        return format!("{io_error}; the verifier says:\n{}", tail.join("\n"));
    }
    let mut words = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        let text = error.to_string();
        if !words.contains(&text) {
            words = format!("{words}: {text}");
        }
        cause = error.source();
    }
    words
}

/// True when somewhere below the error the kernel said that this is not allowed.
pub(crate) fn is_permission(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(io) = error.downcast_ref::<std::io::Error>()
            && io.kind() == std::io::ErrorKind::PermissionDenied
        {
            return true;
        }
        cause = error.source();
    }
    false
}
