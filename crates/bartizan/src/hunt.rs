//! `bartizan hunt`: a question in KQL, answered in the terminal or for other programs.
//!
//! It is asked of a running server, of the data folder of a server that does not run, of files named on the
//! command line, or of nothing at all where the question brings its own rows. Checking a question needs none
//! of them.

mod folder;
mod place;
mod table;

use std::{
    collections::HashMap,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use anyhow::{Context as _, anyhow, bail};
use bartizan_telemetry::{Limits, QueryError, QueryOptions, QueryResult, Workbench, parquet_of};
use clap::ValueEnum;
use serde_json::{Value, json};

use crate::{
    client::{Access, Client, Refusal, member},
    print, say,
};

/// Rows of an answer that no server limits.
const MAX_ROWS: usize = 500_000;
/// Bytes of such an answer.
const MAX_BYTES: usize = 1 << 30;
/// How long such a question may take.
const MAX_TIME: Duration = Duration::from_secs(3_600);
/// Memory of its sorts, joins and groups.
const MAX_MEMORY: usize = 2 << 30;

/// Options of `bartizan hunt`.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The question.
    #[arg(required_unless_present = "file")]
    query: Option<String>,
    /// Read the question from a file.
    #[arg(long, conflicts_with = "query")]
    file: Option<PathBuf>,
    /// A file as a table: Parquet, JSON lines or comma-separated values; may come several times.
    #[arg(long = "table", value_name = "NAME=FILE", conflicts_with = "server")]
    tables: Vec<String>,
    /// A file for an address that `externaldata` names; may come several times. Nothing is ever fetched.
    #[arg(long = "external", value_name = "ADDRESS=FILE", conflicts_with = "server")]
    external: Vec<String>,
    /// How to print the answer.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Only check the question: a line for each problem, and success when there is none.
    #[arg(long)]
    check: bool,
    /// Show the plan instead of running it.
    #[arg(long, conflicts_with = "check")]
    explain: bool,
    /// Say what the answer cost.
    #[arg(long)]
    stats: bool,
    /// Address of another server than the one running on the data folder.
    #[arg(long, requires = "token")]
    server: Option<String>,
    /// Token for that server.
    #[arg(long, env = "BARTIZAN_TOKEN", hide_env_values = true, requires = "server")]
    token: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Columns for the eye.
    Table,
    /// One JSON document with Kusto's type names.
    Json,
    /// Comma-separated values.
    Csv,
    /// A Parquet file on standard output.
    Parquet,
}

/// Ask and print.
pub(crate) fn run(data: &Path, options: &Options) -> anyhow::Result<ExitCode> {
    let query = question(options)?;
    let engine = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("starting the engine")?;
    let bench = engine.block_on(workbench(&options.tables))?;
    let external = external(&options.external)?;
    let asked = QueryOptions { limits: limits(), external, ..QueryOptions::at(now()) };
    let plan = match bench.plan(&query, &asked) {
        Ok(plan) => plan,
        Err(problems) => return place::show(&query, &problems, options),
    };
    if options.check {
        if options.format == Format::Json {
            print("[]");
        }
        return Ok(ExitCode::SUCCESS);
    }
    if options.explain {
        print(plan.to_string().trim_end());
        return Ok(ExitCode::SUCCESS);
    }
    let asks_nothing = plan.tables().is_empty();
    if options.server.is_none() && (asks_nothing || !options.tables.is_empty()) {
        for name in bench.missing(&plan) {
            say(&format!(
                "warning: no rows of {name} are at hand; name a file with --table {name}=…"
            ));
        }
        let answer = engine.block_on(bench.ask(&query, &asked));
        return answered(answer, options);
    }
    if options.server.is_none() && !Access::path(data).is_file() && folder::is_one(data) {
        return answered(engine.block_on(folder::ask(data, (&query, &plan), &asked))?, options);
    }
    let client = Client::find(data, options.server.as_deref(), options.token.as_deref())?;
    match client.post("/hunting/run", &json!({ "query": query }))? {
        Ok(answer) => show(&answer, options),
        Err(refusal) => refuse(refusal),
    }
}

