//! `bartizan hunt`: a question in KQL, asked of a running server, answered in the terminal.

mod table;

use std::{fs, path::Path, path::PathBuf, process::ExitCode};

use anyhow::{Context as _, bail};
use clap::ValueEnum;
use serde_json::{Value, json};

use crate::{
    client::{Client, Refusal, member},
    print, say,
};

/// Options of `bartizan hunt`.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The question.
    #[arg(required_unless_present = "file")]
    query: Option<String>,
    /// Read the question from a file.
    #[arg(long, conflicts_with = "query")]
    file: Option<PathBuf>,
    /// How to print the answer.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Only check the question.
    #[arg(long)]
    check: bool,
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

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// Columns for the eye.
    Table,
    /// One JSON document with Kusto's type names.
    Json,
    /// Comma-separated values.
    Csv,
}

/// Ask and print.
pub(crate) fn run(data: &Path, options: &Options) -> anyhow::Result<ExitCode> {
    let query = question(options)?;
    let client = Client::find(data, options.server.as_deref(), options.token.as_deref())?;
    if options.check {
        return check(&client, &query, options.format);
    }
    match client.post("/hunting/run", &json!({ "query": query }))? {
        Ok(answer) => show(&answer, options),
        Err(refusal) => refuse(refusal),
    }
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

fn check(client: &Client, query: &str, format: Format) -> anyhow::Result<ExitCode> {
    let answer = client.post("/hunting/validate", &json!({ "query": query }))??;
    let problems = member(&answer, "problems")?.as_array().cloned().unwrap_or_default();
    if matches!(format, Format::Json) {
        print(&serde_json::to_string_pretty(&problems)?);
    } else if let Some(rendered) = answer.get("rendered").and_then(Value::as_str)
        && !problems.is_empty()
    {
        say(rendered.trim_end());
    }
    Ok(if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
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
        Format::Json => print(&serde_json::to_string_pretty(&json!({
            "tables": [{ "name": "PrimaryResult", "columns": columns, "rows": rows }]
        }))?),
    }
    if matches!(options.format, Format::Table) {
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
