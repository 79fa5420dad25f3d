//! How often somebody may try to sign in.

use std::{collections::HashMap, time::Duration};

use bartizan_model::Timestamp;

use crate::Refusal;

/// Failures are forgotten after this.
const WINDOW: Duration = Duration::from_secs(15 * 60);
/// Failures of one name from one address.
const PER_NAME: usize = 5;
/// Failures of one address, whatever the name.
const PER_ADDRESS: usize = 30;
/// How many names and addresses are remembered; beyond it the ones with the oldest failure are forgotten.
const REMEMBERED: usize = 20_000;

/// Recent failures.
#[derive(Debug, Default)]
pub(crate) struct Attempts {
    failures: HashMap<String, Vec<Timestamp>>,
}

impl Attempts {
    /// Whether another try is allowed now.
    pub(crate) fn check(&self, name: &str, address: &str, now: Timestamp) -> Result<(), Refusal> {
        let name = named(name, address);
        let waits = [(name.as_str(), PER_NAME), (address, PER_ADDRESS)].map(|(key, most)| {
            let recent = self.failures.get(key).map_or(&[][..], Vec::as_slice);
            let recent: Vec<_> = recent.iter().filter(|at| now.since(**at) < WINDOW).collect();
            let first = recent.len().checked_sub(most).and_then(|at| recent.get(at));
            first.map_or(0, |at| WINDOW.saturating_sub(now.since(**at)).as_secs())
        });
        match waits.into_iter().max() {
            Some(seconds) if seconds > 0 => Err(Refusal::TooMany { seconds }),
            _ => Ok(()),
        }
    }

    /// Remembers a failure.
    pub(crate) fn failed(&mut self, name: &str, address: &str, now: Timestamp) {
        for (key, most) in [(named(name, address), PER_NAME), (address.to_owned(), PER_ADDRESS)] {
            let failures = self.failures.entry(key).or_default();
            failures.retain(|at| now.since(*at) < WINDOW);
            failures.push(now);
            let surplus = failures.len().saturating_sub(most);
            failures.drain(..surplus);
        }
        if self.failures.len() > REMEMBERED {
            self.failures.retain(|_, times| times.iter().any(|at| now.since(*at) < WINDOW));
        }
        while self.failures.len() > REMEMBERED {
            let oldest = self.failures.iter().min_by_key(|(_, times)| times.last().copied());
            let Some(oldest) = oldest.map(|(key, _)| key.clone()) else { break };
            self.failures.remove(&oldest);
        }
    }

    /// Forgets the failures of who came in.
    pub(crate) fn succeeded(&mut self, name: &str, address: &str) {
        self.failures.remove(&named(name, address));
    }
}

fn named(name: &str, address: &str) -> String {
    let name: String = name.to_lowercase().chars().take(100).collect();
    format!("{name}@{address}")
}
