//! The table `AlertEvidence`. Written by `cargo xtask codegen` from `schema/`; do not edit.

use crate::{Column, ColumnType, Table, TableDefinition, Text, Timestamp, Value};

/// The things that alerts name: processes, files, addresses, users, devices.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlertEvidence {
    /// When it happened, by the clock of the device.
    pub timestamp: Option<Timestamp>,
    /// Identity of the alert.
    pub alert_id: Option<Text>,
    /// Title of the alert.
    pub title: Option<Text>,
    /// Categories.
    pub categories: Option<Text>,
    /// ATT&CK techniques as a JSON array.
    pub attack_techniques: Option<Text>,
    /// Product that raised the alert.
    pub service_source: Option<Text>,
    /// Engine that raised the alert.
    pub detection_source: Option<Text>,
    /// Kind of the thing.
    pub entity_type: Option<Text>,
    /// Whether the thing acted (Actor), was acted on (Impacted) or stands around the act (Related).
    pub evidence_role: Option<Text>,
    /// Evidence direction.
    pub evidence_direction: Option<Text>,
    /// Name of the file without its folder.
    pub file_name: Option<Text>,
    /// Absolute path of the file, its name included.
    pub folder_path: Option<Text>,
    /// SHA-1 of the file.
    pub sha1: Option<Text>,
    /// SHA-256 of the file.
    pub sha256: Option<Text>,
    /// Size of the file in bytes.
    pub file_size: Option<i64>,
    /// Threat family.
    pub threat_family: Option<Text>,
    /// Address of the other end.
    pub remote_ip: Option<Text>,
    /// Host name or URL of the other end.
    pub remote_url: Option<Text>,
    /// Name of the account.
    pub account_name: Option<Text>,
    /// Domain of the account; on Linux the name of the machine.
    pub account_domain: Option<Text>,
    /// Security identifier of the account.
    pub account_sid: Option<Text>,
    /// Directory object id of the account.
    pub account_object_id: Option<Text>,
    /// User principal name of the account.
    pub account_upn: Option<Text>,
    /// Identity of the machine.
    pub device_id: Option<Text>,
    /// Name of the machine.
    pub device_name: Option<Text>,
    /// Address of this end.
    pub local_ip: Option<Text>,
    /// Network message id.
    pub network_message_id: Option<Text>,
    /// Email subject.
    pub email_subject: Option<Text>,
    /// Application.
    pub application: Option<Text>,
    /// Application id.
    pub application_id: Option<i32>,
    /// OA uth application id.
    pub o_auth_application_id: Option<Text>,
    /// All arguments of the process, joined by spaces.
    pub process_command_line: Option<Text>,
    /// Registry key.
    pub registry_key: Option<Text>,
    /// Registry value name.
    pub registry_value_name: Option<Text>,
    /// Registry value data.
    pub registry_value_data: Option<Text>,
    /// Further facts as a JSON object.
    pub additional_fields: Option<Text>,
    /// Severity of the alert.
    pub severity: Option<Text>,
    /// Cloud resource.
    pub cloud_resource: Option<Text>,
    /// Cloud platform.
    pub cloud_platform: Option<Text>,
    /// Resource type.
    pub resource_type: Option<Text>,
    /// Resource ID.
    pub resource_id: Option<Text>,
    /// Subscription id.
    pub subscription_id: Option<Text>,
    /// Identity of the process: boot, pid, start time.
    pub process_unique_id: Option<Text>,
    /// Incident the alert belongs to.
    pub incident_number: Option<i64>,
}

impl AlertEvidence {
    /// The value in the column at this position of the definition.
    pub(super) fn value(&self, column: usize) -> Option<Value<'_>> {
        READERS.get(column).and_then(|read| read(self))
    }
}

/// How to read each column, in order.
const READERS: &[fn(&AlertEvidence) -> Option<Value<'_>>] = &[
    |row| row.timestamp.map(Value::DateTime),
    |row| row.alert_id.as_deref().map(Value::Text),
    |row| row.title.as_deref().map(Value::Text),
    |row| row.categories.as_deref().map(Value::Text),
    |row| row.attack_techniques.as_deref().map(Value::Text),
    |row| row.service_source.as_deref().map(Value::Text),
    |row| row.detection_source.as_deref().map(Value::Text),
    |row| row.entity_type.as_deref().map(Value::Text),
    |row| row.evidence_role.as_deref().map(Value::Text),
    |row| row.evidence_direction.as_deref().map(Value::Text),
    |row| row.file_name.as_deref().map(Value::Text),
    |row| row.folder_path.as_deref().map(Value::Text),
    |row| row.sha1.as_deref().map(Value::Text),
    |row| row.sha256.as_deref().map(Value::Text),
    |row| row.file_size.map(Value::Long),
    |row| row.threat_family.as_deref().map(Value::Text),
    |row| row.remote_ip.as_deref().map(Value::Text),
    |row| row.remote_url.as_deref().map(Value::Text),
    |row| row.account_name.as_deref().map(Value::Text),
    |row| row.account_domain.as_deref().map(Value::Text),
    |row| row.account_sid.as_deref().map(Value::Text),
    |row| row.account_object_id.as_deref().map(Value::Text),
    |row| row.account_upn.as_deref().map(Value::Text),
    |row| row.device_id.as_deref().map(Value::Text),
    |row| row.device_name.as_deref().map(Value::Text),
    |row| row.local_ip.as_deref().map(Value::Text),
    |row| row.network_message_id.as_deref().map(Value::Text),
    |row| row.email_subject.as_deref().map(Value::Text),
    |row| row.application.as_deref().map(Value::Text),
    |row| row.application_id.map(Value::Int),
    |row| row.o_auth_application_id.as_deref().map(Value::Text),
    |row| row.process_command_line.as_deref().map(Value::Text),
    |row| row.registry_key.as_deref().map(Value::Text),
    |row| row.registry_value_name.as_deref().map(Value::Text),
    |row| row.registry_value_data.as_deref().map(Value::Text),
    |row| row.additional_fields.as_deref().map(Value::Text),
    |row| row.severity.as_deref().map(Value::Text),
    |row| row.cloud_resource.as_deref().map(Value::Text),
    |row| row.cloud_platform.as_deref().map(Value::Text),
    |row| row.resource_type.as_deref().map(Value::Text),
    |row| row.resource_id.as_deref().map(Value::Text),
    |row| row.subscription_id.as_deref().map(Value::Text),
    |row| row.process_unique_id.as_deref().map(Value::Text),
    |row| row.incident_number.map(Value::Long),
];

