//! Every telemetry table: its row and its definition. Written by `cargo xtask codegen` from `schema/`; do not edit.

mod alert_evidence;
mod alert_info;
mod device_baseline_compliance_assessment;
mod device_baseline_compliance_assessment_kb;
mod device_baseline_compliance_profiles;
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
mod device_tvm_browser_extensions;
mod device_tvm_browser_extensions_kb;
mod device_tvm_certificate_info;
mod device_tvm_hardware_firmware;
mod device_tvm_info_gathering;
mod device_tvm_info_gathering_kb;
mod device_tvm_secure_configuration_assessment;
mod device_tvm_secure_configuration_assessment_kb;
mod device_tvm_software_evidence_beta;
mod device_tvm_software_inventory;
mod device_tvm_software_vulnerabilities;
mod device_tvm_software_vulnerabilities_kb;
mod identity_account_info;
mod identity_directory_events;
mod identity_events;
mod identity_info;
mod identity_logon_events;
mod identity_query_events;

pub use alert_evidence::AlertEvidence;
pub use alert_info::AlertInfo;
pub use device_baseline_compliance_assessment::DeviceBaselineComplianceAssessment;
pub use device_baseline_compliance_assessment_kb::DeviceBaselineComplianceAssessmentKB;
pub use device_baseline_compliance_profiles::DeviceBaselineComplianceProfiles;
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
pub use device_tvm_browser_extensions::DeviceTvmBrowserExtensions;
pub use device_tvm_browser_extensions_kb::DeviceTvmBrowserExtensionsKB;
pub use device_tvm_certificate_info::DeviceTvmCertificateInfo;
pub use device_tvm_hardware_firmware::DeviceTvmHardwareFirmware;
pub use device_tvm_info_gathering::DeviceTvmInfoGathering;
pub use device_tvm_info_gathering_kb::DeviceTvmInfoGatheringKB;
pub use device_tvm_secure_configuration_assessment::DeviceTvmSecureConfigurationAssessment;
pub use device_tvm_secure_configuration_assessment_kb::DeviceTvmSecureConfigurationAssessmentKB;
pub use device_tvm_software_evidence_beta::DeviceTvmSoftwareEvidenceBeta;
pub use device_tvm_software_inventory::DeviceTvmSoftwareInventory;
pub use device_tvm_software_vulnerabilities::DeviceTvmSoftwareVulnerabilities;
pub use device_tvm_software_vulnerabilities_kb::DeviceTvmSoftwareVulnerabilitiesKB;
pub use identity_account_info::IdentityAccountInfo;
pub use identity_directory_events::IdentityDirectoryEvents;
pub use identity_events::IdentityEvents;
pub use identity_info::IdentityInfo;
pub use identity_logon_events::IdentityLogonEvents;
pub use identity_query_events::IdentityQueryEvents;

use crate::{TableDefinition, Value};

/// A telemetry table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// The things that alerts name: processes, files, addresses, users, devices.
    AlertEvidence,
    /// Alerts: what was claimed, how grave it is, which rule said so.
    AlertInfo,
    /// Whether each machine complies with the checks of a baseline.
    DeviceBaselineComplianceAssessment,
    /// What the checks of the baselines are about.
    DeviceBaselineComplianceAssessmentKB,
    /// The baselines that machines are measured by.
    DeviceBaselineComplianceProfiles,
    /// Everything else that processes did to the machine, to each other and to themselves; what the sensor says of itself.
    DeviceEvents,
    /// Certificates that files are signed with.
    DeviceFileCertificateInfo,
    /// Files that were created, changed, renamed or deleted in the places that matter.
    DeviceFileEvents,
    /// Shared libraries, and other code, that a program mapped for the first time.
    DeviceImageLoadEvents,
    /// What each machine is, told at start and daily.
    DeviceInfo,
    /// Sign-ins and attempts at them.
    DeviceLogonEvents,
    /// Connections that processes opened and accepted, and ports they wait at.
    DeviceNetworkEvents,
    /// Network adapters of each machine.
    DeviceNetworkInfo,
    /// Programs that were started: one row for each execution.
    DeviceProcessEvents,
    /// Changes of the Windows registry.
    DeviceRegistryEvents,
    /// Browser extensions of each machine.
    DeviceTvmBrowserExtensions,
    /// What is known of each browser extension.
    DeviceTvmBrowserExtensionsKB,
    /// Certificates found on each machine.
    DeviceTvmCertificateInfo,
    /// Hardware and firmware of each machine.
    DeviceTvmHardwareFirmware,
    /// Security settings as they were found on each machine.
    DeviceTvmInfoGathering,
    /// What each gathered setting means.
    DeviceTvmInfoGatheringKB,
    /// Whether each machine is set up as it should be.
    DeviceTvmSecureConfigurationAssessment,
    /// What each check of the settings is about.
    DeviceTvmSecureConfigurationAssessmentKB,
    /// Where on a machine a piece of software was found.
    DeviceTvmSoftwareEvidenceBeta,
    /// The software of each machine.
    DeviceTvmSoftwareInventory,
    /// Known weaknesses in the software of each machine.
    DeviceTvmSoftwareVulnerabilities,
    /// What is known of each weakness.
    DeviceTvmSoftwareVulnerabilitiesKB,
    /// The accounts of each user.
    IdentityAccountInfo,
    /// Changes in directory services.
    IdentityDirectoryEvents,
    /// What users did at identity providers.
    IdentityEvents,
    /// What is known of each user.
    IdentityInfo,
    /// Logons seen by directory services.
    IdentityLogonEvents,
    /// Queries to directory services.
    IdentityQueryEvents,
}

