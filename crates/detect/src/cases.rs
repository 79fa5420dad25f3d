//! The cases that rules bring along (key `tests`): does each rule say what its cases say it must?

use std::sync::Arc;

use bartizan_sigma::{Bounds, CorrelationEngine, EventRef, Expect, RuleIndex, Sequence};

use crate::rules::{RuleSet, RulesError};

/// Longer than any stream of test events.
const LATENESS: std::time::Duration = std::time::Duration::from_secs(366 * 24 * 3_600);
/// Most times that one test event is repeated.
const TIMES_MAX: u32 = 100_000;

/// A case that did not come true.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseFailure {
    /// The file of the rule.
    pub file: String,
    /// Its title.
    pub rule: String,
    /// The case.
    pub case: String,
    /// Whether the rule should have matched; it did the opposite.
    pub should_match: bool,
}

/// What came of all cases.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CasesRun {
    /// How many cases there are.
    pub cases: usize,
    /// How many rules have at least one.
    pub rules: usize,
    /// Rules that have none, by title.
    pub without: Vec<String>,
    /// The cases that did not come true.
    pub failures: Vec<CaseFailure>,
}

/// Runs every case of every rule.
pub fn run_cases(rules: &RuleSet) -> Result<CasesRun, RulesError> {
    let all = rules.rules().len();
    let failed = |source| RulesError::Compile { rules: all, source };
    let matcher = &rules.matcher;
    let route = matcher.route_all().map_err(failed)?;
    let mut scratch = matcher.scratch();
    let mut run = CasesRun::default();
    for (index, rule) in rules.rules().iter().enumerate() {
        run.count(&rule.title, rule.tests.len());
        for case in &rule.tests {
            let found = matcher.matching(&route, &matcher.json(&case.event), &mut scratch);
            let matched = found.iter().any(|found| found.index() == index);
            run.judge(&rule.file, &rule.title, &case.name, case.expect, matched);
        }
    }
    for (number, correlation) in rules.correlations().iter().enumerate() {
        let about = &correlation.about;
        run.count(&about.title, correlation.tests.len());
        for sequence in &correlation.tests {
            let mut found = |event: &serde_json::Map<String, serde_json::Value>| {
                matcher.matching(&route, &matcher.json(event), &mut scratch).to_vec()
            };
            let fired = fires(rules, number, sequence, &mut found);
            run.judge(&about.file, &about.title, &sequence.name, sequence.expect, fired);
        }
    }
    Ok(run)
}

/// Whether a correlation fires on a stream of events.
fn fires(
    rules: &RuleSet,
    number: usize,
    sequence: &Sequence,
    matching: &mut dyn FnMut(&serde_json::Map<String, serde_json::Value>) -> Vec<RuleIndex>,
) -> bool {
    let mut engine: CorrelationEngine<()> =
        CorrelationEngine::new(Arc::clone(&rules.links), Bounds::settled(LATENESS));
    let mut fired = Vec::new();
    let mut event_number = 0;
    for event in &sequence.events {
        // An event of a stream may say which kind it is; then rules of other kinds do not look at it.
        let of_its_kind = |rule: &RuleIndex| {
            let asked = rules.rules().get(rule.index()).and_then(|r| r.logsource.category.as_ref());
            event.category.is_none() || asked.is_none() || event.category.as_ref() == asked
        };
        let found: Vec<RuleIndex> =
            matching(&event.event).into_iter().filter(of_its_kind).collect();
        for time in 0..event.times.min(TIMES_MAX) {
            let at = i64::try_from(event.after.as_nanos()).unwrap_or(i64::MAX);
            let at = at.saturating_add(i64::from(time) * 1_000_000_000);
            event_number += 1;
            for rule in &found {
                let field = |name: &str| match event.event.get(name)? {
                    // `#` is another one each time, for what counts values.
                    serde_json::Value::String(value) => Some(value.replace('#', &time.to_string())),
                    serde_json::Value::Null => None,
                    other => Some(other.to_string()),
                };
                let place = (at, EventRef(0, event_number));
                if let Some(observation) = rules.links.observation(*rule, place, (), field) {
                    fired.extend(engine.observe(observation));
                }
            }
        }
    }
    fired.extend(engine.finish());
    fired.iter().any(|one| one.correlation == number)
}

impl CasesRun {
    fn count(&mut self, title: &str, cases: usize) {
        self.cases += cases;
        if cases > 0 {
            self.rules += 1;
        } else {
            self.without.push(title.to_owned());
        }
    }

    fn judge(&mut self, file: &str, rule: &str, case: &str, expect: Expect, matched: bool) {
        let should_match = expect == Expect::Alert;
        if matched != should_match {
            self.failures.push(CaseFailure {
                file: file.to_owned(),
                rule: rule.to_owned(),
                case: case.to_owned(),
                should_match,
            });
        }
    }
}
