//! The sensor program: configuration, wiring, privileges, self-limits.
//!
//! Everything it knows to do is done in other rooms; here they are put together, told to start, and told
//! to stop.

mod arguments;
mod ask;
mod bundle;
mod control;
mod doctor;
mod enrolment;
mod follow;
mod followed;
mod governor;
mod guard;
mod inventory;
mod local;
mod losses;
mod outbox;
mod respond;
mod run;
mod settings;
mod status;
mod upload;
mod watch;

use std::{io::IsTerminal as _, process::ExitCode};

use anyhow::Context as _;
use arguments::{Arguments, Command, Events};
use clap::Parser as _;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let colours = std::io::stderr().is_terminal();
    let words = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours);
    words.with_writer(std::io::stderr).init();
    match start(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn start(arguments: &Arguments) -> anyhow::Result<()> {
    // One thread: the disk and the kernel have threads of their own.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("starting the sensor")?;
    let outcome = match &arguments.command {
        Command::Run(run) => runtime.block_on(run::run(&arguments.data, run)),
        Command::Enrol(enrol) => runtime.block_on(enrolment::enrol(&arguments.data, enrol)),
        Command::Status(shown) => status::show(&arguments.data, shown.json),
        Command::Doctor(shown) => doctor::examine(&arguments.data, shown.json),
        Command::Test(shown) => follow::test(&arguments.data, shown.json),
        Command::Events(Events { filter, count, shown }) => {
            follow::events(&arguments.data, filter.as_deref(), *count, shown.json)
        }
        Command::SupportBundle(bundle) => {
            bundle::write(&arguments.data, &bundle.output, bundle.shown.json)
        }
        Command::Isolation(command) => local::isolation(&arguments.data, command),
        Command::Quarantine(command) => local::quarantine(&arguments.data, command),
    };
    // What still waits for the disk must not hold up the end.
    runtime.shutdown_timeout(run::LAST_MOMENTS);
    outcome
}
