//! Attack stories as text, run over the real pipeline with real rules.
//!
//! A story says in people's words what is `given`, what happens (`when`) and what must be said of it (`then`); its
//! lines are listed in `docs/reference/scenarios.md`. Whatever is raised and not expected fails the story. This room
//! knows no table and no rule; it only makes events of the lines and compares.

mod outcome;
mod play;
mod stage;
mod story;

pub use play::{Delivery, Failure, play};
pub use story::{Story, StoryError};
