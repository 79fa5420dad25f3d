//! The table `DeviceLogonEvents`. Written by `cargo xtask codegen` from `schema/`; do not edit.

use crate::{Column, ColumnType, Logsource, Table, TableDefinition, Text, Timestamp, Value};

/// Sign-ins and attempts at them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeviceLogonEvents {
    /// When it happened, by the clock of the device.
    pub timestamp: Option<Timestamp>,
    /// Identity of the machine.
    pub device_id: Option<Text>,
    /// Name of the machine.
    pub device_name: Option<Text>,
    /// What was done.
    pub action_type: Option<Text>,
    /// Logon type.
    pub logon_type: Option<Text>,
    /// Domain of the account; on Linux the name of the machine.
    pub account_domain: Option<Text>,
    /// Name of the account.
    pub account_name: Option<Text>,
    /// Security identifier of the account.
    pub account_sid: Option<Text>,
    /// Transport protocol.
    pub protocol: Option<Text>,
    /// Failure reason.
    pub failure_reason: Option<Text>,
    /// Is local admin.
    pub is_local_admin: Option<bool>,
    /// Sign-in session; on Linux the audit session.
    pub logon_id: Option<i64>,
    /// Remote device name.
    pub remote_device_name: Option<Text>,
    /// Address of the other end.
    pub remote_ip: Option<Text>,
    /// Kind of the remote address: Public, Private, Loopback, LinkLocal, Multicast.
    pub remote_ip_type: Option<Text>,
    /// Port of the other end.
    pub remote_port: Option<i32>,
    /// Domain; on Linux the name of the machine of the acting process.
    pub initiating_process_account_domain: Option<Text>,
    /// Name of the acting process.
    pub initiating_process_account_name: Option<Text>,
    /// Security identifier of the acting process.
    pub initiating_process_account_sid: Option<Text>,
    /// User principal name of the acting process.
    pub initiating_process_account_upn: Option<Text>,
    /// Directory object id of the acting process.
    pub initiating_process_account_object_id: Option<Text>,
    /// Integrity level of the acting process.
    pub initiating_process_integrity_level: Option<Text>,
    /// Elevation token of the acting process.
    pub initiating_process_token_elevation: Option<Text>,
    /// SHA-1 of the acting process.
    pub initiating_process_sha1: Option<Text>,
    /// SHA-256 of the acting process.
    pub initiating_process_sha256: Option<Text>,
    /// MD5 of the acting process.
    pub initiating_process_md5: Option<Text>,
    /// File name of the acting process.
    pub initiating_process_file_name: Option<Text>,
    /// Size in bytes of the acting process.
    pub initiating_process_file_size: Option<i64>,
    /// Version info company name of the acting process.
    pub initiating_process_version_info_company_name: Option<Text>,
    /// Version info product name of the acting process.
    pub initiating_process_version_info_product_name: Option<Text>,
    /// Version info product version of the acting process.
    pub initiating_process_version_info_product_version: Option<Text>,
    /// Version info internal file name of the acting process.
    pub initiating_process_version_info_internal_file_name: Option<Text>,
    /// Version info original file name of the acting process.
    pub initiating_process_version_info_original_file_name: Option<Text>,
    /// Version info file description of the acting process.
    pub initiating_process_version_info_file_description: Option<Text>,
    /// Process id of the acting process.
    pub initiating_process_id: Option<i64>,
    /// Command line of the acting process.
    pub initiating_process_command_line: Option<Text>,
    /// Time of the fork of the acting process.
    pub initiating_process_creation_time: Option<Timestamp>,
    /// Absolute path of the executable of the acting process.
    pub initiating_process_folder_path: Option<Text>,
    /// Process id of the parent of the acting process.
    pub initiating_process_parent_id: Option<i64>,
    /// File name of the parent of the acting process.
    pub initiating_process_parent_file_name: Option<Text>,
    /// When the parent of the acting process was forked.
    pub initiating_process_parent_creation_time: Option<Timestamp>,
    /// Number of the event within the stream of its device.
    pub report_id: Option<i64>,
    /// Isolation container of the browser.
    pub app_guard_container_id: Option<Text>,
    /// Further facts as a JSON object.
    pub additional_fields: Option<Text>,
    /// Windows session of the acting process.
    pub initiating_process_session_id: Option<i64>,
    /// Is initiating process remote session.
    pub is_initiating_process_remote_session: Option<bool>,
    /// Remote session device name of the acting process.
    pub initiating_process_remote_session_device_name: Option<Text>,
    /// Remote session ip of the acting process.
    pub initiating_process_remote_session_ip: Option<Text>,
    /// Identity of the acting process: boot, pid, start time.
    pub initiating_process_unique_id: Option<Text>,
    /// Identity of the parent of the acting process.
    pub initiating_process_parent_unique_id: Option<Text>,
    /// Real user id of the acting process.
    pub initiating_process_user_id: Option<i64>,
    /// User id that signed in originally (audit login uid) for the acting process.
    pub initiating_process_login_user_id: Option<i64>,
    /// Working directory of the acting process.
    pub initiating_process_current_directory: Option<Text>,
    /// Container of the acting process.
    pub initiating_process_container_id: Option<Text>,
    /// Control group of the acting process.
    pub initiating_process_cgroup: Option<Text>,
    /// Identity of the event: stream and number, unique for ever.
    pub event_id: Option<Text>,
}

