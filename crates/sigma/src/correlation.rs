//! Correlations: what several events mean together.
//!
//! A [`Correlation`] is what a document says. [`Links`] finds the rules it refers to, once for a whole collection.
//! A [`CorrelationEngine`] is told of every match of those rules, in about the order of time, and says what fired.
//! What exactly fires when is written down in `docs/concepts/correlation.md`; `tests` holds the engine against a plain
//! reading of that page.
//!
//! The engine reads no clock: it knows only the times of events. Its memory is bounded by [`Bounds`]; what it lets go
//! is counted in [`Losses`].

use std::time::Duration;

use serde_json::{Map, Value};

use crate::condition::Condition;
use crate::problem::{Fault, Place, Problem};
use crate::rule::{Expect, Rule};

mod engine;
mod group;
mod links;
mod measure;
mod memory;
mod read;
#[cfg(test)]
mod tests;

pub use engine::{Bounds, CorrelationEngine, EventRef, Fired, Losses, Observation, Part};
pub use links::Links;
pub(crate) use read::{is_one, read};

/// A correlation rule.
#[derive(Debug, Clone)]
pub struct Correlation {
    /// What it says about itself. Its `logsource`, `selections` and `tests` are empty.
    pub about: Rule,
    /// What other correlations call it besides its id and title.
    pub name: Option<String>,
    /// What is looked at.
    pub kind: CorrelationKind,
    /// The rules and correlations it is about, as written: names, ids or titles.
    pub rules: Vec<String>,
    /// The fields whose values events must share.
    pub group_by: Vec<String>,
    /// Names in `group_by` that stand for different fields in different rules.
    pub aliases: Vec<Alias>,
    /// How far apart the first and the last event may be.
    pub timespan: Duration,
    /// Whether the rules it refers to also raise alerts of their own.
    pub generate: bool,
    /// Streams of events it must and must not fire on (key `tests`).
    pub tests: Vec<Sequence>,
    origin: Origin,
}

impl Correlation {
    /// The identity, or the title where there is none.
    pub fn name(&self) -> &str {
        self.about.name()
    }

    /// Whether one of its rules is that correlation.
    pub fn refers_to(&self, other: &Self) -> bool {
        self.rules.iter().any(|reference| other.is_called(reference))
    }

    /// Whether another correlation means this one by `reference`.
    fn is_called(&self, reference: &str) -> bool {
        self.name.as_deref() == Some(reference)
            || self.about.id.as_deref() == Some(reference)
            || self.about.title == reference
    }

    /// Every field that the events of one of its rules are asked for, whatever the rule calls it.
    pub(crate) fn field_of(&self, name: &str, reference: usize) -> &str {
        let alias = self.aliases.iter().find(|alias| alias.name == name);
        let by_rule = alias.and_then(|a| a.fields.iter().find(|(of, _)| *of == reference));
        by_rule.map_or(name_of(&self.group_by, name), |(_, field)| field.as_str())
    }

    pub(crate) fn placed(self: Box<Self>, file: &str, text: &str, lines_before: usize) -> Self {
        let mut placed = *self;
        placed.about.file = file.to_owned();
        placed.about.line = lines_before + 1;
        placed.origin.text = text.to_owned();
        placed.origin.lines_before = lines_before;
        placed
    }

    /// A problem with the reference at this place of `rules`.
    fn problem(&self, reference: usize, message: String, hint: String) -> Problem {
        let place = self.origin.references.get(reference).copied().unwrap_or_else(Place::start);
        let fault = Fault::new(place, message, hint);
        Problem::locate(fault, &self.about.file, &self.origin.text, self.origin.lines_before)
    }
}

/// The name as it stands in the list, so that both live as long as the rule.
fn name_of<'a>(names: &'a [String], name: &str) -> &'a str {
    names.iter().find(|n| *n == name).map_or("", String::as_str)
}

