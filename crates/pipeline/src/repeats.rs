//! The same claim about the same process, moments apart, is one alert: a connection that is asked for and then
//! refused, a file that is written in ten pieces.

use std::{
    collections::{HashMap, VecDeque},
    hash::{DefaultHasher, Hash as _, Hasher as _},
    time::Duration,
};

use bartizan_model::{Alert, AlertId, Timestamp};

/// Within this time the same claim is not made again.
pub const REPEAT_WITHIN: Duration = Duration::from_secs(60);
/// Most claims remembered.
pub const REPEATS_MAX: usize = 65_536;

/// Claims made lately.
#[derive(Debug, Default)]
pub(crate) struct Repeats {
    made: HashMap<u64, (Timestamp, AlertId)>,
    order: VecDeque<u64>,
}

impl Repeats {
    /// Whether this claim was made a moment ago about another event. Remembers it if not. The same alert again (a
    /// replay) is not a repeat: it must come out as before.
    pub(crate) fn repeats(&mut self, alert: &Alert) -> bool {
        let claim = claim(alert);
        if let Some((at, id)) = self.made.get(&claim) {
            let near = alert.event_at.since(*at) <= REPEAT_WITHIN
                && at.since(alert.event_at) <= REPEAT_WITHIN;
            if near {
                return *id != alert.id;
            }
        }
        self.remember(alert);
        false
    }

    /// Remember a claim that was made.
    pub(crate) fn remember(&mut self, alert: &Alert) {
        let claim = claim(alert);
        if self.made.insert(claim, (alert.event_at, alert.id)).is_none() {
            self.order.push_back(claim);
        }
        while self.order.len() > REPEATS_MAX {
            if let Some(oldest) = self.order.pop_front() {
                self.made.remove(&oldest);
            }
        }
    }
}

/// What is claimed: by which rule, about which process, from which values.
fn claim(alert: &Alert) -> u64 {
    let mut hasher = DefaultHasher::new();
    (alert.tenant, alert.device, &alert.rule, alert.process).hash(&mut hasher);
    for matched in &alert.matched {
        (&matched.field, &matched.value).hash(&mut hasher);
    }
    // Without a process or a value the events themselves are all there is to tell claims apart.
    if alert.process.is_none() || alert.matched.is_empty() {
        alert.event.hash(&mut hasher);
    }
    hasher.finish()
}
