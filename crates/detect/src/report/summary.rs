//! The findings at a glance, in the terminal: by severity, technique, machine and rule.

use std::fmt::Write as _;
use std::io::{self, Write};

use crate::finding::Found;
use crate::report::{LEVELS, counted, grouped, moment, visible};
use crate::run::Report;
use crate::totals::Totals;

/// Longest list that is shown in full.
const ROWS_MAX: usize = 40;

/// Writes a page of text when everything was seen.
#[derive(Debug)]
pub struct Summary<W>(W);

impl<W: Write> Summary<W> {
    /// Writes to `out`.
    pub fn new(out: W) -> Self {
        Self(out)
    }
}

impl<W: Write> Report for Summary<W> {
    fn add(&mut self, _: &Found<'_>) -> io::Result<()> {
        Ok(())
    }

    fn end(&mut self, totals: &Totals) -> io::Result<()> {
        self.0.write_all(page(totals).as_bytes())?;
        self.0.flush()
    }
}

fn page(totals: &Totals) -> String {
    let mut page = head(totals);
    section(&mut page, "Severity", severities(totals));
    section(&mut page, "Technique", techniques(totals));
    section(&mut page, "Host", hosts(totals));
    section(&mut page, "Rule", rules(totals));
    section(&mut page, "Not read", totals.problems.iter().map(|p| visible(p)).collect());
    page
}

fn head(totals: &Totals) -> String {
    let files = u64::try_from(totals.files).unwrap_or(u64::MAX);
    let rules = u64::try_from(totals.rules).unwrap_or(u64::MAX);
    let mut text = format!(
        "{} in {}, {}",
        counted(totals.events, "event"),
        counted(files, "file"),
        counted(rules, "rule")
    );
    if let Some((first, last)) = totals.period {
        let _infallible = write!(text, "\n{} to {} UTC", moment(first), moment(last));
    }
    let rules_that_matched = u64::try_from(totals.by_rule.len()).unwrap_or(u64::MAX);
    let _infallible = write!(
        text,
        "\n{} by {}\n",
        if totals.findings == 1 {
            "1 match".to_owned()
        } else {
            format!("{} matches", grouped(totals.findings))
        },
        counted(rules_that_matched, "rule")
    );
    for (count, what) in [
        (
            totals.unknown,
            "of a kind that no mapping knows: not judged (--routing none judges them by field names)",
        ),
        (totals.bad_events, "that cannot be read"),
    ] {
        if count > 0 {
            let _infallible = writeln!(text, "{} {what}", counted(count, "event"));
        }
    }
    if totals.broken > 0 {
        let _infallible =
            writeln!(text, "{} that cannot be read", counted(totals.broken, "file or part of one"));
    }
    text
}

fn section(page: &mut String, title: &str, rows: Vec<String>) {
    if rows.is_empty() {
        return;
    }
    let _infallible = writeln!(page, "\n{title}");
    for row in rows.iter().take(ROWS_MAX) {
        let _infallible = writeln!(page, "  {}", row.trim_end());
    }
    if rows.len() > ROWS_MAX {
        let _infallible = writeln!(page, "  … and {} more", rows.len() - ROWS_MAX);
    }
}

fn severities(totals: &Totals) -> Vec<String> {
    LEVELS
        .iter()
        .filter_map(|level| {
            let count = totals.by_level.get(level)?;
            Some(format!("{:<14} {:>9}", level.name(), grouped(*count)))
        })
        .collect()
}

fn techniques(totals: &Totals) -> Vec<String> {
    let mut rows: Vec<(&String, &u64)> = totals.by_technique.iter().collect();
    rows.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
    rows.iter().map(|(name, count)| format!("{name:<14} {:>9}", grouped(**count))).collect()
}

fn hosts(totals: &Totals) -> Vec<String> {
    let width = totals.by_host.keys().map(|h| h.chars().count()).max().unwrap_or(0).min(40);
    let mut rows: Vec<_> = totals.by_host.iter().collect();
    rows.sort_by_key(|(_, levels)| {
        std::cmp::Reverse(LEVELS.map(|level| levels.get(&level).copied().unwrap_or(0)))
    });
    let row = |(host, levels): &(&String, &std::collections::BTreeMap<_, u64>)| {
        let counts = LEVELS.iter().filter_map(|level| {
            let count = levels.get(level)?;
            Some(format!("{} {}", grouped(*count), level.name()))
        });
        format!("{:<width$}  {}", visible(host), counts.collect::<Vec<_>>().join(", "))
    };
    rows.iter().map(row).collect()
}

fn rules(totals: &Totals) -> Vec<String> {
    let mut rules: Vec<_> = totals.by_rule.values().collect();
    rules.sort_by(|a, b| {
        b.level.cmp(&a.level).then(b.findings.cmp(&a.findings)).then(a.title.cmp(&b.title))
    });
    rules
        .iter()
        .map(|rule| {
            let first = rule.period.map_or(String::new(), |(first, _)| moment(first));
            format!(
                "{:<13} {:>7}  {first:<19}  {}",
                rule.level.name(),
                grouped(rule.findings),
                rule.title
            )
        })
        .collect()
}
