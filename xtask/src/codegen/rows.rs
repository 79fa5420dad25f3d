//! Telemetry tables as Rust: a row struct, its columns and a way to read them by position.

use std::{fmt::Write as _, path::PathBuf};

use super::{
    Derived,
    table::{Column, Table, Type},
};

const NOTICE: &str = "Written by `cargo xtask codegen` from `schema/`; do not edit.";

/// One Rust file a table, and the list of them all.
pub(super) fn derive(tables: &[Table]) -> anyhow::Result<Vec<Derived>> {
    let mut files =
        vec![Derived { path: PathBuf::from("crates/model/src/tables.rs"), text: list(tables)? }];
    for table in tables {
        files.push(Derived {
            path: PathBuf::from(format!("crates/model/src/tables/{}.rs", snake(&table.table))),
            text: row(table)?,
        });
    }
    Ok(files)
}

fn list(tables: &[Table]) -> anyhow::Result<String> {
    let mut out = String::new();
    writeln!(out, "//! Every telemetry table: its row and its definition. {NOTICE}\n")?;
    for table in tables {
        writeln!(out, "mod {};", snake(&table.table))?;
    }
    writeln!(out)?;
    for table in tables {
        writeln!(out, "pub use {}::{};", snake(&table.table), table.table)?;
    }
    writeln!(out, "\nuse crate::{{TableDefinition, Value}};\n")?;
    writeln!(out, "/// A telemetry table.")?;
    writeln!(out, "#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]")?;
    writeln!(out, "pub enum Table {{")?;
    for table in tables {
        writeln!(out, "    /// {}\n    {},", table.meaning, table.table)?;
    }
    writeln!(out, "}}\n\n/// Every table, in the order of [`Table`]'s variants.")?;
    writeln!(out, "pub const TABLES: &[TableDefinition] = &[")?;
    for table in tables {
        writeln!(out, "    {}::DEFINITION,", snake(&table.table))?;
    }
    writeln!(out, "];\n\nimpl Table {{")?;
    writeln!(
        out,
        "    pub(crate) const fn derived_definition(self) -> &'static TableDefinition {{"
    )?;
    writeln!(out, "        match self {{")?;
    for table in tables {
        writeln!(
            out,
            "            Self::{} => &{}::DEFINITION,",
            table.table,
            snake(&table.table)
        )?;
    }
    writeln!(out, "        }}\n    }}\n}}")?;
    writeln!(
        out,
        "\n/// A row of any table.\n#[derive(Debug, Clone, PartialEq)]\npub enum Row {{"
    )?;
    for table in tables {
        writeln!(out, "    /// Of [`Table::{0}`].\n    {0}(Box<{0}>),", table.table)?;
    }
    writeln!(out, "}}\n\nimpl Row {{\n    /// Which table it belongs to.")?;
    writeln!(out, "    pub const fn table(&self) -> Table {{\n        match self {{")?;
    for table in tables {
        writeln!(out, "            Self::{0}(_) => Table::{0},", table.table)?;
    }
    writeln!(out, "        }}\n    }}\n")?;
    writeln!(out, "    /// The value in the column at this position of the table's definition.")?;
    writeln!(out, "    pub fn value(&self, column: usize) -> Option<Value<'_>> {{")?;
    writeln!(out, "        match self {{")?;
    for table in tables {
        writeln!(out, "            Self::{}(row) => row.value(column),", table.table)?;
    }
    writeln!(out, "        }}\n    }}\n}}")?;
    Ok(out)
}

fn row(table: &Table) -> anyhow::Result<String> {
    let mut out = String::new();
    let name = &table.table;
    writeln!(out, "//! The table `{name}`. {NOTICE}\n")?;
    let mut imports = vec!["Column", "ColumnType", "Table", "TableDefinition", "Value"];
    if !table.logsource.is_empty() {
        imports.push("Logsource");
    }
    if table.column.iter().any(|c| matches!(c.ty, Type::String | Type::Dynamic)) {
        imports.push("Text");
    }
    if table.column.iter().any(|c| matches!(c.ty, Type::Datetime)) {
        imports.push("Timestamp");
    }
    imports.sort_unstable();
    writeln!(out, "use crate::{{{}}};\n", imports.join(", "))?;
    writeln!(out, "/// {}", table.meaning)?;
    writeln!(out, "#[derive(Debug, Clone, PartialEq, Default)]\npub struct {name} {{")?;
    let fields = fields(table);
    for (column, field) in table.column.iter().zip(&fields) {
        writeln!(out, "    /// {}.", column.meaning)?;
        writeln!(out, "    pub {field}: Option<{}>,", rust_type(column.ty))?;
    }
    writeln!(out, "}}\n\nimpl {name} {{")?;
    writeln!(out, "    /// The value in the column at this position of the definition.")?;
    writeln!(out, "    pub(super) fn value(&self, column: usize) -> Option<Value<'_>> {{")?;
    writeln!(out, "        READERS.get(column).and_then(|read| read(self))\n    }}\n}}\n")?;
    writeln!(out, "/// How to read each column, in order.")?;
    writeln!(out, "const READERS: &[fn(&{name}) -> Option<Value<'_>>] = &[")?;
    for (column, field) in table.column.iter().zip(&fields) {
        writeln!(out, "    |row| row.{field}{},", into_value(column.ty))?;
    }
    writeln!(out, "];\n")?;
    definition(&mut out, table)?;
    Ok(out)
}

