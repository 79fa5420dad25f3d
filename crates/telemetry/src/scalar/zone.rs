//! Times in UTC and on the clocks of a zone.

use bartizan_kql::time::TICKS_PER_SECOND;
use bartizan_kql::value::UNIX_EPOCH_TICKS;
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, civil};

use super::Arguments;

/// A time in UTC as the clocks of a zone show it.
pub(super) fn to_local(args: &Arguments<'_>) -> Option<i64> {
    let ticks = args.long(0)?;
    let zone = TimeZone::get(args.text(1)).ok()?;
    let offset = zone.to_offset(timestamp(ticks)?);
    ticks.checked_add(i64::from(offset.seconds()) * TICKS_PER_SECOND)
}

/// What the clocks of a zone show as a time in UTC. A time that the clocks leave out, or show twice, is
/// taken as if they had gone forward before it.
pub(super) fn to_utc(args: &Arguments<'_>) -> Option<i64> {
    let ticks = args.long(0)?;
    let zone = TimeZone::get(args.text(1)).ok()?;
    let shown: civil::DateTime = Offset::UTC.to_datetime(timestamp(ticks)?);
    let at = zone.to_ambiguous_timestamp(shown).earlier().ok()?;
    let since = i64::try_from(at.as_nanosecond().div_euclid(100)).ok()?;
    since.checked_add(UNIX_EPOCH_TICKS)
}

fn timestamp(ticks: i64) -> Option<Timestamp> {
    let nanos = (i128::from(ticks) - i128::from(UNIX_EPOCH_TICKS)) * 100;
    Timestamp::from_nanosecond(nanos).ok()
}
