//! EVTX files through the Windows rules: `bartizan detect` beside rsigma as a library, in one table.
//!
//! `bartizan-bench-evtx RULES FOLDER`: rules are a folder of Sigma files, the folder holds EVTX files. Every row runs in
//! a process of its own, on one thread of work; its CPU seconds are all the process used, loading the rules included.
//! It asserts nothing.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

mod ours;
mod peer;

/// What a row did.
#[derive(Debug, Clone, Copy)]
struct Figures {
    events: u64,
    matches: u64,
    /// CPU seconds to load the rules, and altogether.
    load: f64,
    cpu: f64,
}

type Run = fn(&Path, &Path) -> Result<Figures>;

const ROWS: &[(&str, Run)] = &[
    ("reading records as JSON", peer::reading),
    ("bartizan, pairs", ours::pairs),
    ("bartizan, page to hand over (HTML)", ours::html),
    ("rsigma", peer::rsigma),
];

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [rules, folder] => table(rules, folder),
        ["--row", name, rules, folder] => {
            let Some((_, run)) = ROWS.iter().find(|(row, _)| row == name) else {
                bail!("there is no row called {name}");
            };
            let Figures { events, matches, load, cpu } = run(rules.as_ref(), folder.as_ref())?;
            println!("{events} {matches} {load} {cpu}");
            Ok(())
        }
        _ => bail!("usage: bartizan-bench-evtx RULES FOLDER"),
    }
}

fn table(rules: &str, folder: &str) -> Result<()> {
    println!("{:<38} {:>8} {:>8} {:>8} {:>8}", "row", "events", "matches", "load s", "CPU s");
    let mut seconds = Vec::new();
    for (name, _) in ROWS {
        let output = Command::new(std::env::current_exe()?)
            .args(["--row", name, rules, folder])
            .stderr(std::process::Stdio::inherit())
            .output()
            .with_context(|| format!("running the row {name}"))?;
        let text = String::from_utf8_lossy(&output.stdout);
        let numbers: Vec<f64> = text.split_whitespace().filter_map(|n| n.parse().ok()).collect();
        let [events, matches, load, cpu] = numbers.as_slice() else {
            println!("{name:<38} failed");
            continue;
        };
        println!("{name:<38} {events:>8} {matches:>8} {load:>8.2} {cpu:>8.2}");
        seconds.push((*name, *cpu));
    }
    let of = |row: &str| seconds.iter().find(|(name, _)| *name == row).map(|(_, cpu)| *cpu);
    if let (Some(ours), Some(peer)) = (of("bartizan, pairs"), of("rsigma")) {
        println!("\nbartizan takes {:.2} of the CPU of rsigma", ours / peer);
    }
    Ok(())
}

/// Every EVTX file below a folder, in order.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let found = bartizan_detect::find_events(&[folder.to_owned()])?;
    Ok(found.into_iter().filter(|path| path.extension().is_some_and(|e| e == "evtx")).collect())
}

/// CPU seconds of this process, all threads.
fn cpu() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}
