//! Enrich, detect, correlate: one function from events to effects.
