//! Telemetry tables as a page for people: `docs/reference/tables.md`.

use std::path::PathBuf;

use super::{
    Derived,
    table::{Column, Table},
};

/// The reference page of all tables.
pub(super) fn derive(tables: &[Table]) -> Derived {
    let mut text = String::from(
        "# Telemetry tables\n\nWritten by `cargo xtask codegen` from `schema/`; do not edit. Columns marked \
         *ours* are not in Microsoft's schema. A column that no Linux sensor can fill stays empty.\n",
    );
    for table in tables {
        text.push_str(&format!("\n## {}\n\n{}\n", table.table, table.meaning));
        for source in &table.logsource {
            text.push_str(&format!(
                "\nSigma: `{}/{}` where `ActionType` is {}.\n",
                source.product,
                source.category,
                source.action_types.iter().map(|a| format!("`{a}`")).collect::<Vec<_>>().join(", ")
            ));
        }
        text.push_str("\n| column | type | meaning | Sigma field |\n|---|---|---|---|\n");
        text.extend(table.column.iter().map(line));
    }
    Derived { path: PathBuf::from("docs/reference/tables.md"), text }
}

fn line(column: &Column) -> String {
    let ours = if column.ours { " (*ours*)" } else { "" };
    format!(
        "| `{}` | {} | {}{ours} | {} |\n",
        column.name,
        column.ty.word(),
        column.meaning,
        column.sigma.join(", ")
    )
}
