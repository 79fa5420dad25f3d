//! What a telemetry table is. The tables themselves are written down in `schema/` and derived into
//! `tables`.

use crate::Table;

/// A table: its name, its columns, and which Sigma logsources its rows are.
#[derive(Debug, Clone, Copy)]
pub struct TableDefinition {
    /// Which table.
    pub table: Table,
    /// Its name in queries.
    pub name: &'static str,
    /// What its rows are, in a sentence.
    pub meaning: &'static str,
    /// Which Sigma logsources its rows are.
    pub logsources: &'static [Logsource],
    /// Other names that queries know its columns by: the name, the column.
    pub aliases: &'static [(&'static str, &'static str)],
    /// Its columns, in order.
    pub columns: &'static [Column],
}

impl TableDefinition {
    /// Position of the column with this name.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }
}

/// A column.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its name in queries.
    pub name: &'static str,
    /// Its type in queries.
    pub ty: ColumnType,
    /// What it holds.
    pub meaning: &'static str,
    /// The Sigma fields it answers.
    pub sigma: &'static [&'static str],
    /// Whether it is ours rather than Microsoft's.
    pub ours: bool,
}

/// Kusto type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    /// True or false.
    Bool,
    /// 32 bits, signed.
    Int,
    /// 64 bits, signed.
    Long,
    /// 64 bits, floating.
    Real,
    /// Text.
    String,
    /// A point in time.
    Datetime,
    /// JSON, held as text.
    Dynamic,
}

/// A Sigma logsource that some rows of a table are.
#[derive(Debug, Clone, Copy)]
pub struct Logsource {
    /// Sigma product.
    pub product: &'static str,
    /// Sigma category.
    pub category: &'static str,
    /// The action types of those rows.
    pub action_types: &'static [&'static str],
}

impl Table {
    /// What the table is.
    pub const fn definition(self) -> &'static TableDefinition {
        self.derived_definition()
    }

    /// The table with this name.
    pub fn named(name: &str) -> Option<Self> {
        crate::TABLES.iter().find(|definition| definition.name == name).map(|d| d.table)
    }
}

#[cfg(test)]
mod tests {
    use crate::{TABLES, Table};

    #[test]
    fn every_table_finds_its_own_definition() {
        for definition in TABLES {
            assert_eq!(definition.table.definition().name, definition.name);
            assert_eq!(Table::named(definition.name), Some(definition.table));
        }
    }
}
