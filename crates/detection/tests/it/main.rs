//! Detection from the outside: the rules we ship, each against its own cases and all against an ordinary day.

#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

mod alerts;
mod rule_pack;
mod sequences;
mod stage;
