//! The collector itself: records in, observations out.

mod files;
mod lookups;
mod network;
mod operations;
mod processes;
mod release;
mod surroundings;

use std::{collections::VecDeque, io, path::PathBuf, time::Duration};

use bartizan_model::{BootId, FileOperation, OperationKind, ProcessKey, Text};
use bartizan_probe_abi::{Record, RecordBody};

use crate::{
    accounts::Accounts,
    connections::Attempts,
    container::Places,
    fact::{Fact, Observation},
    hash::Hasher,
    logon::{LogonTrails, Logons},
    procfs::Procfs,
    script::Scripts,
    shedding::{Shed, Shedding},
    table::Table,
    time::Moment,
    uevent::Uevents,
    users::Users,
    watch::WatchPolicy,
    window::{Rates, Repeats},
};
use lookups::Lookups;
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
    /// How long an observation may wait for the hash of its executable. Order is kept, so this is also how late
    /// an event can be; what is not hashed by then is told without.
    pub hash_patience: Duration,
    /// The sensor itself: what is done to it is told as tampering.
    pub own_pid: Option<u32>,
    /// Where sign-ins are written down; `None` leaves them out.
    pub logons: Option<LogonTrails>,
    /// Tell of devices that are plugged in and removed.
    pub devices: bool,
}

impl Default for CollectorConfig {
    fn default() -> Self {
        Self {
            procfs: PathBuf::from("/proc"),
            passwd: PathBuf::from("/etc/passwd"),
            watch: WatchPolicy::default(),
            hash_patience: Duration::from_secs(2),
            own_pid: Some(std::process::id()),
            logons: Some(LogonTrails::default()),
            devices: true,
        }
    }
}

/// What the collector did and left out, since it began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CollectorCounters {
    /// Left out to spare the machine.
    pub shed: Shed,
    /// Process starts that were told.
    pub starts: u64,
    /// Processes in the table.
    pub processes: u64,
    /// File changes outside what is watched.
    pub files_unwatched: u64,
    /// File changes, connections, operations and images left out because their program causes too many.
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
    operation_rates: Rates<(Text, OperationKind)>,
    image_rates: Rates<Text>,
    lookups: Lookups,
    lookups_said: Repeats<(ProcessKey, u16, Option<u8>, Text), ()>,
    scripts: Scripts,
    accounts: Accounts,
    accounts_by: Option<(ProcessKey, u64)>,
    logons: Option<Logons>,
    uevents: Option<Uevents>,
    own_pid: Option<u32>,
    attempts: Attempts,
    waiting: VecDeque<Waiting>,
    patience_ns: u64,
    now: Moment,
    shedding: Shedding,
    counters: CollectorCounters,
}

impl Collector {
    /// A collector that knows no process yet.
    ///
    /// # Errors
    /// When `/proc` does not tell the boot, or the hashing thread cannot be started.
    pub fn new(config: CollectorConfig, now: Moment) -> io::Result<Self> {
        let etc = config.passwd.parent().map(PathBuf::from).unwrap_or_default();
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
            operation_rates: Rates::new(),
            image_rates: Rates::new(),
            lookups: Lookups::default(),
            lookups_said: Repeats::new(),
            scripts: Scripts::default(),
            accounts: Accounts::new(etc),
            accounts_by: None,
            logons: config.logons.as_ref().map(Logons::follow),
            uevents: config.devices.then(surroundings::open_uevents).flatten(),
            own_pid: config.own_pid,
            attempts: Attempts::default(),
            waiting: VecDeque::new(),
            patience_ns: u64::try_from(config.hash_patience.as_nanos()).unwrap_or(u64::MAX),
            now,
            shedding: Shedding::Nothing,
            counters: CollectorCounters::default(),
        })
    }

    /// Changes which files matter; what was seen already is told as it was.
    pub fn watch(&mut self, policy: WatchPolicy) {
        self.watch = policy;
    }

    /// Changes how much is left out.
    pub const fn shed(&mut self, shedding: Shedding) {
        self.shedding = shedding;
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
        if self.shedding.leaves_out(&body, &mut self.counters.shed) {
            return;
        }
        match body {
            RecordBody::Fork => self.on_fork(&actor),
            RecordBody::Exec(exec) => self.on_exec(&actor, exec, time_ns),
            RecordBody::Exit(exit) => self.on_exit(&actor, exit, time_ns),
            RecordBody::FileOpen(file) => self.on_file_open(&actor, file, time_ns),
            RecordBody::FileDelete(name) => self.on_file_delete(&actor, &name, time_ns),
            RecordBody::FileRename(from, to) => self.on_file_rename(&actor, &from, &to, time_ns),
            RecordBody::FileNamed(named) => self.on_file_named(&actor, &named, time_ns),
            RecordBody::Connect(connect) => self.on_connect(&actor, &connect, time_ns),
            RecordBody::Operation(done) => self.on_operation(&actor, done, time_ns),
            RecordBody::Dns(packet) => self.on_dns(&actor, &packet, time_ns),
        }
    }

    /// What is ready to be told, in order.
    pub fn take(&mut self, now: Moment) -> Vec<Observation> {
        self.now = now;
        for fact in self.attempts.overdue(now.boot_ns) {
            self.tell(fact);
        }
        self.close_file_windows(now.boot_ns);
        self.close_lookups(now.boot_ns);
        self.counters.merged +=
            self.datagrams.close(now.boot_ns).iter().map(|(_, n)| n).sum::<u64>();
        self.counters.merged +=
            self.lookups_said.close(now.boot_ns).iter().map(|(_, n)| n).sum::<u64>();
        self.look_around(now.boot_ns);
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
        self.close_lookups(u64::MAX);
        self.release(u64::MAX)
    }

    /// What was done and left out.
    #[must_use]
    pub fn counters(&self) -> CollectorCounters {
        CollectorCounters {
            processes: u64::try_from(self.table.len()).unwrap_or(u64::MAX),
            suppressed: self.file_rates.suppressed()
                + self.network_rates.suppressed()
                + self.operation_rates.suppressed()
                + self.image_rates.suppressed(),
            hashes_skipped: self.hasher.skipped(),
            ..self.counters
        }
    }
}

#[cfg(test)]
mod tests;
