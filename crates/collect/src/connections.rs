//! Holds the news of a connection attempt for a moment: mostly its outcome follows at once, and one
//! event then says both.

use std::collections::{HashMap, VecDeque};

use crate::fact::Fact;

/// How long an attempt waits for its outcome.
const HOLD_NS: u64 = 1_000_000_000;
/// Most attempts that wait; beyond it the oldest is told as it is.
const HELD: usize = 4096;

/// Attempts that wait, by socket.
#[derive(Debug, Default)]
pub(crate) struct Attempts {
    held: HashMap<u64, Fact>,
    order: VecDeque<(u64, u64)>,
}

impl Attempts {
    /// An attempt was made.
    pub(crate) fn hold(&mut self, cookie: u64, fact: Fact, now_ns: u64) -> Option<Fact> {
        self.order.push_back((now_ns, cookie));
        // A socket that connects anew without an outcome of its first attempt: tell the first.
        self.held.insert(cookie, fact)
    }

    /// Its outcome is known: the attempt needs no telling.
    pub(crate) fn settle(&mut self, cookie: u64) {
        self.held.remove(&cookie);
    }

    /// Attempts whose outcome did not come in time.
    pub(crate) fn overdue(&mut self, now_ns: u64) -> Vec<Fact> {
        let mut overdue = Vec::new();
        while let Some((since_ns, cookie)) = self.order.front().copied() {
            if now_ns.saturating_sub(since_ns) < HOLD_NS && self.order.len() <= HELD {
                break;
            }
            self.order.pop_front();
            overdue.extend(self.held.remove(&cookie));
        }
        overdue
    }
}
