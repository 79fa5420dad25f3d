//! The examples of the language's documentation with the answers of its engine, where they are at hand.
//! A development check: it tells how many answers are the same, and fails on a wrong one only if asked to.

use bartizan_model::Timestamp;
use bartizan_telemetry::{QueryError, QueryOptions};
use serde_json::Value as Json;

use crate::world::World;

#[tokio::test]
async fn examples_of_the_documentation_have_the_engines_answers() {
    let Ok(folder) = std::env::var("BARTIZAN_CORPORA") else { return };
    let path = format!("{folder}/kql/docs-examples.dev.jsonl");
    let text = std::fs::read_to_string(&path).unwrap();
    let world = World::new();
    let (mut exact, mut wrong, mut refused, mut failed) = (0, 0, 0, 0);
    for line in text.lines() {
        let example: Json = serde_json::from_str(line).unwrap();
        let expected = &example["engine_expected"];
        if expected.is_null() || example["nondeterministic"] == Json::Bool(true) {
            continue;
        }
        let query = example["query"].as_str().unwrap();
        let options = QueryOptions::at(Timestamp::from_millis(1_700_000_000_000));
        let id = example["id"].as_str().unwrap();
        match world.telemetry.query(world.tenants[0], query, &options).await {
            Ok(result) => {
                let columns = serde_json::to_value(&result.columns).unwrap();
                let rows = serde_json::to_value(&result.rows).unwrap();
                let ordered =
                    query.contains("sort") || query.contains("order by") || query.contains("top ");
                if same(&expected["columns"], &columns)
                    && same_rows(&expected["rows"], &rows, ordered)
                {
                    exact += 1;
                } else {
                    wrong += 1;
                    println!(
                        "WRONG {id}\n{query}\n  expected {expected}\n  answered {{\"columns\":{columns},\"rows\":{rows}}}\n"
                    );
                }
            }
            Err(error @ (QueryError::Problems(_) | QueryError::Unsupported(_))) => {
                refused += 1;
                if let QueryError::Unsupported(what) = error {
                    println!("REFUSED {id}: {what}");
                }
            }
            Err(error) => {
                failed += 1;
                println!("FAILED {id}: {error}: {error:?}\n{query}\n");
            }
        }
    }
    println!("exact {exact}, wrong {wrong}, refused {refused}, failed {failed}");
    if let Ok(most) = std::env::var("BARTIZAN_CORPORA_WRONG") {
        assert!(wrong <= most.parse().unwrap());
    }
}

fn same_rows(expected: &Json, answered: &Json, ordered: bool) -> bool {
    if same(expected, answered) {
        return true;
    }
    let (Some(expected), Some(answered)) = (expected.as_array(), answered.as_array()) else {
        return false;
    };
    if ordered || expected.len() != answered.len() {
        return false;
    }
    let mut left: Vec<&Json> = answered.iter().collect();
    expected.iter().all(|row| {
        let found = left.iter().position(|candidate| same(row, candidate));
        found.map(|at| left.swap_remove(at)).is_some()
    })
}

/// The same value, whatever the form of numbers and of the fractions of times.
fn same(expected: &Json, answered: &Json) -> bool {
    match (expected, answered) {
        (Json::Array(a), Json::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        (Json::Number(a), Json::Number(b)) => {
            let (Some(a), Some(b)) = (a.as_f64(), b.as_f64()) else { return false };
            a == b || (a - b).abs() <= 1e-9 * a.abs().max(b.abs())
        }
        (Json::String(a), Json::String(b)) => a == b || time(a) == time(b),
        _ => expected == answered,
    }
}

/// A time without the zeros at the end of its fraction.
fn time(text: &str) -> String {
    match text.strip_suffix('Z').and_then(|text| text.split_once('.')) {
        Some((whole, fraction)) => {
            format!("{whole}.{}", fraction.trim_end_matches('0')).trim_end_matches('.').to_owned()
                + "Z"
        }
        None => match text.split_once('.') {
            Some((whole, fraction)) if whole.contains(':') => {
                format!("{whole}.{}", fraction.trim_end_matches('0'))
                    .trim_end_matches('.')
                    .to_owned()
            }
            _ => text.to_owned(),
        },
    }
}
