//! The table `DeviceTvmInfoGathering`. Written by `cargo xtask codegen` from `schema/`; do not edit.

use crate::{Column, ColumnType, Table, TableDefinition, Text, Timestamp, Value};

/// Security settings as they were found on each machine.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeviceTvmInfoGathering {
    /// When it happened, by the clock of the device.
    pub timestamp: Option<Timestamp>,
    /// Last seen time.
    pub last_seen_time: Option<Timestamp>,
    /// Identity of the machine.
    pub device_id: Option<Text>,
    /// Name of the machine.
    pub device_name: Option<Text>,
    /// Operating system.
    pub os_platform: Option<Text>,
    /// More about it, as JSON.
    pub additional_fields: Option<Text>,
}

impl DeviceTvmInfoGathering {
    /// The value in the column at this position of the definition.
    pub(super) fn value(&self, column: usize) -> Option<Value<'_>> {
        READERS.get(column).and_then(|read| read(self))
    }
}

/// How to read each column, in order.
const READERS: &[fn(&DeviceTvmInfoGathering) -> Option<Value<'_>>] = &[
    |row| row.timestamp.map(Value::DateTime),
    |row| row.last_seen_time.map(Value::DateTime),
    |row| row.device_id.as_deref().map(Value::Text),
    |row| row.device_name.as_deref().map(Value::Text),
    |row| row.os_platform.as_deref().map(Value::Text),
    |row| row.additional_fields.as_deref().map(Value::Text),
];

/// Its columns, in order, with what they mean.
pub(super) const DEFINITION: TableDefinition = TableDefinition {
    table: Table::DeviceTvmInfoGathering,
    name: "DeviceTvmInfoGathering",
    meaning: "Security settings as they were found on each machine.",
    logsources: &[],
    aliases: &[],
    columns: &[
        Column {
            name: "Timestamp",
            ty: ColumnType::Datetime,
            meaning: "When it happened, by the clock of the device",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "LastSeenTime",
            ty: ColumnType::Datetime,
            meaning: "Last seen time",
            sigma: &[],
            ours: false,
        },
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
            name: "OSPlatform",
            ty: ColumnType::String,
            meaning: "Operating system",
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
