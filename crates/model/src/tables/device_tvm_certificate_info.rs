//! The table `DeviceTvmCertificateInfo`. Written by `cargo xtask codegen` from `schema/`; do not edit.

use crate::{Column, ColumnType, Table, TableDefinition, Text, Value};

/// Certificates found on each machine.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeviceTvmCertificateInfo {
    /// Identity of the machine.
    pub device_id: Option<Text>,
    /// Thumbprint.
    pub thumbprint: Option<Text>,
    /// Path.
    pub path: Option<Text>,
    /// Serial number.
    pub serial_number: Option<Text>,
    /// Whether it is to.
    pub issued_to: Option<Text>,
    /// Whether it is by.
    pub issued_by: Option<Text>,
    /// Friendly name.
    pub friendly_name: Option<Text>,
    /// Signature algorithm.
    pub signature_algorithm: Option<Text>,
    /// Key size.
    pub key_size: Option<Text>,
    /// Expiration date.
    pub expiration_date: Option<Text>,
    /// Whether it is date.
    pub issue_date: Option<Text>,
    /// Subject type.
    pub subject_type: Option<Text>,
    /// Key usage.
    pub key_usage: Option<Text>,
    /// Extended key usage.
    pub extended_key_usage: Option<Text>,
}

impl DeviceTvmCertificateInfo {
    /// The value in the column at this position of the definition.
    pub(super) fn value(&self, column: usize) -> Option<Value<'_>> {
        READERS.get(column).and_then(|read| read(self))
    }
}

/// How to read each column, in order.
const READERS: &[fn(&DeviceTvmCertificateInfo) -> Option<Value<'_>>] = &[
    |row| row.device_id.as_deref().map(Value::Text),
    |row| row.thumbprint.as_deref().map(Value::Text),
    |row| row.path.as_deref().map(Value::Text),
    |row| row.serial_number.as_deref().map(Value::Text),
    |row| row.issued_to.as_deref().map(Value::Text),
    |row| row.issued_by.as_deref().map(Value::Text),
    |row| row.friendly_name.as_deref().map(Value::Text),
    |row| row.signature_algorithm.as_deref().map(Value::Text),
    |row| row.key_size.as_deref().map(Value::Text),
    |row| row.expiration_date.as_deref().map(Value::Text),
    |row| row.issue_date.as_deref().map(Value::Text),
    |row| row.subject_type.as_deref().map(Value::Text),
    |row| row.key_usage.as_deref().map(Value::Text),
    |row| row.extended_key_usage.as_deref().map(Value::Text),
];

/// Its columns, in order, with what they mean.
pub(super) const DEFINITION: TableDefinition = TableDefinition {
    table: Table::DeviceTvmCertificateInfo,
    name: "DeviceTvmCertificateInfo",
    meaning: "Certificates found on each machine.",
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
            name: "Thumbprint",
            ty: ColumnType::String,
            meaning: "Thumbprint",
            sigma: &[],
            ours: false,
        },
        Column { name: "Path", ty: ColumnType::String, meaning: "Path", sigma: &[], ours: false },
        Column {
            name: "SerialNumber",
            ty: ColumnType::String,
            meaning: "Serial number",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "IssuedTo",
            ty: ColumnType::Dynamic,
            meaning: "Whether it is to",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "IssuedBy",
            ty: ColumnType::Dynamic,
            meaning: "Whether it is by",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "FriendlyName",
            ty: ColumnType::String,
            meaning: "Friendly name",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "SignatureAlgorithm",
            ty: ColumnType::String,
            meaning: "Signature algorithm",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "KeySize",
            ty: ColumnType::String,
            meaning: "Key size",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "ExpirationDate",
            ty: ColumnType::String,
            meaning: "Expiration date",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "IssueDate",
            ty: ColumnType::String,
            meaning: "Whether it is date",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "SubjectType",
            ty: ColumnType::String,
            meaning: "Subject type",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "KeyUsage",
            ty: ColumnType::String,
            meaning: "Key usage",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "ExtendedKeyUsage",
            ty: ColumnType::String,
            meaning: "Extended key usage",
            sigma: &[],
            ours: false,
        },
    ],
};
