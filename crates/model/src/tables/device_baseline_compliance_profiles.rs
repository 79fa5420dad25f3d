//! The table `DeviceBaselineComplianceProfiles`. Written by `cargo xtask codegen` from `schema/`; do not edit.

use crate::{Column, ColumnType, Table, TableDefinition, Text, Timestamp, Value};

/// The baselines that machines are measured by.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeviceBaselineComplianceProfiles {
    /// Profile id.
    pub profile_id: Option<Text>,
    /// Profile name.
    pub profile_name: Option<Text>,
    /// Profile description.
    pub profile_description: Option<Text>,
    /// Benchmark name.
    pub benchmark_name: Option<Text>,
    /// Benchmark version.
    pub benchmark_version: Option<Text>,
    /// Benchmark profile level.
    pub benchmark_profile_level: Option<Text>,
    /// Base benchmark.
    pub base_benchmark: Option<Text>,
    /// Created by.
    pub created_by: Option<Text>,
    /// Created on timestamp.
    pub created_on_timestamp: Option<Timestamp>,
    /// Last updated on timestamp.
    pub last_updated_on_timestamp: Option<Timestamp>,
    /// Status.
    pub status: Option<Text>,
    /// Whether it is device group restricted.
    pub is_device_group_restricted: Option<bool>,
}

impl DeviceBaselineComplianceProfiles {
    /// The value in the column at this position of the definition.
    pub(super) fn value(&self, column: usize) -> Option<Value<'_>> {
        READERS.get(column).and_then(|read| read(self))
    }
}

/// How to read each column, in order.
const READERS: &[fn(&DeviceBaselineComplianceProfiles) -> Option<Value<'_>>] = &[
    |row| row.profile_id.as_deref().map(Value::Text),
    |row| row.profile_name.as_deref().map(Value::Text),
    |row| row.profile_description.as_deref().map(Value::Text),
    |row| row.benchmark_name.as_deref().map(Value::Text),
    |row| row.benchmark_version.as_deref().map(Value::Text),
    |row| row.benchmark_profile_level.as_deref().map(Value::Text),
    |row| row.base_benchmark.as_deref().map(Value::Text),
    |row| row.created_by.as_deref().map(Value::Text),
    |row| row.created_on_timestamp.map(Value::DateTime),
    |row| row.last_updated_on_timestamp.map(Value::DateTime),
    |row| row.status.as_deref().map(Value::Text),
    |row| row.is_device_group_restricted.map(Value::Bool),
];

/// Its columns, in order, with what they mean.
pub(super) const DEFINITION: TableDefinition = TableDefinition {
    table: Table::DeviceBaselineComplianceProfiles,
    name: "DeviceBaselineComplianceProfiles",
    meaning: "The baselines that machines are measured by.",
    logsources: &[],
    aliases: &[],
    columns: &[
        Column {
            name: "ProfileId",
            ty: ColumnType::String,
            meaning: "Profile id",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "ProfileName",
            ty: ColumnType::String,
            meaning: "Profile name",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "ProfileDescription",
            ty: ColumnType::String,
            meaning: "Profile description",
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
            name: "BenchmarkProfileLevel",
            ty: ColumnType::String,
            meaning: "Benchmark profile level",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "BaseBenchmark",
            ty: ColumnType::String,
            meaning: "Base benchmark",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "CreatedBy",
            ty: ColumnType::String,
            meaning: "Created by",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "CreatedOnTimestamp",
            ty: ColumnType::Datetime,
            meaning: "Created on timestamp",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "LastUpdatedOnTimestamp",
            ty: ColumnType::Datetime,
            meaning: "Last updated on timestamp",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "Status",
            ty: ColumnType::String,
            meaning: "Status",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "IsDeviceGroupRestricted",
            ty: ColumnType::Bool,
            meaning: "Whether it is device group restricted",
            sigma: &[],
            ours: false,
        },
    ],
};
