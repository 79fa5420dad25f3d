//! The table `DeviceTvmSoftwareVulnerabilitiesKB`. Written by `cargo xtask codegen` from `schema/`; do not edit.

use crate::{Column, ColumnType, Table, TableDefinition, Text, Timestamp, Value};

/// What is known of each weakness.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeviceTvmSoftwareVulnerabilitiesKB {
    /// Number of the weakness in the CVE list.
    pub cve_id: Option<Text>,
    /// Gravity by CVSS.
    pub cvss_score: Option<Text>,
    /// Whether an exploit is public.
    pub is_exploit_available: Option<bool>,
    /// How grave the weakness is.
    pub vulnerability_severity_level: Option<Text>,
    /// When it was last changed.
    pub last_modified_time: Option<Timestamp>,
    /// When it was published.
    pub published_date: Option<Timestamp>,
    /// Vulnerability description.
    pub vulnerability_description: Option<Text>,
    /// Affected software.
    pub affected_software: Option<Text>,
}

impl DeviceTvmSoftwareVulnerabilitiesKB {
    /// The value in the column at this position of the definition.
    pub(super) fn value(&self, column: usize) -> Option<Value<'_>> {
        READERS.get(column).and_then(|read| read(self))
    }
}

/// How to read each column, in order.
const READERS: &[fn(&DeviceTvmSoftwareVulnerabilitiesKB) -> Option<Value<'_>>] = &[
    |row| row.cve_id.as_deref().map(Value::Text),
    |row| row.cvss_score.as_deref().map(Value::Text),
    |row| row.is_exploit_available.map(Value::Bool),
    |row| row.vulnerability_severity_level.as_deref().map(Value::Text),
    |row| row.last_modified_time.map(Value::DateTime),
    |row| row.published_date.map(Value::DateTime),
    |row| row.vulnerability_description.as_deref().map(Value::Text),
    |row| row.affected_software.as_deref().map(Value::Text),
];

/// Its columns, in order, with what they mean.
pub(super) const DEFINITION: TableDefinition = TableDefinition {
    table: Table::DeviceTvmSoftwareVulnerabilitiesKB,
    name: "DeviceTvmSoftwareVulnerabilitiesKB",
    meaning: "What is known of each weakness.",
    logsources: &[],
    aliases: &[],
    columns: &[
        Column {
            name: "CveId",
            ty: ColumnType::String,
            meaning: "Number of the weakness in the CVE list",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "CvssScore",
            ty: ColumnType::String,
            meaning: "Gravity by CVSS",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "IsExploitAvailable",
            ty: ColumnType::Bool,
            meaning: "Whether an exploit is public",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "VulnerabilitySeverityLevel",
            ty: ColumnType::String,
            meaning: "How grave the weakness is",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "LastModifiedTime",
            ty: ColumnType::Datetime,
            meaning: "When it was last changed",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "PublishedDate",
            ty: ColumnType::Datetime,
            meaning: "When it was published",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "VulnerabilityDescription",
            ty: ColumnType::String,
            meaning: "Vulnerability description",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "AffectedSoftware",
            ty: ColumnType::Dynamic,
            meaning: "Affected software",
            sigma: &[],
            ours: false,
        },
    ],
};
