//! The real product, end to end: the real server, the real sensor on this machine's kernel, real attacks.
//!
//! These tests need root and BTF, since the sensor does; without them each says so and passes over. Those in `offline` need
//! nothing.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a test ends by failing, speaks on its output, and waits by the clock"
)]

#[path = "it/keep.rs"]
mod keep;
#[path = "it/offline.rs"]
mod offline;
#[path = "it/stories.rs"]
mod stories;
