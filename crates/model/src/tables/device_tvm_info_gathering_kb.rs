//! The table `DeviceTvmInfoGatheringKB`. Written by `cargo xtask codegen` from `schema/`; do not edit.

use crate::{Column, ColumnType, Table, TableDefinition, Text, Value};

/// What each gathered setting means.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeviceTvmInfoGatheringKB {
    /// Ig id.
    pub ig_id: Option<Text>,
    /// Field name.
    pub field_name: Option<Text>,
    /// Description.
    pub description: Option<Text>,
    /// Categories.
    pub categories: Option<Text>,
    /// Data structure.
    pub data_structure: Option<Text>,
}

impl DeviceTvmInfoGatheringKB {
    /// The value in the column at this position of the definition.
    pub(super) fn value(&self, column: usize) -> Option<Value<'_>> {
        READERS.get(column).and_then(|read| read(self))
    }
}

/// How to read each column, in order.
const READERS: &[fn(&DeviceTvmInfoGatheringKB) -> Option<Value<'_>>] = &[
    |row| row.ig_id.as_deref().map(Value::Text),
    |row| row.field_name.as_deref().map(Value::Text),
    |row| row.description.as_deref().map(Value::Text),
    |row| row.categories.as_deref().map(Value::Text),
    |row| row.data_structure.as_deref().map(Value::Text),
];

/// Its columns, in order, with what they mean.
pub(super) const DEFINITION: TableDefinition = TableDefinition {
    table: Table::DeviceTvmInfoGatheringKB,
    name: "DeviceTvmInfoGatheringKB",
    meaning: "What each gathered setting means.",
    logsources: &[],
    aliases: &[],
    columns: &[
        Column { name: "IgId", ty: ColumnType::String, meaning: "Ig id", sigma: &[], ours: false },
        Column {
            name: "FieldName",
            ty: ColumnType::String,
            meaning: "Field name",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "Description",
            ty: ColumnType::String,
            meaning: "Description",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "Categories",
            ty: ColumnType::Dynamic,
            meaning: "Categories",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "DataStructure",
            ty: ColumnType::String,
            meaning: "Data structure",
            sigma: &[],
            ours: false,
        },
    ],
};
