//! The table `IdentityInfo`. Written by `cargo xtask codegen` from `schema/`; do not edit.

use crate::{Column, ColumnType, Table, TableDefinition, Text, Timestamp, Value};

/// What is known of each user.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct IdentityInfo {
    /// When it happened, by the clock of the device.
    pub timestamp: Option<Timestamp>,
    /// Number of the report.
    pub report_id: Option<Text>,
    /// Directory object id of the account.
    pub account_object_id: Option<Text>,
    /// User principal name of the account.
    pub account_upn: Option<Text>,
    /// On prem sid.
    pub on_prem_sid: Option<Text>,
    /// Account display name.
    pub account_display_name: Option<Text>,
    /// Name of the account.
    pub account_name: Option<Text>,
    /// Domain of the account; on Linux the name of the machine.
    pub account_domain: Option<Text>,
    /// Criticality level.
    pub criticality_level: Option<i32>,
    /// Type.
    pub r#type: Option<Text>,
    /// Distinguished name.
    pub distinguished_name: Option<Text>,
    /// Cloud sid.
    pub cloud_sid: Option<Text>,
    /// Given name.
    pub given_name: Option<Text>,
    /// Surname.
    pub surname: Option<Text>,
    /// Department.
    pub department: Option<Text>,
    /// Job title.
    pub job_title: Option<Text>,
    /// Email address.
    pub email_address: Option<Text>,
    /// Sip proxy address.
    pub sip_proxy_address: Option<Text>,
    /// Address.
    pub address: Option<Text>,
    /// City.
    pub city: Option<Text>,
    /// Country.
    pub country: Option<Text>,
    /// Whether it is account enabled.
    pub is_account_enabled: Option<bool>,
    /// Manager.
    pub manager: Option<Text>,
    /// Phone.
    pub phone: Option<Text>,
    /// Created date time.
    pub created_date_time: Option<Timestamp>,
    /// Change source.
    pub change_source: Option<Text>,
    /// Blast radius.
    pub blast_radius: Option<Text>,
    /// Company name.
    pub company_name: Option<Text>,
    /// Deleted date time.
    pub deleted_date_time: Option<Timestamp>,
    /// Employee id.
    pub employee_id: Option<Text>,
    /// Other mail addresses.
    pub other_mail_addresses: Option<Text>,
    /// Risk level.
    pub risk_level: Option<Text>,
    /// Risk level details.
    pub risk_level_details: Option<Text>,
    /// State.
    pub state: Option<Text>,
    /// Tags.
    pub tags: Option<Text>,
    /// Assigned roles.
    pub assigned_roles: Option<Text>,
    /// Privileged entra pim roles.
    pub privileged_entra_pim_roles: Option<Text>,
    /// Tenant id.
    pub tenant_id: Option<Text>,
    /// Source system.
    pub source_system: Option<Text>,
    /// On prem object id.
    pub on_prem_object_id: Option<Text>,
    /// Tenant membership type.
    pub tenant_membership_type: Option<Text>,
    /// Risk status.
    pub risk_status: Option<Text>,
    /// User account control.
    pub user_account_control: Option<Text>,
    /// Identity environment.
    pub identity_environment: Option<Text>,
    /// Source providers.
    pub source_providers: Option<Text>,
    /// Group membership.
    pub group_membership: Option<Text>,
    /// Identity of the user over all accounts.
    pub identity_id: Option<Text>,
    /// Source provider.
    pub source_provider: Option<Text>,
}

impl IdentityInfo {
    /// The value in the column at this position of the definition.
    pub(super) fn value(&self, column: usize) -> Option<Value<'_>> {
        READERS.get(column).and_then(|read| read(self))
    }
}

/// How to read each column, in order.
const READERS: &[fn(&IdentityInfo) -> Option<Value<'_>>] = &[
    |row| row.timestamp.map(Value::DateTime),
    |row| row.report_id.as_deref().map(Value::Text),
    |row| row.account_object_id.as_deref().map(Value::Text),
    |row| row.account_upn.as_deref().map(Value::Text),
    |row| row.on_prem_sid.as_deref().map(Value::Text),
    |row| row.account_display_name.as_deref().map(Value::Text),
    |row| row.account_name.as_deref().map(Value::Text),
    |row| row.account_domain.as_deref().map(Value::Text),
    |row| row.criticality_level.map(Value::Int),
    |row| row.r#type.as_deref().map(Value::Text),
    |row| row.distinguished_name.as_deref().map(Value::Text),
    |row| row.cloud_sid.as_deref().map(Value::Text),
    |row| row.given_name.as_deref().map(Value::Text),
    |row| row.surname.as_deref().map(Value::Text),
    |row| row.department.as_deref().map(Value::Text),
    |row| row.job_title.as_deref().map(Value::Text),
    |row| row.email_address.as_deref().map(Value::Text),
    |row| row.sip_proxy_address.as_deref().map(Value::Text),
    |row| row.address.as_deref().map(Value::Text),
    |row| row.city.as_deref().map(Value::Text),
    |row| row.country.as_deref().map(Value::Text),
    |row| row.is_account_enabled.map(Value::Bool),
    |row| row.manager.as_deref().map(Value::Text),
    |row| row.phone.as_deref().map(Value::Text),
    |row| row.created_date_time.map(Value::DateTime),
    |row| row.change_source.as_deref().map(Value::Text),
    |row| row.blast_radius.as_deref().map(Value::Text),
    |row| row.company_name.as_deref().map(Value::Text),
    |row| row.deleted_date_time.map(Value::DateTime),
    |row| row.employee_id.as_deref().map(Value::Text),
    |row| row.other_mail_addresses.as_deref().map(Value::Text),
    |row| row.risk_level.as_deref().map(Value::Text),
    |row| row.risk_level_details.as_deref().map(Value::Text),
    |row| row.state.as_deref().map(Value::Text),
    |row| row.tags.as_deref().map(Value::Text),
    |row| row.assigned_roles.as_deref().map(Value::Text),
    |row| row.privileged_entra_pim_roles.as_deref().map(Value::Text),
    |row| row.tenant_id.as_deref().map(Value::Text),
    |row| row.source_system.as_deref().map(Value::Text),
    |row| row.on_prem_object_id.as_deref().map(Value::Text),
    |row| row.tenant_membership_type.as_deref().map(Value::Text),
    |row| row.risk_status.as_deref().map(Value::Text),
    |row| row.user_account_control.as_deref().map(Value::Text),
    |row| row.identity_environment.as_deref().map(Value::Text),
    |row| row.source_providers.as_deref().map(Value::Text),
    |row| row.group_membership.as_deref().map(Value::Text),
    |row| row.identity_id.as_deref().map(Value::Text),
    |row| row.source_provider.as_deref().map(Value::Text),
];

