//! The process tree of a device.
