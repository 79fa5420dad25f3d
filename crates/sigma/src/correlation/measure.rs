//! Whether a window of events is as a correlation asks: what is counted, and what is computed of the events.

use rustc_hash::FxHashMap;

use super::group::Entry;
use super::{CorrelationKind, Measure, Threshold, Together};
use crate::condition::Condition;

/// Events closer together than this, in nanoseconds, are one beat.
const BEAT_MIN: i64 = 1_000_000_000;

/// What is in a window, kept up to date as events come in and leave.
#[derive(Debug, Default)]
pub(super) struct Tally {
    events: usize,
    values: FxHashMap<Box<str>, usize>,
    newest: Option<Box<str>>,
    sum: f64,
    by_reference: Vec<usize>,
}

/// A window is as asked.
#[derive(Debug)]
pub(super) struct Verdict {
    /// What was counted or computed.
    pub(super) measured: f64,
    /// The places in the window that make it up, where only some do.
    pub(super) steps: Option<Vec<usize>>,
}

impl Tally {
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    pub(super) fn add<P>(&mut self, entry: &Entry<P>) {
        self.events += 1;
        self.sum += entry.number;
        if let Some(text) = &entry.text {
            *self.values.entry(text.clone()).or_default() += 1;
            self.newest = Some(text.clone());
        }
        if self.by_reference.len() <= entry.reference {
            self.by_reference.resize(entry.reference + 1, 0);
        }
        if let Some(count) = self.by_reference.get_mut(entry.reference) {
            *count += 1;
        }
    }

    pub(super) fn remove<P>(&mut self, entry: &Entry<P>) {
        self.events = self.events.saturating_sub(1);
        // An empty window starts anew, so that rounding does not add up.
        self.sum = if self.events == 0 { 0.0 } else { self.sum - entry.number };
        if let Some(text) = &entry.text
            && let Some(count) = self.values.get_mut(text)
        {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.values.remove(text);
            }
        }
        if let Some(count) = self.by_reference.get_mut(entry.reference) {
            *count = count.saturating_sub(1);
        }
    }

    fn has(&self, reference: usize) -> bool {
        self.by_reference.get(reference).is_some_and(|count| *count > 0)
    }

    fn different(&self) -> usize {
        self.by_reference.iter().filter(|count| **count > 0).count()
    }
}

/// Judges the window whose tally this is. `references` is the number of rules of the correlation.
pub(super) fn judge<'a, P: 'a, W>(
    kind: &CorrelationKind,
    tally: &Tally,
    references: usize,
    window: impl Fn() -> W,
) -> Option<Verdict>
where
    W: Iterator<Item = &'a Entry<P>>,
{
    let whole = |measured: f64, threshold: &Threshold| {
        threshold.holds(measured).then_some(Verdict { measured, steps: None })
    };
    match kind {
        CorrelationKind::EventCount(threshold) => whole(number(tally.events), threshold),
        CorrelationKind::ValueCount(_, threshold) => whole(number(tally.values.len()), threshold),
        CorrelationKind::Value(measure, _, threshold) => {
            whole(measured(*measure, tally, window), threshold)
        }
        CorrelationKind::Regularity(events, threshold) => {
            if tally.events < *events {
                return None;
            }
            spread(window().map(|entry| entry.at), *events)
                .and_then(|spread| whole(spread, threshold))
        }
        CorrelationKind::Temporal(together) => {
            let measured = number(tally.different());
            let holds = match together {
                Together::All => tally.different() == references,
                Together::Count(threshold) => threshold.holds(measured),
                Together::Condition(condition) => holds(condition, &|r| tally.has(r)),
            };
            holds.then_some(Verdict { measured, steps: None })
        }
        CorrelationKind::TemporalOrdered(together) => ordered(together, tally, references, window),
    }
}

fn measured<'a, P: 'a, W>(measure: Measure, tally: &Tally, window: impl Fn() -> W) -> f64
where
    W: Iterator<Item = &'a Entry<P>>,
{
    match measure {
        Measure::Sum => tally.sum,
        Measure::Average => tally.sum / number(tally.events.max(1)),
        Measure::Share => {
            let newest = tally.newest.as_ref().and_then(|text| tally.values.get(text));
            100.0 * number(newest.copied().unwrap_or_default()) / number(tally.events.max(1))
        }
        Measure::Percentile(percent) => {
            let mut numbers: Vec<f64> = window().map(|entry| entry.number).collect();
            percentile(&mut numbers, percent)
        }
    }
}

/// The number below which so many percent lie, between neighbours in proportion.
fn percentile(numbers: &mut [f64], percent: f64) -> f64 {
    numbers.sort_by(f64::total_cmp);
    let place = percent / 100.0 * number(numbers.len().saturating_sub(1));
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a place in a list is small and not negative"
    )]
    let below = place.floor() as usize;
    let lower = numbers.get(below).copied().unwrap_or_default();
    let upper = numbers.get(below + 1).copied().unwrap_or(lower);
    (upper - lower).mul_add(place - place.floor(), lower)
}

