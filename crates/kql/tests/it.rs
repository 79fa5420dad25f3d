//! Queries in, plans or rendered problems out; and the language at large, where a corpus is at hand.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a test stops at what it does not expect, and says what it measured"
)]

#[path = "it/conformance.rs"]
mod conformance;
#[path = "it/golden.rs"]
mod golden;
#[path = "it/hostile.rs"]
mod hostile;
#[path = "it/soundness.rs"]
mod soundness;

use bartizan_kql::{AliasSchema, ColumnSchema, Schema, TableSchema, Type};

/// 2024-06-01T12:00:00Z
const NOW: i64 = 638_528_400_000_000_000;

fn table(name: &str, columns: &[(&str, Type)]) -> TableSchema {
    let column = |(name, ty): &(&str, Type)| ColumnSchema {
        name: (*name).to_owned(),
        ty: *ty,
        doc: String::new(),
    };
    let aliases = if columns.iter().any(|(name, _)| *name == "Timestamp") {
        vec![AliasSchema { name: "TimeGenerated".to_owned(), column: "Timestamp".to_owned() }]
    } else {
        Vec::new()
    };
    TableSchema { name: name.to_owned(), columns: columns.iter().map(column).collect(), aliases }
}

fn schema() -> Schema {
    let processes = [
        ("Timestamp", Type::DateTime),
        ("DeviceId", Type::String),
        ("DeviceName", Type::String),
        ("ActionType", Type::String),
        ("FileName", Type::String),
        ("ProcessId", Type::Long),
        ("ProcessCommandLine", Type::String),
        ("AdditionalFields", Type::String),
    ];
    let connections = [
        ("Timestamp", Type::DateTime),
        ("DeviceId", Type::String),
        ("RemoteIP", Type::String),
        ("RemotePort", Type::Int),
        ("Details", Type::Dynamic),
    ];
    Schema {
        tables: vec![
            table("DeviceProcessEvents", &processes),
            table("DeviceNetworkEvents", &connections),
        ],
    }
}
