//! `bartizan`: the server with its console, and the same engines as tools for the operator.
//!
//! This room is configuration and wiring. It decides nothing about events, alerts or incidents.

mod client;
mod console;
mod detect;
mod hunt;
mod indicators;
mod local_sensor;
mod operator;
mod rules;
mod serve;
mod simulate;
mod workers;

use std::io::Write as _;
use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

/// Open endpoint detection and response.
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 100)]
struct Arguments {
    /// Folder that holds everything this server keeps.
    #[arg(long, global = true, env = "BARTIZAN_DATA", default_value = "data")]
    data: PathBuf,
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Start the server and its console.
    Serve(serve::Options),
    /// Ask a question in KQL over the telemetry.
    Hunt(hunt::Options),
    /// Judge files with events by Sigma rules: JSON lines, EVTX, folders.
    Detect(detect::Options),
    /// Attack this machine harmlessly and show the incident that comes of it.
    Simulate(simulate::Options),
    /// Look at rules: list, check, measure and test them, see what they cover.
    Rules(rules::Options),
    /// Keep lists of known bad (or good) values: hashes, addresses, domains, URLs.
    Indicators(indicators::Options),
    /// Make the administrator's sign-in new: prints a one-time password.
    ResetPassword(operator::ResetPassword),
    /// Make a one-time token for enrolling a machine.
    EnrolmentToken(operator::EnrolmentToken),
}

fn main() -> ExitCode {
    // The simulated web server is this program under another name; see `simulate::web_server`.
    if let Some(outcome) = simulate::web_server::run_if_asked() {
        return outcome;
    }
    let Arguments { data, task } = Arguments::parse();
    let outcome = match task {
        Task::Serve(options) => serve::run(&data, options),
        Task::Hunt(options) => hunt::run(&data, &options),
        Task::Detect(options) => detect::run(&options),
        Task::Simulate(options) => simulate::run(&data, &options),
        Task::Rules(options) => rules::run(&options),
        Task::Indicators(options) => indicators::run(&data, &options),
        Task::ResetPassword(options) => operator::reset_password(&data, &options),
        Task::EnrolmentToken(options) => operator::enrolment_token(&data, &options),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            say(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Tell the person at the terminal; results go to standard output, words to standard error.
#[expect(clippy::print_stderr, reason = "the one place that speaks to the terminal")]
fn say(line: &str) {
    eprintln!("{line}");
}

/// Print a result. Whoever reads it may have read enough (`| head`): then there is nothing left to do.
#[expect(clippy::exit, reason = "nobody reads on; a server never prints results")]
fn print(line: &str) {
    match writeln!(std::io::stdout(), "{line}") {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => std::process::exit(0),
        Err(error) => say(&format!("error: a result could not be printed: {error}")),
        Ok(()) => {}
    }
}
