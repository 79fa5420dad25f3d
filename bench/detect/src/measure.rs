//! CPU time and memory of this process, and the figures of one row.

use std::fmt;

use anyhow::Result;

/// What a row found out.
#[derive(Debug, Clone, Copy)]
pub struct Figures {
    pub events: f64,
    pub cpu: f64,
    pub load: f64,
    pub mebibytes: f64,
    pub rules: f64,
    /// Pairs of rule and event, in one pass.
    pub matches: f64,
}

impl Figures {
    pub fn speed(&self) -> f64 {
        self.events / self.cpu
    }

    pub fn line(&self) -> String {
        let Self { events, cpu, load, mebibytes, rules, matches } = self;
        format!("{events} {cpu} {load} {mebibytes} {rules} {matches}")
    }

    pub fn read(line: &str) -> Option<Self> {
        let numbers: Vec<f64> =
            line.lines().last()?.split(' ').map(str::parse).collect::<Result<_, _>>().ok()?;
        let [events, cpu, load, mebibytes, rules, matches] = numbers.as_slice() else { return None };
        Some(Self {
            events: *events,
            cpu: *cpu,
            load: *load,
            mebibytes: *mebibytes,
            rules: *rules,
            matches: *matches,
        })
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:>12.0} {:>9.2} {:>9.2} {:>9.1} {:>7} {:>9}",
            self.speed(),
            1e6 / self.speed(),
            self.load,
            self.mebibytes,
            self.rules,
            self.matches
        )
    }
}

/// Seconds of CPU this process has used.
pub fn cpu() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// Memory in use now, in MiB.
pub fn memory() -> f64 {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let resident = pages.split(' ').nth(1).and_then(|n| n.parse::<f64>().ok()).unwrap_or(0.0);
    resident * 4096.0 / 1048576.0
}

/// Something loaded, with what that cost in CPU seconds and memory.
pub fn loaded<T>(load: impl FnOnce() -> Result<T>) -> Result<(T, f64, f64)> {
    let (before, memory_before) = (cpu(), memory());
    let value = load()?;
    Ok((value, cpu() - before, memory() - memory_before))
}

/// Repeats a pass over some events until it took long enough; gives the CPU seconds of the quickest and its result.
pub fn repeated(seconds: f64, mut pass: impl FnMut() -> usize) -> (f64, usize) {
    let (mut best, mut found, mut total) = (f64::MAX, 0, 0.0);
    while total < seconds {
        let before = cpu();
        found = pass();
        let took = cpu() - before;
        best = best.min(took);
        total += took;
    }
    (best, found)
}
