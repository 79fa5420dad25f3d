//! How far a run is, for the person at the terminal: one line that is written over again.

use std::io::{self, Write as _};
use std::time::{Duration, Instant};

use bartizan_detect::{Progress, Totals};

use crate::{say, workers::now};

/// Least time between two drawings.
const PAUSE: Duration = Duration::from_millis(100);
/// Width of the bar, in characters.
const WIDTH: u64 = 30;

/// The line.
#[derive(Debug)]
pub(super) struct Bar {
    shown: bool,
    /// Bytes of all files.
    whole: u64,
    started: Instant,
    drawn: Option<Instant>,
}

impl Bar {
    pub(super) fn new(shown: bool, whole: u64) -> Self {
        Self { shown, whole, started: now(), drawn: None }
    }

    /// Draws it, if it was not drawn just now.
    pub(super) fn show(&mut self, state: Progress) {
        if !self.shown || self.drawn.is_some_and(|at| at.elapsed() < PAUSE) {
            return;
        }
        self.drawn = Some(now());
        let line = line(state, self.whole, self.started.elapsed());
        // A terminal that cannot be written to is no reason to stop.
        let _ignored = write!(io::stderr(), "\r{line}\u{1b}[K").and_then(|()| io::stderr().flush());
    }

    /// Wipes it, and says what was done.
    pub(super) fn end(&self, totals: &Totals) {
        if !self.shown {
            return;
        }
        let _ignored = write!(io::stderr(), "\r\u{1b}[K");
        let took = self.started.elapsed();
        say(&format!(
            "{} events in {:.1} s ({} a second), {} matches",
            totals.events,
            took.as_secs_f64(),
            rate(totals.events, took),
            totals.findings
        ));
    }
}

fn line(state: Progress, whole: u64, took: Duration) -> String {
    let read = state.read.min(whole);
    let share = |of: u64| read.saturating_mul(of).checked_div(whole).unwrap_or(of);
    let bar: String = (0..WIDTH).map(|at| if at < share(WIDTH) { '█' } else { '·' }).collect();
    format!(
        "{bar} {:>3}%  {} events  {} a second  {} matches",
        share(100),
        state.events,
        rate(state.events, took),
        state.findings
    )
}

fn rate(events: u64, took: Duration) -> u64 {
    let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX).max(1);
    events.saturating_mul(1_000) / millis
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use bartizan_detect::Progress;

    use super::line;

    #[test]
    fn the_line_tells_how_far_it_is() {
        let state = Progress { read: 50, events: 3_000, findings: 7 };
        let half = format!("{}{}", "█".repeat(15), "·".repeat(15));

        let text = line(state, 100, Duration::from_secs(2));

        assert_eq!(text, format!("{half}  50%  3000 events  1500 a second  7 matches"));
    }

    #[test]
    fn empty_files_are_read_at_once() {
        let state = Progress { read: 0, events: 0, findings: 0 };

        assert!(line(state, 0, Duration::ZERO).contains("100%"));
    }
}