/// The time that `now()` means.
fn now() -> bartizan_model::Timestamp {
    crate::workers::clock()
}

fn limits() -> Limits {
    let threads = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    Limits { rows: MAX_ROWS, bytes: MAX_BYTES, time: MAX_TIME, memory: MAX_MEMORY, threads }
}

fn external(given: &[String]) -> anyhow::Result<HashMap<String, PathBuf>> {
    let pair = |text: &String| {
        let (address, file) = text
            .rsplit_once('=')
            .ok_or_else(|| anyhow!("`--external {text}`: the form is ADDRESS=FILE"))?;
        Ok((address.to_owned(), PathBuf::from(file)))
    };
    given.iter().map(pair).collect()
}

async fn workbench(tables: &[String]) -> anyhow::Result<Workbench> {
    let mut bench = Workbench::new();
    for table in tables {
        let (name, file) = table
            .split_once('=')
            .ok_or_else(|| anyhow!("`--table {table}`: the form is NAME=FILE"))?;
        bench.add(name.trim(), Path::new(file)).await?;
    }
    Ok(bench)
}

fn question(options: &Options) -> anyhow::Result<String> {
    match (&options.query, &options.file) {
        (Some(query), _) => Ok(query.clone()),
        (None, Some(file)) => {
            fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))
        }
        (None, None) => bail!("no question was given"),
    }
}

/// An answer of our own engine.
fn answered(
    answer: Result<QueryResult, QueryError>,
    options: &Options,
) -> anyhow::Result<ExitCode> {
    match answer {
        Ok(result) => show(&serde_json::to_value(result)?, options),
        Err(error) => Err(error.into()),
    }
}

/// A query that does not hold is shown with the place; anything else is an error like others.
fn refuse(refusal: Refusal) -> anyhow::Result<ExitCode> {
    match refusal.body.get("rendered").and_then(Value::as_str) {
        Some(rendered) => {
            say(rendered.trim_end());
            Ok(ExitCode::FAILURE)
        }
        None => Err(refusal.into()),
    }
}

fn show(answer: &Value, options: &Options) -> anyhow::Result<ExitCode> {
    let columns = member(answer, "columns")?.as_array().context("the answer has no columns")?;
    let rows = member(answer, "rows")?.as_array().context("the answer has no rows")?;
    match options.format {
        Format::Table => print(&table::table(columns, rows)),
        Format::Csv => print(&table::csv(columns, rows)),
        Format::Json => print(&serde_json::to_string(&json!({
            "tables": [{ "name": "PrimaryResult", "columns": columns, "rows": rows }]
        }))?),
        Format::Parquet => {
            let bytes = parquet_of(columns, rows).context("writing the answer as Parquet")?;
            std::io::stdout().lock().write_all(&bytes).context("writing to standard output")?;
        }
    }
    if options.format == Format::Table {
        say(&format!("{} rows", rows.len()));
    }
    foot(answer, options);
    Ok(ExitCode::SUCCESS)
}

/// What a reader must know to not draw a wrong conclusion, and the cost if asked for.
fn foot(answer: &Value, options: &Options) {
    if answer.get("truncated").and_then(Value::as_bool) == Some(true) {
        say("warning: there are more rows than shown; narrow the question, or add `| take`");
    }
    for loss in answer.get("losses").and_then(Value::as_array).into_iter().flatten() {
        let text = |name: &str| loss.get(name).map(shown).unwrap_or_default();
        say(&format!(
            "warning: {} lost {} events ({} at the {}); this answer may be incomplete",
            text("device_name"),
            text("count"),
            text("kind"),
            text("stage"),
        ));
    }
    if options.stats
        && let Some(stats) = answer.get("stats")
    {
        say(&stats.to_string());
    }
}

/// A value as people read it: text without quotes.
fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
