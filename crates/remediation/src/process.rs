//! Stopping a process, or the whole tree below it.
//!
//! A process is held by a pidfd and checked against its start before it is touched, so a reused id is never hit. A tree
//! is trapped first (children die at birth), then frozen, then killed: nothing can run away in between. The first
//! process, kernel threads and the sensor itself are never touched, whoever asks.

mod table;
mod trap;

use std::{
    collections::{HashMap, HashSet},
    os::fd::OwnedFd,
    path::Path,
    time::{Duration, Instant},
};

use bartizan_model::{OutcomeItem, ProcessKey};
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal},
};

use table::Key;
pub(crate) use table::{all, boot};
use trap::Trap;

use crate::error::{RemediationError, Result};

/// The first process, and the one that kernel threads descend from.
const FIRST: u32 = 1;
const KERNEL: u32 = 2;

/// How often the tree is looked at until nothing new is found.
const PASSES: u32 = 200;
/// How long all of it may take.
const TIME: Duration = Duration::from_secs(20);
/// How long a frozen process may take to stand still, and a killed one to be gone.
const SETTLES: Duration = Duration::from_secs(5);
const LOOK: Duration = Duration::from_millis(2);
/// How often in a row nothing new must be found at the end, and how long between.
const QUIET_LOOKS: u32 = 3;
const QUIET: Duration = Duration::from_millis(10);

/// What became of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stopped {
    /// Each process, and what became of it.
    pub items: Vec<OutcomeItem>,
    /// Children that died at birth.
    pub at_birth: u64,
    /// Everything that should be gone is.
    pub complete: bool,
}

/// Stops a process, and what descends from it where `tree` says so.
///
/// # Errors
/// When it is not there (any more), or must never be stopped. Nothing was touched then.
pub fn stop(proc: &Path, key: ProcessKey, tree: bool) -> Result<Stopped, RemediationError> {
    if boot(proc) != Some(key.boot) {
        return Err(RemediationError::NotThere(format!(
            "process {} belonged to an earlier start of this machine",
            key.pid
        )));
    }
    let root = Held::hold(proc, (key.pid, key.start_ticks))?;
    if let Some(why) = protected(&root.seen) {
        return Err(RemediationError::refused(format!("{why} is never stopped")));
    }
    let mut stopping = Stopping::new(proc, tree);
    stopping.take(root);
    if tree {
        stopping.freeze_tree();
    }
    Ok(stopping.kill())
}

/// Why a process is never touched.
pub(crate) fn protected(seen: &table::Seen) -> Option<&'static str> {
    if seen.pid == FIRST {
        Some("the first process")
    } else if seen.kernel_thread || seen.pid == KERNEL || seen.parent == KERNEL {
        Some("a kernel thread")
    } else if seen.pid == std::process::id() {
        Some("the sensor")
    } else {
        None
    }
}

/// A process that cannot be mistaken: the descriptor means it and no later one with its id.
struct Held {
    seen: table::Seen,
    descriptor: OwnedFd,
}

impl Held {
    fn hold(proc: &Path, (pid, start_ticks): Key) -> Result<Self> {
        let gone = || RemediationError::NotThere(format!("process {pid} is not there any more"));
        let id = i32::try_from(pid).ok().and_then(Pid::from_raw).ok_or_else(gone)?;
        let descriptor = pidfd_open(id, PidfdFlags::empty()).map_err(|_not_there| gone())?;
        // Looked at after it is held: if the id was reused before, the start differs; if it is reused later, the
        // descriptor means one that is gone, and a signal to it reaches nobody.
        let seen = table::one(proc, pid).ok_or_else(gone)?;
        if seen.start_ticks != start_ticks {
            return Err(RemediationError::NotThere(format!(
                "process {pid} has ended; another one has its id now and was not touched"
            )));
        }
        Ok(Self { seen, descriptor })
    }

    fn signal(&self, signal: Signal) -> std::result::Result<(), rustix::io::Errno> {
        pidfd_send_signal(&self.descriptor, signal)
    }

    /// Waits until it is gone.
    fn is_gone_within(&self, limit: Duration) -> bool {
        let mut waiting = [PollFd::new(&self.descriptor, PollFlags::IN)];
        let limit = Timespec {
            tv_sec: i64::try_from(limit.as_secs()).unwrap_or(i64::MAX),
            tv_nsec: i64::from(limit.subsec_nanos()),
        };
        poll(&mut waiting, Some(&limit)).is_ok_and(|ready| ready > 0)
    }
}

/// A tree that is being stopped.
struct Stopping<'a> {
    proc: &'a Path,
    held: HashMap<Key, Held>,
    /// Everything that was ever seen to belong to the tree, also what is gone already.
    members: HashSet<Key>,
    /// The memory images of what was held: a fork has the very image of who forked it, and a program that was
    /// executed anew has another, because the kernel places each at random.
    images: HashSet<table::Image>,
    /// When the root of the tree was started: nothing older descends from it.
    root_start: u64,
    spared: Vec<OutcomeItem>,
    tree: bool,
    trap: Option<Trap>,
    begun: Instant,
}

impl<'a> Stopping<'a> {
    fn new(proc: &'a Path, tree: bool) -> Self {
        let trap = tree.then(Trap::set).and_then(|trap| {
            trap.inspect_err(|error| tracing::warn!(%error, "stopping a tree without a trap")).ok()
        });
        #[expect(clippy::disallowed_methods, reason = "a steady clock bounds the work")]
        let begun = Instant::now();
        Self {
            proc,
            held: HashMap::new(),
            members: HashSet::new(),
            images: HashSet::new(),
            root_start: 0,
            spared: Vec::new(),
            tree,
            trap,
            begun,
        }
    }

