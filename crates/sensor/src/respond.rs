//! Commands of the server: judged, carried out beside each other, answered, and answered again until the answer is
//! known to be kept. What is refused is reported as an attempt to misuse the sensor.

mod live;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::Context as _;
use bartizan_collect::Moment;
use bartizan_live::Live;
use bartizan_model::{ActionId, Command, Outcome, Tampering};
use bartizan_remediation::{Blocker, Config, Judge, Refused, Remediation};
use bartizan_uplink::{ControlLink, ControlNews, Identity};
use bartizan_wire::{
    CommandRefused, ControlHello, PROTOCOL_VERSION, UploadProgress, action_from_wire,
    outcome_to_wire, sensor_frame::Frame as ToServer, server_frame::Frame as FromServer,
};
use tokio::{
    sync::{Notify, mpsc, watch as channel},
    task::{JoinHandle, JoinSet},
    time::{MissedTickBehavior, interval},
};

use crate::{upload, watch::Shared};

/// News of the control stream that wait to be looked at.
const NEWS_WAITING: usize = 64;
/// Commands that are carried out at the same time; more wait.
const AT_ONCE: usize = 8;
/// Attempts to misuse the sensor that wait to be told; more are one.
const TAMPERING_MAX: usize = 100;
/// How often it is looked whether what must stay in force does.
const LOOK: Duration = Duration::from_secs(5);
/// How long a command that is being carried out may take at the end of the sensor's life.
const FAREWELL: Duration = Duration::from_millis(500);

/// Folder of what was done, below the sensor's folder.
pub(crate) const RESPONSE: &str = "response";

/// The responder, running.
pub(crate) struct Responding {
    link: JoinHandle<()>,
    work: JoinHandle<()>,
}

impl Responding {
    /// Ends with the sensor. What is being carried out is carried on with at the next start.
    pub(crate) async fn end(self) {
        self.link.abort();
        if tokio::time::timeout(FAREWELL, self.work).await.is_err() {
            tracing::warn!("a command takes too long; it is carried on with at the next start");
        }
    }
}

/// Starts to listen for commands, and carries on with what a crash interrupted.
pub(crate) fn start(
    data: &Path,
    identity: &Identity,
    shared: Arc<Shared>,
    stop: channel::Receiver<bool>,
) -> anyhow::Result<Responding> {
    let folder = data.join(RESPONSE);
    let remediation = Remediation::open(Config::this_machine(&folder, &identity.server))
        .context("opening what was done to this machine")?;
    // Before anything else reaches the network: what was cut off before a restart is cut off now.
    if let Some(isolator) = remediation.isolator()
        && let Err(error) = isolator.keep_up(Moment::now().wall)
    {
        tracing::error!(%error, "putting the isolation in force again");
    }
    let judge = Judge::open(&folder, &identity.command_key, identity.tenant, identity.device)
        .context("opening what commands came before")?;
    let (live, bell) = live::open(&folder, identity);
    let (news, coming) = mpsc::channel(NEWS_WAITING);
    let link = ControlLink::new(identity.clone(), news);
    let link = tokio::spawn(link.run(stop));
    let responder = Responder {
        judge,
        remediation: Arc::new(remediation),
        shared,
        live,
        bell,
        line: None,
        working: JoinSet::new(),
        blocker: None,
    };
    let work = tokio::spawn(responder.run(coming));
    Ok(Responding { link, work })
}

struct Responder {
    judge: Judge,
    remediation: Arc<Remediation>,
    shared: Arc<Shared>,
    live: Live,
    /// Rings when live sessions have something to say.
    bell: Arc<Notify>,
    /// Where the server listens, while it does.
    line: Option<mpsc::Sender<ToServer>>,
    working: JoinSet<Option<Outcome>>,
    /// The watch over executions, while anything is blocked.
    blocker: Option<Blocker>,
}