/// The standard deviation of the times between events, in percent of their mean. Events less than a second apart are
/// one (a connection that is asked for and then made). `None` when there are too few.
fn spread(times: impl Iterator<Item = i64>, at_least: usize) -> Option<f64> {
    let (mut last, mut between): (Option<i64>, Vec<f64>) = (None, Vec::new());
    for at in times {
        match last {
            Some(before) if at.saturating_sub(before) < BEAT_MIN => continue,
            #[expect(
                clippy::cast_precision_loss,
                reason = "nanoseconds of a month fit well enough"
            )]
            Some(before) => between.push((at - before) as f64),
            None => {}
        }
        last = Some(at);
    }
    if between.len() + 1 < at_least {
        return None;
    }
    let many = number(between.len());
    let mean = between.iter().sum::<f64>() / many;
    let variance = between.iter().map(|gap| (gap - mean).powi(2)).sum::<f64>() / many;
    Some(100.0 * variance.sqrt() / mean)
}

fn ordered<'a, P: 'a, W>(
    together: &Together,
    tally: &Tally,
    references: usize,
    window: impl Fn() -> W,
) -> Option<Verdict>
where
    W: Iterator<Item = &'a Entry<P>>,
{
    let wanted: Vec<usize> = match together {
        Together::Count(threshold) => {
            let measured = number(longest(references, window()));
            return threshold.holds(measured).then_some(Verdict { measured, steps: None });
        }
        Together::All => (0..references).collect(),
        Together::Condition(condition) => {
            if !holds(condition, &|reference| tally.has(reference)) {
                return None;
            }
            let mut asked = Vec::new();
            asked_for(condition, true, &mut asked);
            asked.sort_unstable();
            asked.dedup();
            asked.into_iter().filter(|reference| tally.has(*reference)).collect()
        }
    };
    if !wanted.iter().all(|reference| tally.has(*reference)) {
        return None;
    }
    let steps = chain(&wanted, window())?;
    Some(Verdict { measured: number(steps.len()), steps: Some(steps) })
}

/// The places of events that follow one another as wanted. Each event stands for one step.
fn chain<'a, P: 'a>(
    wanted: &[usize],
    window: impl Iterator<Item = &'a Entry<P>>,
) -> Option<Vec<usize>> {
    let mut steps = Vec::with_capacity(wanted.len());
    let mut last = None;
    let mut next = wanted.iter();
    let mut want = next.next()?;
    for (place, entry) in window.enumerate() {
        if entry.reference != *want || last == Some((entry.at, entry.event)) {
            continue;
        }
        steps.push(place);
        last = Some((entry.at, entry.event));
        match next.next() {
            Some(following) => want = following,
            None => return Some(steps),
        }
    }
    None
}

/// How many different rules match in their order, at most.
fn longest<'a, P: 'a>(references: usize, window: impl Iterator<Item = &'a Entry<P>>) -> usize {
    // By rule: the longest line of events that ends with one of it. Events that are one (the same event matched
    // several rules) do not follow each other, so a line is only lengthened by what was there before that event.
    let mut settled = vec![0_usize; references];
    let mut of_event: Vec<(usize, usize)> = Vec::new();
    let mut current = None;
    for entry in window {
        if current != Some((entry.at, entry.event)) {
            settle(&mut settled, &mut of_event);
            current = Some((entry.at, entry.event));
        }
        let before = settled.iter().take(entry.reference).max().copied().unwrap_or_default();
        of_event.push((entry.reference, before + 1));
    }
    settle(&mut settled, &mut of_event);
    settled.into_iter().max().unwrap_or_default()
}

fn settle(settled: &mut [usize], of_event: &mut Vec<(usize, usize)>) {
    for (reference, length) in of_event.drain(..) {
        if let Some(known) = settled.get_mut(reference) {
            *known = (*known).max(length);
        }
    }
}

fn holds(condition: &Condition, present: &dyn Fn(usize) -> bool) -> bool {
    match condition {
        Condition::Selection(reference) => present(*reference),
        Condition::Not(inner) => !holds(inner, present),
        Condition::All(parts) => parts.iter().all(|part| holds(part, present)),
        Condition::Any(parts) => parts.iter().any(|part| holds(part, present)),
        Condition::AtLeast(count, members) => {
            members.iter().filter(|member| present(**member)).count() >= *count
        }
    }
}

/// The rules that a condition asks for rather than against.
fn asked_for(condition: &Condition, asked: bool, found: &mut Vec<usize>) {
    match condition {
        Condition::Selection(reference) if asked => found.push(*reference),
        Condition::Selection(_) => {}
        Condition::Not(inner) => asked_for(inner, !asked, found),
        Condition::All(parts) | Condition::Any(parts) => {
            parts.iter().for_each(|part| asked_for(part, asked, found));
        }
        Condition::AtLeast(_, members) if asked => found.extend(members),
        Condition::AtLeast(..) => {}
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn number(count: usize) -> f64 {
    count as f64
}
