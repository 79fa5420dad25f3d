//! The watching thread: kernel → collector → spool, and the sensor's word about itself.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use anyhow::Context as _;
use bartizan_collect::{Collector, CollectorConfig, Moment, Shedding};
use bartizan_inventory::{Machine, own_use};
use bartizan_model::{
    Action, EventsLost, Inventory, LossStage, Operation, OperationKind, SensorHealth, Tampering,
    Text,
};
use bartizan_probe::{POLL_INTERVAL, Probe, ProbeConfig, ProgramState, abi::RecordKind};
use bartizan_spool::Spool;
use bartizan_uplink::LinkState;
use parking_lot::Mutex;
use tokio::sync::{oneshot, watch::Receiver};

use crate::{
    enrolment::VERSION,
    followed::Followed,
    governor::{Ceilings, Governor},
    guard::Guard,
    inventory,
    losses::{Losses, Seen},
    outbox::Outbox,
    settings::Settings,
};

const SECOND: Duration = Duration::from_secs(1);
/// How often the sensor says how it is: a server that hears nothing for longer takes it for silenced.
const HALF_A_MINUTE: Duration = Duration::from_secs(30);
/// Most events of the inventory at one turn, each of hundreds of things.
const INVENTORIES_OF_A_TURN: usize = 4;
const DAY: Duration = Duration::from_secs(24 * 3_600);

/// What the watching thread shares with the rest of the sensor.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    /// Turns true when watching should end.
    pub(crate) stop: AtomicBool,
    /// How the sensor was when it last looked.
    pub(crate) health: Mutex<SensorHealth>,
    /// Attempts to misuse the sensor that are to be told.
    pub(crate) tampering: Mutex<Vec<Tampering>>,
    /// Settings that are to be used from now on.
    pub(crate) settings: Mutex<Option<Settings>>,
    /// Why the settings as they are written now are not used.
    pub(crate) settings_problem: Mutex<Option<String>>,
}

/// The watching thread's own things.
#[derive(Debug)]
pub(crate) struct Watch {
    probe: Probe,
    collector: Collector,
    outbox: Outbox,
    losses: Losses,
    machine: Machine,
    link: Receiver<LinkState>,
    unreadable: Arc<AtomicU64>,
    inventory: mpsc::Receiver<Inventory>,
    guard: Guard,
    governor: Governor,
    shedding: Shedding,
    shared: Arc<Shared>,
}

impl Watch {
    /// Attaches to the kernel and takes in what runs already.
    pub(crate) fn attach(
        spool: Arc<Spool>,
        link: Receiver<LinkState>,
        unreadable: Arc<AtomicU64>,
        shared: Arc<Shared>,
        followed: Followed,
    ) -> anyhow::Result<Self> {
        let probe = Probe::attach(&ProbeConfig::default())?;
        let now = Moment::now();
        let mut collector =
            Collector::new(CollectorConfig::default(), now).context("starting the collector")?;
        let running = collector.observe_running(now).context("listing the running processes")?;
        tracing::info!(running, "watching");
        let (outbox, losses) = (Outbox::new(spool, followed), Losses::since(now.wall));
        let machine = Machine::default();
        let inventory = inventory::start(&shared)?;
        let guard = Guard::new(now);
        let governor = Governor::new(Ceilings::default());
        Ok(Self {
            probe,
            collector,
            outbox,
            losses,
            machine,
            link,
            unreadable,
            inventory,
            guard,
            governor,
            shedding: Shedding::Nothing,
            shared,
        })
    }

    /// Watches until asked to stop, then hands over what is left, drops `handed_over` and detaches.
    pub(crate) fn run(mut self, handed_over: oneshot::Sender<()>) {
        let begun = Moment::now().boot_ns;
        self.tell_of_itself(OperationKind::SensorStarted);
        let (mut seconds, mut halves, mut days) =
            (Every::new(SECOND), Every::new(HALF_A_MINUTE), Every::new(DAY));
        while !self.shared.stop.load(Ordering::Relaxed) {
            self.take_settings();
            let collector = &mut self.collector;
            self.probe.poll(&mut |record| collector.record(record, Moment::now()));
            let now = Moment::now();
            let ready = self.collector.take(now);
            self.outbox.put(ready);
            for tampering in std::mem::take(&mut *self.shared.tampering.lock()) {
                self.outbox.say(now.wall, Action::Tampering(tampering));
            }
            let alive = now.boot_ns.saturating_sub(begun);
            if days.is_due(alive) {
                let facts = self.machine.facts(VERSION);
                self.outbox.say(now.wall, Action::DeviceFacts(facts));
            }
            self.tell_inventory(now);
            if seconds.is_due(alive) {
                self.spare_the_machine(now);
                self.tell_tampering(now);
                if self.tell_losses(now) | halves.is_due(alive) {
                    self.tell_health(now);
                }
            }
            thread::park_timeout(POLL_INTERVAL);
        }
        self.finish(handed_over);
    }

    /// Uses the settings that are new.
    fn take_settings(&mut self) {
        if let Some(settings) = self.shared.settings.lock().take() {
            self.collector.watch(settings.policy());
            self.governor.set(settings.ceilings);
        }
    }

    /// Leaves the least telling out while the sensor uses more than it may.
    fn spare_the_machine(&mut self, now: Moment) {
        let own = own_use();
        let shedding = self.governor.judge(now.boot_ns, own.cpu_millis, own.resident_bytes);
        if shedding != self.shedding {
            tracing::warn!(?shedding, "what the sensor uses decides what it leaves out");
            self.shedding = shedding;
            self.collector.shed(shedding);
        }
    }

