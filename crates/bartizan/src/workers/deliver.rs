//! Tells people of incidents: takes what is due from the queue, delivers it, and keeps how it went.
//!
//! The queue is filled where incidents are kept, in the same transaction. What does not arrive is tried again, later
//! each time, and given up in the end; a channel that does not answer holds up no other.

mod syslog;
mod webhook;

use std::{
    collections::HashSet,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use anyhow::Context as _;
use bartizan_model::Timestamp;
use bartizan_store::{Notification, NotificationChannel, Store};

use super::{Rooms, clock};

/// How often the queue is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(1_000);
/// How many are taken at once.
const TAKEN_AT_ONCE: u32 = 32;
/// A notification is given up after so many tries.
const TRIES_MAX: u32 = 8;
/// How long after the first failure it is tried again; each time four times as long.
const FIRST_WAIT: Duration = Duration::from_secs(15);
/// The longest wait.
const LONGEST_WAIT: Duration = Duration::from_secs(3_600);
/// How long a receiver may take.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Longest reason that is kept.
const PROBLEM_MAX: usize = 300;

/// Deliver until told to end.
pub(super) fn deliver_all(rooms: &Rooms, stop: &AtomicBool) {
    let webhooks = webhook::Webhooks::new();
    while !stop.load(Ordering::Relaxed) {
        match deliver_due(&rooms.store, &webhooks, clock, stop) {
            Ok(0) => std::thread::sleep(LOOK_EVERY),
            Ok(_) => {}
            Err(error) => {
                tracing::error!("delivering notifications: {error:#}");
                std::thread::sleep(LOOK_EVERY);
            }
        }
    }
}

/// Tries what is due, and says how many there were.
fn deliver_due(
    store: &Store,
    webhooks: &webhook::Webhooks,
    clock: impl Fn() -> Timestamp,
    stop: &AtomicBool,
) -> anyhow::Result<usize> {
    let due = store.notifications_due(clock(), TAKEN_AT_ONCE).context("finding what is due")?;
    let many = due.len();
    let mut silent = HashSet::new();
    for (told, channel) in due {
        if silent.contains(&channel.number) || stop.load(Ordering::Relaxed) {
            continue;
        }
        let outcome = deliver(webhooks, &told, &channel);
        let at = clock();
        if let Err(error) = &outcome {
            let again = next_try(told.tries + 1, at).filter(|_| channel.enabled);
            let problem: String = format!("{error:#}").chars().take(PROBLEM_MAX).collect();
            store.notification_tried(told.number, at, Err((&problem, again)))?;
            silent.insert(channel.number);
            store.put_channel_off(told.tenant, channel.number, at.plus(FIRST_WAIT))?;
        } else {
            store.notification_tried(told.number, at, Ok(()))?;
        }
    }
    Ok(many)
}

fn deliver(
    webhooks: &webhook::Webhooks,
    told: &Notification,
    channel: &NotificationChannel,
) -> anyhow::Result<()> {
    anyhow::ensure!(channel.enabled, "the channel is switched off");
    match channel.kind.as_str() {
        "webhook" => webhooks.deliver(told, channel),
        "syslog" => syslog::deliver(told, &channel.target),
        other => anyhow::bail!("this server delivers no notifications by {other}"),
    }
}

/// When it is tried again after so many tries; `None` when it is given up.
fn next_try(tries: u32, now: Timestamp) -> Option<Timestamp> {
    if tries >= TRIES_MAX {
        return None;
    }
    let longer = 4_u32.saturating_pow(tries.saturating_sub(1));
    Some(now.plus(FIRST_WAIT.saturating_mul(longer).min(LONGEST_WAIT)))
}

#[cfg(test)]
mod tests;
