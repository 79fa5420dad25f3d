//! Functions of points and lengths of time.

use bartizan_kql::Type;
use bartizan_kql::function::Function as F;
use bartizan_kql::time::{
    TICKS_PER_DAY, TICKS_PER_HOUR, TICKS_PER_MICROSECOND, TICKS_PER_MILLISECOND, TICKS_PER_MINUTE,
    TICKS_PER_SECOND, civil_from_days, days_from_civil, days_in_month,
};
use bartizan_kql::value::{Literal, UNIX_EPOCH_TICKS};

use super::arguments::{string, whole};
use super::operator::wrong;
use super::{Arguments, Implementation, Outcome, ScalarError};
use crate::value::real_to_long;

pub(super) fn find(function: F) -> Option<Implementation> {
    Some(match function {
        F::DateTimeDiff => datetime_diff,
        F::DateTimeAdd => datetime_add,
        F::DateTimePart => datetime_part,
        F::StartOfDay => |args| bound(args, Period::Day, 0),
        F::StartOfWeek => |args| bound(args, Period::Week, 0),
        F::StartOfMonth => |args| bound(args, Period::Month, 0),
        F::StartOfYear => |args| bound(args, Period::Year, 0),
        F::EndOfDay => |args| bound(args, Period::Day, 1),
        F::EndOfWeek => |args| bound(args, Period::Week, 1),
        F::EndOfMonth => |args| bound(args, Period::Month, 1),
        F::EndOfYear => |args| bound(args, Period::Year, 1),
        F::DayOfWeek => {
            |args| whole(args.long(0).map(|ticks| weekday(ticks) * TICKS_PER_DAY), Type::TimeSpan)
        }
        F::DayOfMonth => |args| whole(args.long(0).map(|ticks| civil(ticks).2), args.ty),
        F::DayOfYear => |args| whole(args.long(0).map(day_of_year), args.ty),
        F::HourOfDay => {
            |args| whole(args.long(0).map(|ticks| of_day(ticks) / TICKS_PER_HOUR), args.ty)
        }
        F::MonthOfYear => |args| whole(args.long(0).map(|ticks| civil(ticks).1), args.ty),
        F::GetYear => |args| whole(args.long(0).map(|ticks| civil(ticks).0), args.ty),
        F::WeekOfYear => |args| whole(args.long(0).map(week_of_year), args.ty),
        F::FormatDateTime => format_datetime,
        F::FormatTimeSpan => format_timespan,
        F::MakeDateTime => make_datetime,
        F::MakeTimeSpan => make_timespan,
        F::UnixSecondsToDateTime => |args| since_1970(args, 1e7, TICKS_PER_SECOND, 1),
        F::UnixMillisecondsToDateTime => |args| since_1970(args, 1e4, TICKS_PER_MILLISECOND, 1),
        F::UnixMicrosecondsToDateTime => |args| since_1970(args, 10.0, TICKS_PER_MICROSECOND, 1),
        F::UnixNanosecondsToDateTime => |args| since_1970(args, 0.01, 1, 100),
        _ => return None,
    })
}

/// A stretch of the calendar or the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Period {
    Year,
    Quarter,
    Month,
    Week,
    Day,
    /// So many ticks.
    Clock(i64),
}