fn definition(out: &mut String, table: &Table) -> anyhow::Result<()> {
    writeln!(out, "/// Its columns, in order, with what they mean.")?;
    writeln!(out, "pub(super) const DEFINITION: TableDefinition = TableDefinition {{")?;
    writeln!(out, "    table: Table::{0},\n    name: \"{0}\",", table.table)?;
    writeln!(out, "    meaning: {:?},\n    logsources: &[", table.meaning)?;
    for source in &table.logsource {
        writeln!(
            out,
            "        Logsource {{ product: {:?}, category: {:?}, action_types: &{:?} }},",
            source.product, source.category, source.action_types
        )?;
    }
    writeln!(out, "    ],\n    aliases: &[")?;
    for alias in &table.alias {
        writeln!(out, "        ({:?}, {:?}),", alias.name, alias.column)?;
    }
    writeln!(out, "    ],\n    columns: &[")?;
    for column in &table.column {
        writeln!(out, "        {},", column_literal(column))?;
    }
    writeln!(out, "    ],\n}};")?;
    Ok(())
}

fn column_literal(column: &Column) -> String {
    format!(
        "Column {{ name: {:?}, ty: ColumnType::{:?}, meaning: {:?}, sigma: &{:?}, ours: {} }}",
        column.name, column.ty, column.meaning, column.sigma, column.ours
    )
}

const fn rust_type(ty: Type) -> &'static str {
    match ty {
        Type::Bool => "bool",
        Type::Int => "i32",
        Type::Long => "i64",
        Type::Real => "f64",
        Type::String | Type::Dynamic => "Text",
        Type::Datetime => "Timestamp",
    }
}

const fn into_value(ty: Type) -> &'static str {
    match ty {
        Type::Bool => ".map(Value::Bool)",
        Type::Int => ".map(Value::Int)",
        Type::Long => ".map(Value::Long)",
        Type::Real => ".map(Value::Real)",
        Type::String | Type::Dynamic => ".as_deref().map(Value::Text)",
        Type::Datetime => ".map(Value::DateTime)",
    }
}

/// The names of the columns' fields. Names that differ only in the case of letters (`LogonId`, `LogonID`)
/// are told apart by a number.
fn fields(table: &Table) -> Vec<String> {
    let mut fields: Vec<String> = Vec::new();
    for column in &table.column {
        let name = field(&column.name);
        let twins = fields.iter().filter(|known| **known == name).count();
        fields.push(if twins == 0 { name } else { format!("{name}_{}", twins + 1) });
    }
    fields
}

/// The name of a column's field; words of Rust are escaped.
fn field(name: &str) -> String {
    match snake(name).as_str() {
        word @ ("type" | "match" | "loop" | "use" | "ref" | "where" | "in" | "move") => {
            format!("r#{word}")
        }
        name => name.to_owned(),
    }
}

/// `ProcessCommandLine` → `process_command_line`; runs of capitals stay together: `SHA256` → `sha256`.
fn snake(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut out = String::new();
    for (position, letter) in letters.iter().enumerate() {
        let before = position.checked_sub(1).and_then(|p| letters.get(p));
        let after = letters.get(position + 1);
        let starts_word = letter.is_ascii_uppercase()
            && before.is_some_and(|b| {
                b.is_ascii_lowercase()
                    || (b.is_ascii_uppercase() && after.is_some_and(char::is_ascii_lowercase))
            });
        if starts_word {
            out.push('_');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::snake;

    #[test]
    fn column_names_become_field_names() {
        assert_eq!(snake("InitiatingProcessSHA256"), "initiating_process_sha256");
        assert_eq!(snake("IPAddresses"), "ip_addresses");
        assert_eq!(snake("RemoteIP"), "remote_ip");
        assert_eq!(snake("OSPlatform"), "os_platform");
    }
}
