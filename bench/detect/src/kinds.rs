//! Which logsource a Windows event is of, by channel and number: the mapping that public Sysmon pipelines use.

/// Category and service of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Kind {
    pub category: Option<&'static str>,
    pub service: Option<&'static str>,
}

const SYSMON: &[(&str, &str)] = &[
    ("1", "process_creation"),
    ("2", "file_change"),
    ("3", "network_connection"),
    ("4", "sysmon_status"),
    ("5", "process_termination"),
    ("6", "driver_load"),
    ("7", "image_load"),
    ("8", "create_remote_thread"),
    ("9", "raw_access_thread"),
    ("10", "process_access"),
    ("11", "file_event"),
    ("12", "registry_event"),
    ("13", "registry_set"),
    ("14", "registry_rename"),
    ("15", "create_stream_hash"),
    ("17", "pipe_created"),
    ("18", "pipe_created"),
    ("19", "wmi_event"),
    ("20", "wmi_event"),
    ("21", "wmi_event"),
    ("22", "dns_query"),
    ("23", "file_delete"),
    ("25", "process_tampering"),
    ("255", "sysmon_error"),
];

const SERVICES: &[(&str, &str)] = &[
    ("Security", "security"),
    ("System", "system"),
    ("Application", "application"),
    ("Windows PowerShell", "powershell-classic"),
    ("Microsoft-Windows-PowerShell/Operational", "powershell"),
    ("PowerShellCore/Operational", "powershell"),
    ("Microsoft-Windows-TaskScheduler/Operational", "taskscheduler"),
    ("Microsoft-Windows-Windows Defender/Operational", "windefend"),
    ("Microsoft-Windows-WMI-Activity/Operational", "wmi"),
    ("Microsoft-Windows-Bits-Client/Operational", "bits-client"),
    ("Microsoft-Windows-DNS-Client/Operational", "dns-client"),
    ("Microsoft-Windows-NTLM/Operational", "ntlm"),
    ("Microsoft-Windows-CodeIntegrity/Operational", "codeintegrity-operational"),
    ("Microsoft-Windows-AppLocker/EXE and DLL", "applocker"),
    ("Microsoft-Windows-AppLocker/MSI and Script", "applocker"),
    (
        "Microsoft-Windows-Windows Firewall With Advanced Security/Firewall",
        "firewall-as",
    ),
    (
        "Microsoft-Windows-TerminalServices-LocalSessionManager/Operational",
        "terminalservices-localsessionmanager",
    ),
];

/// The kind of an event.
pub fn of(channel: &str, id: &str) -> Kind {
    if channel == "Microsoft-Windows-Sysmon/Operational" {
        let category = SYSMON.iter().find(|(number, _)| *number == id).map(|(_, c)| *c);
        return Kind { category, service: Some("sysmon") };
    }
    let service = SERVICES.iter().find(|(name, _)| *name == channel).map(|(_, s)| *s);
    let category = match (channel, id) {
        ("Security", "4688") => Some("process_creation"),
        (_, "4103") => Some("ps_module"),
        (_, "4104") => Some("ps_script"),
        ("Windows PowerShell", "400") => Some("ps_classic_start"),
        ("Windows PowerShell", "600") => Some("ps_classic_provider_start"),
        ("Windows PowerShell", "800") => Some("ps_classic_script"),
        _ => None,
    };
    Kind { category, service }
}
