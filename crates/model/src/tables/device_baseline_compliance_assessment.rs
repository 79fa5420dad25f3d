//! The table `DeviceBaselineComplianceAssessment`. Written by `cargo xtask codegen` from `schema/`; do not edit.

use crate::{Column, ColumnType, Table, TableDefinition, Text, Value};

/// Whether each machine complies with the checks of a baseline.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeviceBaselineComplianceAssessment {
    /// Configuration id.
    pub configuration_id: Option<Text>,
    /// Profile id.
    pub profile_id: Option<Text>,
    /// Identity of the machine.
    pub device_id: Option<Text>,
    /// Name of the machine.
    pub device_name: Option<Text>,
    /// Operating system.
    pub os_platform: Option<Text>,
    /// Version of the operating system.
    pub os_version: Option<Text>,
    /// Cce id.
    pub cce_id: Option<Text>,
    /// Whether it is compliant.
    pub is_compliant: Option<bool>,
    /// Whether it is applicable.
    pub is_applicable: Option<bool>,
    /// Source.
    pub source: Option<Text>,
    /// Recommended value.
    pub recommended_value: Option<Text>,
    /// Current value.
    pub current_value: Option<Text>,
    /// Whether it is exempt.
    pub is_exempt: Option<bool>,
}

impl DeviceBaselineComplianceAssessment {
    /// The value in the column at this position of the definition.
    pub(super) fn value(&self, column: usize) -> Option<Value<'_>> {
        READERS.get(column).and_then(|read| read(self))
    }
}

/// How to read each column, in order.
const READERS: &[fn(&DeviceBaselineComplianceAssessment) -> Option<Value<'_>>] = &[
    |row| row.configuration_id.as_deref().map(Value::Text),
    |row| row.profile_id.as_deref().map(Value::Text),
    |row| row.device_id.as_deref().map(Value::Text),
    |row| row.device_name.as_deref().map(Value::Text),
    |row| row.os_platform.as_deref().map(Value::Text),
    |row| row.os_version.as_deref().map(Value::Text),
    |row| row.cce_id.as_deref().map(Value::Text),
    |row| row.is_compliant.map(Value::Bool),
    |row| row.is_applicable.map(Value::Bool),
    |row| row.source.as_deref().map(Value::Text),
    |row| row.recommended_value.as_deref().map(Value::Text),
    |row| row.current_value.as_deref().map(Value::Text),
    |row| row.is_exempt.map(Value::Bool),
];

/// Its columns, in order, with what they mean.
pub(super) const DEFINITION: TableDefinition = TableDefinition {
    table: Table::DeviceBaselineComplianceAssessment,
    name: "DeviceBaselineComplianceAssessment",
    meaning: "Whether each machine complies with the checks of a baseline.",
    logsources: &[],
    aliases: &[],
    columns: &[
        Column {
            name: "ConfigurationId",
            ty: ColumnType::String,
            meaning: "Configuration id",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "ProfileId",
            ty: ColumnType::String,
            meaning: "Profile id",
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
            name: "OSVersion",
            ty: ColumnType::String,
            meaning: "Version of the operating system",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "CceId",
            ty: ColumnType::String,
            meaning: "Cce id",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "IsCompliant",
            ty: ColumnType::Bool,
            meaning: "Whether it is compliant",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "IsApplicable",
            ty: ColumnType::Bool,
            meaning: "Whether it is applicable",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "Source",
            ty: ColumnType::Dynamic,
            meaning: "Source",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "RecommendedValue",
            ty: ColumnType::Dynamic,
            meaning: "Recommended value",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "CurrentValue",
            ty: ColumnType::Dynamic,
            meaning: "Current value",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "IsExempt",
            ty: ColumnType::Bool,
            meaning: "Whether it is exempt",
            sigma: &[],
            ours: false,
        },
    ],
};
