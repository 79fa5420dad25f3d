//! The table `DeviceBaselineComplianceAssessmentKB`. Written by `cargo xtask codegen` from `schema/`; do not edit.

use crate::{Column, ColumnType, Table, TableDefinition, Text, Value};

/// What the checks of the baselines are about.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeviceBaselineComplianceAssessmentKB {
    /// Configuration id.
    pub configuration_id: Option<Text>,
    /// Configuration name.
    pub configuration_name: Option<Text>,
    /// Configuration description.
    pub configuration_description: Option<Text>,
    /// Configuration rationale.
    pub configuration_rationale: Option<Text>,
    /// Configuration category.
    pub configuration_category: Option<Text>,
    /// Benchmark profile levels.
    pub benchmark_profile_levels: Option<Text>,
    /// Benchmark name.
    pub benchmark_name: Option<Text>,
    /// Benchmark version.
    pub benchmark_version: Option<Text>,
    /// Cce id.
    pub cce_id: Option<Text>,
    /// Remediation options.
    pub remediation_options: Option<Text>,
    /// Source.
    pub source: Option<Text>,
    /// Recommended value.
    pub recommended_value: Option<Text>,
}

impl DeviceBaselineComplianceAssessmentKB {
    /// The value in the column at this position of the definition.
    pub(super) fn value(&self, column: usize) -> Option<Value<'_>> {
        READERS.get(column).and_then(|read| read(self))
    }
}

/// How to read each column, in order.
const READERS: &[fn(&DeviceBaselineComplianceAssessmentKB) -> Option<Value<'_>>] = &[
    |row| row.configuration_id.as_deref().map(Value::Text),
    |row| row.configuration_name.as_deref().map(Value::Text),
    |row| row.configuration_description.as_deref().map(Value::Text),
    |row| row.configuration_rationale.as_deref().map(Value::Text),
    |row| row.configuration_category.as_deref().map(Value::Text),
    |row| row.benchmark_profile_levels.as_deref().map(Value::Text),
    |row| row.benchmark_name.as_deref().map(Value::Text),
    |row| row.benchmark_version.as_deref().map(Value::Text),
    |row| row.cce_id.as_deref().map(Value::Text),
    |row| row.remediation_options.as_deref().map(Value::Text),
    |row| row.source.as_deref().map(Value::Text),
    |row| row.recommended_value.as_deref().map(Value::Text),
];

/// Its columns, in order, with what they mean.
pub(super) const DEFINITION: TableDefinition = TableDefinition {
    table: Table::DeviceBaselineComplianceAssessmentKB,
    name: "DeviceBaselineComplianceAssessmentKB",
    meaning: "What the checks of the baselines are about.",
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
            name: "ConfigurationRationale",
            ty: ColumnType::String,
            meaning: "Configuration rationale",
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
            name: "BenchmarkProfileLevels",
            ty: ColumnType::Dynamic,
            meaning: "Benchmark profile levels",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "BenchmarkName",
            ty: ColumnType::String,
            meaning: "Benchmark name",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "BenchmarkVersion",
            ty: ColumnType::String,
            meaning: "Benchmark version",
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
            name: "RemediationOptions",
            ty: ColumnType::String,
            meaning: "Remediation options",
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
    ],
};
