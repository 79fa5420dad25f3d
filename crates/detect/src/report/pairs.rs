//! A line for each match: identity of the rule, tab, number of the event in its file from 0.

use std::io::{self, Write};

use crate::finding::Found;
use crate::run::Report;
use crate::totals::Totals;

/// Writes pairs of rule and event.
#[derive(Debug)]
pub struct Pairs<W>(W);

impl<W: Write> Pairs<W> {
    /// Writes to `out`, which should be buffered.
    pub fn new(out: W) -> Self {
        Self(out)
    }
}

impl<W: Write> Report for Pairs<W> {
    fn add(&mut self, found: &Found<'_>) -> io::Result<()> {
        writeln!(self.0, "{}\t{}", found.rule.name(), found.finding.event)
    }

    fn end(&mut self, _: &Totals) -> io::Result<()> {
        self.0.flush()
    }
}
