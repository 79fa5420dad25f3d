//! One JSON object for each match, with its explanation and the whole event.

use std::io::{self, Write};

use bartizan_sigma::FieldMatch;
use serde_json::{Value, json};

use crate::finding::Found;
use crate::run::Report;
use crate::totals::Totals;

/// Writes JSON lines.
#[derive(Debug)]
pub struct JsonLines<W>(W);

impl<W: Write> JsonLines<W> {
    /// Writes to `out`, which should be buffered.
    pub fn new(out: W) -> Self {
        Self(out)
    }
}

impl<W: Write> Report for JsonLines<W> {
    fn add(&mut self, found: &Found<'_>) -> io::Result<()> {
        let Found { rule, file, finding } = found;
        let line = json!({
            "time": finding.time.map(|time| time.to_string()),
            "host": finding.host,
            "severity": rule.level.name(),
            "rule": {
                "id": rule.id,
                "title": rule.title,
                "tactics": rule.tactics,
                "techniques": rule.techniques,
                "file": rule.file,
            },
            "source": { "file": file.display().to_string(), "event": finding.event },
            "matched": finding.evidence.iter().map(matched).collect::<Vec<_>>(),
            "event": finding.fields,
        });
        serde_json::to_writer(&mut self.0, &line)?;
        self.0.write_all(b"\n")
    }

    fn end(&mut self, _: &Totals) -> io::Result<()> {
        self.0.flush()
    }
}

/// `range` counts bytes of the value.
fn matched(field: &FieldMatch) -> Value {
    json!({
        "selection": field.selection,
        "field": field.field,
        "pattern": field.pattern,
        "value": field.value,
        "range": field.range.as_ref().map(|range| [range.start, range.end]),
    })
}
