//! The Sigma language from the outside: messages for people, and the matcher on other people's rules.
//!
//! The conformance test needs corpora that are not in the repository; without `BARTIZAN_CORPORA` it says so and passes.

mod conformance;
mod messages;
