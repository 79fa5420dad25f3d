//! `bartizan detect`: Sigma rules over files that a responder brings along. No server is needed.
//!
//! The report goes to standard output or a file; how far it is, to the terminal.

use std::{
    fs::{self, File},
    io::{self, BufWriter, IsTerminal as _, Write},
    num::NonZero,
    path::PathBuf,
    process::ExitCode,
    thread,
};

use anyhow::{Context as _, bail};
use bartizan_detect as engine;
use bartizan_detect::report::{Csv, Html, JsonLines, Pairs, Summary};
use bartizan_sigma::{Level, LogSource};
use clap::ValueEnum;
use jiff::Timestamp;

use crate::{rules, say};

mod progress;

use progress::Bar;

/// The report was made, but a file or a part of one could not be read.
const INCOMPLETE: u8 = 3;
/// Something as grave as `--fail-on` was found.
const FOUND: u8 = 4;

/// Options of `bartizan detect`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit status: 0 done; 1 not done; 2 wrong options; 3 done, but a file or a part of one could \
                        not be read; 4 something as grave as --fail-on was found."
)]
pub(crate) struct Options {
    /// Files and folders with events: JSON lines, JSON lists, EVTX; also compressed (.zst, .gz).
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// A Sigma rule file or a folder of them, may be given several times; without it, the rules that ship with the
    /// program.
    #[arg(long)]
    rules: Vec<PathBuf>,
    /// Which rules judge which events.
    #[arg(long, value_enum, default_value_t = Routing::Auto)]
    routing: Routing,
    /// How to report what was found.
    #[arg(long, value_enum, default_value_t = Format::Summary)]
    format: Format,
    /// Where to write the report, instead of standard output.
    #[arg(long, short)]
    output: Option<PathBuf>,
    /// A mapping of events to logsources and of field names, beside those that ship with the program.
    #[arg(long)]
    mapping: Vec<PathBuf>,
    /// What all events are, whatever they look like: `product=linux,category=process_creation,service=…`.
    #[arg(long, value_parser = logsource)]
    logsource: Option<LogSource>,
    /// Leave out rules below this severity.
    #[arg(long, value_enum)]
    min_level: Option<Severity>,
    /// End with status 4 when a rule of this severity or a graver one matched.
    #[arg(long, value_enum)]
    fail_on: Option<Severity>,
    /// Threads that judge; as many as there are processors if not given.
    #[arg(long)]
    threads: Option<NonZero<usize>>,
    /// No progress in the terminal.
    #[arg(long)]
    quiet: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Routing {
    /// Each event is judged by the rules about its logsource.
    Auto,
    /// Every event is judged by every rule, by field names alone.
    None,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A page for the terminal: by severity, technique, host and rule.
    Summary,
    /// A page to hand over, whole in itself.
    Html,
    /// An object for each match, with its explanation and the event.
    Jsonl,
    /// A row for each match, with its explanation.
    Csv,
    /// A line for each match: rule, tab, number of the event in its file from 0.
    Pairs,
}

/// How grave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Severity {
    /// Worth knowing, no claim.
    Informational,
    /// Notable, often harmless.
    Low,
    /// Should be looked at.
    Medium,
    /// Should be looked at now.
    High,
    /// An attack.
    Critical,
}

impl Severity {
    fn level(self) -> Level {
        match self {
            Self::Informational => Level::Informational,
            Self::Low => Level::Low,
            Self::Medium => Level::Medium,
            Self::High => Level::High,
            Self::Critical => Level::Critical,
        }
    }
}

/// Judge and report.
pub(crate) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let rules = rule_set(options)?;
    for problem in rules.problems() {
        say(&problem.to_string());
    }
    let files = engine::find_events(&options.files)?;
    if files.is_empty() {
        bail!(
            "no file there ends like one with events (.evtx, .json, .jsonl, .ndjson; also .zst, .gz): name it itself"
        );
    }
    let settings = engine::Settings {
        routing: match options.routing {
            Routing::Auto => engine::Routing::Auto,
            Routing::None => engine::Routing::None,
        },
        mapping: mapping(options)?,
        threads: options.threads.or(thread::available_parallelism().ok()).map_or(1, NonZero::get),
        detail: match options.format {
            Format::Pairs => engine::Detail::Pairs,
            Format::Jsonl => engine::Detail::Whole,
            Format::Summary | Format::Html | Format::Csv => engine::Detail::Explained,
        },
    };
    let mut report = report(options)?;
    let shown = !options.quiet && io::stderr().is_terminal();
    let mut bar =
        Bar::new(shown, files.iter().filter_map(|f| Some(f.metadata().ok()?.len())).sum());
    let totals =
        engine::run(&rules, &files, &settings, &mut *report, &mut |state| bar.show(state))?;
    bar.end(&totals);
    if !options.quiet {
        trouble(&totals, options.format);
    }
    Ok(outcome(&totals, options))
}

