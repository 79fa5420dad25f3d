//! Which alerts tell one story, how grave it is, and how it is told.
//!
//! Deterministic, and published in `docs/concepts/incidents.md`. Whatever the order in which alerts come, and
//! however often, the same alerts stand together. This room does not know rules or storage; of people's decisions it
//! knows only those that keep incidents apart.

mod correlator;
mod graph;
mod narrative;
mod priority;
mod scene;
mod story;
mod tuning;

pub use correlator::{Correlator, Joined};
pub use graph::{Edge, Graph, Node, graph};
pub use narrative::{Part, Sentence, narrate};
pub use priority::{AssetValue, Grounds, INDICATOR_RULES, Priority, priority};
pub use scene::{Named, Scene, Thing};
pub use story::{ALERTS_MAX, STORY_GAP_MAX};
pub use tuning::{Condition, Expected, PATTERN_MAX, Suggestion, TUNING_FIELDS, holds, suggestions};

#[cfg(test)]
mod tests_alert;
