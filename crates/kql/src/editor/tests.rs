//! A bar `¦` stands for the place in the text.

use super::*;
use crate::schema::{AliasSchema, ColumnSchema, TableSchema, Type};

fn schema() -> Schema {
    let column =
        |name: &str, ty, doc: &str| ColumnSchema { name: name.to_owned(), ty, doc: doc.to_owned() };
    let processes = vec![
        column("Timestamp", Type::DateTime, "When it happened"),
        column("DeviceName", Type::String, "Name of the machine"),
        column("ProcessId", Type::Long, "Number of the process"),
    ];
    let aliases: Vec<AliasSchema> = Vec::new();
    let table = |name: &str, columns| TableSchema {
        name: name.to_owned(),
        columns,
        aliases: aliases.clone(),
    };
    Schema {
        tables: vec![
            table("DeviceProcessEvents", processes),
            table("DeviceInfo", vec![column("DeviceId", Type::String, "Identity")]),
        ],
    }
}

fn labels(marked: &str) -> Vec<String> {
    let at = marked.find('¦').expect("a place");
    let text = marked.replace('¦', "");
    complete(&text, at, &schema()).into_iter().map(|entry| entry.label).collect()
}

fn hovered(marked: &str) -> Option<(String, String)> {
    let at = marked.find('¦').expect("a place");
    let text = marked.replace('¦', "");
    hover(&text, at, &schema()).map(|hover| (hover.title, hover.doc))
}

#[test]
fn at_the_start_there_are_tables() {
    assert_eq!(labels("Dev¦"), ["DeviceInfo", "DeviceProcessEvents"]);
    assert!(labels("¦").contains(&"union".to_owned()));
}

#[test]
fn after_a_pipe_there_are_operators() {
    assert_eq!(labels("DeviceInfo | summ¦"), ["summarize"]);
    assert!(labels("DeviceInfo | ¦").contains(&"project-away".to_owned()));
}

#[test]
fn inside_an_operator_there_are_the_columns_of_the_rows_at_that_place() {
    assert_eq!(
        labels("DeviceProcessEvents | where Proc¦").first().map(String::as_str),
        Some("ProcessId")
    );
    let after = labels("DeviceProcessEvents | summarize Total = count() by DeviceName | where ¦");
    assert!(after.contains(&"Total".to_owned()) && !after.contains(&"ProcessId".to_owned()));
}

#[test]
fn aggregates_are_proposed_only_where_they_have_a_meaning() {
    assert!(labels("DeviceProcessEvents | summarize dcount¦").contains(&"dcount".to_owned()));
    assert!(!labels("DeviceProcessEvents | extend dcount¦").contains(&"dcount".to_owned()));
}

#[test]
fn names_of_the_query_are_known_after_their_definition() {
    assert_eq!(labels("let Mine = DeviceInfo; Min¦"), ["Mine"]);
    let columns = labels("let Mine = DeviceInfo | project Id = DeviceId; Mine | where I¦");
    assert_eq!(columns.first().map(String::as_str), Some("Id"));
    assert!(
        labels("let Mine = DeviceProcessEvents | where Dev¦").contains(&"DeviceName".to_owned())
    );
}

#[test]
fn a_joined_query_is_a_query_of_its_own() {
    assert!(labels("DeviceProcessEvents | join (¦").contains(&"DeviceInfo".to_owned()));
    let inner = labels("DeviceProcessEvents | join kind=inner (DeviceInfo | where Dev¦");
    assert!(inner.contains(&"DeviceId".to_owned()) && !inner.contains(&"DeviceName".to_owned()));
}

#[test]
fn nothing_is_proposed_inside_texts_and_comments() {
    assert!(labels("DeviceInfo | where DeviceId == \"Dev¦ice\"").is_empty());
    assert!(labels("// Dev¦").is_empty());
}

#[test]
fn words_are_explained() {
    let told = |title: &str, doc: &str| Some((title.to_owned(), doc.to_owned()));
    assert_eq!(
        hovered("DeviceProcessEvents | where Process¦Id > 5"),
        told("ProcessId: long", "Number of the process")
    );
    assert_eq!(
        hovered("DeviceProcessEvents | project-a¦way ProcessId"),
        told("project-away name, …", "leaves columns out; names may hold *")
    );
    assert_eq!(hovered("print tolo¦wer('A')"), told("tolower(scalar)", "in lower case"));
    assert_eq!(hovered("DeviceInfo | where DeviceId == 'text¦'"), None);
}
