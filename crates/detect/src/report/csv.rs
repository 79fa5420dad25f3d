//! A row for each match, for spreadsheets. Cells that a spreadsheet would run are made inert.

use std::borrow::Cow;
use std::io::{self, Write};

use crate::finding::Found;
use crate::report::reason;
use crate::run::Report;
use crate::totals::Totals;

const HEADER: [&str; 10] =
    ["Time", "Host", "Severity", "Rule", "RuleId", "Tactics", "Techniques", "File", "Event", "Why"];

/// Writes comma-separated values.
pub struct Csv<W: Write>(::csv::Writer<W>);

impl<W: Write> std::fmt::Debug for Csv<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Csv")
    }
}

impl<W: Write> Csv<W> {
    /// Writes to `out`, the header first.
    pub fn new(out: W) -> io::Result<Self> {
        let mut writer = ::csv::Writer::from_writer(out);
        writer.write_record(HEADER)?;
        Ok(Self(writer))
    }
}

impl<W: Write> Report for Csv<W> {
    fn add(&mut self, found: &Found<'_>) -> io::Result<()> {
        let Found { rule, file, finding } = found;
        let reasons: Vec<String> = finding.evidence.iter().map(reason).collect();
        let cells = [
            finding.time.map(|time| time.to_string()).unwrap_or_default(),
            finding.host.clone().unwrap_or_default(),
            rule.level.name().to_owned(),
            rule.title.clone(),
            rule.id.clone().unwrap_or_default(),
            rule.tactics.join(" "),
            rule.techniques.join(" "),
            file.display().to_string(),
            finding.event.to_string(),
            reasons.join("; "),
        ];
        self.0.write_record(cells.iter().map(|cell| inert(cell).into_owned()))?;
        Ok(())
    }

    fn end(&mut self, _: &Totals) -> io::Result<()> {
        self.0.flush()
    }
}

fn inert(cell: &str) -> Cow<'_, str> {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        Cow::Owned(format!("'{cell}"))
    } else {
        Cow::Borrowed(cell)
    }
}
