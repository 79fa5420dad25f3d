//! The telemetry store from outside: rows in, answers out.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "helpers of tests, over rows they made themselves"
)]

#[path = "it/durability.rs"]
mod durability;
#[path = "it/index.rs"]
mod index;
#[path = "it/killing.rs"]
mod killing;
#[path = "it/language.rs"]
mod language;
#[path = "it/limits.rs"]
mod limits;
#[path = "it/questions.rs"]
mod questions;
#[path = "it/tenants.rs"]
mod tenants;
#[path = "it/world.rs"]
mod world;
