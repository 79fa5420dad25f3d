//! The telemetry store from outside: rows in, answers out.

#[path = "it/corpus.rs"]
mod corpus;
#[path = "it/durability.rs"]
mod durability;
#[path = "it/questions.rs"]
mod questions;
#[path = "it/world.rs"]
mod world;
