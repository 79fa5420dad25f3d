//! The events of one group, in the order of time, and the window that slides over them.

use std::collections::VecDeque;
use std::sync::Arc;

use super::engine::{EventRef, Part};
use super::measure::Tally;
use super::{Correlation, CorrelationKind, Together, measure};

/// What an event brings along.
#[derive(Debug, Clone)]
pub(super) enum Load<P> {
    /// It is one.
    Event(Part<P>),
    /// It is an inner correlation that fired, by these.
    Chain(Arc<[Part<P>]>),
}

/// An event as one correlation remembers it.
#[derive(Debug, Clone)]
pub(super) struct Entry<P> {
    pub(super) at: i64,
    pub(super) event: EventRef,
    pub(super) reference: usize,
    pub(super) text: Option<Box<str>>,
    pub(super) number: f64,
    pub(super) fields: Arc<[(String, String)]>,
    pub(super) load: Load<P>,
}

impl<P> Entry<P> {
    fn order(&self) -> (i64, EventRef, usize) {
        (self.at, self.event, self.reference)
    }
}

/// A window that is as the correlation asks.
#[derive(Debug)]
pub(super) struct Found<P> {
    pub(super) at: i64,
    pub(super) event: EventRef,
    pub(super) fields: Arc<[(String, String)]>,
    pub(super) measured: f64,
    pub(super) events: usize,
    pub(super) loads: Vec<Load<P>>,
}

/// The events of one group.
#[derive(Debug)]
pub(super) struct Group<P> {
    entries: VecDeque<Entry<P>>,
    /// The window that ends at the last event: where it begins, and what is in it.
    start: usize,
    tally: Tally,
    /// When it fired lately.
    fired: Vec<i64>,
    pub(super) touched: u64,
    /// How many events are a first step.
    firsts: usize,
}

impl<P> Default for Group<P> {
    fn default() -> Self {
        Self {
            entries: VecDeque::new(),
            start: 0,
            tally: Tally::default(),
            fired: Vec::new(),
            touched: 0,
            firsts: 0,
        }
    }
}

impl<P: Clone> Group<P> {
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether the group may still come to something: an order without its first step only waits for a late event.
    pub(super) fn is_hopeful(&self, correlation: &Correlation) -> bool {
        self.firsts > 0
            || !matches!(correlation.kind, CorrelationKind::TemporalOrdered(Together::All))
    }

    pub(super) fn newest(&self) -> i64 {
        self.entries.back().map_or(i64::MIN, |entry| entry.at)
    }

    /// Takes an event in and says which windows that it lies in are as asked now. Usually that is the one that ends
    /// with it; for a late event also those that end with later ones.
    pub(super) fn insert(
        &mut self,
        entry: Entry<P>,
        correlation: &Correlation,
        kept_from: i64,
    ) -> Vec<Found<P>> {
        let order = entry.order();
        let place = self.entries.partition_point(|known| known.order() < order);
        if self.entries.get(place).is_some_and(|known| known.order() == order) {
            return Vec::new();
        }
        let (at, span) = (entry.at, span(correlation));
        self.firsts += usize::from(entry.reference == 0);
        self.entries.insert(place, entry);
        if place + 1 < self.entries.len() {
            // Late: begin with the window that ends here, as if nothing had come after it.
            self.tally.clear();
            self.start = self.entries.partition_point(|e| e.at < at.saturating_sub(span));
            for earlier in self.entries.range(self.start..place) {
                self.tally.add(earlier);
            }
        }
        let mut found = Vec::new();
        for last in place..self.entries.len() {
            let Some(entry) = self.entries.get(last) else { break };
            let (ends, begins) = (entry.at, entry.at.saturating_sub(span));
            self.tally.add(entry);
            while let Some(first) = self.entries.get(self.start).filter(|e| e.at < begins) {
                self.tally.remove(first);
                self.start += 1;
            }
            let holds_it = ends <= at.saturating_add(span);
            if holds_it && !self.is_quiet(ends, span) {
                found.extend(self.judge(last, correlation));
            }
        }
        self.forget_before(kept_from, span);
        found
    }

    /// Forgets the oldest event, even if it could count.
    pub(super) fn forget_oldest(&mut self) {
        let Some(oldest) = self.entries.pop_front() else { return };
        self.firsts = self.firsts.saturating_sub(usize::from(oldest.reference == 0));
        if self.start == 0 {
            self.tally.remove(&oldest);
        } else {
            self.start -= 1;
        }
    }

    /// A group that fired says nothing more until its timespan is over.
    fn is_quiet(&self, at: i64, span: i64) -> bool {
        self.fired.iter().any(|fired| at.abs_diff(*fired) <= span.unsigned_abs())
    }

    fn judge(&mut self, last: usize, correlation: &Correlation) -> Option<Found<P>> {
        let window = || self.entries.range(self.start..=last);
        let verdict =
            measure::judge(&correlation.kind, &self.tally, correlation.rules.len(), window)?;
        let loads = match verdict.steps {
            Some(steps) => steps
                .iter()
                .filter_map(|step| self.entries.get(self.start + step))
                .map(|e| e.load.clone())
                .collect(),
            None => window().map(|entry| entry.load.clone()).collect(),
        };
        let entry = self.entries.get(last)?;
        self.fired.push(entry.at);
        Some(Found {
            at: entry.at,
            event: entry.event,
            fields: Arc::clone(&entry.fields),
            measured: verdict.measured,
            events: last + 1 - self.start,
            loads,
        })
    }

    fn forget_before(&mut self, kept_from: i64, span: i64) {
        while self.entries.front().is_some_and(|entry| entry.at < kept_from) && self.start > 0 {
            self.forget_oldest();
        }
        self.fired.retain(|fired| fired.saturating_add(span) >= kept_from);
    }
}

fn span(correlation: &Correlation) -> i64 {
    i64::try_from(correlation.timespan.as_nanos()).unwrap_or(i64::MAX)
}