/// Every table, in the order of [`Table`]'s variants.
pub const TABLES: &[TableDefinition] = &[
    alert_evidence::DEFINITION,
    alert_info::DEFINITION,
    device_baseline_compliance_assessment::DEFINITION,
    device_baseline_compliance_assessment_kb::DEFINITION,
    device_baseline_compliance_profiles::DEFINITION,
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
    device_tvm_browser_extensions::DEFINITION,
    device_tvm_browser_extensions_kb::DEFINITION,
    device_tvm_certificate_info::DEFINITION,
    device_tvm_hardware_firmware::DEFINITION,
    device_tvm_info_gathering::DEFINITION,
    device_tvm_info_gathering_kb::DEFINITION,
    device_tvm_secure_configuration_assessment::DEFINITION,
    device_tvm_secure_configuration_assessment_kb::DEFINITION,
    device_tvm_software_evidence_beta::DEFINITION,
    device_tvm_software_inventory::DEFINITION,
    device_tvm_software_vulnerabilities::DEFINITION,
    device_tvm_software_vulnerabilities_kb::DEFINITION,
    identity_account_info::DEFINITION,
    identity_directory_events::DEFINITION,
    identity_events::DEFINITION,
    identity_info::DEFINITION,
    identity_logon_events::DEFINITION,
    identity_query_events::DEFINITION,
];

