//! Says the same thing once: repeats within a window are counted and told as one summary, and a
//! source that floods is held to a rate.

use std::{
    collections::{HashMap, VecDeque},
    hash::Hash,
};

/// How long repeats are gathered.
const WINDOW_NS: u64 = 10 * 1_000_000_000;
/// Most windows that are open at once; beyond it the oldest closes early.
const OPEN_WINDOWS: usize = 8192;
/// Events per second that one source may cause over time, and at once.
const RATE_PER_SECOND: u64 = 200;
const BURST: u64 = 2000;
/// Most sources whose rate is followed; beyond it all start anew.
const FOLLOWED: usize = 1024;
const SECOND_NS: u64 = 1_000_000_000;

/// Counts repeats of a key and keeps the last thing that was said under it.
#[derive(Debug)]
pub(crate) struct Repeats<K, T> {
    open: HashMap<K, (u64, T)>,
    order: VecDeque<(u64, K)>,
}

/// Allows a number of events per source and time.
#[derive(Debug)]
pub(crate) struct Rates<K> {
    buckets: HashMap<K, Bucket>,
    suppressed: u64,
}

#[derive(Debug)]
struct Bucket {
    /// In nanoseconds of allowance, so that no fraction is lost.
    level_ns: u64,
    at_ns: u64,
}

impl<K: Hash + Eq + Clone, T> Repeats<K, T> {
    pub(crate) fn new() -> Self {
        Self { open: HashMap::new(), order: VecDeque::new() }
    }

    /// True when this is the first of its window and should be told at once.
    pub(crate) fn is_first(&mut self, key: &K, thing: impl FnOnce() -> T, now_ns: u64) -> bool {
        self.are_first(key, 1, thing, now_ns)
    }

    /// The same of a thing that stands for several.
    pub(crate) fn are_first(
        &mut self,
        key: &K,
        count: u64,
        thing: impl FnOnce() -> T,
        now_ns: u64,
    ) -> bool {
        if let Some((repeats, last)) = self.open.get_mut(key) {
            *repeats += count;
            *last = thing();
            return false;
        }
        self.open.insert(key.clone(), (0, thing()));
        self.order.push_back((now_ns, key.clone()));
        true
    }

    /// Closes windows that are over, or of which there are too many, and gives what was repeated
    /// with how often.
    pub(crate) fn close(&mut self, now_ns: u64) -> Vec<(T, u64)> {
        let mut closed = Vec::new();
        while let Some((opened_ns, _)) = self.order.front() {
            let over = now_ns.saturating_sub(*opened_ns) >= WINDOW_NS;
            if !over && self.order.len() <= OPEN_WINDOWS {
                break;
            }
            let Some((_, key)) = self.order.pop_front() else { break };
            if let Some((repeats, last)) = self.open.remove(&key)
                && repeats > 0
            {
                closed.push((last, repeats));
            }
        }
        closed
    }
}

impl<K: Hash + Eq + Clone> Rates<K> {
    pub(crate) fn new() -> Self {
        Self { buckets: HashMap::new(), suppressed: 0 }
    }

    /// Whether this source may cause one more event now.
    pub(crate) fn allow(&mut self, source: &K, now_ns: u64) -> bool {
        const COST_NS: u64 = SECOND_NS / RATE_PER_SECOND;
        const FULL_NS: u64 = BURST * COST_NS;
        if !self.buckets.contains_key(source) {
            if self.buckets.len() >= FOLLOWED {
                self.buckets.clear();
            }
            self.buckets.insert(source.clone(), Bucket { level_ns: FULL_NS, at_ns: now_ns });
        }
        let Some(bucket) = self.buckets.get_mut(source) else { return true };
        let gained = now_ns.saturating_sub(bucket.at_ns);
        bucket.level_ns = bucket.level_ns.saturating_add(gained).min(FULL_NS);
        bucket.at_ns = bucket.at_ns.max(now_ns);
        if bucket.level_ns < COST_NS {
            self.suppressed += 1;
            return false;
        }
        bucket.level_ns -= COST_NS;
        true
    }

    /// Events that were not told because of the rate.
    pub(crate) const fn suppressed(&self) -> u64 {
        self.suppressed
    }
}

#[cfg(test)]
mod tests {
    use super::{BURST, OPEN_WINDOWS, RATE_PER_SECOND, Rates, Repeats, SECOND_NS, WINDOW_NS};

    #[test]
    fn repeats_are_told_once_and_then_summed_up() {
        let mut repeats = Repeats::new();
        assert!(repeats.is_first(&"a", || 1, 0));
        assert!(!repeats.is_first(&"a", || 2, 1));
        assert!(!repeats.is_first(&"a", || 3, 2));
        assert!(repeats.is_first(&"b", || 9, 3));
        assert_eq!(repeats.close(WINDOW_NS - 1), []);
        assert_eq!(repeats.close(WINDOW_NS + 3), [(3, 2)]);
        assert!(repeats.is_first(&"a", || 4, WINDOW_NS + 4));
    }

    #[test]
    fn too_many_windows_close_the_oldest() {
        let mut repeats = Repeats::new();
        for key in 0..=OPEN_WINDOWS {
            assert!(repeats.is_first(&key, || key, 0));
        }
        assert!(!repeats.is_first(&0, || 0, 1));
        assert_eq!(repeats.close(1), [(0, 1)]);
    }

    #[test]
    fn a_flood_is_held_to_the_rate_and_what_is_left_out_is_counted() {
        let mut rates = Rates::new();
        let allowed = (0..BURST * 2).filter(|_| rates.allow(&"/usr/bin/cc", 5)).count();
        assert_eq!(allowed as u64, BURST);
        assert_eq!(rates.suppressed(), BURST);
        assert!(rates.allow(&"/usr/bin/vi", 5));
        let later = (0..BURST).filter(|_| rates.allow(&"/usr/bin/cc", 5 + SECOND_NS)).count();
        assert_eq!(later as u64, RATE_PER_SECOND);
    }
}