impl Period {
    fn named(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "year" => Self::Year,
            "quarter" => Self::Quarter,
            "month" => Self::Month,
            "week" => Self::Week,
            "day" => Self::Day,
            "hour" => Self::Clock(TICKS_PER_HOUR),
            "minute" => Self::Clock(TICKS_PER_MINUTE),
            "second" => Self::Clock(TICKS_PER_SECOND),
            "millisecond" => Self::Clock(TICKS_PER_MILLISECOND),
            "microsecond" => Self::Clock(TICKS_PER_MICROSECOND),
            "nanosecond" => Self::Clock(0),
            _ => return None,
        })
    }

    /// How many of these periods begin before or at the point in time, from some fixed origin.
    fn number(self, ticks: i64) -> i64 {
        let (year, month, _) = civil(ticks);
        match self {
            Self::Year => year,
            Self::Quarter => year * 4 + (month - 1) / 3,
            Self::Month => year * 12 + month - 1,
            // 0001-01-01 was a Monday, so weeks that begin on Sunday begin one day earlier.
            Self::Week => (ticks.div_euclid(TICKS_PER_DAY) + 1).div_euclid(7),
            Self::Day => ticks.div_euclid(TICKS_PER_DAY),
            Self::Clock(size) => ticks.div_euclid(size.max(1)),
        }
    }

    /// The first tick of the period with this number.
    fn start(self, number: i64) -> Option<i64> {
        let days = match self {
            Self::Year => start_of_month(number, 1)?,
            Self::Quarter => start_of_month(number.div_euclid(4), number.rem_euclid(4) * 3 + 1)?,
            Self::Month => start_of_month(number.div_euclid(12), number.rem_euclid(12) + 1)?,
            Self::Week => number.checked_mul(7)?.checked_sub(1)?,
            Self::Day => number,
            Self::Clock(size) => return number.checked_mul(size.max(1)),
        };
        days.checked_mul(TICKS_PER_DAY)
    }
}

/// Days since 0001-01-01 of the first of a month, if it is in the calendar of the language.
fn start_of_month(year: i64, month: i64) -> Option<i64> {
    (1..=10_000).contains(&year).then(|| days_from_civil(year, month, 1))
}

fn civil(ticks: i64) -> (i64, i64, i64) {
    civil_from_days(ticks.div_euclid(TICKS_PER_DAY))
}

fn of_day(ticks: i64) -> i64 {
    ticks.rem_euclid(TICKS_PER_DAY)
}

/// Days since Sunday.
fn weekday(ticks: i64) -> i64 {
    (ticks.div_euclid(TICKS_PER_DAY) + 1).rem_euclid(7)
}

fn day_of_year(ticks: i64) -> i64 {
    let (year, _, _) = civil(ticks);
    ticks.div_euclid(TICKS_PER_DAY) - days_from_civil(year, 1, 1) + 1
}

/// By ISO 8601: the week, from Monday, belongs to the year of its Thursday.
fn week_of_year(ticks: i64) -> i64 {
    let day = ticks.div_euclid(TICKS_PER_DAY);
    let thursday = day - day.rem_euclid(7) + 3;
    let (year, _, _) = civil_from_days(thursday);
    (thursday - days_from_civil(year, 1, 1)) / 7 + 1
}

/// The start of the period, or the last tick of it when `after` is one.
fn bound(args: &Arguments<'_>, period: Period, after: i64) -> Outcome {
    let offset = args.long(1).unwrap_or_default();
    let bound = args.long(0).and_then(|ticks| {
        let number = period.number(ticks).checked_add(offset)?.checked_add(after)?;
        period.start(number)?.checked_sub(after)
    });
    whole(bound, Type::DateTime)
}

fn period(args: &Arguments<'_>, function: &str) -> Result<Period, ScalarError> {
    Period::named(args.text(0))
        .ok_or_else(|| wrong(format!("{function}: no period `{}`", args.text(0))))
}

fn datetime_diff(args: &Arguments<'_>) -> Outcome {
    let period = period(args, "datetime_diff")?;
    let (Some(left), Some(right)) = (args.long(1), args.long(2)) else { return Ok(Literal::Null) };
    if period == Period::Clock(0) {
        return whole((left - right).checked_mul(100), Type::Long);
    }
    whole(Some(period.number(left) - period.number(right)), Type::Long)
}

fn datetime_add(args: &Arguments<'_>) -> Outcome {
    let period = period(args, "datetime_add")?;
    let (Some(amount), Some(ticks)) = (args.long(1), args.long(2)) else {
        return Ok(Literal::Null);
    };
    let added = match period {
        Period::Year => add_months(ticks, amount.saturating_mul(12)),
        Period::Quarter => add_months(ticks, amount.saturating_mul(3)),
        Period::Month => add_months(ticks, amount),
        Period::Week => amount.checked_mul(7 * TICKS_PER_DAY).and_then(|by| ticks.checked_add(by)),
        Period::Day => amount.checked_mul(TICKS_PER_DAY).and_then(|by| ticks.checked_add(by)),
        Period::Clock(0) => ticks.checked_add(amount / 100),
        Period::Clock(size) => amount.checked_mul(size).and_then(|by| ticks.checked_add(by)),
    };
    whole(added, Type::DateTime)
}

