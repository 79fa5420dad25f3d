//! The collector itself: records in, observations out.

mod files;
mod network;
mod processes;
mod release;

use std::{collections::VecDeque, io, path::PathBuf, time::Duration};

use bartizan_model::{BootId, FileOperation, ProcessKey, Text};
use bartizan_probe_abi::{Record, RecordBody};

use crate::{
    connections::Attempts,
    container::Places,
    fact::{Fact, Observation},
    hash::Hasher,
    procfs::Procfs,
    table::Table,
    time::Moment,
    users::Users,
    watch::WatchPolicy,
    window::{Rates, Repeats},
};
use release::Waiting;

/// How the collector works.
#[derive(Debug, Clone)]
pub struct CollectorConfig {
    /// Where processes are read from.
    pub procfs: PathBuf,
    /// Where user names are read from.
    pub passwd: PathBuf,
    /// Which files matter.
    pub watch: WatchPolicy,
    /// How long an observation may wait for the hash of its executable.
    pub hash_patience: Duration,
}

impl Default for CollectorConfig {
    fn default() -> Self {
        Self {
            procfs: PathBuf::from("/proc"),
            passwd: PathBuf::from("/etc/passwd"),
            watch: WatchPolicy::default(),
            hash_patience: Duration::from_millis(200),
        }
    }
}

/// What the collector did and left out, since it began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CollectorCounters {
    /// Process starts that were told.
    pub starts: u64,
    /// Processes in the table.
    pub processes: u64,
    /// File changes outside what is watched.
    pub files_unwatched: u64,
    /// File changes and connections left out because their program causes too many.
    pub suppressed: u64,
    /// Repeats told as part of a summary, or not again within their window.
    pub merged: u64,
    /// Observations told before their executable was hashed.
    pub unhashed: u64,
    /// Executables that were never asked to be hashed because too many waited.
    pub hashes_skipped: u64,
}

/// Turns records into observations. Feed it every record in order of time, and take what is ready
/// at least as often as records are read.
#[derive(Debug)]
pub struct Collector {
    procfs: Procfs,
    table: Table,
    users: Users,
    places: Places,
    hasher: Hasher,
    watch: WatchPolicy,
    files: Repeats<(ProcessKey, FileOperation, Text), Fact>,
    datagrams: Repeats<(ProcessKey, std::net::SocketAddr), ()>,
    file_rates: Rates<(Text, String)>,
    network_rates: Rates<Text>,
    attempts: Attempts,
    waiting: VecDeque<Waiting>,
    patience_ns: u64,
    now: Moment,
    counters: CollectorCounters,
}

impl Collector {
    /// A collector that knows no process yet.
    ///
    /// # Errors
    /// When `/proc` does not tell the boot, or the hashing thread cannot be started.
    pub fn new(config: CollectorConfig, now: Moment) -> io::Result<Self> {
        Ok(Self {
            procfs: Procfs::open(config.procfs)?,
            table: Table::default(),
            users: Users::new(config.passwd),
            places: Places::default(),
            hasher: Hasher::start()?,
            watch: config.watch,
            files: Repeats::new(),
            datagrams: Repeats::new(),
            file_rates: Rates::new(),
            network_rates: Rates::new(),
            attempts: Attempts::default(),
            waiting: VecDeque::new(),
            patience_ns: u64::try_from(config.hash_patience.as_nanos()).unwrap_or(u64::MAX),
            now,
            counters: CollectorCounters::default(),
        })
    }

    /// The boot that processes are named in.
    #[must_use]
    pub const fn boot(&self) -> BootId {
        self.procfs.boot()
    }

    /// Takes in what runs already. Call it once, after the probe was attached and before its first
    /// record is fed: what starts meanwhile is then in the records, and nothing is missed between.
    ///
    /// # Errors
    /// When `/proc` cannot be listed.
    pub fn observe_running(&mut self, now: Moment) -> io::Result<usize> {
        self.now = now;
        let running = self.procfs.running(now)?;
        let count = running.len();
        for process in running {
            self.observe(process);
        }
        Ok(count)
    }

    /// Takes in one record.
    pub fn record(&mut self, record: Record, now: Moment) {
        self.now = now;
        let Record { actor, body, time_ns, .. } = record;
        match body {
            RecordBody::Fork => self.on_fork(&actor),
            RecordBody::Exec(exec) => self.on_exec(&actor, exec, time_ns),
            RecordBody::Exit(exit) => self.on_exit(&actor, exit, time_ns),
            RecordBody::FileOpen(file) => self.on_file_open(&actor, file, time_ns),
            RecordBody::FileDelete(name) => self.on_file_delete(&actor, &name, time_ns),
            RecordBody::FileRename(from, to) => self.on_file_rename(&actor, &from, &to, time_ns),
            RecordBody::Connect(connect) => self.on_connect(&actor, &connect, time_ns),
        }
    }

    /// What is ready to be told, in order.
    pub fn take(&mut self, now: Moment) -> Vec<Observation> {
        self.now = now;
        for fact in self.attempts.overdue(now.boot_ns) {
            self.tell(fact);
        }
        self.close_file_windows(now.boot_ns);
        self.counters.merged +=
            self.datagrams.close(now.boot_ns).iter().map(|(_, n)| n).sum::<u64>();
        let procfs = &self.procfs;
        self.table.tidy(now.boot_ns, |key| procfs.key_of(key.pid) == Some(key));
        self.release(now.boot_ns)
    }

    /// Everything that is left, hashed or not: for the end of the sensor's life.
    pub fn finish(&mut self, now: Moment) -> Vec<Observation> {
        self.now = now;
        for fact in self.attempts.overdue(u64::MAX) {
            self.tell(fact);
        }
        self.close_file_windows(u64::MAX);
        self.release(u64::MAX)
    }

    /// What was done and left out.
    #[must_use]
    pub fn counters(&self) -> CollectorCounters {
        CollectorCounters {
            processes: u64::try_from(self.table.len()).unwrap_or(u64::MAX),
            suppressed: self.file_rates.suppressed() + self.network_rates.suppressed(),
            hashes_skipped: self.hasher.skipped(),
            ..self.counters
        }
    }
}

#[cfg(test)]
mod tests;
