//! Every pair of rule and event that must match, and no other; SigmaHQ's own cases. Needs corpora that are not in the
//! repository; without them it says so and passes.

use std::collections::HashSet;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use bartizan_detect as detect;
use bartizan_sigma::{Collection, Placeholders, Rule, Term};

fn corpora() -> Option<PathBuf> {
    std::env::var_os("BARTIZAN_CORPORA").map(PathBuf::from)
}

fn text(path: &Path) -> String {
    let mut text = String::new();
    let file = std::fs::File::open(path).unwrap();
    zstd::Decoder::new(file).unwrap().read_to_string(&mut text).unwrap();
    text
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
    rules
}

fn pairs(
    rules: &detect::RuleSet,
    events: PathBuf,
    routing: detect::Routing,
) -> HashSet<(String, u64)> {
    let mapping = match routing {
        detect::Routing::None => detect::Mapping::none(),
        detect::Routing::Auto => detect::Mapping::shipped().unwrap(),
    };
    let settings = detect::Settings { routing, mapping, threads: 2, detail: detect::Detail::Pairs };
    let mut out = Vec::new();
    let mut report = detect::report::Pairs::new(&mut out);
    detect::run(rules, &[events], &settings, &mut report, &mut |_| {}).unwrap();
    let out = String::from_utf8(out).unwrap();
    let pair = |line: &str| {
        let (rule, event) = line.split_once('\t').unwrap();
        (rule.to_owned(), event.parse().unwrap())
    };
    out.lines().map(pair).collect()
}

#[test]
fn conformance_of_detect_with_the_pairs_that_are_true() {
    let Some(corpora) = corpora() else {
        println!("skipped: set BARTIZAN_CORPORA to the folder of the corpora");
        return;
    };
    let folder = corpora.join("detection");
    let judged = std::fs::read_to_string(folder.join("rules.dev.txt")).unwrap();
    let judged: HashSet<&str> = judged.lines().collect();
    let rules = detect::RuleSet::of(public_rules(&folder)).unwrap();
    // Keywords joined by `all`: no evaluator of the corpus reads them; see docs/guide/detect.md.
    let beyond: HashSet<&str> =
        rules.rules().iter().filter(|r| asks_for_all_keywords(r)).map(Rule::name).collect();
    for kind in ["real", "synthetic"] {
        let events = folder.join(format!("events-{kind}.jsonl.zst"));
        let expected = text(&folder.join(format!("pairs-{kind}.dev.tsv.zst")));
        let (mut true_pairs, mut routed) = (HashSet::new(), HashSet::new());
        for line in expected.lines().filter(|line| !line.starts_with('#')) {
            let columns: Vec<&str> = line.split('\t').collect();
            let pair = (columns[0].to_owned(), columns[1].parse().unwrap());
            if columns[2] == "R" {
                routed.insert(pair.clone());
            }
            true_pairs.insert(pair);
        }
        let mut found = pairs(&rules, events.clone(), detect::Routing::None);
        found.retain(|(rule, _)| judged.contains(rule.as_str()));
        let missed = true_pairs.difference(&found).count();
        let wrong: Vec<_> =
            found.difference(&true_pairs).filter(|(r, _)| !beyond.contains(r.as_str())).collect();
        println!("{kind}: {} pairs, {missed} missed, {} wrong", true_pairs.len(), wrong.len());
        assert!(missed == 0 && wrong.is_empty(), "{wrong:?}");
        let by_kind = pairs(&rules, events, detect::Routing::Auto);
        assert_eq!(routed.difference(&by_kind).count(), 0, "{kind}: routing loses pairs");
    }
}

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

/// `BARTIZAN_REGRESSION` names a checkout of SigmaHQ's repository: each of its cases is a rule and an event log.
#[test]
fn conformance_of_detect_with_the_cases_of_sigmahq() {
    let Some(repository) = std::env::var_os("BARTIZAN_REGRESSION").map(PathBuf::from) else {
        println!("skipped: set BARTIZAN_REGRESSION to a checkout of SigmaHQ's rules");
        return;
    };
    let Some(corpora) = corpora() else { return };
    let rules = detect::RuleSet::of(public_rules(&corpora.join("detection"))).unwrap();
    let files = detect::find_events(&[repository.join("regression_data")]).unwrap();
    let (mut cases, mut failed) = (0, Vec::new());
    for path in files.into_iter().filter(|path| path.extension().is_some_and(|e| e == "evtx")) {
        let rule = path.file_stem().unwrap().to_string_lossy().into_owned();
        let found = pairs(&rules, path, detect::Routing::Auto);
        cases += 1;
        if !found.iter().any(|(name, _)| *name == rule) {
            failed.push(rule);
        }
    }
    println!("{} of {cases} cases hold", cases - failed.len());
    assert!(failed.is_empty() && cases > 0, "{failed:?}");
}
