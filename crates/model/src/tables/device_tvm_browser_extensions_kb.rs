//! The table `DeviceTvmBrowserExtensionsKB`. Written by `cargo xtask codegen` from `schema/`; do not edit.

use crate::{Column, ColumnType, Table, TableDefinition, Text, Value};

/// What is known of each browser extension.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeviceTvmBrowserExtensionsKB {
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
    /// Permission id.
    pub permission_id: Option<Text>,
    /// Permission name.
    pub permission_name: Option<Text>,
    /// Permission description.
    pub permission_description: Option<Text>,
    /// Permission risk.
    pub permission_risk: Option<Text>,
    /// Whether it is permission required.
    pub is_permission_required: Option<Text>,
}

impl DeviceTvmBrowserExtensionsKB {
    /// The value in the column at this position of the definition.
    pub(super) fn value(&self, column: usize) -> Option<Value<'_>> {
        READERS.get(column).and_then(|read| read(self))
    }
}

/// How to read each column, in order.
const READERS: &[fn(&DeviceTvmBrowserExtensionsKB) -> Option<Value<'_>>] = &[
    |row| row.browser_name.as_deref().map(Value::Text),
    |row| row.extension_id.as_deref().map(Value::Text),
    |row| row.extension_name.as_deref().map(Value::Text),
    |row| row.extension_description.as_deref().map(Value::Text),
    |row| row.extension_version.as_deref().map(Value::Text),
    |row| row.extension_risk.as_deref().map(Value::Text),
    |row| row.permission_id.as_deref().map(Value::Text),
    |row| row.permission_name.as_deref().map(Value::Text),
    |row| row.permission_description.as_deref().map(Value::Text),
    |row| row.permission_risk.as_deref().map(Value::Text),
    |row| row.is_permission_required.as_deref().map(Value::Text),
];

/// Its columns, in order, with what they mean.
pub(super) const DEFINITION: TableDefinition = TableDefinition {
    table: Table::DeviceTvmBrowserExtensionsKB,
    name: "DeviceTvmBrowserExtensionsKB",
    meaning: "What is known of each browser extension.",
    logsources: &[],
    aliases: &[],
    columns: &[
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
            ty: ColumnType::Dynamic,
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
            name: "PermissionId",
            ty: ColumnType::String,
            meaning: "Permission id",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "PermissionName",
            ty: ColumnType::String,
            meaning: "Permission name",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "PermissionDescription",
            ty: ColumnType::String,
            meaning: "Permission description",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "PermissionRisk",
            ty: ColumnType::String,
            meaning: "Permission risk",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "IsPermissionRequired",
            ty: ColumnType::String,
            meaning: "Whether it is permission required",
            sigma: &[],
            ours: false,
        },
    ],
};
