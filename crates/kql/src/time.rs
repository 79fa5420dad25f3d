//! Points and lengths of time: their text forms in the language, to and from ticks of 100 ns.

mod words;

use crate::value::{DateTimeTicks, TimeSpanTicks};

/// The ticks of a microsecond.
pub const TICKS_PER_MICROSECOND: i64 = 10;
/// The ticks of a millisecond.
pub const TICKS_PER_MILLISECOND: i64 = 10_000;
/// The ticks of a second.
pub const TICKS_PER_SECOND: i64 = 10_000_000;
/// The ticks of a minute.
pub const TICKS_PER_MINUTE: i64 = 60 * TICKS_PER_SECOND;
/// The ticks of an hour.
pub const TICKS_PER_HOUR: i64 = 60 * TICKS_PER_MINUTE;
/// The ticks of a day.
pub const TICKS_PER_DAY: i64 = 24 * TICKS_PER_HOUR;

/// The last tick of the year 9999.
pub const MAX_DATETIME: DateTimeTicks = 3_155_378_975_999_999_999;

/// `2024-01-31T12:00:00.0000000Z`
pub fn format_datetime(ticks: DateTimeTicks) -> String {
    let (year, month, day) = civil_from_days(ticks.div_euclid(TICKS_PER_DAY));
    let of_day = ticks.rem_euclid(TICKS_PER_DAY);
    let (hour, minute, second) = clock(of_day);
    let fraction = of_day % TICKS_PER_SECOND;
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{fraction:07}Z")
}

/// `[-][d.]hh:mm:ss[.fffffff]`
pub fn format_timespan(ticks: TimeSpanTicks) -> String {
    let sign = if ticks < 0 { "-" } else { "" };
    let size = ticks.unsigned_abs();
    let day = TICKS_PER_DAY.unsigned_abs();
    let days = size / day;
    let of_day = i64::try_from(size % day).unwrap_or_default();
    let (hour, minute, second) = clock(of_day);
    let fraction = of_day % TICKS_PER_SECOND;
    let days = if days > 0 { format!("{days}.") } else { String::new() };
    let fraction = if fraction > 0 { format!(".{fraction:07}") } else { String::new() };
    format!("{sign}{days}{hour:02}:{minute:02}:{second:02}{fraction}")
}

