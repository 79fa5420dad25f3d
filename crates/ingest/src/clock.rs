//! The one place of this room that reads the clock.

use std::time::{SystemTime, UNIX_EPOCH};

use bartizan_model::Timestamp;

/// Now.
#[expect(clippy::disallowed_methods, reason = "events are stamped where they come in")]
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_nanos(i64::try_from(since.as_nanos()).unwrap_or(i64::MAX))
}
