//! The rules in `content/rules`: every one is complete, does what its cases say, and keeps quiet on an ordinary day.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use bartizan_detection::Detector;
use bartizan_model::rows_of;
use bartizan_sigma::{
    Collection, Correlation, Expect, Level, Links, Matcher, Placeholders, Rule, RuleIndex,
};

use crate::stage;

#[test]
fn every_rule_can_be_read() {
    let pack = pack();
    let problems: Vec<String> = pack.problems.iter().map(ToString::to_string).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n\n"));
    assert!(pack.rules.len() >= 30, "only {} rules", pack.rules.len());
}

#[test]
fn every_rule_says_what_people_need() {
    let mut complaints = Vec::new();
    let mut ids: HashMap<String, String> = HashMap::new();
    for (rule, cases) in claims(&pack()) {
        let mut complain = |what: &str| complaints.push(format!("{}: {what}", rule.file));
        let file = Path::new(&rule.file).file_stem().unwrap().to_string_lossy().into_owned();
        if file != slug(&rule.title) {
            complain(&format!("the file should be called {}.yml", slug(&rule.title)));
        }
        match &rule.id {
            Some(id) if is_uuid(id) => {
                if let Some(other) = ids.insert(id.clone(), rule.file.clone()) {
                    complain(&format!("has the id of {other}"));
                }
            }
            _ => complain("the id is not a UUID"),
        }
        if rule.techniques.is_empty() || rule.tactics.is_empty() {
            complain("no ATT&CK technique and tactic among the tags");
        }
        if rule.triage.is_empty() || rule.description.is_empty() || rule.false_positives.is_empty()
        {
            complain("no triage, description or falsepositives");
        }
        for expect in [Expect::Alert, Expect::Quiet] {
            if !cases.contains(&expect) {
                complain(&format!("no case that expects {expect:?}"));
            }
        }
    }
    for rule in pack().rules {
        if rule.logsource.product.is_none() || rule.logsource.category.is_none() {
            complaints.push(format!("{}: the logsource needs product and category", rule.file));
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn every_rule_does_what_its_cases_say() {
    let pack = pack();
    let matcher = Matcher::new(&pack.rules).unwrap();
    let mut scratch = matcher.scratch();
    let mut wrong = Vec::new();
    for (index, rule) in pack.rules.iter().enumerate() {
        let route = matcher.route(std::slice::from_ref(&rule.logsource)).unwrap();
        for case in &rule.tests {
            let found = matcher.judge(&route, &matcher.json(&case.event), &mut scratch);
            let own = found.iter().find(|m| m.rule.index() == index);
            if own.is_some() != (case.expect == Expect::Alert) {
                wrong.push(format!("{}: {} should be {:?}", rule.file, case.name, case.expect));
            }
            if own.is_some_and(|m| m.evidence.is_empty()) {
                wrong.push(format!("{}: {} has no evidence", rule.file, case.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_rule_does_the_same_on_what_the_sensor_tells() {
    let detector = Detector::new(pack()).unwrap();
    let mut scratch = detector.scratch();
    let (mut told, mut wrong) = (0, Vec::new());
    for (rule, _) in
        detector.rules().iter().zip(0..).filter(|(_, at)| !detector.is_silent(RuleIndex(*at)))
    {
        let category = rule.logsource.category.as_deref().unwrap();
        for case in &rule.tests {
            let Some(envelope) = stage::envelope(category, &case.event) else { continue };
            told += 1;
            let rows = rows_of(&envelope);
            let alerts = detector.alerts(&envelope, &rows, envelope.received_at, &mut scratch);
            let own = alerts.iter().any(|alert| &*alert.rule == rule.name());
            if own != (case.expect == Expect::Alert) {
                wrong.push(format!("{}: {} should be {:?}", rule.file, case.name, case.expect));
            }
        }
    }
    assert!(told > 100, "only {told} cases could be told");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_rule_asks_only_for_what_the_tables_have() {
    let detector = Detector::new(pack()).unwrap();
    let blind = detector.blind();
    assert!(blind.is_empty(), "{blind:#?}");
}

#[test]
fn an_ordinary_day_is_quiet() {
    let told = titles_for_each("ordinary-day.yml");
    assert!(told.len() >= 150, "only {} events", told.len());
    let loud: Vec<_> = told.into_iter().filter(|(_, titles)| !titles.is_empty()).collect();
    assert!(loud.is_empty(), "{loud:#?}");
}

#[test]
fn what_intruders_type_wakes_a_rule() {
    let told = titles_for_each("attack-commands.yml");
    assert!(told.len() >= 90, "only {} events", told.len());
    let unseen: Vec<_> = told.into_iter().filter(|(_, titles)| titles.is_empty()).collect();
    assert!(unseen.is_empty(), "{unseen:#?}");
}

/// Every event of a file of cases, by its name, with the titles of the rules above `informational` that match it.
fn titles_for_each(file: &str) -> Vec<(String, Vec<String>)> {
    let pack = pack();
    let links = Links::new(&pack.rules, &pack.correlations);
    let matcher = Matcher::new(&pack.rules).unwrap();
    let mut scratch = matcher.scratch();
    let text = std::fs::read_to_string(root().join("crates/detection/tests/data").join(file));
    let file = Collection::parse(file, &text.unwrap());
    let problems: Vec<String> = file.problems.iter().map(ToString::to_string).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n\n"));
    let mut told = Vec::new();
    for kind in &file.rules {
        let route = matcher.route(std::slice::from_ref(&kind.logsource)).unwrap();
        for case in &kind.tests {
            let found = matcher.judge(&route, &matcher.json(&case.event), &mut scratch);
            let loud = found.iter().filter(|found| !links.is_silent(found.rule));
            let rules = loud.filter_map(|found| pack.rules.get(found.rule.index()));
            let rules = rules.filter(|rule| rule.level > Level::Informational);
            told.push((case.name.clone(), rules.map(|rule| rule.title.clone()).collect()));
        }
    }
    told
}

/// Everything that raises alerts, with what its cases expect. Rules that only serve correlations have no need of it.
fn claims(pack: &Collection) -> Vec<(Rule, Vec<Expect>)> {
    let links = Links::new(&pack.rules, &pack.correlations);
    let rules = pack.rules.iter().zip(0..).filter(|(_, at)| !links.is_silent(RuleIndex(*at)));
    let rules = rules.map(|(r, _)| (r.clone(), r.tests.iter().map(|case| case.expect).collect()));
    let all = &pack.correlations;
    let served = |one: &Correlation| all.iter().any(|o| o.refers_to(one) && !o.generate);
    let correlations = all.iter().filter(|one| !served(one));
    let correlations =
        correlations.map(|c| (c.about.clone(), c.tests.iter().map(|case| case.expect).collect()));
    rules.chain(correlations).collect()
}

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

pub(crate) fn pack() -> Collection {
    let mut pack = Collection::default();
    let folder = root().join("content/rules/linux");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files.iter().filter(|f| f.extension().is_some_and(|e| e == "yml")) {
        let name = file.file_name().unwrap().to_string_lossy();
        pack.add(&name, &std::fs::read_to_string(file).unwrap(), &Placeholders::default());
    }
    pack
}

fn slug(title: &str) -> String {
    let words: Vec<String> = title
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    words.join("-")
}

fn is_uuid(id: &str) -> bool {
    id.len() == 36 && id.chars().all(|c| c.is_ascii_hexdigit() || c == '-')
}
