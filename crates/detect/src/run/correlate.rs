//! Matches of several events together. Files need not be in the order of time: nothing is said before all was seen.

use std::sync::Arc;
use std::time::Duration;

use bartizan_sigma::{Bounds, CorrelationEngine, EventRef, FieldMatch, Fired};
use jiff::Timestamp;

use super::worker::Matched;
use crate::finding::Finding;
use crate::rules::RuleSet;

/// Longer than any log.
const EVER: Duration = Duration::from_secs(100 * 365 * 24 * 3_600);
/// Most matches that one correlation remembers.
const MATCHES_MAX: usize = 1_000_000;

/// The file and place of a correlation that fired, and what it says.
pub(super) type Correlated = (usize, usize, Finding);

/// Correlations at work.
pub(super) struct Correlating {
    engine: Option<CorrelationEngine<Option<String>>>,
    timeless: u64,
}

impl Correlating {
    pub(super) fn new(rules: &RuleSet) -> Self {
        let bounds = Bounds { entries_max: MATCHES_MAX, ..Bounds::settled(EVER) };
        let wanted = !rules.correlations().is_empty();
        let engine = wanted.then(|| CorrelationEngine::new(Arc::clone(&rules.links), bounds));
        Self { engine, timeless: 0 }
    }

    /// Tells the correlations of a match.
    pub(super) fn observe(&mut self, file: usize, matched: &Matched) -> Vec<Correlated> {
        let Some(engine) = &mut self.engine else { return Vec::new() };
        let links = Arc::clone(engine.links());
        if !links.concerns(matched.rule) {
            return Vec::new();
        }
        let Some(at) = matched.finding.time.and_then(nanoseconds) else {
            self.timeless += 1;
            return Vec::new();
        };
        let stream = u128::try_from(file).unwrap_or(u128::MAX);
        let event = EventRef(stream, matched.finding.event);
        let field = |name: &str| {
            matched.asked.iter().find(|(n, _)| n == name).map(|(_, value)| value.clone())
        };
        let host = matched.finding.host.clone();
        let observation = links.observation(matched.rule, (at, event), host, field);
        let fired = observation.map(|o| engine.observe(o)).unwrap_or_default();
        fired.into_iter().map(told).collect()
    }

    /// All was seen.
    pub(super) fn finish(&mut self) -> Vec<Correlated> {
        let fired = self.engine.as_mut().map(CorrelationEngine::finish).unwrap_or_default();
        fired.into_iter().map(told).collect()
    }

    /// Matches that no correlation could take.
    pub(super) fn losses(&self) -> u64 {
        let losses = self.engine.as_ref().map(CorrelationEngine::losses).unwrap_or_default();
        self.timeless + losses.late + losses.unfit + losses.forgotten + losses.hurried
    }
}

fn nanoseconds(time: Timestamp) -> Option<i64> {
    i64::try_from(time.as_nanosecond()).ok()
}

fn told(fired: Fired<Option<String>>) -> Correlated {
    let mut evidence: Vec<FieldMatch> = fired
        .group
        .iter()
        .map(|(field, value)| FieldMatch {
            selection: "group-by".to_owned(),
            field: field.clone(),
            value: Some(value.clone()),
            pattern: "is the same".to_owned(),
            range: None,
        })
        .collect();
    let numbers: Vec<String> = fired.parts.iter().map(|part| part.event.1.to_string()).collect();
    evidence.push(FieldMatch {
        selection: "correlation".to_owned(),
        field: "events".to_owned(),
        value: Some(numbers.join(" ")),
        pattern: format!("{} together come to {}", fired.events, fired.measured),
        range: None,
    });
    let fields = fired.group.iter().map(|(n, v)| (n.clone(), v.as_str().into())).collect();
    let finding = Finding {
        event: fired.event.1,
        time: Timestamp::from_nanosecond(fired.at.into()).ok(),
        host: fired.parts.into_iter().rev().find_map(|part| part.payload),
        evidence,
        fields,
    };
    (usize::try_from(fired.event.0).unwrap_or(usize::MAX), fired.correlation, finding)
}
