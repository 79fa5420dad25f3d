//! What watching costs: each piece of work is done without a sensor, with ours sending to a real server, and with
//! auditd, in turn within one run. Printed is the processor time of one operation, work and watcher apart.
//!
//! It measures and prints; it judges nothing.

mod clock;
mod table;
mod watcher;
mod work;

use std::{env, path::PathBuf, process::ExitCode};

use anyhow::{Context as _, bail};

use crate::{
    table::{Cost, Table},
    watcher::{Audit, Ours, Watcher},
    work::WORKS,
};

const USAGE: &str = "bartizan-bench-sensor [--rounds N] [--only WORK,…] [--without WORK,…] [--audit FOLDER] BINARIES

BINARIES is the folder of the programs bartizan and bartizan-sensor. FOLDER holds sbin/auditd and sbin/auditctl, as
unpacked from a package; without it those of the machine are used, if there are any.";

struct Options {
    binaries: PathBuf,
    audit: Option<PathBuf>,
    rounds: usize,
    only: Vec<String>,
    without: Vec<String>,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let outcome = match arguments.first().map(String::as_str) {
        Some("work") => work::child(&arguments[1..]),
        _ => options(arguments).and_then(|options| run(&options)),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn options(arguments: Vec<String>) -> anyhow::Result<Options> {
    let mut options = Options {
        binaries: PathBuf::new(),
        audit: None,
        rounds: 5,
        only: Vec::new(),
        without: Vec::new(),
    };
    let list = |text: String| text.split(',').map(str::to_owned).collect();
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().with_context(|| format!("{argument} needs a value"));
        match argument.as_str() {
            "--rounds" => options.rounds = value()?.parse().context("reading --rounds")?,
            "--only" => options.only = list(value()?),
            "--without" => options.without = list(value()?),
            "--audit" => options.audit = Some(value()?.into()),
            flag if flag.starts_with("--") => bail!("{flag} is unknown\n{USAGE}"),
            _ => options.binaries = argument.into(),
        }
    }
    if options.binaries.as_os_str().is_empty() {
        bail!("{USAGE}");
    }
    Ok(options)
}

fn run(options: &Options) -> anyhow::Result<()> {
    let scratch = env::temp_dir().join(format!("bartizan-bench-{}", std::process::id()));
    std::fs::create_dir_all(&scratch)?;
    work::prepare(&scratch)?;
    let audit = Audit::find(options.audit.as_deref(), &scratch);
    let mut watchers =
        vec![Watcher::None, Watcher::Ours(Ours::start(&options.binaries, &scratch)?)];
    match audit {
        Ok(audit) => watchers.push(Watcher::Audit(audit)),
        Err(error) => println!("auditd is left out: {error:#}"),
    }
    let mut table = Table::default();
    for round in 0..options.rounds {
        // Each round begins with another, so that none profits from its place.
        for turn in 0..watchers.len() {
            let index = (round + turn) % watchers.len();
            let watcher = &mut watchers[index];
            let name = watcher.name();
            let strangers = watcher::strangers();
            if !strangers.is_empty() {
                table.strangers.extend(strangers);
            }
            watcher.begin().with_context(|| format!("starting {name}"))?;
            for work in WORKS.iter().filter(|work| is_wanted(options, work.name)) {
                let cost = measure(watcher, work, &scratch)
                    .with_context(|| format!("{} with {name}", work.name))?;
                eprintln!(
                    "round {round} {name:7} {:12} {:12.0} ns + {:10.0} ns",
                    work.name, cost.work, cost.watcher
                );
                table.add(work.name, name, cost);
            }
            watcher.end().with_context(|| format!("ending {name}"))?;
        }
    }
    drop(watchers);
    table.print(options.rounds);
    std::fs::remove_dir_all(&scratch)?;
    Ok(())
}

fn is_wanted(options: &Options, name: &str) -> bool {
    let named = |list: &[String]| list.iter().any(|one| one == name);
    (options.only.is_empty() || named(&options.only)) && !named(&options.without)
}

fn measure(
    watcher: &mut Watcher,
    work: &work::Work,
    scratch: &std::path::Path,
) -> anyhow::Result<Cost> {
    // Who takes a hundred times as long for each is asked for less.
    let count = match watcher {
        Watcher::Audit(_) if work.count >= 10_000 && work.name != "getppid" => work.count / 10,
        _ => work.count,
    };
    let before = watcher.look()?;
    let spent = work::spent(work, count, scratch)?;
    let watched = watcher.spent_since(&before)?;
    let each = |nanoseconds: f64| nanoseconds / count as f64;
    Ok(Cost { work: each(spent as f64), watcher: each(watched) })
}
