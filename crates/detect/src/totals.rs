//! What a run saw and found, in numbers.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use bartizan_sigma::Level;
use jiff::Timestamp;

use crate::finding::Found;
use crate::rules::RuleSet;

/// Most problems that are told in words; the others are counted.
pub const PROBLEMS_MAX: usize = 50;
/// Most hosts that are told apart.
const HOSTS_MAX: usize = 10_000;

/// The numbers of one run.
#[derive(Debug, Clone, Default)]
pub struct Totals {
    /// How many rules judged.
    pub rules: usize,
    /// How many rules could not be read.
    pub bad_rules: usize,
    /// How many files were read.
    pub files: usize,
    /// How many events were judged.
    pub events: u64,
    /// How many events are of a kind that no mapping knows: no rule judged them.
    pub unknown: u64,
    /// How many lines or records cannot be read.
    pub bad_events: u64,
    /// How many files, or parts of files, cannot be read.
    pub broken: u64,
    /// How many matches no correlation could take: they say no time, or lack a field, or there was no room.
    pub uncorrelated: u64,
    /// The first of these in words: where, and why.
    pub problems: Vec<String>,
    /// When the first and the last event happened.
    pub period: Option<(Timestamp, Timestamp)>,
    /// How many matches there are.
    pub findings: u64,
    /// Matches by severity.
    pub by_level: BTreeMap<Level, u64>,
    /// Matches by ATT&CK technique. One match counts for each technique of its rule.
    pub by_technique: BTreeMap<String, u64>,
    /// Matches by ATT&CK tactic.
    pub by_tactic: BTreeMap<&'static str, u64>,
    /// Matches by machine and severity.
    pub by_host: BTreeMap<String, BTreeMap<Level, u64>>,
    /// By rule, named by its identity and title: how often it matched, and when first and last.
    pub by_rule: BTreeMap<String, RuleTotals>,
}

/// The numbers of one rule.
#[derive(Debug, Clone, Default)]
pub struct RuleTotals {
    /// Its title.
    pub title: String,
    /// Its severity.
    pub level: Level,
    /// How often it matched.
    pub findings: u64,
    /// First and last match.
    pub period: Option<(Timestamp, Timestamp)>,
    /// On which machines.
    pub hosts: BTreeSet<String>,
}

impl Totals {
    pub(crate) fn new(rules: &RuleSet, files: usize) -> Self {
        Self {
            rules: rules.rules().len() + rules.correlations().len(),
            bad_rules: rules.problems().count(),
            files,
            ..Self::default()
        }
    }

    pub(crate) fn add_block(&mut self, file: &Path, before: u64, block: &BlockCounts) {
        self.events += block.events;
        self.unknown += block.unknown;
        self.bad_events += block.bad_events;
        self.broken += block.broken;
        if let Some((first, last)) = block.period {
            extend(&mut self.period, first);
            extend(&mut self.period, last);
        }
        for (event, why) in &block.problems {
            if self.problems.len() < PROBLEMS_MAX {
                self.problems.push(match event {
                    Some(event) => format!("{}: event {}: {why}", file.display(), before + event),
                    None => format!("{}: {why}", file.display()),
                });
            }
        }
    }

    pub(crate) fn add_finding(&mut self, found: &Found<'_>) {
        let Found { rule, finding, .. } = found;
        self.findings += 1;
        *self.by_level.entry(rule.level).or_default() += 1;
        for technique in &rule.techniques {
            *self.by_technique.entry(technique.clone()).or_default() += 1;
        }
        for tactic in &rule.tactics {
            *self.by_tactic.entry(tactic).or_default() += 1;
        }
        let totals = self.by_rule.entry(rule.name().to_owned()).or_insert_with(|| RuleTotals {
            title: rule.title.clone(),
            level: rule.level,
            ..RuleTotals::default()
        });
        totals.findings += 1;
        if let Some(time) = finding.time {
            extend(&mut totals.period, time);
        }
        if let Some(host) = &finding.host
            && (self.by_host.len() < HOSTS_MAX || self.by_host.contains_key(host))
        {
            totals.hosts.insert(host.clone());
            *self.by_host.entry(host.clone()).or_default().entry(rule.level).or_default() += 1;
        }
    }
}

fn extend(period: &mut Option<(Timestamp, Timestamp)>, time: Timestamp) {
    *period = Some(match *period {
        None => (time, time),
        Some((first, last)) => (first.min(time), last.max(time)),
    });
}

/// The numbers of one block.
#[derive(Debug, Default)]
pub(crate) struct BlockCounts {
    pub(crate) events: u64,
    pub(crate) unknown: u64,
    bad_events: u64,
    broken: u64,
    period: Option<(Timestamp, Timestamp)>,
    /// Number of the event in the block, and what is wrong with it.
    problems: Vec<(Option<u64>, String)>,
}

impl BlockCounts {
    /// A line or record that is no event. It has a number like others.
    pub(crate) fn bad(&mut self, why: String) {
        self.bad_events += 1;
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push((Some(self.events), why));
        }
        self.events += 1;
    }

    /// A part of a file that cannot be read at all.
    pub(crate) fn broken(&mut self, why: String) {
        self.broken += 1;
        self.problems.push((None, why));
    }

    pub(crate) fn see(&mut self, time: Option<Timestamp>) {
        if let Some(time) = time {
            extend(&mut self.period, time);
        }
    }
}
