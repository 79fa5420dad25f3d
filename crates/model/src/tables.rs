//! Every telemetry table: its row and its definition. Written by `cargo xtask codegen` from `schema/`; do not edit.

mod alert_evidence;
mod alert_info;
mod device_events;
mod device_file_certificate_info;
mod device_file_events;
mod device_image_load_events;
mod device_info;
mod device_logon_events;
mod device_network_events;
mod device_network_info;
mod device_process_events;
mod device_registry_events;

pub use alert_evidence::AlertEvidence;
pub use alert_info::AlertInfo;
pub use device_events::DeviceEvents;
pub use device_file_certificate_info::DeviceFileCertificateInfo;
pub use device_file_events::DeviceFileEvents;
pub use device_image_load_events::DeviceImageLoadEvents;
pub use device_info::DeviceInfo;
pub use device_logon_events::DeviceLogonEvents;
pub use device_network_events::DeviceNetworkEvents;
pub use device_network_info::DeviceNetworkInfo;
pub use device_process_events::DeviceProcessEvents;
pub use device_registry_events::DeviceRegistryEvents;

use crate::{TableDefinition, Value};

/// A telemetry table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// The things that alerts name: processes, files, addresses, users, devices.
    AlertEvidence,
    /// Alerts: what was claimed, how grave it is, which rule said so.
    AlertInfo,
    /// Everything else that processes and the sensor itself did: forks, exits, losses, health.
    DeviceEvents,
    /// Certificates that files are signed with.
    DeviceFileCertificateInfo,
    /// Files that were created, changed, renamed or deleted in the places that matter.
    DeviceFileEvents,
    /// Shared libraries that were loaded.
    DeviceImageLoadEvents,
    /// What each machine is, told at start and daily.
    DeviceInfo,
    /// Sign-ins and attempts at them.
    DeviceLogonEvents,
    /// Connections that processes opened.
    DeviceNetworkEvents,
    /// Network adapters of each machine.
    DeviceNetworkInfo,
    /// Programs that were started: one row for each execution.
    DeviceProcessEvents,
    /// Changes of the Windows registry.
    DeviceRegistryEvents,
}

/// Every table, in the order of [`Table`]'s variants.
pub const TABLES: &[TableDefinition] = &[
    alert_evidence::DEFINITION,
    alert_info::DEFINITION,
    device_events::DEFINITION,
    device_file_certificate_info::DEFINITION,
    device_file_events::DEFINITION,
    device_image_load_events::DEFINITION,
    device_info::DEFINITION,
    device_logon_events::DEFINITION,
    device_network_events::DEFINITION,
    device_network_info::DEFINITION,
    device_process_events::DEFINITION,
    device_registry_events::DEFINITION,
];

impl Table {
    pub(crate) const fn derived_definition(self) -> &'static TableDefinition {
        match self {
            Self::AlertEvidence => &alert_evidence::DEFINITION,
            Self::AlertInfo => &alert_info::DEFINITION,
            Self::DeviceEvents => &device_events::DEFINITION,
            Self::DeviceFileCertificateInfo => &device_file_certificate_info::DEFINITION,
            Self::DeviceFileEvents => &device_file_events::DEFINITION,
            Self::DeviceImageLoadEvents => &device_image_load_events::DEFINITION,
            Self::DeviceInfo => &device_info::DEFINITION,
            Self::DeviceLogonEvents => &device_logon_events::DEFINITION,
            Self::DeviceNetworkEvents => &device_network_events::DEFINITION,
            Self::DeviceNetworkInfo => &device_network_info::DEFINITION,
            Self::DeviceProcessEvents => &device_process_events::DEFINITION,
            Self::DeviceRegistryEvents => &device_registry_events::DEFINITION,
        }
    }
}

/// A row of any table.
#[derive(Debug, Clone, PartialEq)]
pub enum Row {
    /// Of [`Table::AlertEvidence`].
    AlertEvidence(Box<AlertEvidence>),
    /// Of [`Table::AlertInfo`].
    AlertInfo(Box<AlertInfo>),
    /// Of [`Table::DeviceEvents`].
    DeviceEvents(Box<DeviceEvents>),
    /// Of [`Table::DeviceFileCertificateInfo`].
    DeviceFileCertificateInfo(Box<DeviceFileCertificateInfo>),
    /// Of [`Table::DeviceFileEvents`].
    DeviceFileEvents(Box<DeviceFileEvents>),
    /// Of [`Table::DeviceImageLoadEvents`].
    DeviceImageLoadEvents(Box<DeviceImageLoadEvents>),
    /// Of [`Table::DeviceInfo`].
    DeviceInfo(Box<DeviceInfo>),
    /// Of [`Table::DeviceLogonEvents`].
    DeviceLogonEvents(Box<DeviceLogonEvents>),
    /// Of [`Table::DeviceNetworkEvents`].
    DeviceNetworkEvents(Box<DeviceNetworkEvents>),
    /// Of [`Table::DeviceNetworkInfo`].
    DeviceNetworkInfo(Box<DeviceNetworkInfo>),
    /// Of [`Table::DeviceProcessEvents`].
    DeviceProcessEvents(Box<DeviceProcessEvents>),
    /// Of [`Table::DeviceRegistryEvents`].
    DeviceRegistryEvents(Box<DeviceRegistryEvents>),
}

impl Row {
    /// Which table it belongs to.
    pub const fn table(&self) -> Table {
        match self {
            Self::AlertEvidence(_) => Table::AlertEvidence,
            Self::AlertInfo(_) => Table::AlertInfo,
            Self::DeviceEvents(_) => Table::DeviceEvents,
            Self::DeviceFileCertificateInfo(_) => Table::DeviceFileCertificateInfo,
            Self::DeviceFileEvents(_) => Table::DeviceFileEvents,
            Self::DeviceImageLoadEvents(_) => Table::DeviceImageLoadEvents,
            Self::DeviceInfo(_) => Table::DeviceInfo,
            Self::DeviceLogonEvents(_) => Table::DeviceLogonEvents,
            Self::DeviceNetworkEvents(_) => Table::DeviceNetworkEvents,
            Self::DeviceNetworkInfo(_) => Table::DeviceNetworkInfo,
            Self::DeviceProcessEvents(_) => Table::DeviceProcessEvents,
            Self::DeviceRegistryEvents(_) => Table::DeviceRegistryEvents,
        }
    }

    /// The value in the column at this position of the table's definition.
    pub fn value(&self, column: usize) -> Option<Value<'_>> {
        match self {
            Self::AlertEvidence(row) => row.value(column),
            Self::AlertInfo(row) => row.value(column),
            Self::DeviceEvents(row) => row.value(column),
            Self::DeviceFileCertificateInfo(row) => row.value(column),
            Self::DeviceFileEvents(row) => row.value(column),
            Self::DeviceImageLoadEvents(row) => row.value(column),
            Self::DeviceInfo(row) => row.value(column),
            Self::DeviceLogonEvents(row) => row.value(column),
            Self::DeviceNetworkEvents(row) => row.value(column),
            Self::DeviceNetworkInfo(row) => row.value(column),
            Self::DeviceProcessEvents(row) => row.value(column),
            Self::DeviceRegistryEvents(row) => row.value(column),
        }
    }
}
