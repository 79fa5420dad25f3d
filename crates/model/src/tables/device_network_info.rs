//! The table `DeviceNetworkInfo`. Written by `cargo xtask codegen` from `schema/`; do not edit.

use crate::{Column, ColumnType, Table, TableDefinition, Text, Timestamp, Value};

/// Network adapters of each machine.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeviceNetworkInfo {
    /// When it happened, by the clock of the device.
    pub timestamp: Option<Timestamp>,
    /// Identity of the machine.
    pub device_id: Option<Text>,
    /// Name of the machine.
    pub device_name: Option<Text>,
    /// Network adapter name.
    pub network_adapter_name: Option<Text>,
    /// Mac address.
    pub mac_address: Option<Text>,
    /// Network adapter type.
    pub network_adapter_type: Option<Text>,
    /// Network adapter status.
    pub network_adapter_status: Option<Text>,
    /// Tunnel type.
    pub tunnel_type: Option<Text>,
    /// Connected networks.
    pub connected_networks: Option<Text>,
    /// Dns addresses.
    pub dns_addresses: Option<Text>,
    /// IP v 4 dhcp.
    pub i_pv4dhcp: Option<Text>,
    /// IP v 6 dhcp.
    pub i_pv6dhcp: Option<Text>,
    /// Default gateways.
    pub default_gateways: Option<Text>,
    /// IP addresses.
    pub ip_addresses: Option<Text>,
    /// Number of the event within the stream of its device.
    pub report_id: Option<i64>,
    /// Network adapter vendor.
    pub network_adapter_vendor: Option<Text>,
    /// Identity of the event: stream and number, unique for ever.
    pub event_id: Option<Text>,
    /// Present in the listing of the day, or Added, Changed or Removed since.
    pub inventory_state: Option<Text>,
}

impl DeviceNetworkInfo {
    /// The value in the column at this position of the definition.
    pub(super) fn value(&self, column: usize) -> Option<Value<'_>> {
        READERS.get(column).and_then(|read| read(self))
    }
}

/// How to read each column, in order.
const READERS: &[fn(&DeviceNetworkInfo) -> Option<Value<'_>>] = &[
    |row| row.timestamp.map(Value::DateTime),
    |row| row.device_id.as_deref().map(Value::Text),
    |row| row.device_name.as_deref().map(Value::Text),
    |row| row.network_adapter_name.as_deref().map(Value::Text),
    |row| row.mac_address.as_deref().map(Value::Text),
    |row| row.network_adapter_type.as_deref().map(Value::Text),
    |row| row.network_adapter_status.as_deref().map(Value::Text),
    |row| row.tunnel_type.as_deref().map(Value::Text),
    |row| row.connected_networks.as_deref().map(Value::Text),
    |row| row.dns_addresses.as_deref().map(Value::Text),
    |row| row.i_pv4dhcp.as_deref().map(Value::Text),
    |row| row.i_pv6dhcp.as_deref().map(Value::Text),
    |row| row.default_gateways.as_deref().map(Value::Text),
    |row| row.ip_addresses.as_deref().map(Value::Text),
    |row| row.report_id.map(Value::Long),
    |row| row.network_adapter_vendor.as_deref().map(Value::Text),
    |row| row.event_id.as_deref().map(Value::Text),
    |row| row.inventory_state.as_deref().map(Value::Text),
];

/// Its columns, in order, with what they mean.
pub(super) const DEFINITION: TableDefinition = TableDefinition {
    table: Table::DeviceNetworkInfo,
    name: "DeviceNetworkInfo",
    meaning: "Network adapters of each machine.",
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
            name: "NetworkAdapterName",
            ty: ColumnType::String,
            meaning: "Network adapter name",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "MacAddress",
            ty: ColumnType::String,
            meaning: "Mac address",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "NetworkAdapterType",
            ty: ColumnType::String,
            meaning: "Network adapter type",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "NetworkAdapterStatus",
            ty: ColumnType::String,
            meaning: "Network adapter status",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "TunnelType",
            ty: ColumnType::String,
            meaning: "Tunnel type",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "ConnectedNetworks",
            ty: ColumnType::String,
            meaning: "Connected networks",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "DnsAddresses",
            ty: ColumnType::String,
            meaning: "Dns addresses",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "IPv4Dhcp",
            ty: ColumnType::String,
            meaning: "IP v 4 dhcp",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "IPv6Dhcp",
            ty: ColumnType::String,
            meaning: "IP v 6 dhcp",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "DefaultGateways",
            ty: ColumnType::String,
            meaning: "Default gateways",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "IPAddresses",
            ty: ColumnType::String,
            meaning: "IP addresses",
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
            name: "NetworkAdapterVendor",
            ty: ColumnType::String,
            meaning: "Network adapter vendor",
            sigma: &[],
            ours: false,
        },
        Column {
            name: "EventId",
            ty: ColumnType::String,
            meaning: "Identity of the event: stream and number, unique for ever",
            sigma: &[],
            ours: true,
        },
        Column {
            name: "InventoryState",
            ty: ColumnType::String,
            meaning: "Present in the listing of the day, or Added, Changed or Removed since",
            sigma: &[],
            ours: true,
        },
    ],
};