/// Its columns, in order, with what they mean.
pub(super) const DEFINITION: TableDefinition = TableDefinition {
    table: Table::AlertEvidence,
    name: "AlertEvidence",
    meaning: "The things that alerts name: processes, files, addresses, users, devices.",
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
            name: "AlertId",
            ty: ColumnType::String,
            meaning: "Identity of the alert",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "Title",
            ty: ColumnType::String,
            meaning: "Title of the alert",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "Categories",
            ty: ColumnType::String,
            meaning: "Categories",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "AttackTechniques",
            ty: ColumnType::String,
            meaning: "ATT&CK techniques as a JSON array",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "ServiceSource",
            ty: ColumnType::String,
            meaning: "Product that raised the alert",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "DetectionSource",
            ty: ColumnType::String,
            meaning: "Engine that raised the alert",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "EntityType",
            ty: ColumnType::String,
            meaning: "Kind of the thing",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "EvidenceRole",
            ty: ColumnType::String,
            meaning: "Whether the thing acted (Actor), was acted on (Impacted) or stands around the act (Related)",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "EvidenceDirection",
            ty: ColumnType::String,
            meaning: "Evidence direction",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "FileName",
            ty: ColumnType::String,
            meaning: "Name of the file without its folder",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "FolderPath",
            ty: ColumnType::String,
            meaning: "Absolute path of the file, its name included",
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
            name: "SHA256",
            ty: ColumnType::String,
            meaning: "SHA-256 of the file",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "FileSize",
            ty: ColumnType::Long,
            meaning: "Size of the file in bytes",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "ThreatFamily",
            ty: ColumnType::String,
            meaning: "Threat family",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "RemoteIP",
            ty: ColumnType::String,
            meaning: "Address of the other end",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "RemoteUrl",
            ty: ColumnType::String,
            meaning: "Host name or URL of the other end",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "AccountName",
            ty: ColumnType::String,
            meaning: "Name of the account",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "AccountDomain",
            ty: ColumnType::String,
            meaning: "Domain of the account; on Linux the name of the machine",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "AccountSid",
            ty: ColumnType::String,
            meaning: "Security identifier of the account",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "AccountObjectId",
            ty: ColumnType::String,
            meaning: "Directory object id of the account",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "AccountUpn",
            ty: ColumnType::String,
            meaning: "User principal name of the account",
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
            name: "LocalIP",
            ty: ColumnType::String,
            meaning: "Address of this end",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "NetworkMessageId",
            ty: ColumnType::String,
            meaning: "Network message id",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "EmailSubject",
            ty: ColumnType::String,
            meaning: "Email subject",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "Application",
            ty: ColumnType::String,
            meaning: "Application",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "ApplicationId",
            ty: ColumnType::Int,
            meaning: "Application id",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "OAuthApplicationId",
            ty: ColumnType::String,
            meaning: "OA uth application id",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "ProcessCommandLine",
            ty: ColumnType::String,
            meaning: "All arguments of the process, joined by spaces",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "RegistryKey",
            ty: ColumnType::String,
            meaning: "Registry key",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "RegistryValueName",
            ty: ColumnType::String,
            meaning: "Registry value name",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "RegistryValueData",
            ty: ColumnType::String,
            meaning: "Registry value data",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "AdditionalFields",
            ty: ColumnType::String,
            meaning: "Further facts as a JSON object",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "Severity",
            ty: ColumnType::String,
            meaning: "Severity of the alert",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "CloudResource",
            ty: ColumnType::String,
            meaning: "Cloud resource",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "CloudPlatform",
            ty: ColumnType::String,
            meaning: "Cloud platform",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "ResourceType",
            ty: ColumnType::String,
            meaning: "Resource type",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "ResourceID",
            ty: ColumnType::String,
            meaning: "Resource ID",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "SubscriptionId",
            ty: ColumnType::String,
            meaning: "Subscription id",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "ProcessUniqueId",
            ty: ColumnType::String,
            meaning: "Identity of the process: boot, pid, start time",
            sigma: &[],
            ours: true,
        },
        Column {
            name: "IncidentNumber",
            ty: ColumnType::Long,
            meaning: "Incident the alert belongs to",
            sigma: &[],
            ours: true,
        },
    ],
};
