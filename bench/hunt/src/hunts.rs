//! The eight hunts, as analysts write them. `peers.py` asks the same of the others in SQL.

use crate::estate::{device_id, digest};

/// A hunt: its name and its question.
#[derive(Debug)]
pub struct Hunt {
    pub name: &'static str,
    pub question: String,
}

/// The day in the middle of the month.
const DAY: &str = "Timestamp >= datetime(2024-01-15) and Timestamp < datetime(2024-01-16)";

/// The eight.
pub fn hunts() -> Vec<Hunt> {
    let hash: String =
        digest("/tmp/.X11-unix/kdevtmp", "").iter().map(|byte| format!("{byte:02x}")).collect();
    let device = device_id(3);
    let shown = "Timestamp, ActionType, InitiatingProcessFileName, InitiatingProcessCommandLine, InitiatingProcessAccountName, EventId";
    let day_of = |table: &str, more: &str| {
        format!("({table} | where DeviceId == \"{device}\" and {DAY} | project {shown}{more})")
    };
    let hunt = |name, question| Hunt { name, question };
    vec![
        hunt("needle", format!(
            "DeviceProcessEvents | where SHA256 == \"{hash}\" | project Timestamp, DeviceName, FileName, ProcessCommandLine, AccountName"
        )),
        hunt("device-day", format!(
            "union {}, {}, {} | sort by Timestamp asc",
            day_of("DeviceProcessEvents", ", What = ProcessCommandLine"),
            day_of("DeviceNetworkEvents", ", What = RemoteIP"),
            day_of("DeviceFileEvents", ", What = FolderPath"),
        )),
        hunt("substring", "DeviceProcessEvents | where ProcessCommandLine contains \"stratum+tcp\" | project Timestamp, DeviceName, ProcessCommandLine, InitiatingProcessFileName".to_owned()),
        hunt("distinct", "DeviceProcessEvents | summarize Starts = count(), Programs = count_distinct(SHA256), Lines = count_distinct(ProcessCommandLine), Users = count_distinct(AccountName) by DeviceName".to_owned()),
        hunt("join", "DeviceProcessEvents | where FileName in (\"curl\", \"wget\", \"nc\", \"python3\") | project Started = Timestamp, DeviceId, ProcessUniqueId | join kind=inner (DeviceNetworkEvents | where RemoteIPType == \"Public\" | project Connected = Timestamp, DeviceId, ProcessUniqueId = InitiatingProcessUniqueId, RemoteIP) on DeviceId, ProcessUniqueId | where Connected between (Started .. (Started + 5m)) | summarize Connections = count() by RemoteIP | sort by Connections desc, RemoteIP asc | take 20".to_owned()),
        hunt("rare-parent", "DeviceProcessEvents | summarize Starts = count(), Devices = count_distinct(DeviceId) by InitiatingProcessFileName, FileName | where Starts < 20".to_owned()),
        hunt("has-any", format!(
            "DeviceProcessEvents | where {DAY} | where ProcessCommandLine has_any (\"linpeas\", \"chisel\", \"mimipenguin\", \"ngrok\") | project Timestamp, DeviceName, ProcessCommandLine"
        )),
        hunt("talkers", "DeviceNetworkEvents | where RemoteIPType == \"Public\" | summarize Connections = count(), Devices = count_distinct(DeviceId) by RemoteIP | sort by Connections desc, RemoteIP asc | take 10".to_owned()),
    ]
}
