//! Points in time written with words, as in mail headers: `Sat, 8 Nov 14 15:05:02 GMT`; and dates whose
//! fields stand apart: `2025, 6, 14`.

use super::{
    DateTimeTicks, MAX_DATETIME, TICKS_PER_DAY, TICKS_PER_HOUR, days_from_civil, days_in_month,
    parse_clock, split_zone,
};

const MONTHS: &[&str] = &[
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
const DAYS: &[&str] =
    &["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// What has been read of a point in time.
#[derive(Default)]
struct Reading {
    month: Option<i64>,
    numbers: Vec<i64>,
    of_day: Option<i64>,
    zone: i64,
}

pub(super) fn parse(text: &str) -> Option<DateTimeTicks> {
    /// Longer texts are no dates.
    const MAX_TEXT: usize = 80;
    if text.len() > MAX_TEXT {
        return None;
    }
    let mut reading = Reading::default();
    let mut pieces = text.split([' ', ',']).filter(|piece| !piece.is_empty()).peekable();
    while let Some(piece) = pieces.next() {
        let half = pieces
            .peek()
            .filter(|next| next.eq_ignore_ascii_case("am") || next.eq_ignore_ascii_case("pm"));
        if piece.contains(':') && reading.of_day.is_some() {
            reading.zone = zone(piece)?;
        } else if piece.contains(':') {
            let (clock, zone) = split_zone(piece)?;
            let clock = half.map_or_else(|| clock.to_owned(), |half| format!("{clock}{half}"));
            reading.of_day = Some(parse_clock(&clock)?);
            reading.zone = zone;
            if half.is_some() {
                pieces.next();
            }
        } else if reading.of_day.is_some() && piece.starts_with(['+', '-']) {
            reading.zone = zone(piece)?;
        } else {
            reading.date_piece(piece)?;
        }
    }
    reading.ticks()
}

/// `+01:00`, `-0500`
fn zone(piece: &str) -> Option<i64> {
    let (clock, zone) = split_zone(piece)?;
    clock.is_empty().then_some(zone)
}

impl Reading {
    /// Part of a date: a word, a number, or several of them with hyphens.
    fn date_piece(&mut self, piece: &str) -> Option<()> {
        for part in piece.split('-').filter(|part| !part.is_empty()) {
            if let Ok(number) = part.parse::<i64>() {
                self.numbers.push(number);
                continue;
            }
            let word = part.trim_end_matches('.').to_ascii_lowercase();
            let is_start = |name: &str| word.len() >= 3 && name.starts_with(word.as_str());
            if let Some(month) = MONTHS.iter().position(|name| is_start(name)) {
                if self.month.is_some() {
                    return None;
                }
                self.month = Some(i64::try_from(month).ok()? + 1);
            } else if !DAYS.iter().any(|name| is_start(name))
                && !matches!(word.as_str(), "gmt" | "utc" | "z")
            {
                return None;
            }
        }
        Some(())
    }

    fn ticks(&self) -> Option<DateTimeTicks> {
        let (year, month, day) = match (self.month, &self.numbers[..]) {
            (Some(month), [day, year]) if *day <= 31 => (*year, month, *day),
            (Some(month), [year, day]) => (*year, month, *day),
            (None, [year, month, day]) if *year > 31 => (*year, *month, *day),
            _ => return None,
        };
        // Two digits are a year of this century.
        let year = if (0..100).contains(&year) { year + 2000 } else { year };
        if !(1..=9999).contains(&year)
            || !(1..=12).contains(&month)
            || !(1..=days_in_month(year, month)).contains(&day)
        {
            return None;
        }
        let of_day = self.of_day.unwrap_or_default();
        let whole = days_from_civil(year, month, day).checked_mul(TICKS_PER_DAY)?;
        let ticks = whole.checked_add(of_day)?.checked_sub(self.zone)?;
        debug_assert!(of_day < 24 * TICKS_PER_HOUR, "a clock is within its day");
        (0..=MAX_DATETIME).contains(&ticks).then_some(ticks)
    }
}
