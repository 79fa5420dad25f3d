//! `bartizan simulate`: attack this machine harmlessly, wait for the incident, and say how fast it came.
//!
//! The attack is real in what it does (processes, files, a connection) and harmless in what it touches: a
//! scratch folder of its own, removed at the end, and a closed port of loopback. It takes nothing from
//! outside: what runs is written down in `attack`.

mod attack;
mod report;
pub(crate) mod web_server;

use std::{
    path::Path,
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::Context as _;

use crate::{client::Client, print, say};
use attack::Attack;
use report::Report;

/// How often the server is asked for the incident.
const ASK_EVERY: Duration = Duration::from_millis(100);
/// The story is taken as complete when no further alert came for this long.
const QUIET_FOR: Duration = Duration::from_millis(1_500);

/// Options of `bartizan simulate`.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Print the incident, its alerts and their delays as JSON.
    #[arg(long)]
    json: bool,
    /// Longest wait for the incident, in seconds.
    #[arg(long, default_value_t = 30)]
    wait: u64,
    /// Address of another server than the one running on the data folder.
    #[arg(long, requires = "token")]
    server: Option<String>,
    /// Token for that server.
    #[arg(long, env = "BARTIZAN_TOKEN", hide_env_values = true, requires = "server")]
    token: Option<String>,
}

impl Options {
    /// What `bartizan serve --simulate` uses.
    pub(crate) const fn for_proof() -> Self {
        Self { json: false, wait: 30, server: None, token: None }
    }
}

/// Attack, wait, report. Fails when no incident came.
pub(crate) fn run(data: &Path, options: &Options) -> anyhow::Result<ExitCode> {
    let client = Client::find(data, options.server.as_deref(), options.token.as_deref())?;
    client.get("/me").context("before attacking, asking the server who we are")?;
    if !options.json {
        say("▸ simulating a harmless attack on this machine");
    }
    let mut attack = Attack::prepare(data)?;
    attack.run(|step| {
        if !options.json {
            say(&format!("    {step}"));
        }
    })?;
    let found = wait_for(&client, attack.mark(), Duration::from_secs(options.wait))?;
    drop(attack);
    let Some(report) = found else {
        anyhow::bail!(
            "the attack ran, but no incident came within {} s. Is this machine's sensor connected? See Devices at {}",
            options.wait,
            client.url()
        );
    };
    if options.json {
        print(&report.json()?);
    } else {
        print(&report.text());
    }
    Ok(ExitCode::SUCCESS)
}

/// Ask until the incident is there and has stopped growing.
#[expect(clippy::disallowed_methods, reason = "waiting needs the clock")]
fn wait_for(client: &Client, mark: &str, longest: Duration) -> anyhow::Result<Option<Report>> {
    let begun = Instant::now();
    let mut best: Option<Report> = None;
    let mut last_change = begun;
    while begun.elapsed() < longest {
        if let Some(report) = Report::ask(client, mark)? {
            let grew = best.as_ref().is_none_or(|known| report.alerts() > known.alerts());
            if grew {
                last_change = Instant::now();
            }
            best = Some(report);
            if last_change.elapsed() > QUIET_FOR {
                break;
            }
        }
        std::thread::sleep(ASK_EVERY);
    }
    Ok(best)
}
