//! What was found, for programs and for people. Every report can be read on its own.

mod pairs;

pub use pairs::Pairs;
