//! How much of the language as it is used in the field is understood, over the product's own tables. Needs
//! the corpora: `BARTIZAN_CORPORA` names their folder; without them this says so and passes.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use bartizan_kql::{
    AliasSchema, ColumnSchema, Plan, Problem, Schema, TableSchema, Type, parse, plan,
};
use bartizan_model::TABLES;
use serde_json::Value;

#[test]
fn the_queries_of_the_field_parse_resolve_and_have_the_documented_columns() {
    let Some((corpus, schema)) = corpus() else { return };
    let queries = lines(&corpus.join("hunting-queries.dev.jsonl"));
    let expected: HashMap<String, Value> = lines(&corpus.join("result-schemas.dev.jsonl"))
        .into_iter()
        .map(|line| (text(&line, "id"), line))
        .collect();
    let mut tally = Tally::default();
    for query in &queries {
        let body = text(query, "query");
        let (_, problems) = parse(&body);
        tally.parsed += usize::from(problems.is_empty());
        match plan(&body, &schema, super::NOW) {
            Ok(plan) => tally.compare(&text(query, "id"), &plan, expected.get(&text(query, "id"))),
            Err(problems) => tally.refused(&text(query, "id"), &problems),
        }
    }
    tally.print("hunting queries", queries.len());
    assert!(tally.parsed * 100 >= queries.len() * 99, "fewer queries parse than before");
    assert!(tally.bound * 100 >= queries.len() * 97, "fewer queries resolve than before");
    assert!(tally.same * 100 >= tally.compared * 98, "fewer answers have the columns they should");
}

#[test]
fn the_examples_of_the_documentation_have_the_documented_columns() {
    let Some((corpus, schema)) = corpus() else { return };
    let examples = lines(&corpus.join("docs-examples.dev.jsonl"));
    let mut tally = Tally::default();
    let mut total = 0;
    for example in &examples {
        if example.get("semantic_errors").and_then(Value::as_array).is_some_and(|e| !e.is_empty()) {
            continue;
        }
        total += 1;
        let body = text(example, "query");
        let (_, problems) = parse(&body);
        tally.parsed += usize::from(problems.is_empty());
        let expected = serde_json::json!({ "columns": example.get("binder_columns") });
        match plan(&body, &schema, super::NOW) {
            Ok(plan) => tally.compare(&text(example, "id"), &plan, Some(&expected)),
            Err(problems) => tally.refused(&text(example, "id"), &problems),
        }
    }
    tally.print("documented examples", total);
}

#[test]
fn mutated_queries_are_accepted_and_rejected_as_the_reference_does() {
    let Some((corpus, _)) = corpus() else { return };
    let mutants = lines(&corpus.join("parser-mutants.dev.jsonl"));
    let (mut agreed, mut lenient, mut strict) = (0, 0, 0);
    let show = std::env::var_os("SHOW").is_some();
    for mutant in &mutants {
        let body = text(mutant, "text");
        let accept = mutant.get("accept").and_then(Value::as_bool).unwrap_or_default();
        let (_, problems) = parse(&body);
        match (problems.is_empty(), accept) {
            (true, false) => {
                lenient += 1;
                if show {
                    println!(
                        "LENIENT {} :: {:?}",
                        mutant["first_error"],
                        near(&body, &mutant["first_error"])
                    );
                }
            }
            (false, true) => {
                strict += 1;
                if show {
                    println!("STRICT {}", first(&problems));
                }
            }
            _ => agreed += 1,
        }
    }
    println!(
        "mutants: {agreed} of {} agree, {lenient} too lenient, {strict} too strict",
        mutants.len()
    );
    assert!(agreed * 100 >= mutants.len() * 99, "fewer mutants agree than before");
}

fn near(body: &str, error: &Value) -> String {
    let at = error.get("start").and_then(Value::as_u64).unwrap_or_default();
    let at = usize::try_from(at).expect("a place in a text");
    let chars: Vec<char> = body.chars().collect();
    chars[at.saturating_sub(40).min(chars.len())..(at + 30).min(chars.len())].iter().collect()
}

