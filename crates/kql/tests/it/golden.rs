//! Every `tests/data/*.kql` gives exactly its `.out`: the plan, or the problems as they are shown.
//! `UPDATE=1` writes the outcomes anew.

use std::fs;
use std::path::Path;

use bartizan_kql::{plan, render};

#[test]
fn every_query_gives_the_plan_or_the_problems_on_record() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let update = std::env::var_os("UPDATE").is_some();
    let mut paths: Vec<_> = fs::read_dir(&folder)
        .expect("the folder of queries")
        .map(|entry| entry.expect("an entry of the folder").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "kql"))
        .collect();
    paths.sort();
    assert!(!paths.is_empty(), "there are no queries");
    let mut failures = Vec::new();
    for path in paths {
        let text = fs::read_to_string(&path).expect("a query");
        let outcome = outcome(&text);
        let record = path.with_extension("out");
        if update {
            fs::write(&record, &outcome).expect("writing the outcome");
        }
        let expected = fs::read_to_string(&record).unwrap_or_default();
        if outcome != expected {
            failures.push(format!("{}:\n{outcome}\nrather than\n{expected}", path.display()));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

fn outcome(text: &str) -> String {
    match plan(text, &super::schema(), super::NOW) {
        Ok(plan) => {
            super::soundness::check(&plan);
            plan.to_string()
        }
        Err(problems) => render(text, &problems),
    }
}