    fn take(&mut self, held: Held) {
        let key = held.seen.key();
        if self.members.is_empty() {
            self.root_start = key.1;
        }
        self.doom(key);
        if let Some(image) = held.seen.image
            && self.images.insert(image)
            && let Some(trap) = &mut self.trap
        {
            trap.doom_orphans(image, self.root_start);
        }
        self.held.insert(key, held);
    }

    fn doom(&mut self, key: Key) {
        if self.members.insert(key)
            && let Some(trap) = &mut self.trap
        {
            trap.doom(key);
        }
    }

    /// Freezes the tree: looks for descendants until none is new while everything known stands still.
    fn freeze_tree(&mut self) {
        for _ in 0..PASSES {
            for held in self.held.values() {
                if let Err(error) = held.signal(Signal::STOP) {
                    tracing::debug!(pid = held.seen.pid, %error, "one that is gone needs no stopping");
                }
            }
            self.settle();
            if !self.take_new() || self.begun.elapsed() > TIME {
                return;
            }
        }
    }

    /// Waits until everything that is held stands still: only then can it have no more children.
    fn settle(&self) {
        let mut left = SETTLES;
        while !self.held.values().all(|held| {
            let seen = table::one(self.proc, held.seen.pid);
            seen.is_none_or(|seen| seen.start_ticks != held.seen.start_ticks || seen.is_stopped())
        }) {
            if left.is_zero() {
                return;
            }
            std::thread::sleep(LOOK);
            left = left.saturating_sub(LOOK);
        }
    }

    /// Takes hold of descendants that are not held yet. Says whether there were any.
    fn take_new(&mut self) -> bool {
        let births = self.trap.as_ref().map(Trap::births).unwrap_or_default();
        let running = all(self.proc);
        let before = self.members.len();
        let mut members = self.members.clone();
        members.extend(self.orphans(&running));
        table::close_over(&mut members, &running, &births);
        // Doomed before it is held: of a chain that forks faster than it can be held, the next link dies at birth.
        for key in members {
            self.doom(key);
        }
        let new: Vec<_> = running
            .into_iter()
            .filter(|seen| {
                self.members.contains(&seen.key()) && !self.held.contains_key(&seen.key())
            })
            .filter(|seen| !seen.is_gone())
            .collect();
        let mut taken = false;
        for seen in new {
            if let Some(why) = protected(&seen) {
                let already = self.spared.iter().any(|item| *item.name == *named(&seen));
                if !already {
                    let result = format!("{why} is never stopped");
                    self.spared.push(item(&seen, &result, true));
                }
                continue;
            }
            if let Ok(held) = Held::hold(self.proc, seen.key()) {
                self.take(held);
                taken = true;
            }
        }
        taken || self.members.len() > before
    }

    /// Descendants whose parent had gone before the trap was set: they have the image of one that is held, were
    /// started after the root, and their parent of now has another image.
    fn orphans(&self, running: &[table::Seen]) -> Vec<Key> {
        let images: HashMap<u32, table::Image> =
            running.iter().filter_map(|seen| Some((seen.pid, seen.image?))).collect();
        let unknown = running.iter().filter(|seen| !self.members.contains(&seen.key()));
        let kin = unknown.filter(|seen| {
            seen.start_ticks >= self.root_start
                && seen.image.is_some_and(|image| {
                    self.images.contains(&image) && images.get(&seen.parent) != Some(&image)
                })
        });
        kin.map(table::Seen::key).collect()
    }

    /// Kills everything that is held, and says what became of it.
    fn kill(mut self) -> Stopped {
        let mut results: Vec<(Key, OutcomeItem)> = Vec::new();
        let mut complete = true;
        let mut quiet = 0;
        while quiet < QUIET_LOOKS && self.begun.elapsed() < TIME {
            let held: Vec<Held> = self.held.drain().map(|(_, held)| held).collect();
            quiet = if held.is_empty() { quiet + 1 } else { 0 };
            let refused: Vec<_> = held.iter().map(|held| held.signal(Signal::KILL).err()).collect();
            for (held, refused) in held.into_iter().zip(refused) {
                let gone = held.is_gone_within(SETTLES);
                let result = match refused {
                    _ if gone => "stopped".to_owned(),
                    Some(error) => format!("could not be stopped: {error}"),
                    None => "was told to end and has not ended yet".to_owned(),
                };
                complete &= gone;
                results.push((held.seen.key(), item(&held.seen, &result, gone)));
            }
            if !self.tree {
                break;
            }
            // What runs is caught in the trap, what waits is seen here; both are looked for until it is quiet.
            let caught = self.trap.as_ref().map_or(0, Trap::caught);
            std::thread::sleep(QUIET);
            if self.take_new() || self.trap.as_ref().map_or(0, Trap::caught) > caught {
                quiet = 0;
            }
        }
        results.sort_by_key(|((pid, _), _)| *pid);
        let mut items: Vec<OutcomeItem> = results.into_iter().map(|(_, item)| item).collect();
        items.append(&mut self.spared);
        let at_birth = self.trap.as_ref().map_or(0, Trap::caught);
        Stopped { items, at_birth, complete }
    }
}

fn named(seen: &table::Seen) -> String {
    format!("{} ({})", seen.pid, seen.name)
}

fn item(seen: &table::Seen, result: &str, done: bool) -> OutcomeItem {
    OutcomeItem { name: named(seen).into(), result: result.into(), done }
}

#[cfg(test)]
mod tests;
