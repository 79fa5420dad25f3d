//! The matcher against a plain reading of the rules.
