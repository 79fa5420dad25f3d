//! Events through rules to alerts with evidence.
//!
//! Knows which rules concern which rows (from the logsources and Sigma names in the schema), asks them, and turns a
//! match into an alert. It decides neither what belongs together (`incident`) nor what is done about it.

mod alert;
mod detector;
mod row_fields;

/// What a detector is made from and works with.
pub use bartizan_sigma::{Collection, Placeholders, Scratch};
pub use detector::{Blindness, Detection, DetectionError, Detector};
