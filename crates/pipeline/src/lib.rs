//! Enrich → detect → correlate: one function from events to what they change.
//!
//! [`step`] is the whole of the server's thinking. The worker, the attack scenarios and the simulator call it; it
//! does no IO, reads no clock, and cannot fail: what is odd in events is left out or taken as it is, never an error.

mod effects;
mod prevalence;
mod repeats;
mod sighting;
mod state;
mod step;

pub use bartizan_incident::{Condition, Expected};
pub use effects::Effects;
pub use prevalence::{KNOWN_MAX, RARE_DEVICES_MAX};
pub use repeats::{REPEAT_WITHIN, REPEATS_MAX};
pub use sighting::{Remembered, remembered_sighting, sighting_rule};
pub use state::State;
pub use step::{adopt, step};

#[cfg(test)]
mod tests;
