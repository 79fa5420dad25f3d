//! Keeps the sensor within its ceilings: what it uses is looked at each second, and while that is too much the least
//! telling kinds are left out, and counted. Processes are told whatever it costs.

use anyhow::ensure;
use bartizan_collect::Shedding;
use serde::Deserialize;

/// How long is averaged over: a burst is no overload.
const WINDOW_NS: u64 = 10_000_000_000;
/// How long it must have been calm before one more kind is told again.
const CALM_NS: u64 = 30_000_000_000;
const MILLI_NS: u64 = 1_000_000;
const MIB: u64 = 1024 * 1024;

/// What the sensor may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Ceilings {
    /// Percent of one processor.
    processor_percent: u64,
    /// MiB of memory.
    memory_mib: u64,
}

impl Default for Ceilings {
    fn default() -> Self {
        // Below those of the service unit, which throttles and ends.
        Self { processor_percent: 40, memory_mib: 192 }
    }
}

impl Ceilings {
    /// Refuses what the sensor cannot live with.
    pub(crate) fn check(self) -> anyhow::Result<()> {
        ensure!(
            (2..=1_600).contains(&self.processor_percent),
            "ceilings.processor_percent must lie between 2 and 1600"
        );
        ensure!(
            (64..=65_536).contains(&self.memory_mib),
            "ceilings.memory_mib must lie between 64 and 65536"
        );
        Ok(())
    }
}

/// Decides how much is left out.
#[derive(Debug)]
pub(crate) struct Governor {
    ceilings: Ceilings,
    shedding: Shedding,
    /// When the present window began, and what had been used by then.
    window: Option<(u64, u64)>,
    /// Since when less than half of what may be is used.
    calm_since: Option<u64>,
}

impl Governor {
    pub(crate) const fn new(ceilings: Ceilings) -> Self {
        Self { ceilings, shedding: Shedding::Nothing, window: None, calm_since: None }
    }

    pub(crate) const fn set(&mut self, ceilings: Ceilings) {
        self.ceilings = ceilings;
    }

    /// What is to be left out from now on, after a look at what is used.
    pub(crate) fn judge(&mut self, now_ns: u64, cpu_millis: u64, resident: u64) -> Shedding {
        let (since, used) = *self.window.get_or_insert((now_ns, cpu_millis));
        let passed = now_ns.saturating_sub(since);
        if passed < WINDOW_NS {
            return self.shedding;
        }
        self.window = Some((now_ns, cpu_millis));
        let spent = cpu_millis.saturating_sub(used).saturating_mul(MILLI_NS);
        let percent = spent.saturating_mul(100) / passed.max(1);
        let memory = self.ceilings.memory_mib.saturating_mul(MIB);
        if percent > self.ceilings.processor_percent || resident > memory {
            self.calm_since = None;
            self.shedding = self.shedding.more();
        } else if percent * 2 > self.ceilings.processor_percent {
            // Neither too much nor calm: as it is.
            self.calm_since = None;
        } else if now_ns.saturating_sub(*self.calm_since.get_or_insert(since)) >= CALM_NS {
            self.calm_since = None;
            self.shedding = self.shedding.less();
        }
        self.shedding
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    /// Uses so many percent for so many seconds, looked at each second.
    fn uses(governor: &mut Governor, now: &mut (u64, u64), percent: u64, seconds: u64) -> Shedding {
        let mut shedding = Shedding::Nothing;
        for _ in 0..seconds {
            *now = (now.0 + SECOND, now.1 + percent * 10);
            shedding = governor.judge(now.0, now.1, 50 * MIB);
        }
        shedding
    }

    #[test]
    fn an_overload_leaves_out_more_and_more_and_calm_brings_it_back() {
        let mut governor = Governor::new(Ceilings::default());
        let mut now = (0, 0);

        assert_eq!(uses(&mut governor, &mut now, 39, 61), Shedding::Nothing);
        assert_eq!(uses(&mut governor, &mut now, 100, 10), Shedding::Files);
        assert_eq!(uses(&mut governor, &mut now, 100, 10), Shedding::AllButProcesses);
        assert_eq!(uses(&mut governor, &mut now, 100, 60), Shedding::AllButProcesses);
        assert_eq!(uses(&mut governor, &mut now, 30, 120), Shedding::AllButProcesses);
        assert_eq!(uses(&mut governor, &mut now, 5, 45), Shedding::Files);
        assert_eq!(uses(&mut governor, &mut now, 5, 45), Shedding::Nothing);
    }

    #[test]
    fn a_burst_is_no_overload() {
        let mut governor = Governor::new(Ceilings::default());
        let mut now = (0, 0);

        assert_eq!(uses(&mut governor, &mut now, 5, 7), Shedding::Nothing);
        assert_eq!(uses(&mut governor, &mut now, 100, 3), Shedding::Nothing);
        assert_eq!(uses(&mut governor, &mut now, 5, 20), Shedding::Nothing);
    }

    #[test]
    fn too_much_memory_is_an_overload() {
        let mut governor = Governor::new(Ceilings::default());
        let judged: Vec<Shedding> =
            (0..12).map(|second| governor.judge(second * SECOND, 0, 500 * MIB)).collect();

        assert_eq!((judged[0], judged[11]), (Shedding::Nothing, Shedding::Files));
    }
}
