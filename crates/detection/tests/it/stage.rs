//! Events for the tests, from the fields that Sigma names.

use std::sync::Arc;

use bartizan_model::{
    Action, BootId, Connection, ConnectionOutcome, DeviceId, Envelope, Event, EventId, FileChange,
    FileOperation, Process, ProcessFile, ProcessKey, ProcessUser, Protocol, StreamId, TenantId,
    Timestamp,
};
use serde_json::{Map, Value};

const ID: &str = "6b1d6f0e-2f0c-4d0a-9c55-0d5a3f0c7f11";

/// What the sensor would have told, had this happened; `None` where it has no such event.
pub(crate) fn envelope(category: &str, event: &Map<String, Value>) -> Option<Envelope> {
    let text = |field: &str| match event.get(field)? {
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    };
    // How usual something is, the server knows and no sensor tells.
    if event.keys().any(|field| field.contains("SeenIn") || field.contains("DevicesKnown")) {
        return None;
    }
    let parent = process(90, text("ParentImage"), text("ParentCommandLine"), None);
    let mut own = process(100, text("Image"), text("CommandLine"), text("User"));
    own.parent = Some(parent.key);
    own.parent_image = text("ParentImage").map(Into::into);
    own.current_directory = text("CurrentDirectory").map(Into::into);
    own.container = text("ProcessContainerId").map(Into::into);
    if let Some(file) = &mut own.file {
        file.fileless = text("IsFileless").as_deref() == Some("true");
    }
    let change = |operation| {
        Some(Action::File(FileChange {
            operation,
            path: text("TargetFilename")?.into(),
            previous_path: text("SourceFilename").map(Into::into),
            size: None,
            count: 1,
            details: Vec::new(),
        }))
    };
    let (actor, action) = match category {
        "process_creation" => (parent, Action::ProcessStarted(Arc::new(own))),
        "file_event" => (own, change(FileOperation::Modified)?),
        "file_rename" => (own, change(FileOperation::Renamed)?),
        "file_delete" => (own, change(FileOperation::Deleted)?),
        "network_connection" if text("Initiated").as_deref() == Some("true") => {
            let ip: std::net::IpAddr = text("DestinationIp")?.parse().ok()?;
            let remote = (ip, text("DestinationPort")?.parse().ok()?).into();
            let (outcome, protocol) = (ConnectionOutcome::Succeeded, Protocol::Tcp);
            (
                own,
                Action::Connection(Connection {
                    outcome,
                    protocol,
                    local: None,
                    remote,
                    host: None,
                }),
            )
        }
        _ => return None,
    };
    Some(Envelope {
        tenant: ID.parse::<TenantId>().unwrap(),
        device: ID.parse::<DeviceId>().unwrap(),
        device_name: "web-1".into(),
        received_at: Timestamp::from_millis(2_000),
        event: Event {
            id: EventId { stream: ID.parse::<StreamId>().unwrap(), sequence: 7 },
            at: Timestamp::from_millis(1_000),
            actor: Some(Arc::new(actor)),
            action,
        },
    })
}

fn process(
    pid: u32,
    image: Option<String>,
    command_line: Option<String>,
    user: Option<String>,
) -> Process {
    Process {
        key: ProcessKey { boot: BootId(1), pid, start_ticks: u64::from(pid) },
        parent: None,
        image: image.unwrap_or_default().into(),
        command_line: command_line.unwrap_or_default().into(),
        arguments_cut: false,
        current_directory: None,
        user: ProcessUser {
            name: user.map(Into::into),
            uid: 33,
            gid: 33,
            effective_uid: 33,
            effective_gid: 33,
            login_uid: None,
            session: None,
        },
        cgroup: None,
        container: None,
        file: Some(ProcessFile {
            device: 1,
            inode: 2,
            size: 3,
            sha256: Some([0xcd; 32]),
            deleted: false,
            fileless: false,
        }),
        started_at: Timestamp::from_millis(900),
        parent_image: None,
        parent_command_line: None,
        parent_started_at: None,
        execution: None,
    }
}