#[derive(Default)]
struct Tally {
    parsed: usize,
    bound: usize,
    compared: usize,
    same: usize,
    fewer: usize,
    by_code: BTreeMap<&'static str, usize>,
    reasons: BTreeMap<String, usize>,
    different: Vec<String>,
}

impl Tally {
    fn refused(&mut self, id: &str, problems: &[Problem]) {
        let Some(problem) = problems.first() else { return };
        *self.by_code.entry(problem.code).or_default() += 1;
        *self.reasons.entry(first(problems)).or_default() += 1;
        if std::env::var_os("SHOW").is_some() {
            println!("REFUSED {id} {}", first(problems));
        }
    }

    fn compare(&mut self, id: &str, plan: &Plan, expected: Option<&Value>) {
        super::soundness::check(plan);
        self.bound += 1;
        let Some(expected) = expected.and_then(|e| e.get("columns")).and_then(Value::as_array)
        else {
            return;
        };
        self.compared += 1;
        let wanted: Vec<String> = expected
            .iter()
            .map(|column| format!("{}:{}", text(column, "name"), text(column, "type")))
            .collect();
        let found: Vec<String> =
            plan.columns().iter().map(|c| format!("{}:{}", c.name, c.ty)).collect();
        if wanted == found {
            self.same += 1;
            return;
        }
        if found.iter().all(|column| wanted.contains(column)) {
            self.fewer += 1;
            return;
        }
        let missing: Vec<&String> = wanted.iter().filter(|w| !found.contains(w)).take(6).collect();
        let extra: Vec<&String> = found.iter().filter(|f| !wanted.contains(f)).take(6).collect();
        self.different.push(format!("{id}: missing {missing:?} extra {extra:?}"));
    }

    fn print(&self, what: &str, total: usize) {
        println!(
            "{what}: {total}; parse {}; resolve {}; columns as the reference's {} of {}, \
             {} more but for columns that the schema lacks; refused by {:?}",
            self.parsed, self.bound, self.same, self.compared, self.fewer, self.by_code
        );
        if std::env::var_os("SHOW").is_some() {
            let mut reasons: Vec<_> = self.reasons.iter().collect();
            reasons.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
            for (reason, count) in reasons.iter().take(100) {
                println!("  {count:4} {reason}");
            }
            for line in &self.different {
                println!("  DIFFERENT {line}");
            }
        }
    }
}

fn first(problems: &[Problem]) -> String {
    problems.first().map(|p| format!("{} {}", p.code, p.message)).unwrap_or_default()
}

fn text(value: &Value, field: &str) -> String {
    value.get(field).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn lines(path: &Path) -> Vec<Value> {
    let all = fs::read_to_string(path).expect("a file of the corpus");
    all.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

/// The product's own schema, without the columns that only we have.
fn corpus() -> Option<(PathBuf, Schema)> {
    let Some(corpora) = std::env::var_os("BARTIZAN_CORPORA") else {
        println!("skipped: BARTIZAN_CORPORA is not set");
        return None;
    };
    let tables = TABLES.iter().map(|table| TableSchema {
        name: table.name.to_owned(),
        columns: table
            .columns
            .iter()
            .filter(|column| !column.ours)
            .map(|column| ColumnSchema {
                name: column.name.to_owned(),
                ty: Type::from_name(&format!("{:?}", column.ty).to_lowercase()).expect("a type"),
                doc: String::new(),
            })
            .collect(),
        aliases: table
            .aliases
            .iter()
            .chain(table.position("Timestamp").map(|_| &("TimeGenerated", "Timestamp")))
            .map(|(name, column)| AliasSchema {
                name: (*name).to_owned(),
                column: (*column).to_owned(),
            })
            .collect(),
    });
    Some((Path::new(&corpora).join("kql"), Schema { tables: tables.collect() }))
}
