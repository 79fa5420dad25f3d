//! The table `DeviceInfo`. Written by `cargo xtask codegen` from `schema/`; do not edit.

use crate::{Column, ColumnType, Table, TableDefinition, Text, Timestamp, Value};

/// What each machine is, told at start and daily.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeviceInfo {
    /// When it happened, by the clock of the device.
    pub timestamp: Option<Timestamp>,
    /// Identity of the machine.
    pub device_id: Option<Text>,
    /// Name of the machine.
    pub device_name: Option<Text>,
    /// Version of the sensor.
    pub client_version: Option<Text>,
    /// Address the machine was seen from.
    pub public_ip: Option<Text>,
    /// Processor architecture.
    pub os_architecture: Option<Text>,
    /// Operating system.
    pub os_platform: Option<Text>,
    /// Build of the operating system.
    pub os_build: Option<i64>,
    /// Is azure AD joined.
    pub is_azure_ad_joined: Option<bool>,
    /// Join type.
    pub join_type: Option<Text>,
    /// Aad device id.
    pub aad_device_id: Option<Text>,
    /// Users signed in, as a JSON array.
    pub logged_on_users: Option<Text>,
    /// Registry device tag.
    pub registry_device_tag: Option<Text>,
    /// Version of the operating system.
    pub os_version: Option<Text>,
    /// Machine group.
    pub machine_group: Option<Text>,
    /// Number of the event within the stream of its device.
    pub report_id: Option<i64>,
    /// Onboarding status.
    pub onboarding_status: Option<Text>,
    /// Further facts as a JSON object.
    pub additional_fields: Option<Text>,
    /// Device category.
    pub device_category: Option<Text>,
    /// Device type.
    pub device_type: Option<Text>,
    /// Device subtype.
    pub device_subtype: Option<Text>,
    /// Model.
    pub model: Option<Text>,
    /// Vendor.
    pub vendor: Option<Text>,
    /// Distribution of Linux.
    pub os_distribution: Option<Text>,
    /// Version of the operating system in words.
    pub os_version_info: Option<Text>,
    /// Merged device ids.
    pub merged_device_ids: Option<Text>,
    /// Merged to device id.
    pub merged_to_device_id: Option<Text>,
    /// Is internet facing.
    pub is_internet_facing: Option<bool>,
    /// Sensor health state.
    pub sensor_health_state: Option<Text>,
    /// Is excluded.
    pub is_excluded: Option<bool>,
    /// Exclusion reason.
    pub exclusion_reason: Option<Text>,
    /// Exposure level.
    pub exposure_level: Option<Text>,
    /// Asset value.
    pub asset_value: Option<Text>,
    /// Device manual tags.
    pub device_manual_tags: Option<Text>,
    /// Device dynamic tags.
    pub device_dynamic_tags: Option<Text>,
    /// Connectivity type.
    pub connectivity_type: Option<Text>,
    /// Host device id.
    pub host_device_id: Option<Text>,
    /// Azure resource id.
    pub azure_resource_id: Option<Text>,
    /// Aws resource name.
    pub aws_resource_name: Option<Text>,
    /// Gcp full resource name.
    pub gcp_full_resource_name: Option<Text>,
    /// Hardware uuid.
    pub hardware_uuid: Option<Text>,
    /// Cloud platforms.
    pub cloud_platforms: Option<Text>,
    /// Azure vm id.
    pub azure_vm_id: Option<Text>,
    /// Azure vm subscription id.
    pub azure_vm_subscription_id: Option<Text>,
    /// Whether it is transient.
    pub is_transient: Option<bool>,
    /// Os build revision.
    pub os_build_revision: Option<Text>,
    /// Mitigation status.
    pub mitigation_status: Option<Text>,
    /// Site.
    pub site: Option<Text>,
    /// Discovery sources.
    pub discovery_sources: Option<Text>,
    /// Machine id of the installation.
    pub machine_id: Option<Text>,
    /// Release of the kernel.
    pub kernel_version: Option<Text>,
    /// Number of processors.
    pub processor_count: Option<i32>,
    /// Memory in bytes.
    pub memory_bytes: Option<i64>,
    /// When this boot began.
    pub boot_time: Option<Timestamp>,
    /// Addresses of the machine, as a JSON array.
    pub ip_addresses: Option<Text>,
    /// Identity of the event: stream and number, unique for ever.
    pub event_id: Option<Text>,
}

impl DeviceInfo {
    /// The value in the column at this position of the definition.
    pub(super) fn value(&self, column: usize) -> Option<Value<'_>> {
        READERS.get(column).and_then(|read| read(self))
    }
}

