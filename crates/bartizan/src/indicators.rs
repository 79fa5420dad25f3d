//! `bartizan indicators`: lists of known values, given to a running server.

use std::{fs, io::Read as _, path::Path, path::PathBuf, process::ExitCode};

use anyhow::Context as _;
use serde_json::Value;

use crate::{
    client::{Client, member},
    print, say,
};

/// Options of `bartizan indicators`.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    #[command(subcommand)]
    task: Task,
    /// Address of another server than the one running on the data folder.
    #[arg(long, requires = "token", global = true)]
    server: Option<String>,
    /// Token for that server.
    #[arg(
        long,
        env = "BARTIZAN_TOKEN",
        hide_env_values = true,
        requires = "server",
        global = true
    )]
    token: Option<String>,
}

#[derive(Debug, clap::Subcommand)]
enum Task {
    /// Keep the values of a list: plain lines, CSV with a header, or a bundle of STIX 2.1.
    Import {
        /// The list; `-` for standard input.
        file: PathBuf,
        /// `plain`, `csv` or `stix`; told from the text when not said.
        #[arg(long)]
        format: Option<String>,
        /// `allow`, `audit`, `warn` or `block`, where the list does not say.
        #[arg(long)]
        action: Option<String>,
        /// `informational` to `critical`, where the list does not say.
        #[arg(long)]
        severity: Option<String>,
        /// What a sighting is called, where the list does not say.
        #[arg(long)]
        title: Option<String>,
        /// Who says so; the name of the file when not said.
        #[arg(long)]
        source: Option<String>,
        /// Until when they count, where the list does not say: 2026-05-01T00:00:00Z.
        #[arg(long)]
        until: Option<String>,
    },
    /// List what is kept, latest first.
    List {
        /// Part of the value or the title.
        text: Option<String>,
    },
    /// Remove an indicator by its id.
    Remove {
        /// Its id.
        id: String,
    },
}

pub(crate) fn run(data: &Path, options: &Options) -> anyhow::Result<ExitCode> {
    let client = Client::find(data, options.server.as_deref(), options.token.as_deref())?;
    match &options.task {
        Task::Import { file, format, action, severity, title, source, until } => {
            let named = file.file_name().map(|name| name.to_string_lossy().into_owned());
            let source = source.clone().or(named);
            let asked = [
                ("format", format),
                ("action", action),
                ("severity", severity),
                ("title", title),
                ("source", &source),
                ("valid_until", until),
            ];
            let said = asked.iter().filter_map(|(name, value)| Some((*name, value.as_deref()?)));
            import(&client, &text_of(file)?, said)
        }
        Task::List { text } => list(&client, text.as_deref()),
        Task::Remove { id } => {
            client.delete(&format!("/indicators/{id}"))?;
            say("removed; it is not looked for any more within seconds");
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn text_of(file: &Path) -> anyhow::Result<String> {
    if file == Path::new("-") {
        let mut text = String::new();
        std::io::stdin()
            .read_to_string(&mut text)
            .context("reading the list from standard input")?;
        return Ok(text);
    }
    fs::read_to_string(file).with_context(|| format!("reading the list {}", file.display()))
}

fn import<'a>(
    client: &Client,
    text: &str,
    said: impl Iterator<Item = (&'a str, &'a str)>,
) -> anyhow::Result<ExitCode> {
    let query: Vec<String> =
        said.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    let answer = client.post_text(&format!("/indicators/import?{}", query.join("&")), text)?;
    for problem in member(&answer, "problems")?.as_array().into_iter().flatten() {
        let line = problem.get("line").and_then(Value::as_u64).unwrap_or_default();
        let message = problem.get("message").and_then(Value::as_str).unwrap_or_default();
        say(&format!("warning: line {line}: {message}"));
    }
    let (taken, refused) = (member(&answer, "taken")?, member(&answer, "refused")?);
    say(&format!("{taken} indicators kept, {refused} lines could not be read"));
    say("they are looked for within seconds, and in the events stored so far");
    Ok(if refused == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn list(client: &Client, text: Option<&str>) -> anyhow::Result<ExitCode> {
    let query = text.map(|text| format!("&q={}", encoded(text))).unwrap_or_default();
    let answer = client.get(&format!("/indicators?limit=1000{query}"))?;
    for item in member(&answer, "items")?.as_array().into_iter().flatten() {
        let word = |name: &str| item.get(name).and_then(Value::as_str).unwrap_or_default();
        print(&format!(
            "{}  {:<7} {:<8} {:<13} {}  {}",
            word("id"),
            word("action"),
            word("kind"),
            word("severity"),
            word("value"),
            word("title")
        ));
    }
    say(&format!("{} indicators", member(&answer, "total")?));
    Ok(ExitCode::SUCCESS)
}

/// A value as it may stand in an address.
fn encoded(value: &str) -> String {
    let mut encoded = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}
