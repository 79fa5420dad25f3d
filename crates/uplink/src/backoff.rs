//! How long to wait before trying again: longer each time, and never all sensors at once.

use std::time::Duration;

use rand::Rng as _;

const FIRST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(60);

/// Exponential back-off with full jitter.
#[derive(Debug, Default)]
pub(crate) struct Backoff {
    failures: u32,
}

impl Backoff {
    /// The next try may begin after this.
    pub(crate) fn next(&mut self) -> Duration {
        let most = ceiling(self.failures);
        self.failures = self.failures.saturating_add(1);
        rand::rng().random_range(Duration::ZERO..=most)
    }

    /// It worked: the next failure is the first again.
    pub(crate) fn succeeded(&mut self) {
        self.failures = 0;
    }
}

/// The longest wait after so many failures.
fn ceiling(failures: u32) -> Duration {
    FIRST.saturating_mul(2_u32.saturating_pow(failures)).min(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_a_minute_and_stay_there() {
        let ceilings: Vec<u64> = (0..9).map(|n| ceiling(n).as_secs()).collect();
        assert_eq!(ceilings, [0, 1, 2, 4, 8, 16, 32, 60, 60]);
        let mut backoff = Backoff::default();
        assert!((0..200).all(|_| backoff.next() <= LONGEST));
    }
}
