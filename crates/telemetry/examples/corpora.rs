//! Runs other people's queries in one process and tells what is the same, wrong, refused or broken, the
//! reasons counted: `cargo run -p bartizan-telemetry --example corpora -- documented|hunting FILE [DETAILS]`.

#![expect(clippy::print_stdout, reason = "a tool for whoever develops this")]
#![expect(clippy::indexing_slicing, reason = "JSON that lacks a member reads as null")]

use std::collections::BTreeMap;

use bartizan_model::Timestamp;
use bartizan_telemetry::{Answers, QueryError, QueryOptions, QueryResult, Workbench};
use serde_json::Value as Json;

#[derive(Default)]
struct Tally {
    counts: BTreeMap<&'static str, usize>,
    reasons: BTreeMap<String, usize>,
    details: bool,
}

impl Tally {
    fn note(&mut self, verdict: &'static str, id: &str, reason: &str, more: impl Fn() -> String) {
        *self.counts.entry(verdict).or_default() += 1;
        if verdict != "exact" && verdict != "ran" {
            *self.reasons.entry(format!("{verdict}: {reason}")).or_default() += 1;
            if self.details {
                println!("{verdict} {id}: {reason}\n{}\n", more());
            }
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [kind, file, rest @ ..] = arguments.as_slice() else {
        return Err("corpora documented|hunting FILE [details]".into());
    };
    let mut tally = Tally { details: !rest.is_empty(), ..Tally::default() };
    let bench = Workbench::new();
    for line in std::fs::read_to_string(file)?.lines() {
        let example: Json = serde_json::from_str(line)?;
        let id = example["id"].as_str().unwrap_or_default().to_owned();
        let query = example["query"].as_str().unwrap_or_default().to_owned();
        let options = QueryOptions::at(Timestamp::from_millis(1_700_000_000_000));
        let answer = bench.ask(&query, &options).await;
        let verdict =
            if kind == "documented" { documented(&example, &query, answer) } else { ran(answer) };
        if let Some((verdict, reason, more)) = verdict {
            tally.note(verdict, &id, &reason, || format!("{query}\n{more}"));
        }
    }
    let mut reasons: Vec<_> = tally.reasons.into_iter().collect();
    reasons.sort_by(|left, right| right.1.cmp(&left.1).then(left.0.cmp(&right.0)));
    for (reason, count) in reasons {
        println!("{count:5}  {reason}");
    }
    println!("{:?}", tally.counts);
    Ok(())
}

type Verdict = (&'static str, String, String);

fn ran(answer: Result<QueryResult, QueryError>) -> Option<Verdict> {
    Some(match answer {
        Ok(_) => ("ran", String::new(), String::new()),
        Err(error) => refused(&error),
    })
}

fn documented(
    example: &Json,
    query: &str,
    answer: Result<QueryResult, QueryError>,
) -> Option<Verdict> {
    let expected = &example["engine_expected"];
    if expected.is_null() || example["nondeterministic"] == Json::Bool(true) {
        return None;
    }
    let result = match answer {
        Ok(result) => result,
        Err(error) => return Some(refused(&error)),
    };
    let ordered = query.rsplit('|').next().is_some_and(|last| {
        ["sort ", "order ", "top ", "extend ", "project "]
            .iter()
            .any(|word| last.trim_start().starts_with(word))
            && ["| sort ", "| order ", "| top "].iter().any(|word| query.contains(word))
            && !query.contains("partition")
    });
    let columns = serde_json::to_value(&result.columns).unwrap_or_default();
    let rows = serde_json::to_value(&result.rows).unwrap_or_default();
    let same =
        Answers { ordered }.agree((&expected["columns"], &expected["rows"]), (&columns, &rows));
    let more =
        || format!("  expected {expected}\n  answered {{\"columns\":{columns},\"rows\":{rows}}}");
    Some(if same {
        ("exact", String::new(), String::new())
    } else {
        ("wrong", "another answer".to_owned(), more())
    })
}

fn refused(error: &QueryError) -> Verdict {
    match error {
        QueryError::Problems(problems) => {
            let message =
                problems.first().map(|problem| problem.message.clone()).unwrap_or_default();
            ("refused", message, String::new())
        }
        QueryError::Unsupported(what) => ("refused", what.clone(), String::new()),
        other => {
            let mut text = other.to_string();
            let mut source = std::error::Error::source(other);
            while let Some(inner) = source {
                text = format!("{text}: {inner}");
                source = inner.source();
            }
            ("failed", text, String::new())
        }
    }
}