/// Its columns, in order, with what they mean.
pub(super) const DEFINITION: TableDefinition = TableDefinition {
    table: Table::IdentityInfo,
    name: "IdentityInfo",
    meaning: "What is known of each user.",
    logsources: &[],
    aliases: &[
        ("AccountUPN", "AccountUpn"),
        ("AccountSID", "OnPremSid"),
        ("AccountCloudSID", "CloudSid"),
        ("AccountTenantId", "TenantId"),
        ("OnPremisesDistinguishedName", "DistinguishedName"),
        ("MailAddress", "EmailAddress"),
    ],
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
            name: "OnPremSid",
            ty: ColumnType::String,
            meaning: "On prem sid",
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
            name: "CriticalityLevel",
            ty: ColumnType::Int,
            meaning: "Criticality level",
            sigma: &[],
            ours: false,
        },
        Column { name: "Type", ty: ColumnType::String, meaning: "Type", sigma: &[], ours: false },
        Column {
            name: "DistinguishedName",
            ty: ColumnType::String,
            meaning: "Distinguished name",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "CloudSid",
            ty: ColumnType::String,
            meaning: "Cloud sid",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "GivenName",
            ty: ColumnType::String,
            meaning: "Given name",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "Surname",
            ty: ColumnType::String,
            meaning: "Surname",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "Department",
            ty: ColumnType::String,
            meaning: "Department",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "JobTitle",
            ty: ColumnType::String,
            meaning: "Job title",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "EmailAddress",
            ty: ColumnType::String,
            meaning: "Email address",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "SipProxyAddress",
            ty: ColumnType::String,
            meaning: "Sip proxy address",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "Address",
            ty: ColumnType::String,
            meaning: "Address",
            sigma: &[],
            ours: false,
        },
        Column { name: "City", ty: ColumnType::String, meaning: "City", sigma: &[], ours: false },
        Column {
            name: "Country",
            ty: ColumnType::String,
            meaning: "Country",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "IsAccountEnabled",
            ty: ColumnType::Bool,
            meaning: "Whether it is account enabled",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "Manager",
            ty: ColumnType::String,
            meaning: "Manager",
            sigma: &[],
            ours: false,
        },
        Column { name: "Phone", ty: ColumnType::String, meaning: "Phone", sigma: &[], ours: false },
        Column {
            name: "CreatedDateTime",
            ty: ColumnType::Datetime,
            meaning: "Created date time",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "ChangeSource",
            ty: ColumnType::String,
            meaning: "Change source",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "BlastRadius",
            ty: ColumnType::String,
            meaning: "Blast radius",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "CompanyName",
            ty: ColumnType::String,
            meaning: "Company name",
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
            name: "EmployeeId",
            ty: ColumnType::String,
            meaning: "Employee id",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "OtherMailAddresses",
            ty: ColumnType::Dynamic,
            meaning: "Other mail addresses",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "RiskLevel",
            ty: ColumnType::String,
            meaning: "Risk level",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "RiskLevelDetails",
            ty: ColumnType::String,
            meaning: "Risk level details",
            sigma: &[],
            ours: false,
        },
        Column { name: "State", ty: ColumnType::String, meaning: "State", sigma: &[], ours: false },
        Column { name: "Tags", ty: ColumnType::Dynamic, meaning: "Tags", sigma: &[], ours: false },
        Column {
            name: "AssignedRoles",
            ty: ColumnType::Dynamic,
            meaning: "Assigned roles",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "PrivilegedEntraPimRoles",
            ty: ColumnType::Dynamic,
            meaning: "Privileged entra pim roles",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "TenantId",
            ty: ColumnType::String,
            meaning: "Tenant id",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "SourceSystem",
            ty: ColumnType::String,
            meaning: "Source system",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "OnPremObjectId",
            ty: ColumnType::String,
            meaning: "On prem object id",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "TenantMembershipType",
            ty: ColumnType::String,
            meaning: "Tenant membership type",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "RiskStatus",
            ty: ColumnType::String,
            meaning: "Risk status",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "UserAccountControl",
            ty: ColumnType::String,
            meaning: "User account control",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "IdentityEnvironment",
            ty: ColumnType::String,
            meaning: "Identity environment",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "SourceProviders",
            ty: ColumnType::Dynamic,
            meaning: "Source providers",
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
            name: "IdentityId",
            ty: ColumnType::String,
            meaning: "Identity of the user over all accounts",
            sigma: &[],
            ours: true,
        },
        Column {
            name: "SourceProvider",
            ty: ColumnType::String,
            meaning: "Source provider",
            sigma: &[],
            ours: true,
        },
    ],
};
