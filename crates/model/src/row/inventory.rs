//! Rows of what a machine has: `DeviceTvmSoftwareInventory`, `DeviceNetworkInfo`, and `DeviceEvents` for the rest.

use super::{Head, device::head, json, text};
use crate::{
    Detail, DetailValue, Envelope, Inventory, InventoryItem, InventoryKind, Row, Text,
    tables::{DeviceNetworkInfo, DeviceTvmSoftwareInventory},
};

/// A row for each thing.
pub(super) fn rows(envelope: &Envelope, inventory: &Inventory) -> Vec<Row> {
    let row = |item| match inventory.kind {
        InventoryKind::Software => software(envelope, item),
        InventoryKind::Adapter => adapter(envelope, item),
        kind => other(envelope, kind, item),
    };
    inventory.items.iter().map(row).collect()
}

fn software(envelope: &Envelope, item: &InventoryItem) -> Row {
    let Head { timestamp, device_id, device_name, report_id, event_id } = Head::of(envelope);
    Row::DeviceTvmSoftwareInventory(Box::new(DeviceTvmSoftwareInventory {
        timestamp,
        device_id,
        device_name,
        report_id,
        event_id,
        os_platform: Some("Linux".into()),
        os_architecture: item.text("Architecture"),
        software_vendor: item.text("Vendor"),
        software_name: Some(item.name.clone()),
        software_version: item.text("Version"),
        package_manager: item.text("Source"),
        inventory_state: Some(item.state.word().into()),
        ..DeviceTvmSoftwareInventory::default()
    }))
}

fn adapter(envelope: &Envelope, item: &InventoryItem) -> Row {
    let Head { timestamp, device_id, device_name, report_id, event_id } = Head::of(envelope);
    Row::DeviceNetworkInfo(Box::new(DeviceNetworkInfo {
        timestamp,
        device_id,
        device_name,
        report_id,
        event_id,
        network_adapter_name: Some(item.name.clone()),
        mac_address: item.text("MacAddress"),
        network_adapter_type: item.text("Type"),
        network_adapter_status: item.text("Status"),
        dns_addresses: array(item, "DnsAddresses"),
        default_gateways: array(item, "DefaultGateways"),
        ip_addresses: item.list("IPAddresses").map(addresses),
        inventory_state: Some(item.state.word().into()),
        ..DeviceNetworkInfo::default()
    }))
}

fn other(envelope: &Envelope, kind: InventoryKind, item: &InventoryItem) -> Row {
    let mut row = head(envelope, kind.word());
    match kind {
        InventoryKind::User => row.account_name = Some(item.name.clone()),
        InventoryKind::Port => {
            row.local_ip = item.text("LocalIP");
            row.local_port = item.text("LocalPort").and_then(|port| port.parse().ok());
            row.process_id = item.text("ProcessId").and_then(|pid| pid.parse().ok());
            row.file_name = item.text("FolderPath").as_deref().map(super::name_of);
            row.folder_path = item.text("FolderPath");
        }
        InventoryKind::Service => {
            row.file_name = Some(item.name.clone());
            row.folder_path = item.text("FolderPath");
            row.process_command_line = item.text("Command");
        }
        _ => {}
    }
    let said = |name: &str, value: &str| Detail {
        name: name.into(),
        value: DetailValue::Text(value.into()),
    };
    let mut details = vec![said("Name", &item.name), said("State", item.state.word())];
    details.extend(item.details.iter().cloned());
    row.additional_fields = json::details(&details);
    Row::DeviceEvents(Box::new(row))
}

/// The texts as a JSON array.
fn array(item: &InventoryItem, name: &str) -> Option<Text> {
    let texts: Vec<Text> = item.list(name)?.iter().map(|text| json::quoted(text)).collect();
    Some(text(format_args!("[{}]", texts.join(","))))
}

/// `192.0.2.7/24` as the schema writes addresses: `[{"IPAddress":"192.0.2.7","SubnetPrefix":24}]`.
fn addresses(list: &[Text]) -> Text {
    let one = |entry: &Text| {
        let (address, prefix) = entry.split_once('/').unwrap_or((entry, ""));
        let address = json::quoted(address);
        match prefix.parse::<u8>() {
            Ok(prefix) => format!(r#"{{"IPAddress":{address},"SubnetPrefix":{prefix}}}"#),
            Err(_) => format!(r#"{{"IPAddress":{address}}}"#),
        }
    };
    text(format_args!("[{}]", list.iter().map(one).collect::<Vec<_>>().join(",")))
}
