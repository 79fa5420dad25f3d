//! The thread that looks at what the machine has: all of it at the start and daily, in between what changes.

use std::{
    sync::{
        Arc,
        atomic::Ordering,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use bartizan_inventory::{Keeper, Machine};
use bartizan_model::Inventory;
use rustix::process::setpriority_process;

use crate::watch::Shared;

/// How often it looks for changes.
const LOOK: Duration = Duration::from_secs(60);

/// How often everything is told again.
const DAY: Duration = Duration::from_secs(24 * 3_600);

/// Most events that wait for the watching thread; then looking waits, too.
const WAITING_MAX: usize = 64;

/// As low as priorities go: whatever else the machine has to do comes first.
const NICE: i32 = 19;

/// Starts the thread; what it finds comes out of the receiver. It ends with the process, or when nobody listens.
pub(crate) fn start(shared: &Arc<Shared>) -> anyhow::Result<Receiver<Inventory>> {
    let (found, finds) = sync_channel(WAITING_MAX);
    let shared = Arc::clone(shared);
    thread::Builder::new()
        .name("inventory".to_owned())
        .spawn(move || look(&shared, &found))
        .context("starting the inventory")?;
    Ok(finds)
}

#[expect(clippy::disallowed_methods, reason = "a listing is due by the clock")]
fn look(shared: &Shared, found: &SyncSender<Inventory>) {
    // On Linux a thread has a priority of its own.
    if let Err(error) = setpriority_process(None, NICE) {
        tracing::debug!(%error, "lowering the priority of the inventory");
    }
    let mut keeper = Keeper::new(Machine::default());
    let mut told: Option<Instant> = None;
    while !shared.stop.load(Ordering::Relaxed) {
        let whole = told.is_none_or(|told| told.elapsed() >= DAY);
        let finds = if whole { keeper.listing() } else { keeper.news() };
        if whole {
            told = Some(Instant::now());
        }
        if finds.into_iter().any(|inventory| found.send(inventory).is_err()) {
            return;
        }
        thread::park_timeout(LOOK);
    }
}
