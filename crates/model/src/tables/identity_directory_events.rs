//! The table `IdentityDirectoryEvents`. Written by `cargo xtask codegen` from `schema/`; do not edit.

use crate::{Column, ColumnType, Table, TableDefinition, Text, Timestamp, Value};

/// Changes in directory services.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct IdentityDirectoryEvents {
    /// When it happened, by the clock of the device.
    pub timestamp: Option<Timestamp>,
    /// What was done.
    pub action_type: Option<Text>,
    /// Application.
    pub application: Option<Text>,
    /// Target account upn.
    pub target_account_upn: Option<Text>,
    /// Target account display name.
    pub target_account_display_name: Option<Text>,
    /// Target device name.
    pub target_device_name: Option<Text>,
    /// Destination device name.
    pub destination_device_name: Option<Text>,
    /// Destination IP address.
    pub destination_ip_address: Option<Text>,
    /// Destination port.
    pub destination_port: Option<i32>,
    /// Transport protocol.
    pub protocol: Option<Text>,
    /// Name of the account.
    pub account_name: Option<Text>,
    /// Domain of the account; on Linux the name of the machine.
    pub account_domain: Option<Text>,
    /// User principal name of the account.
    pub account_upn: Option<Text>,
    /// Security identifier of the account.
    pub account_sid: Option<Text>,
    /// Directory object id of the account.
    pub account_object_id: Option<Text>,
    /// Account display name.
    pub account_display_name: Option<Text>,
    /// Name of the machine.
    pub device_name: Option<Text>,
    /// Address it came from.
    pub ip_address: Option<Text>,
    /// Port it came from.
    pub port: Option<i32>,
    /// Where the address is.
    pub location: Option<Text>,
    /// Internet provider of the address.
    pub isp: Option<Text>,
    /// Number of the report.
    pub report_id: Option<Text>,
    /// More about it, as JSON.
    pub additional_fields: Option<Text>,
}

impl IdentityDirectoryEvents {
    /// The value in the column at this position of the definition.
    pub(super) fn value(&self, column: usize) -> Option<Value<'_>> {
        READERS.get(column).and_then(|read| read(self))
    }
}

/// How to read each column, in order.
const READERS: &[fn(&IdentityDirectoryEvents) -> Option<Value<'_>>] = &[
    |row| row.timestamp.map(Value::DateTime),
    |row| row.action_type.as_deref().map(Value::Text),
    |row| row.application.as_deref().map(Value::Text),
    |row| row.target_account_upn.as_deref().map(Value::Text),
    |row| row.target_account_display_name.as_deref().map(Value::Text),
    |row| row.target_device_name.as_deref().map(Value::Text),
    |row| row.destination_device_name.as_deref().map(Value::Text),
    |row| row.destination_ip_address.as_deref().map(Value::Text),
    |row| row.destination_port.map(Value::Int),
    |row| row.protocol.as_deref().map(Value::Text),
    |row| row.account_name.as_deref().map(Value::Text),
    |row| row.account_domain.as_deref().map(Value::Text),
    |row| row.account_upn.as_deref().map(Value::Text),
    |row| row.account_sid.as_deref().map(Value::Text),
    |row| row.account_object_id.as_deref().map(Value::Text),
    |row| row.account_display_name.as_deref().map(Value::Text),
    |row| row.device_name.as_deref().map(Value::Text),
    |row| row.ip_address.as_deref().map(Value::Text),
    |row| row.port.map(Value::Int),
    |row| row.location.as_deref().map(Value::Text),
    |row| row.isp.as_deref().map(Value::Text),
    |row| row.report_id.as_deref().map(Value::Text),
    |row| row.additional_fields.as_deref().map(Value::Text),
];

/// Its columns, in order, with what they mean.
pub(super) const DEFINITION: TableDefinition = TableDefinition {
    table: Table::IdentityDirectoryEvents,
    name: "IdentityDirectoryEvents",
    meaning: "Changes in directory services.",
    logsources: &[],
    aliases: &[("Isp", "ISP")],
    columns: &[
        Column {
            name: "Timestamp",
            ty: ColumnType::Datetime,
            meaning: "When it happened, by the clock of the device",
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
            name: "Application",
            ty: ColumnType::String,
            meaning: "Application",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "TargetAccountUpn",
            ty: ColumnType::String,
            meaning: "Target account upn",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "TargetAccountDisplayName",
            ty: ColumnType::String,
            meaning: "Target account display name",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "TargetDeviceName",
            ty: ColumnType::String,
            meaning: "Target device name",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "DestinationDeviceName",
            ty: ColumnType::String,
            meaning: "Destination device name",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "DestinationIPAddress",
            ty: ColumnType::String,
            meaning: "Destination IP address",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "DestinationPort",
            ty: ColumnType::Int,
            meaning: "Destination port",
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
            name: "AccountUpn",
            ty: ColumnType::String,
            meaning: "User principal name of the account",
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
            name: "AccountDisplayName",
            ty: ColumnType::String,
            meaning: "Account display name",
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
            name: "IPAddress",
            ty: ColumnType::String,
            meaning: "Address it came from",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "Port",
            ty: ColumnType::Int,
            meaning: "Port it came from",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "Location",
            ty: ColumnType::String,
            meaning: "Where the address is",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "ISP",
            ty: ColumnType::String,
            meaning: "Internet provider of the address",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "ReportId",
            ty: ColumnType::String,
            meaning: "Number of the report",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "AdditionalFields",
            ty: ColumnType::Dynamic,
            meaning: "More about it, as JSON",
            sigma: &[],
            ours: false,
        },
    ],
};