fn clock(of_day: i64) -> (i64, i64, i64) {
    let seconds = of_day / TICKS_PER_SECOND;
    (seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// The unit of a literal such as `2.5h`, in ticks; nanoseconds give less than one.
pub fn unit_ticks(unit: &str) -> Option<f64> {
    let ticks = match unit {
        "d" | "day" | "days" => TICKS_PER_DAY,
        "h" | "hr" | "hrs" | "hour" | "hours" => TICKS_PER_HOUR,
        "m" | "min" | "minute" | "minutes" => TICKS_PER_MINUTE,
        "s" | "sec" | "second" | "seconds" => TICKS_PER_SECOND,
        "ms" | "milli" | "millis" | "millisecond" | "milliseconds" => TICKS_PER_MILLISECOND,
        "micro" | "micros" | "microsecond" | "microseconds" => TICKS_PER_MICROSECOND,
        "tick" | "ticks" => 1,
        "nano" | "nanos" | "nanosecond" | "nanoseconds" => return Some(0.01),
        _ => return None,
    };
    Some(as_real(ticks))
}

/// `1d`, `2.5h`, `-3m`
pub fn parse_unit_timespan(text: &str) -> Option<TimeSpanTicks> {
    let split = text.find(|c: char| c.is_ascii_alphabetic())?;
    let (number, unit) = (text.get(..split)?.trim(), text.get(split..)?);
    let per_unit = unit_ticks(unit)?;
    if let Ok(whole) = number.parse::<i64>()
        && per_unit >= 1.0
    {
        return whole.checked_mul(from_real(per_unit)?);
    }
    from_real(number.parse::<f64>().ok()? * per_unit)
}

/// What stands in `timespan(…)`: `[-][d.]hh:mm[:ss[.fffffff]]`, a number of days, or `1h`.
pub fn parse_timespan(text: &str) -> Option<TimeSpanTicks> {
    let text = text.trim().trim_matches(|c| c == '"' || c == '\'').trim();
    let (negative, body) = match text.strip_prefix('-') {
        Some(rest) => (true, rest.trim()),
        None => (false, text),
    };
    let sign = if negative { -1 } else { 1 };
    if body.contains(':') {
        return Some(sign * parse_clock_timespan(body)?);
    }
    if let Some((number, unit)) = body.split_once(' ') {
        return Some(sign * parse_unit_timespan(&format!("{}{}", number.trim(), unit.trim()))?);
    }
    if body.ends_with(|c: char| c.is_ascii_alphabetic()) {
        return Some(sign * parse_unit_timespan(body)?);
    }
    sign.checked_mul(body.parse::<i64>().ok()?.checked_mul(TICKS_PER_DAY)?)
}

fn parse_clock_timespan(body: &str) -> Option<TimeSpanTicks> {
    let mut fields = body.split(':');
    let first = fields.next()?;
    let (days, hours) = match first.split_once('.') {
        Some((days, hours)) => (days.parse::<i64>().ok()?, hours.parse::<i64>().ok()?),
        None => (0, first.parse::<i64>().ok()?),
    };
    let minutes = fields.next()?.parse::<i64>().ok()?;
    let seconds = fields.next().map_or(Some(0), parse_seconds)?;
    if fields.next().is_some() || hours > 23 || minutes > 59 {
        return None;
    }
    days.checked_mul(TICKS_PER_DAY)?
        .checked_add(hours * TICKS_PER_HOUR + minutes * TICKS_PER_MINUTE + seconds)
}

/// `59.1234567` in ticks.
fn parse_seconds(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let seconds = whole.parse::<i64>().ok().filter(|seconds| (0..=59).contains(seconds))?;
    Some(seconds * TICKS_PER_SECOND + parse_fraction(fraction)?)
}

fn parse_fraction(digits: &str) -> Option<i64> {
    if digits.bytes().any(|b| !b.is_ascii_digit()) {
        return None;
    }
    let kept: String = digits.chars().chain("0000000".chars()).take(7).collect();
    kept.parse().ok()
}

/// What stands in `datetime(…)`: ISO 8601 and the lenient forms of the language, always UTC.
pub fn parse_datetime(text: &str) -> Option<DateTimeTicks> {
    let text = text.trim().trim_matches(|c| c == '"' || c == '\'').trim();
    parse_sortable(text).or_else(|| words::parse(text))
}

fn parse_sortable(text: &str) -> Option<DateTimeTicks> {
    let (date, time) = match text.find(['T', 't', ' ']) {
        Some(at) => (text.get(..at)?, text.get(at + 1..)?.trim()),
        None => (text, ""),
    };
    let days = parse_date(date)?;
    let (clock, zone) = split_zone(time)?;
    let of_day = if clock.is_empty() { 0 } else { parse_clock(clock)? };
    let ticks = days.checked_mul(TICKS_PER_DAY)?.checked_add(of_day)?.checked_sub(zone)?;
    (0..=MAX_DATETIME).contains(&ticks).then_some(ticks)
}

fn parse_date(date: &str) -> Option<i64> {
    let (year, month, day) = if date.contains('/') {
        let mut fields = date.split('/');
        let (month, day, year) = (fields.next()?, fields.next()?, fields.next()?);
        (year, month, day)
    } else if date.contains('-') || date.contains('.') {
        let mut fields = date.split(['-', '.']);
        let (first, second) = (fields.next()?, fields.next()?);
        match fields.next() {
            // The year comes last only where it cannot be a day.
            Some(last) if last.len() == 4 && first.len() <= 2 => (last, first, second),
            last => (first, second, last.unwrap_or("1")),
        }
    } else if date.len() == 8 {
        (date.get(..4)?, date.get(4..6)?, date.get(6..)?)
    } else if date.len() == 4 {
        (date, "1", "1")
    } else {
        return None;
    };
    let year = year.parse::<i64>().ok().filter(|year| (1..=9999).contains(year))?;
    let month = month.parse::<i64>().ok().filter(|month| (1..=12).contains(month))?;
    let day =
        day.parse::<i64>().ok().filter(|day| (1..=days_in_month(year, month)).contains(day))?;
    Some(days_from_civil(year, month, day))
}

/// A clock without its zone, and the zone's distance from UTC in ticks.
fn split_zone(time: &str) -> Option<(&str, i64)> {
    if let Some(clock) = time.strip_suffix(['Z', 'z']) {
        return Some((clock.trim(), 0));
    }
    let Some(at) = time.rfind(['+', '-']) else { return Some((time, 0)) };
    let (clock, zone) = (time.get(..at)?.trim(), time.get(at + 1..)?);
    let (hours, minutes) = match zone.split_once(':') {
        Some(parts) => parts,
        None if zone.len() == 4 => (zone.get(..2)?, zone.get(2..)?),
        None => (zone, "0"),
    };
    let size = hours.parse::<i64>().ok().filter(|hours| (0..=14).contains(hours))? * TICKS_PER_HOUR
        + minutes.parse::<i64>().ok().filter(|minutes| (0..60).contains(minutes))?
            * TICKS_PER_MINUTE;
    Some((clock, if time.get(at..=at) == Some("-") { -size } else { size }))
}

fn parse_clock(clock: &str) -> Option<i64> {
    let lower = clock.to_ascii_lowercase();
    if let Some(half) = lower.strip_suffix("am").or_else(|| lower.strip_suffix("pm")) {
        let of_day = parse_clock(half.trim())?;
        let hours = of_day / TICKS_PER_HOUR;
        if !(1..=12).contains(&hours) {
            return None;
        }
        let noon = if lower.ends_with("pm") { 12 } else { 0 };
        return Some(of_day % TICKS_PER_HOUR + (hours % 12 + noon) * TICKS_PER_HOUR);
    }
    let mut fields = clock.split(':');
    let hours = fields.next()?.parse::<i64>().ok().filter(|hours| (0..24).contains(hours))?;
    let minutes = match fields.next() {
        Some(text) => text.parse::<i64>().ok().filter(|minutes| (0..60).contains(minutes))?,
        None => 0,
    };
    let seconds = fields.next().map_or(Some(0), parse_seconds)?;
    if fields.next().is_some() {
        return None;
    }
    Some(hours * TICKS_PER_HOUR + minutes * TICKS_PER_MINUTE + seconds)
}

/// Days since 0001-01-01 of a date of the Gregorian calendar.
pub fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = of_era * 365 + of_era / 4 - of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 306
}

/// The date so many days after 0001-01-01: year, month, day.
pub fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let shifted = days + 306;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

/// The days of a month, counted from 1.
pub fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The nearest number of ticks, if there is one.
pub fn from_real(ticks: f64) -> Option<i64> {
    const LIMIT: f64 = 9.2e18;
    if !ticks.is_finite() || ticks.abs() > LIMIT {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "the range is checked above")]
    Some(ticks.round() as i64)
}

