//! The desk of those who write rules: check, test, measure, and see what is covered. Works on files; needs no server.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use anyhow::{Context as _, bail};
use bartizan_detect as engine;
use bartizan_detect::RuleFile;
use bartizan_sigma::Coverage;
use clap::{Subcommand, ValueEnum};
use serde_json::json;

use crate::{print, say};

/// What can be asked about rules.
#[derive(Debug, Subcommand)]
pub(crate) enum Task {
    /// Say what is wrong with rules, and what is unwise. Fails when a rule cannot be read.
    Check(Check),
    /// Run the cases that rules bring along. Fails when one does not come true.
    Test(Place),
    /// Measure what each rule costs on the events of these files.
    Profile(Cost),
    /// Show which ATT&CK techniques the rules look for.
    Coverage(Cover),
}

/// Which rules.
#[derive(Debug, clap::Args)]
pub(crate) struct Place {
    /// A rule file or a folder; without it, the rules that ship with the program.
    rules: Option<PathBuf>,
}

/// Options of `check`.
#[derive(Debug, clap::Args)]
pub(crate) struct Check {
    #[command(flatten)]
    place: Place,
    /// How to print the remarks.
    #[arg(long, value_enum, default_value_t = CheckFormat::Text)]
    format: CheckFormat,
    /// Only what makes a rule unusable.
    #[arg(long)]
    errors_only: bool,
    /// Fail also on warnings.
    #[arg(long)]
    strict: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum CheckFormat {
    /// For people: the line, a mark below it, what to write instead.
    Text,
    /// One JSON document.
    Json,
}

/// Options of `profile`.
#[derive(Debug, clap::Args)]
pub(crate) struct Cost {
    /// A rule file or a folder.
    rules: PathBuf,
    /// Files and folders with events.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// How many rules to name.
    #[arg(long, default_value_t = 20)]
    top: usize,
    /// How to print.
    #[arg(long, value_enum, default_value_t = CheckFormat::Text)]
    format: CheckFormat,
}

/// Options of `coverage`.
#[derive(Debug, clap::Args)]
pub(crate) struct Cover {
    #[command(flatten)]
    place: Place,
    /// How to show it.
    #[arg(long, value_enum, default_value_t = CoverFormat::Markdown)]
    format: CoverFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum CoverFormat {
    /// A page in Markdown.
    Markdown,
    /// A page for the browser, whole in itself.
    Html,
    /// A layer for the ATT&CK Navigator.
    Navigator,
}

impl Task {
    /// Does it.
    pub(crate) fn run(&self) -> anyhow::Result<ExitCode> {
        match self {
            Self::Check(options) => check(options),
            Self::Test(place) => test(place),
            Self::Profile(options) => profile(options),
            Self::Coverage(options) => coverage(options),
        }
    }
}

impl Place {
    fn files(&self) -> anyhow::Result<Vec<RuleFile>> {
        let files = match &self.rules {
            Some(path) => read(path)?,
            None => super::shipped()?,
        };
        Ok(files)
    }
}

fn read(path: &Path) -> anyhow::Result<Vec<RuleFile>> {
    let files = engine::read_rules(path)?;
    if files.is_empty() {
        bail!("there is no rule file (.yml, .yaml) in {}", path.display());
    }
    Ok(files)
}

fn check(options: &Check) -> anyhow::Result<ExitCode> {
    let mut checked = engine::check(&options.place.files()?)?;
    let (errors, all) = (checked.errors(), checked.remarks.len());
    if options.errors_only {
        checked.remarks.retain(|remark| remark.is_error);
    }
    match options.format {
        CheckFormat::Text => {
            for remark in &checked.remarks {
                print(&format!("{remark}\n"));
            }
            say(&format!(
                "{} rules in {} files: {errors} cannot be used, {} warnings",
                checked.rules,
                checked.files,
                all - errors
            ));
        }
        CheckFormat::Json => print(&serde_json::to_string_pretty(&json!({
            "files": checked.files,
            "rules": checked.rules,
            "errors": errors,
            "warnings": all - errors,
            "remarks": checked.remarks.iter().map(engine::Remark::to_json).collect::<Vec<_>>(),
        }))?),
    }
    let failed = errors > 0 || (options.strict && all > 0);
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn test(place: &Place) -> anyhow::Result<ExitCode> {
    let rules = engine::RuleSet::new(&place.files()?)?;
    for problem in rules.problems() {
        say(&problem.to_string());
    }
    let unreadable = rules.problems().count();
    let run = engine::run_cases(&rules)?;
    for failure in &run.failures {
        let did = if failure.should_match { "does not match" } else { "matches" };
        print(&format!("{}: {} – {did}: {}", failure.file, failure.rule, failure.case));
    }
    say(&format!(
        "{} cases of {} rules: {} failed; {} rules have no case",
        run.cases,
        run.rules,
        run.failures.len(),
        run.without.len()
    ));
    let held = run.failures.is_empty() && unreadable == 0;
    Ok(if held { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn profile(options: &Cost) -> anyhow::Result<ExitCode> {
    let rules = engine::RuleSet::new(&read(&options.rules)?)?;
    let files = engine::find_events(&options.files)?;
    for file in &files {
        fs::metadata(file).with_context(|| format!("looking at {}", file.display()))?;
    }
    let profile = engine::profile(&rules, &files)?;
    let shown = profile.rules.iter().take(options.top);
    if options.format == CheckFormat::Json {
        let rules: Vec<_> = shown
            .map(|rule| {
                json!({
                    "rule": rule.name,
                    "title": rule.title,
                    "file": rule.file,
                    "nanoseconds_per_event": nanoseconds(rule.per_event),
                    "nanoseconds_to_prepare": nanoseconds(rule.to_prepare),
                    "bytes": rule.bytes,
                    "matched": rule.matched,
                })
            })
            .collect();
        print(&serde_json::to_string_pretty(&json!({
            "events": profile.events,
            "nanoseconds_per_event": nanoseconds(profile.together),
            "nanoseconds_to_prepare": nanoseconds(profile.to_prepare),
            "bytes": profile.bytes,
            "rules": rules,
        }))?);
        return Ok(ExitCode::SUCCESS);
    }
    print(&format!(
        "{} rules together: {} ns for an event, {} ms to prepare, {} KiB; measured with {} events",
        profile.rules.len(),
        nanoseconds(profile.together),
        profile.to_prepare.as_millis(),
        profile.bytes / 1024,
        profile.events
    ));
    print("\n ns alone  matched  rule");
    for rule in shown {
        let line = format!("{:>9}  {:>7}", nanoseconds(rule.per_event), rule.matched);
        print(&format!("{line}  {} ({})", rule.title, rule.name));
    }
    Ok(ExitCode::SUCCESS)
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

fn coverage(options: &Cover) -> anyhow::Result<ExitCode> {
    let rules = engine::RuleSet::new(&options.place.files()?)?;
    for problem in rules.problems() {
        say(&problem.to_string());
    }
    let all = rules.rules().iter().chain(rules.correlations().iter().map(|c| &c.about));
    let coverage = Coverage::new(all);
    match options.format {
        CoverFormat::Markdown => print(coverage.markdown().trim_end()),
        CoverFormat::Html => print(engine::coverage_page(&coverage).trim_end()),
        CoverFormat::Navigator => {
            print(&serde_json::to_string_pretty(&engine::coverage_layer(&coverage))?);
        }
    }
    Ok(ExitCode::SUCCESS)
}
