//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Watches this machine and tells its Bartizan server what happens.
#[derive(Debug, Parser)]
#[command(name = "bartizan-sensor", version)]
pub(crate) struct Arguments {
    /// Folder of the sensor: its identity and the events that wait to be sent.
    #[arg(
        long,
        global = true,
        env = "BARTIZAN_SENSOR_DATA",
        default_value = "/var/lib/bartizan-sensor"
    )]
    pub(crate) data: PathBuf,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Watch, until asked to stop.
    Run(Run),
    /// Make this machine a device of a server.
    Enrol(Enrol),
    /// Show how the sensor is doing.
    Status(Shown),
    /// Find out whether the machine and the way to the server are as the sensor needs them.
    Doctor(Shown),
    /// Start a harmless program and prove that it is seen, sent and kept.
    Test(Shown),
    /// Show events as they are seen.
    Events(Events),
    /// Write what helps to find faults into one file, without secrets.
    SupportBundle(SupportBundle),
    /// Show why this machine is isolated, or free it.
    #[command(subcommand)]
    Isolation(IsolationCommand),
    /// List files that were taken away, or give them back.
    #[command(subcommand)]
    Quarantine(QuarantineCommand),
}

#[derive(Debug, Subcommand)]
pub(crate) enum IsolationCommand {
    /// Show whether this machine is isolated, why, and until when.
    Status,
    /// Free this machine with a release token of its server; it starts with `bzr1.`
    Release {
        /// The token.
        #[arg(long, env = "BARTIZAN_RELEASE_TOKEN", hide_env_values = true)]
        token: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum QuarantineCommand {
    /// List the files.
    List,
    /// Give a file back to where it was, or to another place.
    Restore {
        /// The file, as the list names it.
        item: String,
        /// Where to, instead of where it was.
        #[arg(long)]
        to: Option<PathBuf>,
    },
}

/// How an answer is shown.
#[derive(Debug, Args)]
pub(crate) struct Shown {
    /// Answer in JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Events {
    /// Only events that hold this text.
    #[arg(long)]
    pub(crate) filter: Option<String>,
    /// End after so many.
    #[arg(long)]
    pub(crate) count: Option<usize>,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

#[derive(Debug, Args)]
pub(crate) struct SupportBundle {
    /// The file to write.
    #[arg(long, default_value = "bartizan-sensor-support.tar.zst")]
    pub(crate) output: PathBuf,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

#[derive(Debug, Args)]
pub(crate) struct Run {
    /// Most MiB of events that wait on disk while the server is away.
    #[arg(long, env = "BARTIZAN_SENSOR_SPOOL_MIB", default_value_t = 512,
          value_parser = clap::value_parser!(u64).range(16..=1_048_576))]
    pub(crate) spool_mib: u64,
    /// File of the administrator's settings; it need not be there, and is read again when it changes.
    #[arg(long, env = "BARTIZAN_SENSOR_SETTINGS", default_value = "/etc/bartizan/sensor.toml")]
    pub(crate) settings: PathBuf,
    /// End when the process that started the sensor ends.
    #[arg(long)]
    pub(crate) end_with_parent: bool,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Enrol {
    /// The enrolment token from the console; it starts with `bzn1.`
    #[arg(long, env = "BARTIZAN_ENROLMENT_TOKEN", hide_env_values = true)]
    pub(crate) token: Option<String>,
    /// A file with the token; it is deleted when the machine is enrolled.
    #[arg(long)]
    pub(crate) token_file: Option<PathBuf>,
}