impl DeviceLogonEvents {
    /// The value in the column at this position of the definition.
    pub(super) fn value(&self, column: usize) -> Option<Value<'_>> {
        READERS.get(column).and_then(|read| read(self))
    }
}

/// How to read each column, in order.
const READERS: &[fn(&DeviceLogonEvents) -> Option<Value<'_>>] = &[
    |row| row.timestamp.map(Value::DateTime),
    |row| row.device_id.as_deref().map(Value::Text),
    |row| row.device_name.as_deref().map(Value::Text),
    |row| row.action_type.as_deref().map(Value::Text),
    |row| row.logon_type.as_deref().map(Value::Text),
    |row| row.account_domain.as_deref().map(Value::Text),
    |row| row.account_name.as_deref().map(Value::Text),
    |row| row.account_sid.as_deref().map(Value::Text),
    |row| row.protocol.as_deref().map(Value::Text),
    |row| row.failure_reason.as_deref().map(Value::Text),
    |row| row.is_local_admin.map(Value::Bool),
    |row| row.logon_id.map(Value::Long),
    |row| row.remote_device_name.as_deref().map(Value::Text),
    |row| row.remote_ip.as_deref().map(Value::Text),
    |row| row.remote_ip_type.as_deref().map(Value::Text),
    |row| row.remote_port.map(Value::Int),
    |row| row.initiating_process_account_domain.as_deref().map(Value::Text),
    |row| row.initiating_process_account_name.as_deref().map(Value::Text),
    |row| row.initiating_process_account_sid.as_deref().map(Value::Text),
    |row| row.initiating_process_account_upn.as_deref().map(Value::Text),
    |row| row.initiating_process_account_object_id.as_deref().map(Value::Text),
    |row| row.initiating_process_integrity_level.as_deref().map(Value::Text),
    |row| row.initiating_process_token_elevation.as_deref().map(Value::Text),
    |row| row.initiating_process_sha1.as_deref().map(Value::Text),
    |row| row.initiating_process_sha256.as_deref().map(Value::Text),
    |row| row.initiating_process_md5.as_deref().map(Value::Text),
    |row| row.initiating_process_file_name.as_deref().map(Value::Text),
    |row| row.initiating_process_file_size.map(Value::Long),
    |row| row.initiating_process_version_info_company_name.as_deref().map(Value::Text),
    |row| row.initiating_process_version_info_product_name.as_deref().map(Value::Text),
    |row| row.initiating_process_version_info_product_version.as_deref().map(Value::Text),
    |row| row.initiating_process_version_info_internal_file_name.as_deref().map(Value::Text),
    |row| row.initiating_process_version_info_original_file_name.as_deref().map(Value::Text),
    |row| row.initiating_process_version_info_file_description.as_deref().map(Value::Text),
    |row| row.initiating_process_id.map(Value::Long),
    |row| row.initiating_process_command_line.as_deref().map(Value::Text),
    |row| row.initiating_process_creation_time.map(Value::DateTime),
    |row| row.initiating_process_folder_path.as_deref().map(Value::Text),
    |row| row.initiating_process_parent_id.map(Value::Long),
    |row| row.initiating_process_parent_file_name.as_deref().map(Value::Text),
    |row| row.initiating_process_parent_creation_time.map(Value::DateTime),
    |row| row.report_id.map(Value::Long),
    |row| row.app_guard_container_id.as_deref().map(Value::Text),
    |row| row.additional_fields.as_deref().map(Value::Text),
    |row| row.initiating_process_session_id.map(Value::Long),
    |row| row.is_initiating_process_remote_session.map(Value::Bool),
    |row| row.initiating_process_remote_session_device_name.as_deref().map(Value::Text),
    |row| row.initiating_process_remote_session_ip.as_deref().map(Value::Text),
    |row| row.initiating_process_unique_id.as_deref().map(Value::Text),
    |row| row.initiating_process_parent_unique_id.as_deref().map(Value::Text),
    |row| row.initiating_process_user_id.map(Value::Long),
    |row| row.initiating_process_login_user_id.map(Value::Long),
    |row| row.initiating_process_current_directory.as_deref().map(Value::Text),
    |row| row.initiating_process_container_id.as_deref().map(Value::Text),
    |row| row.initiating_process_cgroup.as_deref().map(Value::Text),
    |row| row.event_id.as_deref().map(Value::Text),
];

