//! The table `IdentityAccountInfo`. Written by `cargo xtask codegen` from `schema/`; do not edit.

use crate::{Column, ColumnType, Table, TableDefinition, Text, Timestamp, Value};

/// The accounts of each user.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct IdentityAccountInfo {
    /// When it happened, by the clock of the device.
    pub timestamp: Option<Timestamp>,
    /// Number of the report.
    pub report_id: Option<Text>,
    /// Identity of the user over all accounts.
    pub identity_id: Option<Text>,
    /// Account id.
    pub account_id: Option<Text>,
    /// User principal name of the account.
    pub account_upn: Option<Text>,
    /// Display name.
    pub display_name: Option<Text>,
    /// Sid.
    pub sid: Option<Text>,
    /// Source provider.
    pub source_provider: Option<Text>,
    /// Source provider account id.
    pub source_provider_account_id: Option<Text>,
    /// Source provider instance id.
    pub source_provider_instance_id: Option<Text>,
    /// Source provider instance display name.
    pub source_provider_instance_display_name: Option<Text>,
    /// Source provider risk level.
    pub source_provider_risk_level: Option<Text>,
    /// Source provider risk level details.
    pub source_provider_risk_level_details: Option<Text>,
    /// Criticality level.
    pub criticality_level: Option<i32>,
    /// Type.
    pub r#type: Option<Text>,
    /// Account status.
    pub account_status: Option<Text>,
    /// Created date time.
    pub created_date_time: Option<Timestamp>,
    /// Deleted date time.
    pub deleted_date_time: Option<Timestamp>,
    /// Last password change time.
    pub last_password_change_time: Option<Timestamp>,
    /// Whether it is primary.
    pub is_primary: Option<bool>,
    /// Authentication method.
    pub authentication_method: Option<Text>,
    /// Authentication source account id.
    pub authentication_source_account_id: Option<Text>,
    /// Enrolled mfas.
    pub enrolled_mfas: Option<Text>,
    /// Group membership.
    pub group_membership: Option<Text>,
    /// Assigned roles.
    pub assigned_roles: Option<Text>,
    /// Eligible roles.
    pub eligible_roles: Option<Text>,
    /// Tags.
    pub tags: Option<Text>,
    /// Tenant membership type.
    pub tenant_membership_type: Option<Text>,
    /// Defender risk level.
    pub defender_risk_level: Option<Text>,
    /// Defender risk update time.
    pub defender_risk_update_time: Option<Timestamp>,
    /// More about it, as JSON.
    pub additional_fields: Option<Text>,
}

impl IdentityAccountInfo {
    /// The value in the column at this position of the definition.
    pub(super) fn value(&self, column: usize) -> Option<Value<'_>> {
        READERS.get(column).and_then(|read| read(self))
    }
}

/// How to read each column, in order.
const READERS: &[fn(&IdentityAccountInfo) -> Option<Value<'_>>] = &[
    |row| row.timestamp.map(Value::DateTime),
    |row| row.report_id.as_deref().map(Value::Text),
    |row| row.identity_id.as_deref().map(Value::Text),
    |row| row.account_id.as_deref().map(Value::Text),
    |row| row.account_upn.as_deref().map(Value::Text),
    |row| row.display_name.as_deref().map(Value::Text),
    |row| row.sid.as_deref().map(Value::Text),
    |row| row.source_provider.as_deref().map(Value::Text),
    |row| row.source_provider_account_id.as_deref().map(Value::Text),
    |row| row.source_provider_instance_id.as_deref().map(Value::Text),
    |row| row.source_provider_instance_display_name.as_deref().map(Value::Text),
    |row| row.source_provider_risk_level.as_deref().map(Value::Text),
    |row| row.source_provider_risk_level_details.as_deref().map(Value::Text),
    |row| row.criticality_level.map(Value::Int),
    |row| row.r#type.as_deref().map(Value::Text),
    |row| row.account_status.as_deref().map(Value::Text),
    |row| row.created_date_time.map(Value::DateTime),
    |row| row.deleted_date_time.map(Value::DateTime),
    |row| row.last_password_change_time.map(Value::DateTime),
    |row| row.is_primary.map(Value::Bool),
    |row| row.authentication_method.as_deref().map(Value::Text),
    |row| row.authentication_source_account_id.as_deref().map(Value::Text),
    |row| row.enrolled_mfas.as_deref().map(Value::Text),
    |row| row.group_membership.as_deref().map(Value::Text),
    |row| row.assigned_roles.as_deref().map(Value::Text),
    |row| row.eligible_roles.as_deref().map(Value::Text),
    |row| row.tags.as_deref().map(Value::Text),
    |row| row.tenant_membership_type.as_deref().map(Value::Text),
    |row| row.defender_risk_level.as_deref().map(Value::Text),
    |row| row.defender_risk_update_time.map(Value::DateTime),
    |row| row.additional_fields.as_deref().map(Value::Text),
];