impl Responder {
    async fn run(mut self, mut news: mpsc::Receiver<ControlNews>) {
        self.recover();
        let bell = Arc::clone(&self.bell);
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = look.tick() => {
                    self.keep_up();
                    self.end_idle_live();
                }
                Some(done) = self.working.join_next(), if !self.working.is_empty() => {
                    if let Ok(Some(outcome)) = done {
                        self.say(ToServer::Outcome(outcome_to_wire(&outcome))).await;
                        self.offer_packages().await;
                    }
                }
                () = bell.notified() => self.say_live().await,
                told = news.recv(), if self.working.len() < AT_ONCE => match told {
                    Some(told) => self.hear(told).await,
                    None => break,
                },
            }
        }
        while self.working.join_next().await.is_some() {}
    }

    /// What must stay in force although somebody may try to lift it.
    fn keep_up(&mut self) {
        if let Some(isolator) = self.remediation.isolator() {
            match isolator.keep_up(Moment::now().wall) {
                Ok(Some(found)) => {
                    self.tell(Tampering { kind: "isolation".into(), detail: found.into() });
                }
                Ok(None) => {}
                Err(error) => tracing::error!(%error, "keeping the isolation in force"),
            }
        }
        let blocked = self.remediation.verdicts().count() > 0;
        if !blocked {
            self.blocker = None;
        } else if self.blocker.is_none() {
            match Blocker::start(Arc::clone(&self.remediation), &mounts()) {
                Ok(blocker) => self.blocker = Some(blocker),
                Err(error) => tracing::error!(%error, "nothing is blocked from being executed"),
            }
        }
        for denied in self.blocker.iter().flat_map(Blocker::denials) {
            tracing::warn!(path = %denied.path.display(), pid = denied.pid, "not executed: it is blocked");
        }
    }

    fn tell(&self, tampering: Tampering) {
        tracing::warn!(kind = %tampering.kind, detail = %tampering.detail, "an attempt to misuse the sensor");
        let mut waiting = self.shared.tampering.lock();
        if waiting.len() < TAMPERING_MAX {
            waiting.push(tampering);
        }
    }

    async fn hear(&mut self, news: ControlNews) {
        match news {
            ControlNews::Open(line) => self.greet(line).await,
            ControlNews::Closed => {
                self.line = None;
                self.live.line_is_closed();
            }
            ControlNews::Frame(FromServer::Welcome(welcome)) => {
                match self.judge.welcome(&welcome, steady()) {
                    Ok(()) => {
                        self.answer_again().await;
                        self.live.line_is_open();
                    }
                    Err(refused) => self.report(None, &refused).await,
                }
            }
            ControlNews::Frame(FromServer::Command(signed)) => {
                match self.judge.judge(&signed, steady()) {
                    Ok(command) => self.carry_out(command),
                    Err((action, refused)) => self.report(action, &refused).await,
                }
            }
            ControlNews::Frame(FromServer::Kept(kept)) => {
                if let Ok(action) = action_from_wire(&kept.action_id)
                    && let Err(error) = self.remediation.confirm(action)
                {
                    tracing::error!(%error, "keeping that the server has an outcome");
                }
            }
            ControlNews::Frame(FromServer::Progress(progress)) => self.send_next(progress).await,
            ControlNews::Frame(FromServer::Live(signed)) => self.hear_live(&signed).await,
            ControlNews::Frame(FromServer::LiveKept(kept)) => self.live.kept(&kept),
            ControlNews::Frame(FromServer::LiveFetch(fetch)) => self.live.fetch(fetch),
            ControlNews::Frame(FromServer::LivePart(part)) => self.live.part(part),
        }
    }

    async fn greet(&mut self, line: mpsc::Sender<ToServer>) {
        match self.judge.challenge() {
            Ok(challenge) => {
                self.line = Some(line);
                let challenge = challenge.to_vec();
                let hello = ControlHello { protocol: PROTOCOL_VERSION, challenge };
                self.say(ToServer::Hello(hello)).await;
            }
            Err(error) => tracing::error!(%error, "greeting the server"),
        }
    }

    /// Says again what the server may not have.
    async fn answer_again(&mut self) {
        match self.remediation.unconfirmed() {
            Ok(outcomes) => {
                for outcome in outcomes {
                    self.say(ToServer::Outcome(outcome_to_wire(&outcome))).await;
                }
            }
            Err(error) => tracing::error!(%error, "finding answers that the server may not have"),
        }
        self.offer_packages().await;
    }

    async fn offer_packages(&mut self) {
        let remediation = Arc::clone(&self.remediation);
        let offers = tokio::task::spawn_blocking(move || upload::offers(&remediation)).await;
        match offers {
            Ok(Ok(offers)) => {
                for offer in offers {
                    self.say(ToServer::Offer(offer)).await;
                }
            }
            Ok(Err(error)) => tracing::error!("{error:#}"),
            Err(error) => tracing::error!(%error, "offering packages"),
        }
    }

    async fn send_next(&mut self, progress: UploadProgress) {
        let remediation = Arc::clone(&self.remediation);
        let next = tokio::task::spawn_blocking(move || upload::next(&remediation, &progress)).await;
        match next {
            Ok(Ok(Some(part))) => self.say(ToServer::Part(part)).await,
            Ok(Ok(None)) => {}
            Ok(Err(error)) => tracing::error!("{error:#}"),
            Err(error) => tracing::error!(%error, "sending a package"),
        }
    }

    fn recover(&mut self) {
        let remediation = Arc::clone(&self.remediation);
        self.working.spawn_blocking(move || {
            if let Err(error) = remediation.recover(Moment::now().wall) {
                tracing::error!(%error, "carrying on with what was interrupted");
            }
            None
        });
    }

    fn carry_out(&mut self, command: Command) {
        tracing::info!(action = %command.action, order = %command.order, "a command of the server");
        let remediation = Arc::clone(&self.remediation);
        self.working.spawn_blocking(move || {
            let performed = remediation.perform(&command, Moment::now().wall);
            let told = |error| tracing::error!(%error, "beginning a command");
            performed.map_err(told).ok()
        });
    }

    /// Tells the server and the event stream of a command that was not obeyed.
    async fn report(&mut self, action: Option<ActionId>, refused: &Refused) {
        tracing::error!(?action, %refused, "a command was refused");
        let detail = match action {
            Some(action) => format!("{refused} (action {action})").into(),
            None => refused.to_string().into(),
        };
        self.tell(Tampering { kind: "command".into(), detail });
        let action_id = action.map(|action| action.bytes().to_vec()).unwrap_or_default();
        let reason = refused.to_string();
        self.say(ToServer::Refused(CommandRefused { action_id, reason })).await;
    }

    async fn say(&mut self, frame: ToServer) {
        if let Some(line) = &self.line
            && line.send(frame).await.is_err()
        {
            self.line = None;
        }
    }
}

/// The mounts that programs are executed from.
fn mounts() -> Vec<PathBuf> {
    const KINDS: [&str; 9] =
        ["ext4", "ext3", "xfs", "btrfs", "tmpfs", "overlay", "f2fs", "zfs", "vfat"];
    let text = std::fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    let mounts = text.lines().filter_map(|line| {
        let mut words = line.split(' ');
        let (_, path, kind) = (words.next()?, words.next()?, words.next()?);
        // Blanks in paths stand as octal numbers.
        KINDS.contains(&kind).then(|| PathBuf::from(path.replace("\\040", " ")))
    });
    mounts.collect()
}

/// A clock that only goes forward, also while the machine sleeps.
fn steady() -> Duration {
    Duration::from_nanos(Moment::now().boot_ns)
}
