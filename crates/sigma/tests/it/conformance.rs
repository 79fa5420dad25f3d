//! Every pair of rule and event that must match, and no other.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use bartizan_sigma::{Collection, Matcher, Placeholders, Rule, Term};

#[test]
fn public_rules_match_the_events_they_must_and_no_other() {
    let Some(corpora) = std::env::var_os("BARTIZAN_CORPORA").map(PathBuf::from) else {
        println!("skipped: set BARTIZAN_CORPORA to the folder of the corpora");
        return;
    };
    let folder = corpora.join("detection");
    let rules = public_rules(&folder);
    let judged: HashSet<String> = std::fs::read_to_string(folder.join("rules.dev.txt"))
        .unwrap()
        .lines()
        .map(str::to_owned)
        .collect();
    for kind in ["real", "synthetic"] {
        let report = Report::new(&folder, kind, &rules, &judged);
        let (missed, wrong) = (report.missed.len(), report.wrong.len());
        println!(
            "{kind}: {} right, {missed} missed, {wrong} false, {} beyond the corpus",
            report.right, report.beyond
        );
        for (rule, event) in report.missed.iter().chain(&report.wrong).take(40) {
            println!("  {rule} {event}");
        }
        assert!(
            report.missed.is_empty() && report.wrong.is_empty(),
            "{kind}: not every pair is right"
        );
    }
}

fn public_rules(folder: &Path) -> Collection {
    let archive =
        zstd::Decoder::new(std::fs::File::open(folder.join("sigma-rules.tar.zst")).unwrap());
    let mut archive = tar::Archive::new(archive.unwrap());
    let mut rules = Collection::default();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let name = entry.path().unwrap().display().to_string();
        let mut text = String::new();
        if entry.header().entry_type().is_file() {
            entry.read_to_string(&mut text).unwrap();
            rules.add(&name, &text, &Placeholders::default());
        }
    }
    println!("{} rules, {} problems", rules.rules.len(), rules.problems.len());
    for problem in rules.problems.iter().take(10) {
        println!("{problem}");
    }
    rules
}

fn text(path: &Path) -> String {
    let mut text = String::new();
    let file = std::fs::File::open(path).unwrap();
    zstd::Decoder::new(file).unwrap().read_to_string(&mut text).unwrap();
    text
}

type Pair = (String, usize);

struct Report {
    right: usize,
    beyond: usize,
    missed: Vec<Pair>,
    wrong: Vec<Pair>,
}

impl Report {
    fn new(folder: &Path, kind: &str, rules: &Collection, judged: &HashSet<String>) -> Self {
        let pairs = text(&folder.join(format!("pairs-{kind}.dev.tsv.zst")));
        let mut expected: HashMap<usize, HashSet<&str>> = HashMap::new();
        for line in pairs.lines().filter(|l| !l.starts_with('#')) {
            let mut columns = line.split('\t');
            let rule = columns.next().unwrap();
            let event: usize = columns.next().unwrap().parse().unwrap();
            expected.entry(event).or_default().insert(rule);
        }
        let matcher = Matcher::new(&rules.rules).unwrap();
        let route = matcher.route_all().unwrap();
        let mut scratch = matcher.scratch();
        let mut report = Self { right: 0, beyond: 0, missed: Vec::new(), wrong: Vec::new() };
        let mut without_evidence: BTreeMap<&str, usize> = BTreeMap::new();
        for (number, line) in
            text(&folder.join(format!("events-{kind}.jsonl.zst"))).lines().enumerate()
        {
            let event: serde_json::Map<_, _> = serde_json::from_str(line).unwrap();
            let mut must = expected.remove(&number).unwrap_or_default();
            for found in matcher.judge(&route, &matcher.json(&event), &mut scratch) {
                let rule = rules.rules[found.rule.index()].name();
                if found.evidence.is_empty() {
                    *without_evidence.entry(rule).or_default() += 1;
                }
                if must.remove(rule) {
                    report.right += 1;
                } else if asks_for_all_keywords(&rules.rules[found.rule.index()]) {
                    report.beyond += 1;
                } else if judged.contains(rule) {
                    report.wrong.push((rule.to_owned(), number));
                }
            }
            report.missed.extend(must.into_iter().map(|rule| (rule.to_owned(), number)));
        }
        println!("matched without evidence: {without_evidence:?}");
        report
    }
}

/// Rules with `'|all'` over keywords: by Sigma each of them stands in some value. The corpus has no pair for any rule
/// of this form, so that its evaluators seem not to read it; what we find is counted apart.
fn asks_for_all_keywords(rule: &Rule) -> bool {
    fn in_term(term: &Term) -> bool {
        let is_keyword = |t: &Term| matches!(t, Term::Is(predicate) if predicate.field.is_none());
        match term {
            Term::All(terms) => {
                terms.iter().filter(|t| is_keyword(t)).count() > 1 || terms.iter().any(in_term)
            }
            Term::Any(terms) => terms.iter().any(in_term),
            Term::Not(inner) => in_term(inner),
            Term::Is(_) => false,
        }
    }
    rule.selections.iter().any(|selection| in_term(&selection.term))
}
