//! Indicators: known hashes, addresses, domains and URLs, with what is to be done when one is seen.
//!
//! [`IndicatorSet`] holds a million of them in one table and answers in well under a microsecond; it is made once and
//! never changed, so that whoever swaps it for another stalls nobody. [`import`] reads lists as people exchange them.
//!
//! This room knows neither where indicators are kept nor what becomes of a sighting; it reads no clock.

mod canonical;
mod import;
mod indicator;
mod observable;
mod set;

pub use canonical::{Observable, ValueError};
pub use import::{Defaults, Format, ImportProblem, Imported, import};
pub use indicator::{Action, Indicator, Kind, Scope};
pub use observable::{Sighted, observables};
pub use set::{IndicatorSet, Match, Seen};