/// Where a correlation was written, for problems that are found when its references are looked up.
#[derive(Debug, Clone, Default)]
struct Origin {
    text: String,
    lines_before: usize,
    references: Vec<Place>,
}

/// One name for fields that are called differently in different rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alias {
    /// The name used in `group-by`.
    pub name: String,
    /// The place of a rule in `rules`, and what it calls the field.
    pub fields: Vec<(usize, String)>,
}

/// What a correlation looks at.
#[derive(Debug, Clone, PartialEq)]
pub enum CorrelationKind {
    /// How many events there are.
    EventCount(Threshold),
    /// How many different values, or combinations of values, these fields have.
    ValueCount(Vec<String>, Threshold),
    /// What the numbers of a field come to.
    Value(Measure, String, Threshold),
    /// How regular the events come: the spread of the times between them, in percent of their mean, when there are at
    /// least so many. Not of the specification: it is how a beacon looks.
    Regularity(usize, Threshold),
    /// Which of the rules match, in any order.
    Temporal(Together),
    /// Which of the rules match, in the order they are listed.
    TemporalOrdered(Together),
}

/// Which rules of a temporal correlation must match.
#[derive(Debug, Clone, PartialEq)]
pub enum Together {
    /// All of them.
    All,
    /// So many different ones.
    Count(Threshold),
    /// As this condition over the rules says.
    Condition(Condition),
}

/// What numbers come to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Measure {
    /// Their sum.
    Sum,
    /// Their mean.
    Average,
    /// The number below which so many percent of them lie, between neighbours in proportion. 50 is the median.
    Percentile(f64),
    /// How many percent of all values are the newest event's. Values of any kind.
    Share,
}

/// What a number must be: all of the comparisons.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Threshold {
    /// Each comparison with its number.
    pub comparisons: Vec<(Comparison, f64)>,
}

/// How a number is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// Greater.
    Greater,
    /// Greater or equal.
    AtLeast,
    /// Less.
    Less,
    /// Less or equal.
    AtMost,
    /// Equal.
    Equal,
    /// Not equal.
    NotEqual,
}

impl Threshold {
    /// Whether the number is as asked.
    pub fn holds(&self, number: f64) -> bool {
        self.comparisons.iter().all(|(how, limit)| match how {
            Comparison::Greater => number > *limit,
            Comparison::AtLeast => number >= *limit,
            Comparison::Less => number < *limit,
            Comparison::AtMost => number <= *limit,
            #[expect(clippy::float_cmp, reason = "equality is what the rule asks for")]
            Comparison::Equal => number == *limit,
            #[expect(clippy::float_cmp, reason = "inequality is what the rule asks for")]
            Comparison::NotEqual => number != *limit,
        })
    }
}

impl std::fmt::Display for Threshold {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (place, (how, limit)) in self.comparisons.iter().enumerate() {
            let word = match how {
                Comparison::Greater => "more than",
                Comparison::AtLeast => "at least",
                Comparison::Less => "less than",
                Comparison::AtMost => "at most",
                Comparison::Equal => "exactly",
                Comparison::NotEqual => "not",
            };
            let joint = if place == 0 { "" } else { " and " };
            write!(f, "{joint}{word} {limit}")?;
        }
        Ok(())
    }
}

/// A stream of events with what a correlation must say to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Sequence {
    /// What it shows.
    pub name: String,
    /// Whether the correlation must fire.
    pub expect: Expect,
    /// The events in the order of the file.
    pub events: Vec<SequenceEvent>,
}

/// An event of a test stream.
#[derive(Debug, Clone, PartialEq)]
pub struct SequenceEvent {
    /// How long after the beginning.
    pub after: Duration,
    /// How often it comes, a second apart.
    pub times: u32,
    /// The category of its logsource; any when not said.
    pub category: Option<String>,
    /// Its fields, by Sigma's names.
    pub event: Map<String, Value>,
}