impl Table {
    pub(crate) const fn derived_definition(self) -> &'static TableDefinition {
        match self {
            Self::AlertEvidence => &alert_evidence::DEFINITION,
            Self::AlertInfo => &alert_info::DEFINITION,
            Self::DeviceBaselineComplianceAssessment => {
                &device_baseline_compliance_assessment::DEFINITION
            }
            Self::DeviceBaselineComplianceAssessmentKB => {
                &device_baseline_compliance_assessment_kb::DEFINITION
            }
            Self::DeviceBaselineComplianceProfiles => {
                &device_baseline_compliance_profiles::DEFINITION
            }
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
            Self::DeviceTvmBrowserExtensions => &device_tvm_browser_extensions::DEFINITION,
            Self::DeviceTvmBrowserExtensionsKB => &device_tvm_browser_extensions_kb::DEFINITION,
            Self::DeviceTvmCertificateInfo => &device_tvm_certificate_info::DEFINITION,
            Self::DeviceTvmHardwareFirmware => &device_tvm_hardware_firmware::DEFINITION,
            Self::DeviceTvmInfoGathering => &device_tvm_info_gathering::DEFINITION,
            Self::DeviceTvmInfoGatheringKB => &device_tvm_info_gathering_kb::DEFINITION,
            Self::DeviceTvmSecureConfigurationAssessment => {
                &device_tvm_secure_configuration_assessment::DEFINITION
            }
            Self::DeviceTvmSecureConfigurationAssessmentKB => {
                &device_tvm_secure_configuration_assessment_kb::DEFINITION
            }
            Self::DeviceTvmSoftwareEvidenceBeta => &device_tvm_software_evidence_beta::DEFINITION,
            Self::DeviceTvmSoftwareInventory => &device_tvm_software_inventory::DEFINITION,
            Self::DeviceTvmSoftwareVulnerabilities => {
                &device_tvm_software_vulnerabilities::DEFINITION
            }
            Self::DeviceTvmSoftwareVulnerabilitiesKB => {
                &device_tvm_software_vulnerabilities_kb::DEFINITION
            }
            Self::IdentityAccountInfo => &identity_account_info::DEFINITION,
            Self::IdentityDirectoryEvents => &identity_directory_events::DEFINITION,
            Self::IdentityEvents => &identity_events::DEFINITION,
            Self::IdentityInfo => &identity_info::DEFINITION,
            Self::IdentityLogonEvents => &identity_logon_events::DEFINITION,
            Self::IdentityQueryEvents => &identity_query_events::DEFINITION,
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
    /// Of [`Table::DeviceBaselineComplianceAssessment`].
    DeviceBaselineComplianceAssessment(Box<DeviceBaselineComplianceAssessment>),
    /// Of [`Table::DeviceBaselineComplianceAssessmentKB`].
    DeviceBaselineComplianceAssessmentKB(Box<DeviceBaselineComplianceAssessmentKB>),
    /// Of [`Table::DeviceBaselineComplianceProfiles`].
    DeviceBaselineComplianceProfiles(Box<DeviceBaselineComplianceProfiles>),
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
    /// Of [`Table::DeviceTvmBrowserExtensions`].
    DeviceTvmBrowserExtensions(Box<DeviceTvmBrowserExtensions>),
    /// Of [`Table::DeviceTvmBrowserExtensionsKB`].
    DeviceTvmBrowserExtensionsKB(Box<DeviceTvmBrowserExtensionsKB>),
    /// Of [`Table::DeviceTvmCertificateInfo`].
    DeviceTvmCertificateInfo(Box<DeviceTvmCertificateInfo>),
    /// Of [`Table::DeviceTvmHardwareFirmware`].
    DeviceTvmHardwareFirmware(Box<DeviceTvmHardwareFirmware>),
    /// Of [`Table::DeviceTvmInfoGathering`].
    DeviceTvmInfoGathering(Box<DeviceTvmInfoGathering>),
    /// Of [`Table::DeviceTvmInfoGatheringKB`].
    DeviceTvmInfoGatheringKB(Box<DeviceTvmInfoGatheringKB>),
    /// Of [`Table::DeviceTvmSecureConfigurationAssessment`].
    DeviceTvmSecureConfigurationAssessment(Box<DeviceTvmSecureConfigurationAssessment>),
    /// Of [`Table::DeviceTvmSecureConfigurationAssessmentKB`].
    DeviceTvmSecureConfigurationAssessmentKB(Box<DeviceTvmSecureConfigurationAssessmentKB>),
    /// Of [`Table::DeviceTvmSoftwareEvidenceBeta`].
    DeviceTvmSoftwareEvidenceBeta(Box<DeviceTvmSoftwareEvidenceBeta>),
    /// Of [`Table::DeviceTvmSoftwareInventory`].
    DeviceTvmSoftwareInventory(Box<DeviceTvmSoftwareInventory>),
    /// Of [`Table::DeviceTvmSoftwareVulnerabilities`].
    DeviceTvmSoftwareVulnerabilities(Box<DeviceTvmSoftwareVulnerabilities>),
    /// Of [`Table::DeviceTvmSoftwareVulnerabilitiesKB`].
    DeviceTvmSoftwareVulnerabilitiesKB(Box<DeviceTvmSoftwareVulnerabilitiesKB>),
    /// Of [`Table::IdentityAccountInfo`].
    IdentityAccountInfo(Box<IdentityAccountInfo>),
    /// Of [`Table::IdentityDirectoryEvents`].
    IdentityDirectoryEvents(Box<IdentityDirectoryEvents>),
    /// Of [`Table::IdentityEvents`].
    IdentityEvents(Box<IdentityEvents>),
    /// Of [`Table::IdentityInfo`].
    IdentityInfo(Box<IdentityInfo>),
    /// Of [`Table::IdentityLogonEvents`].
    IdentityLogonEvents(Box<IdentityLogonEvents>),
    /// Of [`Table::IdentityQueryEvents`].
    IdentityQueryEvents(Box<IdentityQueryEvents>),
}

impl Row {
    /// Which table it belongs to.
    pub const fn table(&self) -> Table {
        match self {
            Self::AlertEvidence(_) => Table::AlertEvidence,
            Self::AlertInfo(_) => Table::AlertInfo,
            Self::DeviceBaselineComplianceAssessment(_) => {
                Table::DeviceBaselineComplianceAssessment
            }
            Self::DeviceBaselineComplianceAssessmentKB(_) => {
                Table::DeviceBaselineComplianceAssessmentKB
            }
            Self::DeviceBaselineComplianceProfiles(_) => Table::DeviceBaselineComplianceProfiles,
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
            Self::DeviceTvmBrowserExtensions(_) => Table::DeviceTvmBrowserExtensions,
            Self::DeviceTvmBrowserExtensionsKB(_) => Table::DeviceTvmBrowserExtensionsKB,
            Self::DeviceTvmCertificateInfo(_) => Table::DeviceTvmCertificateInfo,
            Self::DeviceTvmHardwareFirmware(_) => Table::DeviceTvmHardwareFirmware,
            Self::DeviceTvmInfoGathering(_) => Table::DeviceTvmInfoGathering,
            Self::DeviceTvmInfoGatheringKB(_) => Table::DeviceTvmInfoGatheringKB,
            Self::DeviceTvmSecureConfigurationAssessment(_) => {
                Table::DeviceTvmSecureConfigurationAssessment
            }
            Self::DeviceTvmSecureConfigurationAssessmentKB(_) => {
                Table::DeviceTvmSecureConfigurationAssessmentKB
            }
            Self::DeviceTvmSoftwareEvidenceBeta(_) => Table::DeviceTvmSoftwareEvidenceBeta,
            Self::DeviceTvmSoftwareInventory(_) => Table::DeviceTvmSoftwareInventory,
            Self::DeviceTvmSoftwareVulnerabilities(_) => Table::DeviceTvmSoftwareVulnerabilities,
            Self::DeviceTvmSoftwareVulnerabilitiesKB(_) => {
                Table::DeviceTvmSoftwareVulnerabilitiesKB
            }
            Self::IdentityAccountInfo(_) => Table::IdentityAccountInfo,
            Self::IdentityDirectoryEvents(_) => Table::IdentityDirectoryEvents,
            Self::IdentityEvents(_) => Table::IdentityEvents,
            Self::IdentityInfo(_) => Table::IdentityInfo,
            Self::IdentityLogonEvents(_) => Table::IdentityLogonEvents,
            Self::IdentityQueryEvents(_) => Table::IdentityQueryEvents,
        }
    }