/// Its columns, in order, with what they mean.
pub(super) const DEFINITION: TableDefinition = TableDefinition {
    table: Table::DeviceLogonEvents,
    name: "DeviceLogonEvents",
    meaning: "Sign-ins and attempts at them.",
    logsources: &[Logsource {
        product: "linux",
        category: "logon",
        action_types: &["LogonSuccess", "LogonFailed", "LogonEnded"],
    }],
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
            name: "ActionType",
            ty: ColumnType::String,
            meaning: "What was done",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "LogonType",
            ty: ColumnType::String,
            meaning: "Logon type",
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
            name: "AccountName",
            ty: ColumnType::String,
            meaning: "Name of the account",
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
            name: "Protocol",
            ty: ColumnType::String,
            meaning: "Transport protocol",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "FailureReason",
            ty: ColumnType::String,
            meaning: "Failure reason",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "IsLocalAdmin",
            ty: ColumnType::Bool,
            meaning: "Is local admin",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "LogonId",
            ty: ColumnType::Long,
            meaning: "Sign-in session; on Linux the audit session",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "RemoteDeviceName",
            ty: ColumnType::String,
            meaning: "Remote device name",
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
            name: "RemoteIPType",
            ty: ColumnType::String,
            meaning: "Kind of the remote address: Public, Private, Loopback, LinkLocal, Multicast",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "RemotePort",
            ty: ColumnType::Int,
            meaning: "Port of the other end",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "InitiatingProcessAccountDomain",
            ty: ColumnType::String,
            meaning: "Domain; on Linux the name of the machine of the acting process",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "InitiatingProcessAccountName",
            ty: ColumnType::String,
            meaning: "Name of the acting process",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "InitiatingProcessAccountSid",
            ty: ColumnType::String,
            meaning: "Security identifier of the acting process",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "InitiatingProcessAccountUpn",
            ty: ColumnType::String,
            meaning: "User principal name of the acting process",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "InitiatingProcessAccountObjectId",
            ty: ColumnType::String,
            meaning: "Directory object id of the acting process",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "InitiatingProcessIntegrityLevel",
            ty: ColumnType::String,
            meaning: "Integrity level of the acting process",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "InitiatingProcessTokenElevation",
            ty: ColumnType::String,
            meaning: "Elevation token of the acting process",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "InitiatingProcessSHA1",
            ty: ColumnType::String,
            meaning: "SHA-1 of the acting process",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "InitiatingProcessSHA256",
            ty: ColumnType::String,
            meaning: "SHA-256 of the acting process",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "InitiatingProcessMD5",
            ty: ColumnType::String,
            meaning: "MD5 of the acting process",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "InitiatingProcessFileName",
            ty: ColumnType::String,
            meaning: "File name of the acting process",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "InitiatingProcessFileSize",
            ty: ColumnType::Long,
            meaning: "Size in bytes of the acting process",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "InitiatingProcessVersionInfoCompanyName",
            ty: ColumnType::String,
            meaning: "Version info company name of the acting process",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "InitiatingProcessVersionInfoProductName",
            ty: ColumnType::String,
            meaning: "Version info product name of the acting process",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "InitiatingProcessVersionInfoProductVersion",
            ty: ColumnType::String,
            meaning: "Version info product version of the acting process",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "InitiatingProcessVersionInfoInternalFileName",
            ty: ColumnType::String,
            meaning: "Version info internal file name of the acting process",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "InitiatingProcessVersionInfoOriginalFileName",
            ty: ColumnType::String,
            meaning: "Version info original file name of the acting process",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "InitiatingProcessVersionInfoFileDescription",
            ty: ColumnType::String,
            meaning: "Version info file description of the acting process",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "InitiatingProcessId",
            ty: ColumnType::Long,
            meaning: "Process id of the acting process",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "InitiatingProcessCommandLine",
            ty: ColumnType::String,
            meaning: "Command line of the acting process",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "InitiatingProcessCreationTime",
            ty: ColumnType::Datetime,
            meaning: "Time of the fork of the acting process",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "InitiatingProcessFolderPath",
            ty: ColumnType::String,
            meaning: "Absolute path of the executable of the acting process",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "InitiatingProcessParentId",
            ty: ColumnType::Long,
            meaning: "Process id of the parent of the acting process",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "InitiatingProcessParentFileName",
            ty: ColumnType::String,
            meaning: "File name of the parent of the acting process",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "InitiatingProcessParentCreationTime",
            ty: ColumnType::Datetime,
            meaning: "When the parent of the acting process was forked",
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
        Column {
            name: "AppGuardContainerId",
            ty: ColumnType::String,
            meaning: "Isolation container of the browser",
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
            name: "InitiatingProcessSessionId",
            ty: ColumnType::Long,
            meaning: "Windows session of the acting process",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "IsInitiatingProcessRemoteSession",
            ty: ColumnType::Bool,
            meaning: "Is initiating process remote session",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "InitiatingProcessRemoteSessionDeviceName",
            ty: ColumnType::String,
            meaning: "Remote session device name of the acting process",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "InitiatingProcessRemoteSessionIP",
            ty: ColumnType::String,
            meaning: "Remote session ip of the acting process",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "InitiatingProcessUniqueId",
            ty: ColumnType::String,
            meaning: "Identity of the acting process: boot, pid, start time",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "InitiatingProcessParentUniqueId",
            ty: ColumnType::String,
            meaning: "Identity of the parent of the acting process",
            sigma: &[],
            ours: true,
        },
        Column {
            name: "InitiatingProcessUserId",
            ty: ColumnType::Long,
            meaning: "Real user id of the acting process",
            sigma: &[],
            ours: true,
        },
        Column {
            name: "InitiatingProcessLoginUserId",
            ty: ColumnType::Long,
            meaning: "User id that signed in originally (audit login uid) for the acting process",
            sigma: &[],
            ours: true,
        },
        Column {
            name: "InitiatingProcessCurrentDirectory",
            ty: ColumnType::String,
            meaning: "Working directory of the acting process",
            sigma: &[],
            ours: true,
        },
        Column {
            name: "InitiatingProcessContainerId",
            ty: ColumnType::String,
            meaning: "Container of the acting process",
            sigma: &[],
            ours: true,
        },
        Column {
            name: "InitiatingProcessCgroup",
            ty: ColumnType::String,
            meaning: "Control group of the acting process",
            sigma: &[],
            ours: true,
        },
        Column {
            name: "EventId",
            ty: ColumnType::String,
            meaning: "Identity of the event: stream and number, unique for ever",
            sigma: &[],
            ours: true,
        },
    ],
};
