//! Kernel records to events with full process identity.
