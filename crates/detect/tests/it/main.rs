//! Events in files, rules in text, and what is said about them.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod checking;
mod conformance;
mod judging;
mod ordinary_day;
mod reports;
mod stage;