/// How to read each column, in order.
const READERS: &[fn(&DeviceInfo) -> Option<Value<'_>>] = &[
    |row| row.timestamp.map(Value::DateTime),
    |row| row.device_id.as_deref().map(Value::Text),
    |row| row.device_name.as_deref().map(Value::Text),
    |row| row.client_version.as_deref().map(Value::Text),
    |row| row.public_ip.as_deref().map(Value::Text),
    |row| row.os_architecture.as_deref().map(Value::Text),
    |row| row.os_platform.as_deref().map(Value::Text),
    |row| row.os_build.map(Value::Long),
    |row| row.is_azure_ad_joined.map(Value::Bool),
    |row| row.join_type.as_deref().map(Value::Text),
    |row| row.aad_device_id.as_deref().map(Value::Text),
    |row| row.logged_on_users.as_deref().map(Value::Text),
    |row| row.registry_device_tag.as_deref().map(Value::Text),
    |row| row.os_version.as_deref().map(Value::Text),
    |row| row.machine_group.as_deref().map(Value::Text),
    |row| row.report_id.map(Value::Long),
    |row| row.onboarding_status.as_deref().map(Value::Text),
    |row| row.additional_fields.as_deref().map(Value::Text),
    |row| row.device_category.as_deref().map(Value::Text),
    |row| row.device_type.as_deref().map(Value::Text),
    |row| row.device_subtype.as_deref().map(Value::Text),
    |row| row.model.as_deref().map(Value::Text),
    |row| row.vendor.as_deref().map(Value::Text),
    |row| row.os_distribution.as_deref().map(Value::Text),
    |row| row.os_version_info.as_deref().map(Value::Text),
    |row| row.merged_device_ids.as_deref().map(Value::Text),
    |row| row.merged_to_device_id.as_deref().map(Value::Text),
    |row| row.is_internet_facing.map(Value::Bool),
    |row| row.sensor_health_state.as_deref().map(Value::Text),
    |row| row.is_excluded.map(Value::Bool),
    |row| row.exclusion_reason.as_deref().map(Value::Text),
    |row| row.exposure_level.as_deref().map(Value::Text),
    |row| row.asset_value.as_deref().map(Value::Text),
    |row| row.device_manual_tags.as_deref().map(Value::Text),
    |row| row.device_dynamic_tags.as_deref().map(Value::Text),
    |row| row.connectivity_type.as_deref().map(Value::Text),
    |row| row.host_device_id.as_deref().map(Value::Text),
    |row| row.azure_resource_id.as_deref().map(Value::Text),
    |row| row.aws_resource_name.as_deref().map(Value::Text),
    |row| row.gcp_full_resource_name.as_deref().map(Value::Text),
    |row| row.hardware_uuid.as_deref().map(Value::Text),
    |row| row.cloud_platforms.as_deref().map(Value::Text),
    |row| row.azure_vm_id.as_deref().map(Value::Text),
    |row| row.azure_vm_subscription_id.as_deref().map(Value::Text),
    |row| row.is_transient.map(Value::Bool),
    |row| row.os_build_revision.as_deref().map(Value::Text),
    |row| row.mitigation_status.as_deref().map(Value::Text),
    |row| row.site.as_deref().map(Value::Text),
    |row| row.discovery_sources.as_deref().map(Value::Text),
    |row| row.machine_id.as_deref().map(Value::Text),
    |row| row.kernel_version.as_deref().map(Value::Text),
    |row| row.processor_count.map(Value::Int),
    |row| row.memory_bytes.map(Value::Long),
    |row| row.boot_time.map(Value::DateTime),
    |row| row.ip_addresses.as_deref().map(Value::Text),
    |row| row.event_id.as_deref().map(Value::Text),
];

