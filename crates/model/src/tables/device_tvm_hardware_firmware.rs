//! The table `DeviceTvmHardwareFirmware`. Written by `cargo xtask codegen` from `schema/`; do not edit.

use crate::{Column, ColumnType, Table, TableDefinition, Text, Value};

/// Hardware and firmware of each machine.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeviceTvmHardwareFirmware {
    /// Identity of the machine.
    pub device_id: Option<Text>,
    /// Name of the machine.
    pub device_name: Option<Text>,
    /// Component type.
    pub component_type: Option<Text>,
    /// Manufacturer.
    pub manufacturer: Option<Text>,
    /// Component name.
    pub component_name: Option<Text>,
    /// Component family.
    pub component_family: Option<Text>,
    /// Component version.
    pub component_version: Option<Text>,
    /// More about it, as JSON.
    pub additional_fields: Option<Text>,
}

impl DeviceTvmHardwareFirmware {
    /// The value in the column at this position of the definition.
    pub(super) fn value(&self, column: usize) -> Option<Value<'_>> {
        READERS.get(column).and_then(|read| read(self))
    }
}

/// How to read each column, in order.
const READERS: &[fn(&DeviceTvmHardwareFirmware) -> Option<Value<'_>>] = &[
    |row| row.device_id.as_deref().map(Value::Text),
    |row| row.device_name.as_deref().map(Value::Text),
    |row| row.component_type.as_deref().map(Value::Text),
    |row| row.manufacturer.as_deref().map(Value::Text),
    |row| row.component_name.as_deref().map(Value::Text),
    |row| row.component_family.as_deref().map(Value::Text),
    |row| row.component_version.as_deref().map(Value::Text),
    |row| row.additional_fields.as_deref().map(Value::Text),
];

/// Its columns, in order, with what they mean.
pub(super) const DEFINITION: TableDefinition = TableDefinition {
    table: Table::DeviceTvmHardwareFirmware,
    name: "DeviceTvmHardwareFirmware",
    meaning: "Hardware and firmware of each machine.",
    logsources: &[],
    aliases: &[],
    columns: &[
        Column {
            name: "DeviceId",
            ty: ColumnType::String,
            meaning: "Identity of the machine",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "DeviceName",
            ty: ColumnType::String,
            meaning: "Name of the machine",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "ComponentType",
            ty: ColumnType::String,
            meaning: "Component type",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "Manufacturer",
            ty: ColumnType::String,
            meaning: "Manufacturer",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "ComponentName",
            ty: ColumnType::String,
            meaning: "Component name",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "ComponentFamily",
            ty: ColumnType::String,
            meaning: "Component family",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "ComponentVersion",
            ty: ColumnType::String,
            meaning: "Component version",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "AdditionalFields",
            ty: ColumnType::Dynamic,
            meaning: "More about it, as JSON",
            sigma: &[],
            ours: false,
        },
    ],
};
