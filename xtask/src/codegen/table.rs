//! Reading `schema/*.toml`: what a telemetry table is.

use std::{collections::HashSet, fs, path::Path};

use anyhow::{Context as _, bail};
use serde::Deserialize;

/// One telemetry table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    pub(super) table: String,
    pub(super) meaning: String,
    #[serde(default)]
    pub(super) logsource: Vec<Logsource>,
    #[serde(default)]
    pub(super) alias: Vec<Alias>,
    pub(super) column: Vec<Column>,
}

/// Another name that queries know a column by.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Alias {
    pub(super) name: String,
    pub(super) column: String,
}

/// Which Sigma logsource its rows are, by action type.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Logsource {
    pub(super) product: String,
    pub(super) category: String,
    pub(super) action_types: Vec<String>,
}

/// One column.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Column {
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) ty: Type,
    pub(super) meaning: String,
    #[serde(default)]
    pub(super) sigma: Vec<String>,
    #[serde(default)]
    pub(super) ours: bool,
}

/// Kusto type of a column.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Type {
    Bool,
    Int,
    Long,
    Real,
    String,
    Datetime,
    Dynamic,
}

impl Type {
    /// The word for it in Kusto.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Long => "long",
            Self::Real => "real",
            Self::String => "string",
            Self::Datetime => "datetime",
            Self::Dynamic => "dynamic",
        }
    }
}

/// Every table of the folder, by name.
pub(super) fn read_all(folder: &Path) -> anyhow::Result<Vec<Table>> {
    let mut tables = Vec::new();
    let entries = fs::read_dir(folder).with_context(|| format!("listing {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            tables.push(read(&path).with_context(|| format!("reading {}", path.display()))?);
        }
    }
    tables.sort_by(|a, b| a.table.cmp(&b.table));
    Ok(tables)
}

fn read(path: &Path) -> anyhow::Result<Table> {
    let table: Table = toml::from_str(&fs::read_to_string(path)?)?;
    if path.file_stem().is_none_or(|stem| stem != table.table.as_str()) {
        bail!("the file must be named after its table, {}", table.table);
    }
    let mut seen = HashSet::new();
    if let Some(twice) = table.column.iter().find(|column| !seen.insert(column.name.as_str())) {
        bail!("the column {} is written down twice", twice.name);
    }
    if let Some(lost) = table.alias.iter().find(|alias| !seen.contains(alias.column.as_str())) {
        bail!("the alias {} names no column", lost.name);
    }
    Ok(table)
}
