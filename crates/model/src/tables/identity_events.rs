//! The table `IdentityEvents`. Written by `cargo xtask codegen` from `schema/`; do not edit.

use crate::{Column, ColumnType, Table, TableDefinition, Text, Timestamp, Value};

/// What users did at identity providers.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct IdentityEvents {
    /// When it happened, by the clock of the device.
    pub timestamp: Option<Timestamp>,
    /// What was done.
    pub action_type: Option<Text>,
    /// Application.
    pub application: Option<Text>,
    /// Action result.
    pub action_result: Option<Text>,
    /// Failure reason.
    pub failure_reason: Option<Text>,
    /// Account id.
    pub account_id: Option<Text>,
    /// User principal name of the account.
    pub account_upn: Option<Text>,
    /// Account display name.
    pub account_display_name: Option<Text>,
    /// Directory object id of the account.
    pub account_object_id: Option<Text>,
    /// Account type.
    pub account_type: Option<Text>,
    /// Target account upn.
    pub target_account_upn: Option<Text>,
    /// Target account display name.
    pub target_account_display_name: Option<Text>,
    /// Target account id.
    pub target_account_id: Option<Text>,
    /// Address it came from.
    pub ip_address: Option<Text>,
    /// Where the address is.
    pub location: Option<Text>,
    /// Internet provider of the address.
    pub isp: Option<Text>,
    /// Name of the machine.
    pub device_name: Option<Text>,
    /// Operating system.
    pub os_platform: Option<Text>,
    /// User agent.
    pub user_agent: Option<Text>,
    /// Session id.
    pub session_id: Option<Text>,
    /// Number of the report.
    pub report_id: Option<Text>,
    /// More about it, as JSON.
    pub additional_fields: Option<Text>,
}

impl IdentityEvents {
    /// The value in the column at this position of the definition.
    pub(super) fn value(&self, column: usize) -> Option<Value<'_>> {
        READERS.get(column).and_then(|read| read(self))
    }
}

/// How to read each column, in order.
const READERS: &[fn(&IdentityEvents) -> Option<Value<'_>>] = &[
    |row| row.timestamp.map(Value::DateTime),
    |row| row.action_type.as_deref().map(Value::Text),
    |row| row.application.as_deref().map(Value::Text),
    |row| row.action_result.as_deref().map(Value::Text),
    |row| row.failure_reason.as_deref().map(Value::Text),
    |row| row.account_id.as_deref().map(Value::Text),
    |row| row.account_upn.as_deref().map(Value::Text),
    |row| row.account_display_name.as_deref().map(Value::Text),
    |row| row.account_object_id.as_deref().map(Value::Text),
    |row| row.account_type.as_deref().map(Value::Text),
    |row| row.target_account_upn.as_deref().map(Value::Text),
    |row| row.target_account_display_name.as_deref().map(Value::Text),
    |row| row.target_account_id.as_deref().map(Value::Text),
    |row| row.ip_address.as_deref().map(Value::Text),
    |row| row.location.as_deref().map(Value::Text),
    |row| row.isp.as_deref().map(Value::Text),
    |row| row.device_name.as_deref().map(Value::Text),
    |row| row.os_platform.as_deref().map(Value::Text),
    |row| row.user_agent.as_deref().map(Value::Text),
    |row| row.session_id.as_deref().map(Value::Text),
    |row| row.report_id.as_deref().map(Value::Text),
    |row| row.additional_fields.as_deref().map(Value::Text),
];

/// Its columns, in order, with what they mean.
pub(super) const DEFINITION: TableDefinition = TableDefinition {
    table: Table::IdentityEvents,
    name: "IdentityEvents",
    meaning: "What users did at identity providers.",
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
            name: "ActionResult",
            ty: ColumnType::String,
            meaning: "Action result",
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
            name: "AccountId",
            ty: ColumnType::String,
            meaning: "Account id",
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
            name: "AccountDisplayName",
            ty: ColumnType::String,
            meaning: "Account display name",
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
            name: "AccountType",
            ty: ColumnType::String,
            meaning: "Account type",
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
            name: "TargetAccountId",
            ty: ColumnType::String,
            meaning: "Target account id",
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
            name: "UserAgent",
            ty: ColumnType::String,
            meaning: "User agent",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "SessionId",
            ty: ColumnType::String,
            meaning: "Session id",
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
