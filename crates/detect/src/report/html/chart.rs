//! When it happened: a bar for each stretch of time, coloured by severity.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use bartizan_sigma::Level;
use jiff::Timestamp;

use crate::report::{LEVELS, counted, moment};

/// Seconds in an hour.
const HOUR: i64 = 3_600;
/// Most bars side by side.
const BARS_MAX: i64 = 120;
/// Width and height of the drawing.
const SIZE: (f64, f64) = (960.0, 120.0);

/// Matches by the hour.
#[derive(Debug, Default)]
pub(super) struct Hours(BTreeMap<i64, BTreeMap<Level, u64>>);

impl Hours {
    pub(super) fn add(&mut self, time: Timestamp, level: Level) {
        let hour = time.as_second().div_euclid(HOUR);
        *self.0.entry(hour).or_default().entry(level).or_default() += 1;
    }

    /// The drawing; nothing when all happened within an hour.
    pub(super) fn svg(&self) -> String {
        let (Some((first, _)), Some((last, _))) =
            (self.0.first_key_value(), self.0.last_key_value())
        else {
            return String::new();
        };
        if first == last {
            return String::new();
        }
        let hours = whole_days((last - first) / BARS_MAX + 1);
        let bars = (last - first) / hours + 1;
        let mut stacks: BTreeMap<i64, BTreeMap<Level, u64>> = BTreeMap::new();
        for (hour, levels) in &self.0 {
            let stack = stacks.entry((hour - first) / hours).or_default();
            for (level, count) in levels {
                *stack.entry(*level).or_default() += count;
            }
        }
        let highest = stacks.values().map(|s| s.values().sum::<u64>()).max().unwrap_or(1).max(1);
        let width = SIZE.0 / float(bars);
        let mut svg = format!(
            "<section>\n<h2>When</h2>\n<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"Matches over time\">\n",
            SIZE.0, SIZE.1
        );
        for (bar, stack) in &stacks {
            svg += &bar_svg(*bar, stack, highest, width, start(first + bar * hours));
        }
        let _infallible = write!(
            svg,
            "</svg>\n<p class=\"axis\"><span>{}</span><span>{} each bar</span><span>{}</span></p>\n</section>\n",
            start(*first),
            length(hours),
            start(*last)
        );
        svg
    }
}

/// Two days and more are rounded up to whole ones.
fn whole_days(hours: i64) -> i64 {
    if hours < 48 { hours } else { (hours + 23) / 24 * 24 }
}

fn length(hours: i64) -> String {
    let (number, noun) = if hours < 48 { (hours, "hour") } else { (hours / 24, "day") };
    counted(u64::try_from(number).unwrap_or(1), noun)
}

fn bar_svg(
    bar: i64,
    stack: &BTreeMap<Level, u64>,
    highest: u64,
    width: f64,
    start: String,
) -> String {
    let mut svg = String::new();
    let mut bottom = SIZE.1;
    for level in LEVELS {
        let Some(count) = stack.get(&level) else { continue };
        // A single match among thousands is still to be seen.
        let height = (share(*count, highest) * SIZE.1).max(1.5);
        bottom = (bottom - height).max(0.0);
        let _infallible = writeln!(
            svg,
            "<rect class=\"{0}\" x=\"{1:.1}\" y=\"{bottom:.1}\" width=\"{2:.1}\" height=\"{height:.1}\"><title>{start}: \
             {count} {0}</title></rect>",
            level.name(),
            float(bar) * width,
            (width - 1.0).max(1.0),
        );
    }
    svg
}

fn start(hour: i64) -> String {
    Timestamp::from_second(hour.saturating_mul(HOUR)).map_or(String::new(), moment)
}

#[expect(clippy::cast_precision_loss, reason = "numbers of bars and matches, for drawing")]
fn share(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64
}

#[expect(clippy::cast_precision_loss, reason = "numbers of bars, for drawing")]
fn float(number: i64) -> f64 {
    number as f64
}
