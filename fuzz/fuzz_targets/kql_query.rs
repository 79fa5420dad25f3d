//! Any text as a query: a plan or problems within the text, never a panic and never a runaway.
#![no_main]

use bartizan_kql::{ColumnSchema, Schema, TableSchema, Type};

const COLUMNS: [(&str, Type); 6] = [
    ("Timestamp", Type::DateTime),
    ("DeviceId", Type::String),
    ("FileName", Type::String),
    ("ProcessId", Type::Long),
    ("AdditionalFields", Type::Dynamic),
    ("IsLocal", Type::Bool),
];

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Err(problems) = bartizan_kql::plan(text, &schema(), 638_000_000_000_000_000) {
        let _rendered = bartizan_kql::render(text, &problems);
    }
});

fn schema() -> Schema {
    let columns = COLUMNS
        .iter()
        .map(|(name, ty)| ColumnSchema { name: (*name).into(), ty: *ty, doc: String::new() })
        .collect();
    Schema { tables: vec![TableSchema { name: "DeviceProcessEvents".into(), columns }] }
}