/// Ticks as a floating point number, for multiplication by a fraction.
#[expect(clippy::cast_precision_loss, reason = "the units are exact, and a fraction is not")]
pub const fn as_real(ticks: i64) -> f64 {
    ticks as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roundtrip(text: &str) -> String {
        parse_datetime(text).map_or_else(|| "not a datetime".to_owned(), format_datetime)
    }

    #[test]
    fn datetimes_are_read_in_their_strict_and_lenient_forms() {
        assert_eq!(roundtrip("2024-02-29"), "2024-02-29T00:00:00.0000000Z");
        assert_eq!(roundtrip("2024-1-2 3:04"), "2024-01-02T03:04:00.0000000Z");
        assert_eq!(roundtrip("2015-12-31T23:59:59.9999999Z"), "2015-12-31T23:59:59.9999999Z");
        assert_eq!(roundtrip("2024-01-01T00:00:00+02:00"), "2023-12-31T22:00:00.0000000Z");
        assert_eq!(roundtrip("0001-01-01"), "0001-01-01T00:00:00.0000000Z");
        assert_eq!(roundtrip("2023-02-29"), "not a datetime");
        assert_eq!(roundtrip("01-31-2022 5:06 PM"), "2022-01-31T17:06:00.0000000Z");
        assert_eq!(roundtrip("2025, 6, 14"), "2025-06-14T00:00:00.0000000Z");
        assert_eq!(roundtrip("2017 - 08 - 01"), "2017-08-01T00:00:00.0000000Z");
        assert_eq!(roundtrip("Sat, 8 Nov 14 15:05:02 GMT"), "2014-11-08T15:05:02.0000000Z");
        assert_eq!(roundtrip("Saturday, 08-Nov-14 15:05:02 GMT"), "2014-11-08T15:05:02.0000000Z");
        assert_eq!(roundtrip("Jan 2 2020"), "2020-01-02T00:00:00.0000000Z");
        assert_eq!(roundtrip("2 January 2020 10:00 +01:00"), "2020-01-02T09:00:00.0000000Z");
        assert_eq!(roundtrip("Foo 2 2020"), "not a datetime");
        assert_eq!(parse_datetime("1970-01-01"), Some(crate::value::UNIX_EPOCH_TICKS));
    }

    #[test]
    fn timespans_are_read_and_written() {
        assert_eq!(parse_unit_timespan("1.5h").map(format_timespan).as_deref(), Some("01:30:00"));
        assert_eq!(
            parse_timespan("-2.03:04:05.5").map(format_timespan).as_deref(),
            Some("-2.03:04:05.5000000")
        );
        assert_eq!(parse_timespan("7").map(format_timespan).as_deref(), Some("7.00:00:00"));
        assert_eq!(parse_timespan("99:99"), None);
    }
}
