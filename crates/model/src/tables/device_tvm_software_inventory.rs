//! The table `DeviceTvmSoftwareInventory`. Written by `cargo xtask codegen` from `schema/`; do not edit.

use crate::{Column, ColumnType, Table, TableDefinition, Text, Timestamp, Value};

/// The software of each machine.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeviceTvmSoftwareInventory {
    /// Identity of the machine.
    pub device_id: Option<Text>,
    /// Name of the machine.
    pub device_name: Option<Text>,
    /// Operating system.
    pub os_platform: Option<Text>,
    /// Version of the operating system.
    pub os_version: Option<Text>,
    /// Processor architecture.
    pub os_architecture: Option<Text>,
    /// Who makes the software.
    pub software_vendor: Option<Text>,
    /// Name of the software.
    pub software_name: Option<Text>,
    /// Version of the software.
    pub software_version: Option<Text>,
    /// End of support status.
    pub end_of_support_status: Option<Text>,
    /// End of support date.
    pub end_of_support_date: Option<Timestamp>,
    /// Product code cpe.
    pub product_code_cpe: Option<Text>,
    /// When it was found, by the clock of the device.
    pub timestamp: Option<Timestamp>,
    /// Number of the event within the stream of its device.
    pub report_id: Option<i64>,
    /// Who installed it: dpkg, rpm, apk, pip, npm.
    pub package_manager: Option<Text>,
    /// Identity of the event: stream and number, unique for ever.
    pub event_id: Option<Text>,
    /// Present in the listing of the day, or Added, Changed or Removed since.
    pub inventory_state: Option<Text>,
}

impl DeviceTvmSoftwareInventory {
    /// The value in the column at this position of the definition.
    pub(super) fn value(&self, column: usize) -> Option<Value<'_>> {
        READERS.get(column).and_then(|read| read(self))
    }
}

/// How to read each column, in order.
const READERS: &[fn(&DeviceTvmSoftwareInventory) -> Option<Value<'_>>] = &[
    |row| row.device_id.as_deref().map(Value::Text),
    |row| row.device_name.as_deref().map(Value::Text),
    |row| row.os_platform.as_deref().map(Value::Text),
    |row| row.os_version.as_deref().map(Value::Text),
    |row| row.os_architecture.as_deref().map(Value::Text),
    |row| row.software_vendor.as_deref().map(Value::Text),
    |row| row.software_name.as_deref().map(Value::Text),
    |row| row.software_version.as_deref().map(Value::Text),
    |row| row.end_of_support_status.as_deref().map(Value::Text),
    |row| row.end_of_support_date.map(Value::DateTime),
    |row| row.product_code_cpe.as_deref().map(Value::Text),
    |row| row.timestamp.map(Value::DateTime),
    |row| row.report_id.map(Value::Long),
    |row| row.package_manager.as_deref().map(Value::Text),
    |row| row.event_id.as_deref().map(Value::Text),
    |row| row.inventory_state.as_deref().map(Value::Text),
];

/// Its columns, in order, with what they mean.
pub(super) const DEFINITION: TableDefinition = TableDefinition {
    table: Table::DeviceTvmSoftwareInventory,
    name: "DeviceTvmSoftwareInventory",
    meaning: "The software of each machine.",
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
            name: "OSPlatform",
            ty: ColumnType::String,
            meaning: "Operating system",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "OSVersion",
            ty: ColumnType::String,
            meaning: "Version of the operating system",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "OSArchitecture",
            ty: ColumnType::String,
            meaning: "Processor architecture",
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
            name: "EndOfSupportStatus",
            ty: ColumnType::String,
            meaning: "End of support status",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "EndOfSupportDate",
            ty: ColumnType::Datetime,
            meaning: "End of support date",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "ProductCodeCpe",
            ty: ColumnType::String,
            meaning: "Product code cpe",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "Timestamp",
            ty: ColumnType::Datetime,
            meaning: "When it was found, by the clock of the device",
            sigma: &[],
            ours: true,
        },
        Column {
            name: "ReportId",
            ty: ColumnType::Long,
            meaning: "Number of the event within the stream of its device",
            sigma: &[],
            ours: true,
        },
        Column {
            name: "PackageManager",
            ty: ColumnType::String,
            meaning: "Who installed it: dpkg, rpm, apk, pip, npm",
            sigma: &[],
            ours: true,
        },
        Column {
            name: "EventId",
            ty: ColumnType::String,
            meaning: "Identity of the event: stream and number, unique for ever",
            sigma: &[],
            ours: true,
        },
        Column {
            name: "InventoryState",
            ty: ColumnType::String,
            meaning: "Present in the listing of the day, or Added, Changed or Removed since",
            sigma: &[],
            ours: true,
        },
    ],
};
