//! `run`: start everything, wait for the word to stop, stop everything.

use std::{
    path::Path,
    sync::{Arc, atomic::Ordering},
    thread,
    time::Duration,
};

use anyhow::Context as _;
use bartizan_spool::{Spool, SpoolConfig};
use bartizan_uplink::{Identity, LinkConfig, Uplink};
use rustix::process::{Signal, set_parent_process_death_signal};
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::{broadcast, oneshot, watch as channel},
    time::{MissedTickBehavior, interval, timeout},
};

use crate::{
    arguments::Run,
    control::{self, Answers, FOLLOWED_MAX},
    enrolment::IDENTITY,
    followed::Followed,
    respond,
    settings::{Settings, SettingsFile},
    status,
    watch::{Shared, Watch},
};

/// How long work that blocks may go on after everything else has ended.
pub(crate) const LAST_MOMENTS: Duration = Duration::from_millis(100);

/// What a power cut may take at most.
const SYNC_INTERVAL: Duration = Duration::from_secs(1);

/// How long the watching thread may take to hand over what is left.
const HAND_OVER: Duration = Duration::from_millis(600);

const MIB: u64 = 1024 * 1024;

pub(crate) async fn run(data: &Path, arguments: &Run) -> anyhow::Result<()> {
    end_with_parent(arguments)?;
    let mut terminate = signal(SignalKind::terminate()).context("listening to SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("listening to SIGINT")?;
    let mut hangup = signal(SignalKind::hangup()).context("listening to SIGHUP")?;
    let mut settings = SettingsFile::open(arguments.settings.clone());
    let identity = Identity::load(&data.join(IDENTITY))?;
    let limit_bytes = arguments.spool_mib.saturating_mul(MIB);
    let config = SpoolConfig { limit_bytes, ..SpoolConfig::default() };
    let spool = Arc::new(Spool::open(data.join("spool"), config)?);
    let uplink = Uplink::new(Arc::clone(&spool), identity.clone(), LinkConfig::default());
    let (link, shared) = (uplink.state(), Arc::new(Shared::default()));
    hand_over(&shared, &settings, Some(settings.used().clone()));
    let (followers, _) = broadcast::channel(FOLLOWED_MAX);
    let watch = Watch::attach(
        Arc::clone(&spool),
        link.clone(),
        uplink.unreadable(),
        Arc::clone(&shared),
        Followed::new(&identity, followers.clone()),
    )?;
    let status = {
        let (identity, spool, link) = (identity.clone(), Arc::clone(&spool), link.clone());
        let shared = Arc::clone(&shared);
        move || {
            let health = shared.health.lock().clone();
            status::as_json(&identity, &spool.status(), &link.borrow(), &health)
        }
    };
    if let Err(error) = control::open(data, Answers { status: Arc::new(status), followers }) {
        tracing::warn!("{error:#}: the commands on this machine cannot ask the sensor");
    }
    let (watching, mut ended) = start_watching(watch)?;
    let (stop, stopped) = channel::channel(false);
    let responding = respond::start(data, &identity, Arc::clone(&shared), stopped.clone())?;
    let sending = tokio::spawn(uplink.run(stopped));
    let mut every = interval(SYNC_INTERVAL);
    every.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let failed = loop {
        tokio::select! {
            _ = terminate.recv() => break false,
            _ = interrupt.recv() => break false,
            _ = &mut ended => break true,
            _ = hangup.recv() => {
                let new = settings.look(true);
                hand_over(&shared, &settings, new);
            }
            _ = every.tick() => {
                let new = settings.look(false);
                hand_over(&shared, &settings, new);
                keep(&spool).await;
                let health = shared.health.lock().clone();
                status::write(data, &identity, &spool.status(), &link.borrow(), &health);
            }
        }
    };
    tracing::info!("stopping");
    shared.stop.store(true, Ordering::Relaxed);
    watching.thread().unpark();
    if !failed && timeout(HAND_OVER, ended).await.is_err() {
        tracing::warn!("handing over the last events takes too long; they are left");
    }
    stop.send_replace(true);
    sending.await.context("ending the uplink")?;
    responding.end().await;
    status::remove(data);
    anyhow::ensure!(!failed, "the watching thread ended; this is a bug, please report it");
    Ok(())
}

/// Asks the kernel to end the sensor with the process that started it, where that is wanted.
fn end_with_parent(arguments: &Run) -> anyhow::Result<()> {
    if arguments.end_with_parent {
        set_parent_process_death_signal(Some(Signal::TERM))
            .context("asking to end with the process that started the sensor")?;
    }
    Ok(())
}

/// Gives the watching thread new settings, and the word about ones that cannot be used.
fn hand_over(shared: &Shared, file: &SettingsFile, new: Option<Settings>) {
    *shared.settings_problem.lock() = file.problem().map(str::to_owned);
    if let Some(new) = new {
        *shared.settings.lock() = Some(new);
        tracing::debug!("settings are handed over");
    }
}

/// Starts the watching thread; the receiver hears when it has handed everything over, or failed.
fn start_watching(watch: Watch) -> anyhow::Result<(thread::JoinHandle<()>, oneshot::Receiver<()>)> {
    let (end, ended) = oneshot::channel::<()>();
    let handle = thread::Builder::new()
        .name("watch".to_owned())
        .spawn(move || watch.run(end))
        .context("starting the watching thread")?;
    Ok((handle, ended))
}

/// Makes what came in survive a power cut.
async fn keep(spool: &Arc<Spool>) {
    let spool = Arc::clone(spool);
    if let Ok(Err(error)) = tokio::task::spawn_blocking(move || spool.sync()).await {
        tracing::error!(%error, "flushing the spool");
    }
}
