//! Parts of a point in time, for the modifiers `minute` to `year`. All in UTC.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::event::Value;
use crate::predicate::TimePart;

/// That part of the time which the value says. Text is ISO 8601 (without an offset: UTC); numbers count from 1970 in
/// seconds, milliseconds or microseconds, told apart by their size.
pub(super) fn part(value: Value<'_>, part: TimePart) -> Option<f64> {
    let time = match value {
        Value::Str(text) => from_text(text.trim())?,
        Value::Escaped(_) => from_text(value.to_text()?.trim())?,
        Value::Int(number) => from_number(number)?,
        Value::Uint(number) => from_number(i64::try_from(number).ok()?)?,
        Value::Float(_) | Value::Bool(_) | Value::Null => return None,
    };
    Some(match part {
        TimePart::Minute => f64::from(time.minute()),
        TimePart::Hour => f64::from(time.hour()),
        TimePart::Day => f64::from(time.day()),
        TimePart::Week => f64::from(time.date().iso_week_date().week()),
        TimePart::Month => f64::from(time.month()),
        TimePart::Year => f64::from(time.year()),
    })
}

fn from_text(text: &str) -> Option<DateTime> {
    match text.parse::<Timestamp>() {
        Ok(timestamp) => Some(timestamp.to_zoned(TimeZone::UTC).datetime()),
        Err(_no_offset) => text.parse().ok(),
    }
}

fn from_number(number: i64) -> Option<DateTime> {
    let timestamp = match number.unsigned_abs() {
        0..100_000_000_000 => Timestamp::from_second(number),
        100_000_000_000..100_000_000_000_000 => Timestamp::from_millisecond(number),
        _ => Timestamp::from_microsecond(number),
    };
    Some(timestamp.ok()?.to_zoned(TimeZone::UTC).datetime())
}