/// Its columns, in order, with what they mean.
pub(super) const DEFINITION: TableDefinition = TableDefinition {
    table: Table::IdentityAccountInfo,
    name: "IdentityAccountInfo",
    meaning: "The accounts of each user.",
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
            name: "ReportId",
            ty: ColumnType::String,
            meaning: "Number of the report",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "IdentityId",
            ty: ColumnType::String,
            meaning: "Identity of the user over all accounts",
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
            name: "DisplayName",
            ty: ColumnType::String,
            meaning: "Display name",
            sigma: &[],
            ours: false,
        },
        Column { name: "Sid", ty: ColumnType::String, meaning: "Sid", sigma: &[], ours: false },
        Column {
            name: "SourceProvider",
            ty: ColumnType::String,
            meaning: "Source provider",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "SourceProviderAccountId",
            ty: ColumnType::String,
            meaning: "Source provider account id",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "SourceProviderInstanceId",
            ty: ColumnType::String,
            meaning: "Source provider instance id",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "SourceProviderInstanceDisplayName",
            ty: ColumnType::String,
            meaning: "Source provider instance display name",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "SourceProviderRiskLevel",
            ty: ColumnType::String,
            meaning: "Source provider risk level",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "SourceProviderRiskLevelDetails",
            ty: ColumnType::String,
            meaning: "Source provider risk level details",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "CriticalityLevel",
            ty: ColumnType::Int,
            meaning: "Criticality level",
            sigma: &[],
            ours: false,
        },
        Column { name: "Type", ty: ColumnType::String, meaning: "Type", sigma: &[], ours: false },
        Column {
            name: "AccountStatus",
            ty: ColumnType::String,
            meaning: "Account status",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "CreatedDateTime",
            ty: ColumnType::Datetime,
            meaning: "Created date time",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "DeletedDateTime",
            ty: ColumnType::Datetime,
            meaning: "Deleted date time",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "LastPasswordChangeTime",
            ty: ColumnType::Datetime,
            meaning: "Last password change time",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "IsPrimary",
            ty: ColumnType::Bool,
            meaning: "Whether it is primary",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "AuthenticationMethod",
            ty: ColumnType::String,
            meaning: "Authentication method",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "AuthenticationSourceAccountId",
            ty: ColumnType::String,
            meaning: "Authentication source account id",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "EnrolledMfas",
            ty: ColumnType::Dynamic,
            meaning: "Enrolled mfas",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "GroupMembership",
            ty: ColumnType::Dynamic,
            meaning: "Group membership",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "AssignedRoles",
            ty: ColumnType::Dynamic,
            meaning: "Assigned roles",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "EligibleRoles",
            ty: ColumnType::Dynamic,
            meaning: "Eligible roles",
            sigma: &[],
            ours: false,
        },
        Column { name: "Tags", ty: ColumnType::Dynamic, meaning: "Tags", sigma: &[], ours: false },
        Column {
            name: "TenantMembershipType",
            ty: ColumnType::String,
            meaning: "Tenant membership type",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "DefenderRiskLevel",
            ty: ColumnType::String,
            meaning: "Defender risk level",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "DefenderRiskUpdateTime",
            ty: ColumnType::Datetime,
            meaning: "Defender risk update time",
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
