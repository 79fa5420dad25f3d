//! The table `DeviceTvmSoftwareVulnerabilities`. Written by `cargo xtask codegen` from `schema/`; do not edit.

use crate::{Column, ColumnType, Table, TableDefinition, Text, Value};

/// Known weaknesses in the software of each machine.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeviceTvmSoftwareVulnerabilities {
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
    /// Number of the weakness in the CVE list.
    pub cve_id: Option<Text>,
    /// How grave the weakness is.
    pub vulnerability_severity_level: Option<Text>,
    /// Update that removes the weakness.
    pub recommended_security_update: Option<Text>,
    /// Number of that update.
    pub recommended_security_update_id: Option<Text>,
    /// What else is said of the weakness.
    pub cve_tags: Option<Text>,
}

impl DeviceTvmSoftwareVulnerabilities {
    /// The value in the column at this position of the definition.
    pub(super) fn value(&self, column: usize) -> Option<Value<'_>> {
        READERS.get(column).and_then(|read| read(self))
    }
}

/// How to read each column, in order.
const READERS: &[fn(&DeviceTvmSoftwareVulnerabilities) -> Option<Value<'_>>] = &[
    |row| row.device_id.as_deref().map(Value::Text),
    |row| row.device_name.as_deref().map(Value::Text),
    |row| row.os_platform.as_deref().map(Value::Text),
    |row| row.os_version.as_deref().map(Value::Text),
    |row| row.os_architecture.as_deref().map(Value::Text),
    |row| row.software_vendor.as_deref().map(Value::Text),
    |row| row.software_name.as_deref().map(Value::Text),
    |row| row.software_version.as_deref().map(Value::Text),
    |row| row.cve_id.as_deref().map(Value::Text),
    |row| row.vulnerability_severity_level.as_deref().map(Value::Text),
    |row| row.recommended_security_update.as_deref().map(Value::Text),
    |row| row.recommended_security_update_id.as_deref().map(Value::Text),
    |row| row.cve_tags.as_deref().map(Value::Text),
];

/// Its columns, in order, with what they mean.
pub(super) const DEFINITION: TableDefinition = TableDefinition {
    table: Table::DeviceTvmSoftwareVulnerabilities,
    name: "DeviceTvmSoftwareVulnerabilities",
    meaning: "Known weaknesses in the software of each machine.",
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
            name: "CveId",
            ty: ColumnType::String,
            meaning: "Number of the weakness in the CVE list",
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
            name: "RecommendedSecurityUpdate",
            ty: ColumnType::String,
            meaning: "Update that removes the weakness",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "RecommendedSecurityUpdateId",
            ty: ColumnType::String,
            meaning: "Number of that update",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "CveTags",
            ty: ColumnType::Dynamic,
            meaning: "What else is said of the weakness",
            sigma: &[],
            ours: false,
        },
    ],
};