    /// Tells what the machine has, a little at each turn.
    fn tell_inventory(&mut self, now: Moment) {
        for inventory in self.inventory.try_iter().take(INVENTORIES_OF_A_TURN) {
            self.outbox.say(now.wall, Action::Inventory(Box::new(inventory)));
        }
    }

    /// Tells what is done to the sensor itself.
    fn tell_tampering(&mut self, now: Moment) {
        for attempt in self.guard.look(now) {
            tracing::warn!(?attempt, "something is done to the sensor");
            self.outbox.say(now.wall, Action::Tampering(attempt));
        }
    }

    /// Tells what was lost since it was last asked; says whether anything was.
    fn tell_losses(&mut self, now: Moment) -> bool {
        let mut seen = Seen::default();
        match self.probe.counters() {
            Ok(counters) => seen.add_kernel(&counters),
            Err(error) => tracing::error!(%error, "counting what the kernel lost"),
        }
        let collected = self.collector.counters();
        seen.add(LossStage::Sensor, "flood", collected.suppressed);
        seen.add(LossStage::Sensor, "file", collected.shed.files);
        seen.add(LossStage::Sensor, "connection", collected.shed.connections);
        seen.add(LossStage::Sensor, "unfit", self.outbox.unfit);
        seen.add(LossStage::Spool, "unreadable", self.unreadable.load(Ordering::Relaxed));
        let mut news = self.losses.news(&seen, now.wall);
        let spool_losses = self.outbox.spool.losses();
        news.extend(spool_losses.iter().map(|(kind, count)| EventsLost {
            stage: LossStage::Spool,
            kind: kind.word().into(),
            count: *count,
            first_at: now.wall.minus(SECOND),
            last_at: now.wall,
        }));
        let mut kept = true;
        let any = !news.is_empty();
        for lost in news {
            tracing::warn!(stage = ?lost.stage, kind = %lost.kind, count = lost.count, "events were lost");
            kept &= self.outbox.say(now.wall, Action::EventsLost(lost));
        }
        if kept {
            self.outbox.spool.losses_told(&spool_losses);
        }
        any
    }

    /// That watching begins or ends; between the two, silence means something.
    fn tell_of_itself(&mut self, kind: OperationKind) {
        let told =
            Operation::new(kind).with("Version", VERSION).with("ProcessId", std::process::id());
        self.outbox.say(Moment::now().wall, Action::Operation(Box::new(told)));
    }

    fn tell_health(&mut self, now: Moment) {
        let spool = self.outbox.spool.status();
        let (own, counters) = (own_use(), self.collector.counters());
        let execs = self.probe.counters().ok().and_then(|counters| {
            counters.of(RecordKind::Exec).map(|counter| counter.sent + counter.lost)
        });
        let health = SensorHealth {
            kernel_execs: execs.unwrap_or(0),
            reported_execs: counters.starts,
            events_spooled: self.outbox.spooled,
            events_lost: self.losses.total() + spool.dropped,
            spool_bytes: spool.bytes,
            resident_bytes: own.resident_bytes,
            cpu_millis: own.cpu_millis,
            problems: self.problems(),
        };
        *self.shared.health.lock() = health.clone();
        self.outbox.say(now.wall, Action::SensorHealth(health));
    }

    /// What does not work as it should, in words.
    fn problems(&self) -> Vec<Text> {
        let mut problems: Vec<Text> = Vec::new();
        for program in self.probe.health() {
            match &program.state {
                ProgramState::Failed { reason } => {
                    let (program, purpose) = (program.program, program.purpose);
                    problems.push(format!("not watching {purpose} ({program}): {reason}").into());
                }
                ProgramState::Attached { .. } | ProgramState::NothingHere | ProgramState::Off => {}
            }
        }
        if let LinkState::Away { reason } = &*self.link.borrow() {
            problems.push(reason.as_str().into());
        }
        problems.extend(self.outbox.trouble.as_deref().map(Text::from));
        problems.extend(self.shared.settings_problem.lock().as_deref().map(Text::from));
        problems.extend(match self.shedding {
            Shedding::Nothing => None,
            Shedding::Files => Some(
                "the sensor uses more than it may: changes of files are left out and counted"
                    .into(),
            ),
            Shedding::AllButProcesses => Some(
                "the sensor uses more than it may: files and connections are left out and counted"
                    .into(),
            ),
        });
        problems
    }

    /// The end of the sensor's life: nothing that was seen is left behind, and nothing in the kernel.
    fn finish(mut self, handed_over: oneshot::Sender<()>) {
        let collector = &mut self.collector;
        self.probe.drain(&mut |record| collector.record(record, Moment::now()));
        let now = Moment::now();
        let left = self.collector.finish(now);
        self.outbox.put(left);
        self.tell_losses(now);
        self.tell_health(now);
        // The last word: after it, silence means nothing.
        self.tell_of_itself(OperationKind::SensorStopped);
        if let Err(error) = self.outbox.spool.sync() {
            tracing::error!(%error, "flushing the spool");
        }
        // The uplink sends the last events while the kernel takes its time to detach.
        drop(handed_over);
        drop(self.probe);
    }
}

/// Something that is due at the start, and again each time an interval has passed.
#[derive(Debug)]
struct Every {
    interval_ns: u64,
    due_ns: u64,
}

impl Every {
    fn new(interval: Duration) -> Self {
        let interval_ns = u64::try_from(interval.as_nanos()).unwrap_or(u64::MAX);
        Self { interval_ns, due_ns: 0 }
    }

    fn is_due(&mut self, alive_ns: u64) -> bool {
        if alive_ns < self.due_ns {
            return false;
        }
        self.due_ns = alive_ns.saturating_add(self.interval_ns);
        true
    }
}
