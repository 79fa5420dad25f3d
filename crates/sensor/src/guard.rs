//! What is done to the sensor itself, as far as it can notice from inside: a replaced program, a debugger, a stop.
//! What ends the sensor is noticed by its silence.

use std::{collections::BTreeSet, fs, os::unix::fs::MetadataExt as _, path::PathBuf};

use bartizan_collect::Moment;
use bartizan_model::Tampering;

/// A gap between two looks that no load of a machine explains.
const GAP_NS: u64 = 20_000_000_000;

/// The sensor's memory of how it was.
#[derive(Debug)]
pub(crate) struct Guard {
    program: PathBuf,
    file: Option<(u64, u64)>,
    looked_at: Moment,
    /// What was told and still is so.
    told: BTreeSet<String>,
}

/// What was found at one look.
#[derive(Debug, Default)]
struct Found(Vec<(&'static str, String)>);

impl Guard {
    /// Remembers how the sensor is at its start.
    pub(crate) fn new(now: Moment) -> Self {
        let program = fs::read_link("/proc/self/exe").unwrap_or_default();
        let file = fs::metadata("/proc/self/exe").ok().map(|about| (about.dev(), about.ino()));
        Self { program, file, looked_at: now, told: BTreeSet::new() }
    }

    /// What is done to the sensor and was not told yet.
    pub(crate) fn look(&mut self, now: Moment) -> Vec<Tampering> {
        let mut found = Found::default();
        let away = now.boot_ns.saturating_sub(self.looked_at.boot_ns);
        self.looked_at = now;
        if away > GAP_NS {
            // Told each time: nobody's stop looks like the last one's.
            self.told.retain(|told| !told.starts_with("stop"));
            let seconds = away / 1_000_000_000;
            found.0.push(("stop", format!("the sensor did not run for {seconds} s")));
        }
        let there = fs::metadata(&self.program).ok().map(|about| (about.dev(), about.ino()));
        if there != self.file {
            let what = if there.is_some() { "replaced" } else { "removed" };
            found.0.push(("program", format!("{} was {what}", self.program.display())));
        }
        if let Some(pid) = tracer(&fs::read_to_string("/proc/self/status").unwrap_or_default()) {
            found.0.push(("debugger", format!("process {pid} traces the sensor")));
        }
        self.news(found)
    }

    fn news(&mut self, found: Found) -> Vec<Tampering> {
        let key = |(attempt, how): &(&'static str, String)| format!("{attempt} {how}");
        let now: BTreeSet<String> = found.0.iter().map(key).collect();
        let news = found.0.iter().filter(|item| !self.told.contains(&key(item)));
        let told = |(kind, detail): &(&str, String)| Tampering {
            kind: (*kind).into(),
            detail: detail.as_str().into(),
        };
        let news = news.map(told).collect();
        self.told = now;
        news
    }
}

/// Who traces a process, from its `status`.
fn tracer(status: &str) -> Option<u32> {
    let pid = status.lines().find_map(|line| line.strip_prefix("TracerPid:"))?;
    pid.trim().parse().ok().filter(|pid| *pid != 0)
}

#[cfg(test)]
mod tests {
    use bartizan_model::Timestamp;

    use super::*;

    const SECOND: u64 = 1_000_000_000;

    fn at(seconds: u64) -> Moment {
        Moment { boot_ns: seconds * SECOND, wall: Timestamp::from_millis(0) }
    }

    fn attempts(tampering: &[Tampering]) -> Vec<&str> {
        tampering.iter().map(|attempt| &*attempt.kind).collect()
    }

    #[test]
    fn each_stop_is_told_once() {
        let mut guard = Guard::new(at(100));

        assert!(guard.look(at(101)).is_empty());
        assert_eq!(attempts(&guard.look(at(161))), ["stop"]);
        assert!(guard.look(at(162)).is_empty());
        assert_eq!(attempts(&guard.look(at(222))), ["stop"], "a second stop is news");
    }

    #[test]
    fn a_replaced_program_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("sensor");
        fs::write(&program, "one").unwrap();
        let about = fs::metadata(&program).unwrap();
        let file = Some((about.dev(), about.ino()));
        let mut guard = Guard { program: program.clone(), file, ..Guard::new(at(1)) };
        assert!(guard.look(at(2)).is_empty());

        fs::write(folder.path().join("other"), "two").unwrap();
        fs::rename(folder.path().join("other"), &program).unwrap();
        assert_eq!(attempts(&guard.look(at(3))), ["program"]);
        assert!(guard.look(at(4)).is_empty());
        fs::remove_file(&program).unwrap();
        assert_eq!(attempts(&guard.look(at(5))), ["program"]);
    }

    #[test]
    fn who_traces_is_read_from_the_status() {
        assert_eq!(tracer("Name:\tx\nTracerPid:\t77\n"), Some(77));
        assert_eq!(tracer("TracerPid:\t0\n"), None);
    }
}