/// The same day and time some months later; the last day of a month that is too short.
fn add_months(ticks: i64, months: i64) -> Option<i64> {
    let (year, month, day) = civil(ticks);
    let number = (year * 12 + month - 1).checked_add(months)?;
    let (year, month) = (number.div_euclid(12), number.rem_euclid(12) + 1);
    if !(1..=9999).contains(&year) {
        return None;
    }
    let day = day.min(days_in_month(year, month));
    Some(days_from_civil(year, month, day) * TICKS_PER_DAY + of_day(ticks))
}

fn datetime_part(args: &Arguments<'_>) -> Outcome {
    let Some(ticks) = args.long(1) else { return Ok(Literal::Null) };
    let (year, month, day) = civil(ticks);
    let fraction = of_day(ticks) % TICKS_PER_SECOND;
    let part = match args.text(0).to_ascii_lowercase().as_str() {
        "year" => year,
        "quarter" => (month - 1) / 3 + 1,
        "month" => month,
        "week_of_year" | "weekofyear" => week_of_year(ticks),
        "day" => day,
        "dayofyear" => day_of_year(ticks),
        "hour" => of_day(ticks) / TICKS_PER_HOUR,
        "minute" => of_day(ticks) / TICKS_PER_MINUTE % 60,
        "second" => of_day(ticks) / TICKS_PER_SECOND % 60,
        "millisecond" => fraction / TICKS_PER_MILLISECOND,
        "microsecond" => fraction / TICKS_PER_MICROSECOND,
        "nanosecond" => fraction * 100,
        other => return Err(wrong(format!("datetime_part: no part `{other}`"))),
    };
    whole(Some(part), args.ty)
}

fn make_datetime(args: &Arguments<'_>) -> Outcome {
    let part = |index: usize, default: i64| {
        if index < args.len() { args.long(index) } else { Some(default) }
    };
    let made = (|| {
        let (year, month, day) = (part(0, 1)?, part(1, 1)?, part(2, 1)?);
        let (hour, minute) = (part(3, 0)?, part(4, 0)?);
        let second = if args.len() > 5 { args.real(5)? } else { 0.0 };
        let valid = (1..=9999).contains(&year)
            && (1..=12).contains(&month)
            && (1..=days_in_month(year, month)).contains(&day)
            && (0..24).contains(&hour)
            && (0..60).contains(&minute)
            && (0.0..60.0).contains(&second);
        let ticks = real_to_long((second * 1e7).round())?;
        valid.then(|| {
            days_from_civil(year, month, day) * TICKS_PER_DAY
                + hour * TICKS_PER_HOUR
                + minute * TICKS_PER_MINUTE
                + ticks
        })
    })();
    whole(made, Type::DateTime)
}

fn make_timespan(args: &Arguments<'_>) -> Outcome {
    let parts: Option<Vec<f64>> = (0..args.len()).map(|index| args.real(index)).collect();
    let ticks = match parts.as_deref() {
        Some([hours, minutes]) => clock(0.0, *hours, *minutes, 0.0),
        Some([hours, minutes, seconds]) => clock(0.0, *hours, *minutes, *seconds),
        Some([days, hours, minutes, seconds]) => clock(*days, *hours, *minutes, *seconds),
        _ => None,
    };
    whole(ticks, Type::TimeSpan)
}

fn clock(days: f64, hours: f64, minutes: f64, seconds: f64) -> Option<i64> {
    let total = ((days * 24.0 + hours) * 60.0 + minutes) * 60.0 + seconds;
    real_to_long((total * 1e7).round())
}

