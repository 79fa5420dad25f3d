//! The table `DeviceTvmSecureConfigurationAssessmentKB`. Written by `cargo xtask codegen` from `schema/`; do not edit.

use crate::{Column, ColumnType, Table, TableDefinition, Text, Value};

/// What each check of the settings is about.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeviceTvmSecureConfigurationAssessmentKB {
    /// Configuration id.
    pub configuration_id: Option<Text>,
    /// Configuration impact.
    pub configuration_impact: Option<f64>,
    /// Configuration name.
    pub configuration_name: Option<Text>,
    /// Configuration description.
    pub configuration_description: Option<Text>,
    /// Risk description.
    pub risk_description: Option<Text>,
    /// Configuration category.
    pub configuration_category: Option<Text>,
    /// Configuration subcategory.
    pub configuration_subcategory: Option<Text>,
    /// Configuration benchmarks.
    pub configuration_benchmarks: Option<Text>,
    /// Tags.
    pub tags: Option<Text>,
    /// Remediation options.
    pub remediation_options: Option<Text>,
}

impl DeviceTvmSecureConfigurationAssessmentKB {
    /// The value in the column at this position of the definition.
    pub(super) fn value(&self, column: usize) -> Option<Value<'_>> {
        READERS.get(column).and_then(|read| read(self))
    }
}

/// How to read each column, in order.
const READERS: &[fn(&DeviceTvmSecureConfigurationAssessmentKB) -> Option<Value<'_>>] = &[
    |row| row.configuration_id.as_deref().map(Value::Text),
    |row| row.configuration_impact.map(Value::Real),
    |row| row.configuration_name.as_deref().map(Value::Text),
    |row| row.configuration_description.as_deref().map(Value::Text),
    |row| row.risk_description.as_deref().map(Value::Text),
    |row| row.configuration_category.as_deref().map(Value::Text),
    |row| row.configuration_subcategory.as_deref().map(Value::Text),
    |row| row.configuration_benchmarks.as_deref().map(Value::Text),
    |row| row.tags.as_deref().map(Value::Text),
    |row| row.remediation_options.as_deref().map(Value::Text),
];

/// Its columns, in order, with what they mean.
pub(super) const DEFINITION: TableDefinition = TableDefinition {
    table: Table::DeviceTvmSecureConfigurationAssessmentKB,
    name: "DeviceTvmSecureConfigurationAssessmentKB",
    meaning: "What each check of the settings is about.",
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
            name: "ConfigurationImpact",
            ty: ColumnType::Real,
            meaning: "Configuration impact",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "ConfigurationName",
            ty: ColumnType::String,
            meaning: "Configuration name",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "ConfigurationDescription",
            ty: ColumnType::String,
            meaning: "Configuration description",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "RiskDescription",
            ty: ColumnType::String,
            meaning: "Risk description",
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
            name: "ConfigurationBenchmarks",
            ty: ColumnType::Dynamic,
            meaning: "Configuration benchmarks",
            sigma: &[],
            ours: false,
        },
        Column { name: "Tags", ty: ColumnType::Dynamic, meaning: "Tags", sigma: &[], ours: false },
        Column {
            name: "RemediationOptions",
            ty: ColumnType::String,
            meaning: "Remediation options",
            sigma: &[],
            ours: false,
        },
    ],
};
