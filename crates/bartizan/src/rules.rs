//! Which rules this server judges by: the ones it carries, and a folder of one's own beside them.

mod desk;

use std::{path::Path, path::PathBuf, process::ExitCode};

use anyhow::Context as _;
use bartizan_api::{Notices, Rule, Topic};
use bartizan_detect::RuleFile;
use bartizan_detection::Detector;
use bartizan_store::StepEffects;
use rust_embed::RustEmbed;

use crate::{print, say};

/// The rules that ship with the program.
#[derive(RustEmbed)]
#[folder = "../../content/rules"]
struct Shipped;

/// Options of `bartizan rules`.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    #[command(subcommand)]
    task: Option<desk::Task>,
    /// A folder of further Sigma rules.
    #[arg(long)]
    rules: Option<PathBuf>,
}

/// The texts of the rules that ship with the program.
pub(crate) fn shipped() -> anyhow::Result<Vec<RuleFile>> {
    let mut files = Vec::new();
    for name in Shipped::iter().filter(|name| name.ends_with(".yml")) {
        let file =
            Shipped::get(&name).with_context(|| format!("reading the shipped rule {name}"))?;
        let text = String::from_utf8_lossy(&file.data).into_owned();
        files.push(RuleFile { name: name.into_owned(), text });
    }
    Ok(files)
}

/// The shipped rules and those of `folder`, ready to judge. A rule that cannot be read never stops the others:
/// it is named in the detector's problems.
pub(crate) fn load(folder: Option<&Path>) -> anyhow::Result<Detector> {
    let mut files = shipped()?;
    if let Some(folder) = folder {
        files.extend(bartizan_detect::read_rules(folder)?);
    }
    let rules = bartizan_detect::collect_rules(&files);
    Detector::new(rules).context("preparing the detection rules")
}

/// The rules as the interface shows them.
pub(crate) fn described(detector: &Detector) -> Vec<Rule> {
    let blind = detector.blind();
    let rules = detector.claims().map(|rule| Rule {
        id: rule.name().to_owned(),
        title: rule.title.clone(),
        description: rule.description.clone(),
        severity: format!("{:?}", rule.level),
        tactics: rule.tactics.iter().map(|tactic| (*tactic).to_owned()).collect(),
        techniques: rule.techniques.clone(),
        triage: rule.triage.clone(),
        source: source_of(rule),
        problem: blind.iter().find(|b| b.file == rule.file && b.title == rule.title).map(
            |b| match b.field {
                Some(field) => format!("no row has the field `{field}`"),
                None => "no row is of its logsource".to_owned(),
            },
        ),
    });
    rules.collect()
}

/// Tell those who watch what a step changed.
pub(crate) fn notify(notices: &Notices, effects: &StepEffects) {
    for alert in &effects.alerts {
        notices.tell(effects.tenant, Topic::Alerts, &alert.id.to_string());
    }
    for incident in &effects.incidents {
        notices.tell(effects.tenant, Topic::Incidents, &incident.incident.id.to_string());
    }
    if effects.facts.is_some() || effects.health.is_some() || !effects.losses.is_empty() {
        notices.tell(effects.tenant, Topic::Devices, &effects.device.to_string());
    }
}

/// Look at the rules: list them, or what else was asked.
pub(crate) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    match &options.task {
        Some(task) => task.run(),
        None => list(options),
    }
}

fn list(options: &Options) -> anyhow::Result<ExitCode> {
    let detector = load(options.rules.as_deref())?;
    for rule in detector.claims() {
        print(&format!("{:<14} {}", format!("{:?}", rule.level).to_lowercase(), rule.title));
    }
    for problem in detector.problems() {
        say(&problem.to_string());
    }
    for blind in detector.blind() {
        match blind.field {
            Some(field) => say(&format!("warning: {}: no row has the field `{field}`", blind.file)),
            None => say(&format!("warning: {}: no row is of its logsource", blind.file)),
        }
    }
    let (rules, problems) = (detector.claims().count(), detector.problems().len());
    say(&format!("{rules} rules, {problems} that cannot be read"));
    Ok(if problems == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The text of a shipped rule; of others their file is named.
fn source_of(rule: &bartizan_sigma::Rule) -> String {
    let shipped = Shipped::get(&rule.file);
    shipped.map_or_else(
        || format!("# {}", rule.file),
        |file| String::from_utf8_lossy(&file.data).into_owned(),
    )
}