    /// The value in the column at this position of the table's definition.
    pub fn value(&self, column: usize) -> Option<Value<'_>> {
        match self {
            Self::AlertEvidence(row) => row.value(column),
            Self::AlertInfo(row) => row.value(column),
            Self::DeviceBaselineComplianceAssessment(row) => row.value(column),
            Self::DeviceBaselineComplianceAssessmentKB(row) => row.value(column),
            Self::DeviceBaselineComplianceProfiles(row) => row.value(column),
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
            Self::DeviceTvmBrowserExtensions(row) => row.value(column),
            Self::DeviceTvmBrowserExtensionsKB(row) => row.value(column),
            Self::DeviceTvmCertificateInfo(row) => row.value(column),
            Self::DeviceTvmHardwareFirmware(row) => row.value(column),
            Self::DeviceTvmInfoGathering(row) => row.value(column),
            Self::DeviceTvmInfoGatheringKB(row) => row.value(column),
            Self::DeviceTvmSecureConfigurationAssessment(row) => row.value(column),
            Self::DeviceTvmSecureConfigurationAssessmentKB(row) => row.value(column),
            Self::DeviceTvmSoftwareEvidenceBeta(row) => row.value(column),
            Self::DeviceTvmSoftwareInventory(row) => row.value(column),
            Self::DeviceTvmSoftwareVulnerabilities(row) => row.value(column),
            Self::DeviceTvmSoftwareVulnerabilitiesKB(row) => row.value(column),
            Self::IdentityAccountInfo(row) => row.value(column),
            Self::IdentityDirectoryEvents(row) => row.value(column),
            Self::IdentityEvents(row) => row.value(column),
            Self::IdentityInfo(row) => row.value(column),
            Self::IdentityLogonEvents(row) => row.value(column),
            Self::IdentityQueryEvents(row) => row.value(column),
        }
    }
}
