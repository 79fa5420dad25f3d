//! Which rules a correlation means: references looked up once, for a whole collection.

use std::{collections::BTreeSet, time::Duration};

use super::{Correlation, CorrelationKind, EventRef, Observation};
use crate::matcher::RuleIndex;
use crate::problem::Problem;
use crate::rule::Rule;

/// A place in the list of correlations, and in its list of rules.
pub(super) type Role = (usize, usize);

/// The correlations of a collection with what they refer to. Immutable: one serves any number of engines.
#[derive(Debug, Default)]
pub struct Links {
    /// The correlations that can be used.
    correlations: Vec<Correlation>,
    problems: Vec<Problem>,
    /// By rule: the correlations it plays a part in.
    of_rule: Vec<Vec<Role>>,
    /// By correlation: the same.
    of_correlation: Vec<Vec<Role>>,
    /// Rules that raise no alert of their own.
    silent_rules: BTreeSet<usize>,
    silent_correlations: BTreeSet<usize>,
}

/// What a reference means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Target {
    Rule(usize),
    Correlation(usize),
}

impl Links {
    /// Looks up the references of `correlations` among themselves and `rules`. One that refers to nothing, or to
    /// itself, is left out with a problem, and so are those that refer to it.
    pub fn new(rules: &[Rule], correlations: &[Correlation]) -> Self {
        let mut usable: Vec<Correlation> = correlations.to_vec();
        let mut problems = Vec::new();
        loop {
            let faulty: Vec<(usize, Problem)> = usable
                .iter()
                .enumerate()
                .filter_map(|(at, one)| fault(at, one, rules, &usable).map(|p| (at, p)))
                .collect();
            if faulty.is_empty() {
                break;
            }
            let mut keep = (0..usable.len()).map(|at| faulty.iter().all(|(f, _)| *f != at));
            usable.retain(|_| keep.next().unwrap_or(true));
            problems.extend(faulty.into_iter().map(|(_, problem)| problem));
        }
        let mut links = Self {
            of_rule: vec![Vec::new(); rules.len()],
            of_correlation: vec![Vec::new(); usable.len()],
            problems,
            ..Self::default()
        };
        for (at, correlation) in usable.iter().enumerate() {
            links.connect(at, correlation, rules, &usable);
        }
        links.correlations = usable;
        links
    }

    /// The correlations that can be used; [`Fired::correlation`](super::Fired) is the place in this list.
    pub fn correlations(&self) -> &[Correlation] {
        &self.correlations
    }

    /// Why others cannot.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Keeps problems of correlations that were sorted out before.
    pub fn add_problems(&mut self, problems: &[Problem]) {
        self.problems.extend_from_slice(problems);
    }

    /// How long a match of this rule can count, by the timespans of all that it is part of.
    pub fn lasts(&self, rule: RuleIndex) -> Duration {
        self.longest(self.roles(rule), 0)
    }

    fn longest(&self, roles: &[Role], depth: usize) -> Duration {
        // Circles are refused, so a chain cannot be longer than there are correlations.
        if depth > self.correlations.len() {
            return Duration::ZERO;
        }
        let lasts = |(at, _): &Role| {
            let own = self.correlations.get(*at).map(|one| one.timespan).unwrap_or_default();
            own + self.longest(self.roles_of_correlation(*at), depth + 1)
        };
        roles.iter().map(lasts).max().unwrap_or_default()
    }

    /// Whether a match of this rule is part of any correlation.
    pub fn concerns(&self, rule: RuleIndex) -> bool {
        !self.roles(rule).is_empty()
    }

    /// Whether this rule only serves correlations and raises no alert of its own (`generate` is not true).
    pub fn is_silent(&self, rule: RuleIndex) -> bool {
        self.silent_rules.contains(&rule.index())
    }

    /// The fields that correlations ask of an event that this rule matched.
    pub fn fields(&self, rule: RuleIndex) -> BTreeSet<&str> {
        let roles = self.roles(rule).iter();
        roles.flat_map(|(at, reference)| self.asked(*at, *reference)).collect()
    }

    /// What an engine is told of an event that this rule matched: the fields that correlations ask for are taken from
    /// `field`. `None` when no correlation is about the rule.
    pub fn observation<P>(
        &self,
        rule: RuleIndex,
        (at, event): (i64, EventRef),
        payload: P,
        mut field: impl FnMut(&str) -> Option<String>,
    ) -> Option<Observation<P>> {
        if !self.concerns(rule) {
            return None;
        }
        let fields = self.fields(rule).into_iter();
        let fields = fields.filter_map(|name| Some((name.to_owned(), field(name)?))).collect();
        Some(Observation { rule, at, event, fields, payload })
    }

    /// Whether a correlation is only part of others and raises no alert of its own.
    pub(super) fn is_silent_correlation(&self, correlation: usize) -> bool {
        self.silent_correlations.contains(&correlation)
    }

