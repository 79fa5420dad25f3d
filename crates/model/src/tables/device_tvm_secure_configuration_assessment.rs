//! The table `DeviceTvmSecureConfigurationAssessment`. Written by `cargo xtask codegen` from `schema/`; do not edit.

use crate::{Column, ColumnType, Table, TableDefinition, Text, Timestamp, Value};

/// Whether each machine is set up as it should be.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeviceTvmSecureConfigurationAssessment {
    /// Identity of the machine.
    pub device_id: Option<Text>,
    /// Name of the machine.
    pub device_name: Option<Text>,
    /// Operating system.
    pub os_platform: Option<Text>,
    /// When it happened, by the clock of the device.
    pub timestamp: Option<Timestamp>,
    /// Configuration id.
    pub configuration_id: Option<Text>,
    /// Configuration category.
    pub configuration_category: Option<Text>,
    /// Configuration subcategory.
    pub configuration_subcategory: Option<Text>,
    /// Configuration impact.
    pub configuration_impact: Option<f64>,
    /// Whether it is compliant.
    pub is_compliant: Option<bool>,
    /// Whether it is applicable.
    pub is_applicable: Option<bool>,
    /// Context.
    pub context: Option<Text>,
    /// Whether it is expected user impact.
    pub is_expected_user_impact: Option<bool>,
}

impl DeviceTvmSecureConfigurationAssessment {
    /// The value in the column at this position of the definition.
    pub(super) fn value(&self, column: usize) -> Option<Value<'_>> {
        READERS.get(column).and_then(|read| read(self))
    }
}

/// How to read each column, in order.
const READERS: &[fn(&DeviceTvmSecureConfigurationAssessment) -> Option<Value<'_>>] = &[
    |row| row.device_id.as_deref().map(Value::Text),
    |row| row.device_name.as_deref().map(Value::Text),
    |row| row.os_platform.as_deref().map(Value::Text),
    |row| row.timestamp.map(Value::DateTime),
    |row| row.configuration_id.as_deref().map(Value::Text),
    |row| row.configuration_category.as_deref().map(Value::Text),
    |row| row.configuration_subcategory.as_deref().map(Value::Text),
    |row| row.configuration_impact.map(Value::Real),
    |row| row.is_compliant.map(Value::Bool),
    |row| row.is_applicable.map(Value::Bool),
    |row| row.context.as_deref().map(Value::Text),
    |row| row.is_expected_user_impact.map(Value::Bool),
];

/// Its columns, in order, with what they mean.
pub(super) const DEFINITION: TableDefinition = TableDefinition {
    table: Table::DeviceTvmSecureConfigurationAssessment,
    name: "DeviceTvmSecureConfigurationAssessment",
    meaning: "Whether each machine is set up as it should be.",
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
            name: "Timestamp",
            ty: ColumnType::Datetime,
            meaning: "When it happened, by the clock of the device",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "ConfigurationId",
            ty: ColumnType::String,
            meaning: "Configuration id",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "ConfigurationCategory",
            ty: ColumnType::String,
            meaning: "Configuration category",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "ConfigurationSubcategory",
            ty: ColumnType::String,
            meaning: "Configuration subcategory",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "ConfigurationImpact",
            ty: ColumnType::Real,
            meaning: "Configuration impact",
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
            name: "Context",
            ty: ColumnType::Dynamic,
            meaning: "Context",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "IsExpectedUserImpact",
            ty: ColumnType::Bool,
            meaning: "Whether it is expected user impact",
            sigma: &[],
            ours: false,
        },
    ],
};
