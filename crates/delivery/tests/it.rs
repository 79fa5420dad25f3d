//! Events from the spool of a sensor to the event log of a server, over mutual TLS.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests")]

#[path = "it/commands.rs"]
mod commands;
#[path = "it/keep.rs"]
mod keep;
#[path = "it/live.rs"]
mod live;
#[path = "it/machine.rs"]
mod machine;
#[path = "it/proxy.rs"]
mod proxy;
#[path = "it/sensor.rs"]
mod sensor;
#[path = "it/stories.rs"]
mod stories;
