//! The Sigma language from the outside: messages for people, and the matcher on other people's rules.
//!
//! The conformance test needs corpora that are not in the repository; without `BARTIZAN_CORPORA` it says so and passes.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a failed test may panic and print"
)]

mod conformance;
mod language;
mod messages;