/// From a number of units since 1970: `per_unit` ticks for a real, `times / over` for a whole one.
fn since_1970(args: &Arguments<'_>, per_unit: f64, times: i64, over: i64) -> Outcome {
    let ticks = match args.value(0) {
        Literal::Real(number) => real_to_long((number * per_unit).round()),
        _ => args
            .long(0)
            .and_then(|number| number.checked_mul(times))
            .map(|ticks| ticks.div_euclid(over)),
    };
    whole(ticks.and_then(|ticks| ticks.checked_add(UNIX_EPOCH_TICKS)), Type::DateTime)
}

fn format_datetime(args: &Arguments<'_>) -> Outcome {
    let Some(ticks) = args.long(0) else { return string("") };
    let (year, month, day) = civil(ticks);
    let hour = of_day(ticks) / TICKS_PER_HOUR;
    let mut out = String::new();
    for (letter, width, plain) in runs(args.text(1)) {
        let number = match letter {
            'y' if width <= 2 => year % 100,
            'y' => year,
            'M' => month,
            'd' => day,
            'H' => hour,
            'h' => {
                if hour % 12 == 0 {
                    12
                } else {
                    hour % 12
                }
            }
            'm' => of_day(ticks) / TICKS_PER_MINUTE % 60,
            's' => of_day(ticks) / TICKS_PER_SECOND % 60,
            'f' | 'F' => {
                push_fraction(&mut out, ticks, width, letter)?;
                continue;
            }
            't' => {
                out.push_str(if hour < 12 { "AM" } else { "PM" });
                continue;
            }
            _ => {
                push_delimiter(&mut out, &plain, "format_datetime", "/-:,. _[]")?;
                continue;
            }
        };
        if (matches!(letter, 'M' | 'd') && width > 2) || (letter == 'y' && width != 2 && width != 4)
        {
            return Err(wrong(format!("format_datetime: no format `{plain}`")));
        }
        out.push_str(&format!("{number:0width$}"));
    }
    string(out)
}

fn format_timespan(args: &Arguments<'_>) -> Outcome {
    let Some(span) = args.long(0) else { return string("") };
    let mut out = String::new();
    let ticks = span.saturating_abs();
    for (letter, width, plain) in runs(args.text(1)) {
        let number = match letter {
            'd' => ticks / TICKS_PER_DAY,
            'H' | 'h' => ticks / TICKS_PER_HOUR % 24,
            'm' => ticks / TICKS_PER_MINUTE % 60,
            's' => ticks / TICKS_PER_SECOND % 60,
            'f' | 'F' => {
                push_fraction(&mut out, ticks, width, letter)?;
                continue;
            }
            _ => {
                push_delimiter(&mut out, &plain, "format_timespan", "/-:,. _[]")?;
                continue;
            }
        };
        out.push_str(&format!("{number:0width$}"));
    }
    string(out)
}

/// `fff` always shows its digits, `FFF` not the zeros at their end.
fn push_fraction(
    out: &mut String,
    ticks: i64,
    width: usize,
    letter: char,
) -> Result<(), ScalarError> {
    if width > 7 {
        return Err(wrong("a fraction of more than seven digits"));
    }
    let digits = format!("{:07}", ticks.rem_euclid(TICKS_PER_SECOND));
    let shown = digits.get(..width).unwrap_or_default();
    out.push_str(if letter == 'F' { shown.trim_end_matches('0') } else { shown });
    Ok(())
}

fn push_delimiter(
    out: &mut String,
    plain: &str,
    function: &str,
    allowed: &str,
) -> Result<(), ScalarError> {
    if plain.chars().any(|letter| !allowed.contains(letter)) {
        return Err(wrong(format!("{function}: no format `{plain}`")));
    }
    out.push_str(plain);
    Ok(())
}

/// The format as runs of one letter: the letter, how many, and the run itself.
fn runs(format: &str) -> Vec<(char, usize, String)> {
    let mut runs: Vec<(char, usize, String)> = Vec::new();
    for letter in format.chars() {
        match runs.last_mut() {
            Some((last, width, plain)) if *last == letter => {
                *width += 1;
                plain.push(letter);
            }
            _ => runs.push((letter, 1, letter.to_string())),
        }
    }
    runs
}
