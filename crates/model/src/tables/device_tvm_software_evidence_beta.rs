//! The table `DeviceTvmSoftwareEvidenceBeta`. Written by `cargo xtask codegen` from `schema/`; do not edit.

use crate::{Column, ColumnType, Table, TableDefinition, Text, Value};

/// Where on a machine a piece of software was found.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeviceTvmSoftwareEvidenceBeta {
    /// Identity of the machine.
    pub device_id: Option<Text>,
    /// Who makes the software.
    pub software_vendor: Option<Text>,
    /// Name of the software.
    pub software_name: Option<Text>,
    /// Version of the software.
    pub software_version: Option<Text>,
    /// Registry paths.
    pub registry_paths: Option<Text>,
    /// Disk paths.
    pub disk_paths: Option<Text>,
    /// Last seen time.
    pub last_seen_time: Option<Text>,
}

impl DeviceTvmSoftwareEvidenceBeta {
    /// The value in the column at this position of the definition.
    pub(super) fn value(&self, column: usize) -> Option<Value<'_>> {
        READERS.get(column).and_then(|read| read(self))
    }
}

/// How to read each column, in order.
const READERS: &[fn(&DeviceTvmSoftwareEvidenceBeta) -> Option<Value<'_>>] = &[
    |row| row.device_id.as_deref().map(Value::Text),
    |row| row.software_vendor.as_deref().map(Value::Text),
    |row| row.software_name.as_deref().map(Value::Text),
    |row| row.software_version.as_deref().map(Value::Text),
    |row| row.registry_paths.as_deref().map(Value::Text),
    |row| row.disk_paths.as_deref().map(Value::Text),
    |row| row.last_seen_time.as_deref().map(Value::Text),
];

/// Its columns, in order, with what they mean.
pub(super) const DEFINITION: TableDefinition = TableDefinition {
    table: Table::DeviceTvmSoftwareEvidenceBeta,
    name: "DeviceTvmSoftwareEvidenceBeta",
    meaning: "Where on a machine a piece of software was found.",
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
            name: "SoftwareVendor",
            ty: ColumnType::String,
            meaning: "Who makes the software",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "SoftwareName",
            ty: ColumnType::String,
            meaning: "Name of the software",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "SoftwareVersion",
            ty: ColumnType::String,
            meaning: "Version of the software",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "RegistryPaths",
            ty: ColumnType::Dynamic,
            meaning: "Registry paths",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "DiskPaths",
            ty: ColumnType::Dynamic,
            meaning: "Disk paths",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "LastSeenTime",
            ty: ColumnType::String,
            meaning: "Last seen time",
            sigma: &[],
            ours: false,
        },
    ],
};
