//! Events through rules to alerts with evidence.
//!
//! Knows which rules concern which rows (from the logsources and Sigma names in the schema), asks them, and turns a
//! match into an alert. Matches that only mean something together go through [`Sequences`]. It decides neither what belongs together (`incident`) nor what is done about it.

mod alert;
mod clue;
mod detector;
mod rarity;
mod row_fields;
mod sequences;

/// The process that an alert about an event is about, and the things it names.
pub use alert::{doer, evidence};
/// What a detector is made from and works with.
pub use bartizan_sigma::{Collection, Placeholders, Scratch};
pub use clue::{Clue, Kin};
pub use detector::{Around, Blindness, Detection, DetectionError, Detector, Judged};
pub use rarity::{Facts, LEARN_DAYS, Learned, Rarity, THINGS_MAX, Usual, WINDOW_DAYS};
pub use sequences::{LATENESS, Sequences};
