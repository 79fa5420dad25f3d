//! The real product, end to end: the real server, the real sensor on this machine's kernel, real attacks.
//!
//! These tests need root and BTF, since the sensor does; without them each says so and passes over.

#[path = "it/keep.rs"]
mod keep;
#[path = "it/stories.rs"]
mod stories;
