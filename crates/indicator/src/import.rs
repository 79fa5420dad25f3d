//! Lists of indicators as people exchange them: plain lines, CSV with a header, bundles of STIX 2.1.
//!
//! A line that cannot be read never stops the others; it is named with its number.

use bartizan_model::{Severity, Text, Timestamp};

use crate::{Action, Indicator, Kind, Observable, Scope};

mod csv;
mod stix;

/// Most indicators read from one list.
const INDICATORS_MAX: usize = 2_000_000;
/// Most problems told; further ones are only counted.
const PROBLEMS_MAX: usize = 1_000;

/// How a list is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One value a line; `#` begins a remark, and what follows `;` or white space is a title.
    Plain,
    /// A header, and a line for each indicator.
    Csv,
    /// A bundle of STIX 2.1 as JSON.
    Stix,
}

impl Format {
    /// The format with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        match word.trim().to_ascii_lowercase().as_str() {
            "plain" | "txt" | "text" | "list" => Some(Self::Plain),
            "csv" => Some(Self::Csv),
            "stix" | "json" => Some(Self::Stix),
            _ => None,
        }
    }

    /// What a text looks like.
    pub fn guess(text: &str) -> Self {
        let first = text.trim_start().lines().find(|line| !line.trim_start().starts_with('#'));
        let first = first.unwrap_or_default();
        if first.trim_start().starts_with('{') {
            return Self::Stix;
        }
        if first.contains(',') && csv::has_value_column(first) { Self::Csv } else { Self::Plain }
    }
}

/// What holds for indicators that do not say otherwise.
#[derive(Debug, Clone, PartialEq)]
pub struct Defaults {
    /// What is to be done.
    pub action: Action,
    /// How grave a sighting is.
    pub severity: Severity,
    /// What a sighting is called.
    pub title: Text,
    /// Who says so.
    pub source: Text,
    /// Whether names below a domain are meant too.
    pub subdomains: bool,
    /// Until when they count.
    pub valid_until: Option<Timestamp>,
    /// Where they count.
    pub scope: Scope,
}

impl Default for Defaults {
    fn default() -> Self {
        Self {
            action: Action::Audit,
            severity: Severity::Medium,
            title: "Known bad value".into(),
            source: "import".into(),
            subdomains: true,
            valid_until: None,
            scope: Scope::All,
        }
    }
}

/// What was read of a list.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Imported {
    /// The indicators. Their identity is not decided here.
    pub indicators: Vec<Indicator>,
    /// What could not be read, the first thousand.
    pub problems: Vec<ImportProblem>,
    /// How much could not be read.
    pub refused: usize,
}

/// A line that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct ImportProblem {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, and what to write instead.
    pub message: String,
}

impl Imported {
    fn refuse(&mut self, line: usize, message: impl Into<String>) {
        self.refused += 1;
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(ImportProblem { line, message: message.into() });
        }
    }

    fn is_full(&self) -> bool {
        self.indicators.len() >= INDICATORS_MAX
    }
}

/// Reads a list.
pub fn import(format: Format, text: &str, defaults: &Defaults) -> Imported {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match format {
        Format::Plain => plain(text, defaults),
        Format::Csv => csv::read(text, defaults),
        Format::Stix => stix::read(text, defaults),
    }
}

fn plain(text: &str, defaults: &Defaults) -> Imported {
    let mut imported = Imported::default();
    for (line, number) in text.lines().zip(1..) {
        let line = line.split('#').next().unwrap_or_default().trim();
        if line.is_empty() {
            continue;
        }
        if imported.is_full() {
            imported.refuse(number, format!("a list has at most {INDICATORS_MAX} indicators"));
            break;
        }
        let (value, title) = match line.split_once([';', ' ', '\t', ',']) {
            Some((value, title)) => (value, title.trim_matches([';', ' ', '\t', ','])),
            None => (line, ""),
        };
        match Observable::guess(value) {
            Ok(value) => imported.indicators.push(Indicator {
                title: if title.is_empty() { defaults.title.clone() } else { title.into() },
                ..like(defaults, value)
            }),
            Err(error) => imported.refuse(number, error.to_string()),
        }
    }
    imported
}

/// An indicator of this value that says nothing else.
fn like(defaults: &Defaults, value: Observable) -> Indicator {
    Indicator {
        id: "".into(),
        subdomains: defaults.subdomains && value.kind() == Kind::Domain,
        value,
        action: defaults.action,
        severity: defaults.severity,
        title: defaults.title.clone(),
        description: "".into(),
        source: defaults.source.clone(),
        scope: defaults.scope.clone(),
        valid_from: None,
        valid_until: defaults.valid_until,
    }
}

/// A time as lists write it: RFC 3339, or a day.
fn time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let time: jiff::Timestamp = match text.parse() {
        Ok(time) => time,
        Err(_not_a_time) => {
            let day: jiff::civil::Date = text.parse().ok()?;
            day.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp()
        }
    };
    i64::try_from(time.as_nanosecond()).ok().map(Timestamp::from_nanos)
}

#[cfg(test)]
mod tests;