fn rule_set(options: &Options) -> anyhow::Result<engine::RuleSet> {
    let mut files = Vec::new();
    if options.rules.is_empty() {
        files = rules::shipped()?;
    }
    for path in &options.rules {
        files.extend(engine::read_rules(path)?);
    }
    let mut collection = engine::collect_rules(&files);
    if let Some(least) = options.min_level {
        collection.rules.retain(|rule| rule.level >= least.level());
    }
    let rules = engine::RuleSet::of(collection)?;
    if rules.rules().is_empty() {
        bail!("there is no rule that can be used");
    }
    Ok(rules)
}

fn mapping(options: &Options) -> anyhow::Result<engine::Mapping> {
    let mut mapping = match options.routing {
        Routing::Auto => engine::Mapping::shipped()?,
        Routing::None => engine::Mapping::none(),
    };
    for path in &options.mapping {
        let name = path.display().to_string();
        let text =
            fs::read_to_string(path).with_context(|| format!("reading the mapping {name}"))?;
        mapping.add(&name, &text)?;
    }
    if let Some(logsource) = &options.logsource {
        mapping.set_logsource(logsource.clone());
    }
    Ok(mapping)
}

fn report(options: &Options) -> anyhow::Result<Box<dyn engine::Report>> {
    let out: Box<dyn Write> = match &options.output {
        Some(path) => Box::new(BufWriter::new(
            File::create(path).with_context(|| format!("making {}", path.display()))?,
        )),
        None => Box::new(BufWriter::new(io::stdout())),
    };
    Ok(match options.format {
        Format::Pairs => Box::new(Pairs::new(out)),
        Format::Jsonl => Box::new(JsonLines::new(out)),
        Format::Csv => Box::new(Csv::new(out)?),
        Format::Html => Box::new(Html::new(out, Timestamp::now())),
        Format::Summary => Box::new(Summary::new(out)),
    })
}

/// What a person must know to not draw a wrong conclusion. The pages for people say it themselves.
fn trouble(totals: &engine::Totals, format: Format) {
    if matches!(format, Format::Summary | Format::Html) {
        return;
    }
    for problem in &totals.problems {
        say(&format!("warning: {problem}"));
    }
    let untold = (totals.bad_events + totals.broken)
        .saturating_sub(u64::try_from(totals.problems.len()).unwrap_or(u64::MAX));
    if untold > 0 {
        say(&format!("warning: {untold} more events or parts of files that cannot be read"));
    }
    if totals.unknown > 0 {
        say(&format!(
            "warning: {} events are of a kind that no mapping knows and were not judged; see --mapping, --logsource \
             and --routing none",
            totals.unknown
        ));
    }
    if totals.uncorrelated > 0 {
        say(&format!(
            "warning: {} matches could not be correlated: they say no time, or lack a field",
            totals.uncorrelated
        ));
    }
}

fn outcome(totals: &engine::Totals, options: &Options) -> ExitCode {
    let gravest = totals.by_level.keys().next_back();
    if options.fail_on.is_some_and(|limit| gravest.is_some_and(|g| *g >= limit.level())) {
        return ExitCode::from(FOUND);
    }
    if totals.broken > 0 { ExitCode::from(INCOMPLETE) } else { ExitCode::SUCCESS }
}

fn logsource(text: &str) -> Result<LogSource, String> {
    let mut logsource = LogSource::default();
    for part in text.split(',') {
        let value = |value: &str| Some(value.trim().to_owned());
        match part.split_once('=').map(|(name, v)| (name.trim(), v)) {
            Some(("product", v)) => logsource.product = value(v),
            Some(("category", v)) => logsource.category = value(v),
            Some(("service", v)) => logsource.service = value(v),
            _ => return Err("write product=…, category=… or service=…, with commas between".into()),
        }
    }
    Ok(logsource)
}