    pub(super) fn roles(&self, rule: RuleIndex) -> &[Role] {
        self.of_rule.get(rule.index()).map(Vec::as_slice).unwrap_or_default()
    }

    pub(super) fn roles_of_correlation(&self, correlation: usize) -> &[Role] {
        self.of_correlation.get(correlation).map(Vec::as_slice).unwrap_or_default()
    }

    fn asked(&self, at: usize, reference: usize) -> Vec<&str> {
        let Some(correlation) = self.correlations.get(at) else { return Vec::new() };
        let mut fields: Vec<&str> =
            correlation.group_by.iter().map(|name| correlation.field_of(name, reference)).collect();
        match &correlation.kind {
            CorrelationKind::ValueCount(names, _) => {
                fields.extend(names.iter().map(String::as_str));
            }
            CorrelationKind::Value(_, name, _) => fields.push(name),
            _ => {}
        }
        // What a correlation further up asks of this one must be known of its events too.
        for (outer, place) in self.roles_of_correlation(at) {
            fields.extend(self.asked(*outer, *place));
        }
        fields
    }

    fn connect(&mut self, at: usize, one: &Correlation, rules: &[Rule], all: &[Correlation]) {
        for (place, reference) in one.rules.iter().enumerate() {
            for target in targets(reference, rules, all) {
                let (roles, silent) = match target {
                    Target::Rule(rule) => {
                        (self.of_rule.get_mut(rule), (!one.generate).then_some((rule, true)))
                    }
                    Target::Correlation(inner) => (
                        self.of_correlation.get_mut(inner),
                        (!one.generate).then_some((inner, false)),
                    ),
                };
                if let Some(roles) = roles {
                    roles.push((at, place));
                }
                match silent {
                    Some((rule, true)) => drop(self.silent_rules.insert(rule)),
                    Some((inner, false)) => drop(self.silent_correlations.insert(inner)),
                    None => {}
                }
            }
        }
    }
}

fn targets(reference: &str, rules: &[Rule], correlations: &[Correlation]) -> Vec<Target> {
    let by_rule = rules.iter().enumerate().filter(|(_, rule)| is_called(rule, reference));
    let by_correlation = correlations.iter().enumerate().filter(|(_, c)| c.is_called(reference));
    by_rule
        .map(|(at, _)| Target::Rule(at))
        .chain(by_correlation.map(|(at, _)| Target::Correlation(at)))
        .collect()
}

fn is_called(rule: &Rule, reference: &str) -> bool {
    rule.id.as_deref() == Some(reference)
        || rule.custom.get("name").and_then(|n| n.as_str()) == Some(reference)
        || rule.title == reference
}

fn fault(at: usize, one: &Correlation, rules: &[Rule], all: &[Correlation]) -> Option<Problem> {
    for (place, reference) in one.rules.iter().enumerate() {
        let found = targets(reference, rules, all);
        if found.is_empty() {
            let message = format!("no rule is called `{reference}`");
            return Some(one.problem(place, message, known_names(reference, rules, all)));
        }
        if let [_, _, ..] = found.as_slice() {
            let message = format!("{} rules are called `{reference}`", found.len());
            let hint = "give one of them another `name`, or refer to it by its `id`".to_owned();
            return Some(one.problem(place, message, hint));
        }
        if found.contains(&Target::Correlation(at)) || leads_to(at, &found, all, rules) {
            let message = format!("by way of `{reference}` this correlation refers to itself");
            return Some(one.problem(place, message, "break the circle".to_owned()));
        }
    }
    None
}

/// Whether following references from these leads to the correlation at `goal`.
fn leads_to(goal: usize, from: &[Target], all: &[Correlation], rules: &[Rule]) -> bool {
    let mut seen = BTreeSet::new();
    let mut open: Vec<Target> = from.to_vec();
    while let Some(target) = open.pop() {
        let Target::Correlation(at) = target else { continue };
        if at == goal {
            return true;
        }
        if let Some(next) = all.get(at).filter(|_| seen.insert(at)) {
            open.extend(next.rules.iter().flat_map(|reference| targets(reference, rules, all)));
        }
    }
    false
}

fn known_names(reference: &str, rules: &[Rule], correlations: &[Correlation]) -> String {
    let names = rules.iter().filter_map(|r| r.custom.get("name").and_then(|n| n.as_str()));
    let names = names.chain(correlations.iter().filter_map(|c| c.name.as_deref()));
    let best =
        names.max_by(|a, b| strsim::jaro(a, reference).total_cmp(&strsim::jaro(b, reference)));
    match best {
        Some(name) if strsim::jaro(name, reference) > 0.7 => format!("did you mean `{name}`?"),
        _ => "give the rule you mean a `name`, or write its `id`".to_owned(),
    }
}
