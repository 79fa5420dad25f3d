//! The table `DeviceTvmBrowserExtensions`. Written by `cargo xtask codegen` from `schema/`; do not edit.

use crate::{Column, ColumnType, Table, TableDefinition, Text, Timestamp, Value};

/// Browser extensions of each machine.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeviceTvmBrowserExtensions {
    /// Identity of the machine.
    pub device_id: Option<Text>,
    /// Browser name.
    pub browser_name: Option<Text>,
    /// Extension id.
    pub extension_id: Option<Text>,
    /// Extension name.
    pub extension_name: Option<Text>,
    /// Extension description.
    pub extension_description: Option<Text>,
    /// Extension version.
    pub extension_version: Option<Text>,
    /// Extension risk.
    pub extension_risk: Option<Text>,
    /// Extension vendor.
    pub extension_vendor: Option<Text>,
    /// Whether it is activated.
    pub is_activated: Option<Text>,
    /// Installation time.
    pub installation_time: Option<Timestamp>,
}

impl DeviceTvmBrowserExtensions {
    /// The value in the column at this position of the definition.
    pub(super) fn value(&self, column: usize) -> Option<Value<'_>> {
        READERS.get(column).and_then(|read| read(self))
    }
}

/// How to read each column, in order.
const READERS: &[fn(&DeviceTvmBrowserExtensions) -> Option<Value<'_>>] = &[
    |row| row.device_id.as_deref().map(Value::Text),
    |row| row.browser_name.as_deref().map(Value::Text),
    |row| row.extension_id.as_deref().map(Value::Text),
    |row| row.extension_name.as_deref().map(Value::Text),
    |row| row.extension_description.as_deref().map(Value::Text),
    |row| row.extension_version.as_deref().map(Value::Text),
    |row| row.extension_risk.as_deref().map(Value::Text),
    |row| row.extension_vendor.as_deref().map(Value::Text),
    |row| row.is_activated.as_deref().map(Value::Text),
    |row| row.installation_time.map(Value::DateTime),
];

/// Its columns, in order, with what they mean.
pub(super) const DEFINITION: TableDefinition = TableDefinition {
    table: Table::DeviceTvmBrowserExtensions,
    name: "DeviceTvmBrowserExtensions",
    meaning: "Browser extensions of each machine.",
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
            name: "BrowserName",
            ty: ColumnType::String,
            meaning: "Browser name",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "ExtensionId",
            ty: ColumnType::String,
            meaning: "Extension id",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "ExtensionName",
            ty: ColumnType::String,
            meaning: "Extension name",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "ExtensionDescription",
            ty: ColumnType::String,
            meaning: "Extension description",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "ExtensionVersion",
            ty: ColumnType::String,
            meaning: "Extension version",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "ExtensionRisk",
            ty: ColumnType::String,
            meaning: "Extension risk",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "ExtensionVendor",
            ty: ColumnType::String,
            meaning: "Extension vendor",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "IsActivated",
            ty: ColumnType::String,
            meaning: "Whether it is activated",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "InstallationTime",
            ty: ColumnType::Datetime,
            meaning: "Installation time",
            sigma: &[],
            ours: false,
        },
    ],
};
