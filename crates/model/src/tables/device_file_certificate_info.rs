//! The table `DeviceFileCertificateInfo`. Written by `cargo xtask codegen` from `schema/`; do not edit.

use crate::{Column, ColumnType, Table, TableDefinition, Text, Timestamp, Value};

/// Certificates that files are signed with.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeviceFileCertificateInfo {
    /// When it happened, by the clock of the device.
    pub timestamp: Option<Timestamp>,
    /// Identity of the machine.
    pub device_id: Option<Text>,
    /// Name of the machine.
    pub device_name: Option<Text>,
    /// SHA-1 of the file.
    pub sha1: Option<Text>,
    /// Is signed.
    pub is_signed: Option<bool>,
    /// Signature type.
    pub signature_type: Option<Text>,
    /// Signer.
    pub signer: Option<Text>,
    /// Signer hash.
    pub signer_hash: Option<Text>,
    /// Issuer.
    pub issuer: Option<Text>,
    /// Issuer hash.
    pub issuer_hash: Option<Text>,
    /// Certificate serial number.
    pub certificate_serial_number: Option<Text>,
    /// Crl distribution point urls.
    pub crl_distribution_point_urls: Option<Text>,
    /// Certificate creation time.
    pub certificate_creation_time: Option<Timestamp>,
    /// Certificate expiration time.
    pub certificate_expiration_time: Option<Timestamp>,
    /// Certificate countersignature time.
    pub certificate_countersignature_time: Option<Timestamp>,
    /// Is trusted.
    pub is_trusted: Option<bool>,
    /// Is root signer microsoft.
    pub is_root_signer_microsoft: Option<bool>,
    /// Number of the event within the stream of its device.
    pub report_id: Option<i64>,
}

impl DeviceFileCertificateInfo {
    /// The value in the column at this position of the definition.
    pub(super) fn value(&self, column: usize) -> Option<Value<'_>> {
        READERS.get(column).and_then(|read| read(self))
    }
}

/// How to read each column, in order.
const READERS: &[fn(&DeviceFileCertificateInfo) -> Option<Value<'_>>] = &[
    |row| row.timestamp.map(Value::DateTime),
    |row| row.device_id.as_deref().map(Value::Text),
    |row| row.device_name.as_deref().map(Value::Text),
    |row| row.sha1.as_deref().map(Value::Text),
    |row| row.is_signed.map(Value::Bool),
    |row| row.signature_type.as_deref().map(Value::Text),
    |row| row.signer.as_deref().map(Value::Text),
    |row| row.signer_hash.as_deref().map(Value::Text),
    |row| row.issuer.as_deref().map(Value::Text),
    |row| row.issuer_hash.as_deref().map(Value::Text),
    |row| row.certificate_serial_number.as_deref().map(Value::Text),
    |row| row.crl_distribution_point_urls.as_deref().map(Value::Text),
    |row| row.certificate_creation_time.map(Value::DateTime),
    |row| row.certificate_expiration_time.map(Value::DateTime),
    |row| row.certificate_countersignature_time.map(Value::DateTime),
    |row| row.is_trusted.map(Value::Bool),
    |row| row.is_root_signer_microsoft.map(Value::Bool),
    |row| row.report_id.map(Value::Long),
];

/// Its columns, in order, with what they mean.
pub(super) const DEFINITION: TableDefinition = TableDefinition {
    table: Table::DeviceFileCertificateInfo,
    name: "DeviceFileCertificateInfo",
    meaning: "Certificates that files are signed with.",
    logsources: &[],
    aliases: &[],
    columns: &[
        Column {
            name: "Timestamp",
            ty: ColumnType::Datetime,
            meaning: "When it happened, by the clock of the device",
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
            name: "SHA1",
            ty: ColumnType::String,
            meaning: "SHA-1 of the file",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "IsSigned",
            ty: ColumnType::Bool,
            meaning: "Is signed",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "SignatureType",
            ty: ColumnType::String,
            meaning: "Signature type",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "Signer",
            ty: ColumnType::String,
            meaning: "Signer",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "SignerHash",
            ty: ColumnType::String,
            meaning: "Signer hash",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "Issuer",
            ty: ColumnType::String,
            meaning: "Issuer",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "IssuerHash",
            ty: ColumnType::String,
            meaning: "Issuer hash",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "CertificateSerialNumber",
            ty: ColumnType::String,
            meaning: "Certificate serial number",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "CrlDistributionPointUrls",
            ty: ColumnType::String,
            meaning: "Crl distribution point urls",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "CertificateCreationTime",
            ty: ColumnType::Datetime,
            meaning: "Certificate creation time",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "CertificateExpirationTime",
            ty: ColumnType::Datetime,
            meaning: "Certificate expiration time",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "CertificateCountersignatureTime",
            ty: ColumnType::Datetime,
            meaning: "Certificate countersignature time",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "IsTrusted",
            ty: ColumnType::Bool,
            meaning: "Is trusted",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "IsRootSignerMicrosoft",
            ty: ColumnType::Bool,
            meaning: "Is root signer microsoft",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "ReportId",
            ty: ColumnType::Long,
            meaning: "Number of the event within the stream of its device",
            sigma: &[],
            ours: false,
        },
    ],
};
