//! The probe itself: attach, poll, count.

use std::time::Duration;

use aya::{
    Btf, Ebpf, EbpfError, EbpfLoader, VerifierLogLevel,
    maps::{MapData, MapError, PerCpuArray, RingBuf},
    programs::trace_point::TracePointLink,
};
use bartizan_probe_abi::Record;

use crate::{
    attach::{Attached, attach_all},
    counters::{self, Counters, PerCpu, ProgramCost},
    error::{ProbeError, is_permission},
    noted::{self, NotedName},
    permission::may_load_programs,
    plan::{PLANS, ProgramHealth},
    release::release,
    rings::Rings,
};

/// How often [`Probe::poll`] wants to be called. The rings hold several seconds of a busy machine;
/// waking the reader for each record would cost the machine more than all programs together.
pub const POLL_INTERVAL: Duration = Duration::from_millis(15);

const TYPE_INFORMATION: &str = "/sys/kernel/btf/vmlinux";

static OBJECT: &[u8] = aya::include_bytes_aligned!(concat!(env!("OUT_DIR"), "/sensor.bpf.o"));

/// What the probe should watch. Processes are always watched.
#[derive(Debug, Clone)]
pub struct ProbeConfig {
    /// Watch files being written, made, renamed and removed.
    pub files: bool,
    /// Watch connections.
    pub network: bool,
    /// Watch everything else: what processes do to each other, to themselves and to the machine.
    pub operations: bool,
    /// Files whose reading, and local sockets whose use, is worth telling.
    pub noted: Vec<NotedName>,
    /// Process whose own files and connections are left out: the sensor must not report its
    /// reporting.
    pub own_pid: Option<u32>,
}

impl Default for ProbeConfig {
    fn default() -> Self {
        Self {
            files: true,
            network: true,
            operations: true,
            noted: NotedName::defaults(),
            own_pid: Some(std::process::id()),
        }
    }
}

/// The programs, attached. Dropping it detaches and unloads them all.
pub struct Probe {
    rings: Rings,
    counters: PerCpu,
    health: Vec<ProgramHealth>,
    calls: Vec<TracePointLink>,
    ebpf: Ebpf,
}

impl Probe {
    /// Loads the programs and attaches them. From then on records gather in the rings.
    ///
    /// # Errors
    /// In words, with what to do: when the process may not, the kernel cannot, or a program that
    /// watches processes was refused. Other programs may fail: see [`Probe::health`].
    pub fn attach(config: &ProbeConfig) -> Result<Self, ProbeError> {
        if !may_load_programs() {
            return Err(ProbeError::NotPermitted);
        }
        let btf = Btf::from_sys_fs().map_err(|source| ProbeError::NoTypeInformation {
            path: TYPE_INFORMATION,
            source: Box::new(source),
        })?;
        let own_pid = config.own_pid.unwrap_or(0);
        let letters = noted::letters(&config.noted);
        let mut ebpf = EbpfLoader::new()
            .btf(Some(&btf))
            .verifier_log_level(VerifierLogLevel::VERBOSE | VerifierLogLevel::STATS)
            .override_global("own_pid", &own_pid, true)
            .override_global("noted_letters", &letters[..], true)
            .load(OBJECT)
            .map_err(refused)?;
        noted::write(&mut ebpf, &config.noted)?;
        let critical = ring(&mut ebpf, "crit")?;
        let bulk = ring(&mut ebpf, "bulk")?;
        let counters = PerCpuArray::try_from(take(&mut ebpf, "counters")?)
            .map_err(|source| map_error("counters", source))?;
        let Attached { health, calls } = attach_all(&mut ebpf, &btf, config)?;
        Ok(Self { rings: Rings::new(critical, bulk), counters, health, calls, ebpf })
    }

    /// Hands out the records that have gathered, oldest first, and says how many there were. Call
    /// it every [`POLL_INTERVAL`]. The last two milliseconds stay for the next call.
    pub fn poll(&mut self, handle: &mut dyn FnMut(Record)) -> usize {
        self.rings.poll(handle)
    }

    /// Hands out everything, also the last milliseconds: for the end of the sensor's life.
    pub fn drain(&mut self, handle: &mut dyn FnMut(Record)) -> usize {
        self.rings.drain(handle)
    }

    /// What was sent and lost since the probe was attached.
    ///
    /// # Errors
    /// When the kernel does not let the counters be read.
    pub fn counters(&self) -> Result<Counters, ProbeError> {
        Ok(Counters {
            kinds: counters::read(&self.counters)
                .map_err(|source| map_error("counters", source))?,
            threads: counters::threads(&self.counters)
                .map_err(|source| map_error("counters", source))?,
            missing: self.rings.missing(),
            undecodable: self.rings.undecodable(),
        })
    }

    /// How each program's loading went.
    #[must_use]
    pub fn health(&self) -> &[ProgramHealth] {
        &self.health
    }

    /// What each running program has cost; the times are zero unless the kernel measures.
    #[must_use]
    pub fn costs(&self) -> Vec<ProgramCost> {
        let cost = |program| {
            let info = self.ebpf.program(program)?.info().ok()?;
            let (id, runs, time) = (info.id(), info.run_count(), info.run_time());
            Some(ProgramCost { program, id, runs, time })
        };
        PLANS.iter().filter_map(|plan| cost(plan.program)).collect()
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        release(std::mem::take(&mut self.calls));
    }
}

impl std::fmt::Debug for Probe {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Probe")
            .field("rings", &self.rings)
            .field("health", &self.health)
            .finish_non_exhaustive()
    }
}

fn ring(ebpf: &mut Ebpf, name: &'static str) -> Result<RingBuf<MapData>, ProbeError> {
    RingBuf::try_from(take(ebpf, name)?).map_err(|source| map_error(name, source))
}

fn take(ebpf: &mut Ebpf, name: &'static str) -> Result<aya::maps::Map, ProbeError> {
    ebpf.take_map(name).ok_or(ProbeError::MissingMap(name))
}

fn map_error(name: &'static str, source: MapError) -> ProbeError {
    ProbeError::Map { name, source: Box::new(source) }
}

/// The object is one of ours and sound, so what refuses it is the kernel.
fn refused(error: EbpfError) -> ProbeError {
    if is_permission(&error) {
        return ProbeError::NotPermitted;
    }
    let source = Box::new(error);
    match *source {
        EbpfError::MapError(MapError::CreateError { ref io_error, .. })
            if io_error.kind() == std::io::ErrorKind::InvalidInput =>
        {
            ProbeError::KernelTooOld { source }
        }
        _ => ProbeError::Object { source },
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use sha2::{Digest as _, Sha256};

    #[test]
    fn the_kept_object_was_made_from_these_sources() {
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("ebpf");
        let mut hash = Sha256::new();
        for source in [
            "sensor.bpf.c",
            "records.h",
            "kernel_types.h",
            "common.h",
            "process.h",
            "file.h",
            "network.h",
            "operation.h",
            "names.h",
            "calls.h",
            "memory.h",
            "system.h",
            "socket.h",
            "dns.h",
            "uring.h",
        ] {
            hash.update(fs::read(sources.join(source)).unwrap());
        }
        let hash: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        let recorded = fs::read_to_string(sources.join("sensor.bpf.o.sources")).unwrap();
        assert_eq!(
            recorded.trim(),
            hash,
            "renew the object: BARTIZAN_KEEP_EBPF=1 cargo build -p bartizan-probe"
        );
    }
}