/// Its columns, in order, with what they mean.
pub(super) const DEFINITION: TableDefinition = TableDefinition {
    table: Table::DeviceInfo,
    name: "DeviceInfo",
    meaning: "What each machine is, told at start and daily.",
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
            name: "ClientVersion",
            ty: ColumnType::String,
            meaning: "Version of the sensor",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "PublicIP",
            ty: ColumnType::String,
            meaning: "Address the machine was seen from",
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
            name: "OSPlatform",
            ty: ColumnType::String,
            meaning: "Operating system",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "OSBuild",
            ty: ColumnType::Long,
            meaning: "Build of the operating system",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "IsAzureADJoined",
            ty: ColumnType::Bool,
            meaning: "Is azure AD joined",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "JoinType",
            ty: ColumnType::String,
            meaning: "Join type",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "AadDeviceId",
            ty: ColumnType::String,
            meaning: "Aad device id",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "LoggedOnUsers",
            ty: ColumnType::String,
            meaning: "Users signed in, as a JSON array",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "RegistryDeviceTag",
            ty: ColumnType::String,
            meaning: "Registry device tag",
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
            name: "MachineGroup",
            ty: ColumnType::String,
            meaning: "Machine group",
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
            name: "OnboardingStatus",
            ty: ColumnType::String,
            meaning: "Onboarding status",
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
            name: "DeviceCategory",
            ty: ColumnType::String,
            meaning: "Device category",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "DeviceType",
            ty: ColumnType::String,
            meaning: "Device type",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "DeviceSubtype",
            ty: ColumnType::String,
            meaning: "Device subtype",
            sigma: &[],
            ours: false,
        },
        Column { name: "Model", ty: ColumnType::String, meaning: "Model", sigma: &[], ours: false },
        Column {
            name: "Vendor",
            ty: ColumnType::String,
            meaning: "Vendor",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "OSDistribution",
            ty: ColumnType::String,
            meaning: "Distribution of Linux",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "OSVersionInfo",
            ty: ColumnType::String,
            meaning: "Version of the operating system in words",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "MergedDeviceIds",
            ty: ColumnType::String,
            meaning: "Merged device ids",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "MergedToDeviceId",
            ty: ColumnType::String,
            meaning: "Merged to device id",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "IsInternetFacing",
            ty: ColumnType::Bool,
            meaning: "Is internet facing",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "SensorHealthState",
            ty: ColumnType::String,
            meaning: "Sensor health state",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "IsExcluded",
            ty: ColumnType::Bool,
            meaning: "Is excluded",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "ExclusionReason",
            ty: ColumnType::String,
            meaning: "Exclusion reason",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "ExposureLevel",
            ty: ColumnType::String,
            meaning: "Exposure level",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "AssetValue",
            ty: ColumnType::String,
            meaning: "Asset value",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "DeviceManualTags",
            ty: ColumnType::String,
            meaning: "Device manual tags",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "DeviceDynamicTags",
            ty: ColumnType::String,
            meaning: "Device dynamic tags",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "ConnectivityType",
            ty: ColumnType::String,
            meaning: "Connectivity type",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "HostDeviceId",
            ty: ColumnType::String,
            meaning: "Host device id",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "AzureResourceId",
            ty: ColumnType::String,
            meaning: "Azure resource id",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "AwsResourceName",
            ty: ColumnType::String,
            meaning: "Aws resource name",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "GcpFullResourceName",
            ty: ColumnType::String,
            meaning: "Gcp full resource name",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "HardwareUuid",
            ty: ColumnType::String,
            meaning: "Hardware uuid",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "CloudPlatforms",
            ty: ColumnType::String,
            meaning: "Cloud platforms",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "AzureVmId",
            ty: ColumnType::String,
            meaning: "Azure vm id",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "AzureVmSubscriptionId",
            ty: ColumnType::String,
            meaning: "Azure vm subscription id",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "IsTransient",
            ty: ColumnType::Bool,
            meaning: "Whether it is transient",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "OsBuildRevision",
            ty: ColumnType::String,
            meaning: "Os build revision",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "MitigationStatus",
            ty: ColumnType::String,
            meaning: "Mitigation status",
            sigma: &[],
            ours: false,
        },
        Column { name: "Site", ty: ColumnType::String, meaning: "Site", sigma: &[], ours: false },
        Column {
            name: "DiscoverySources",
            ty: ColumnType::String,
            meaning: "Discovery sources",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "MachineId",
            ty: ColumnType::String,
            meaning: "Machine id of the installation",
            sigma: &[],
            ours: true,
        },
        Column {
            name: "KernelVersion",
            ty: ColumnType::String,
            meaning: "Release of the kernel",
            sigma: &[],
            ours: true,
        },
        Column {
            name: "ProcessorCount",
            ty: ColumnType::Int,
            meaning: "Number of processors",
            sigma: &[],
            ours: true,
        },
        Column {
            name: "MemoryBytes",
            ty: ColumnType::Long,
            meaning: "Memory in bytes",
            sigma: &[],
            ours: true,
        },
        Column {
            name: "BootTime",
            ty: ColumnType::Datetime,
            meaning: "When this boot began",
            sigma: &[],
            ours: true,
        },
        Column {
            name: "IPAddresses",
            ty: ColumnType::Dynamic,
            meaning: "Addresses of the machine, as a JSON array",
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
