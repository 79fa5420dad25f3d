//! Which alerts tell one story, and how grave it is.
//!
//! Deterministic, and published in `docs/concepts/incidents.md`: alerts of one process family on one device are
//! one incident; nothing common alone (a user, a shell, an address) ever joins alerts. Whatever the order in which
//! alerts come, and however often, the same alerts stand together. This room does not know rules, storage or
//! people's decisions, except that a resolved incident takes no more alerts.

mod correlator;
mod story;

pub use correlator::{Correlator, Joined};
pub use story::{ALERTS_MAX, STORY_GAP_MAX};
