//! Detection engines side by side: the same rules, the same events, one table.
//!
//! `bartizan-bench-detect RULES EVENTS`: rules are a folder or a `.tar.zst` of Sigma files, events are lines of flat JSON
//! from Windows (also `.zst`). Every row runs in a process of its own, so that memory is its own. Speed is events per
//! second of CPU. It asserts nothing.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

mod corpus;
mod kinds;
mod measure;
mod ours;
mod parsing;
mod peers;

use corpus::Corpus;
use measure::Figures;

/// What a row does with the rules and events.
type Run = fn(&Corpus) -> Result<Figures>;

const ROWS: &[(&str, Run)] = &[
    ("finding lines", parsing::lines),
    ("parsing: simd-json tape", parsing::simd),
    ("parsing: serde_json value", parsing::serde),
    ("parsing: bartizan", parsing::ours),
    ("bartizan, Windows rules", ours::windows),
    ("bartizan, all rules, every event", ours::unrouted),
    ("bartizan, all rules, routed", ours::routed),
    ("bartizan, all rules, routed, with evidence", ours::explained),
    ("bartizan, typed events, Windows rules", ours::typed_windows),
    ("bartizan, typed events, Windows rules, every event", ours::typed_windows_unrouted),
    ("bartizan, typed Linux events, Linux rules", ours::typed_linux),
    ("rsigma, Windows rules", peers::rsigma_windows),
    ("rsigma, all rules, every event", peers::rsigma_unrouted),
    ("rsigma, all rules, routed", peers::rsigma_routed),
    ("sigma-rust, all rules, every event", peers::sigma_rust),
];

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [rules, events] => table(rules, events, ""),
        [rules, events, "--only", part] => table(rules, events, part),
        ["--row", name, rules, events] => {
            let Some((_, run)) = ROWS.iter().find(|(row, _)| row == name) else {
                bail!("there is no row called {name}");
            };
            let corpus = Corpus::new(Path::new(rules), Path::new(events));
            println!("{}", run(&corpus)?.line());
            Ok(())
        }
        _ => bail!("usage: bartizan-bench-detect RULES EVENTS [--only PART-OF-A-NAME]"),
    }
}

fn table(rules: &str, events: &str, part: &str) -> Result<()> {
    let program: PathBuf = std::env::current_exe()?;
    println!(
        "{:<52} {:>12} {:>9} {:>9} {:>9} {:>7} {:>9}",
        "row", "events/CPU s", "µs/event", "load s", "MiB", "rules", "matches"
    );
    let mut rows: Vec<(&str, Figures)> = Vec::new();
    for (name, _) in ROWS.iter().filter(|(name, _)| name.contains(part)) {
        let output = Command::new(&program)
            .args(["--row", name, rules, events])
            .stderr(std::process::Stdio::inherit())
            .output()
            .with_context(|| format!("running the row {name}"))?;
        let Some(figures) = Figures::read(&String::from_utf8_lossy(&output.stdout)) else {
            println!("{name:<52} failed");
            continue;
        };
        println!("{name:<52} {figures}");
        rows.push((name, figures));
    }
    ratios(&rows);
    Ok(())
}

fn ratios(rows: &[(&str, Figures)]) {
    let speed = |name: &str| rows.iter().find(|(row, _)| *row == name).map(|(_, f)| f.speed());
    println!();
    for (ours, theirs) in [
        ("bartizan, Windows rules", "rsigma, Windows rules"),
        ("bartizan, all rules, every event", "rsigma, all rules, every event"),
        ("bartizan, all rules, routed", "rsigma, all rules, routed"),
        ("bartizan, all rules, every event", "sigma-rust, all rules, every event"),
        ("bartizan, all rules, every event", "parsing: simd-json tape"),
        ("bartizan, all rules, routed", "parsing: simd-json tape"),
    ] {
        if let (Some(a), Some(b)) = (speed(ours), speed(theirs)) {
            println!("{ours} / {theirs}: {:.2}", a / b);
        }
    }
}
