//! Events as rows of the telemetry tables: which table, and what each column says.
//!
//! The tables are derived from `schema/`; this room is the one place where an event's facts meet their
//! columns. It decides nothing about storage or queries.

mod device;
mod file;
mod image;
mod inventory;
mod json;
mod logon;
mod network;
mod operation;
mod process;

use crate::{Action, Envelope, Process, ProcessKey, Row, Text, Timestamp, hex};

/// A value of a row, borrowed from it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value<'a> {
    /// True or false.
    Bool(bool),
    /// 32 bits.
    Int(i32),
    /// 64 bits.
    Long(i64),
    /// Floating.
    Real(f64),
    /// Text, also JSON.
    Text(&'a str),
    /// A point in time.
    DateTime(Timestamp),
}

/// The rows an event becomes: usually one.
pub fn rows_of(envelope: &Envelope) -> Vec<Row> {
    match &envelope.event.action {
        Action::ProcessStarted(process) => vec![process::started(envelope, process)],
        Action::ProcessForked(process) => {
            vec![device::introduced(envelope, process, "ProcessForked")]
        }
        Action::ProcessObserved(process) => {
            vec![device::introduced(envelope, process, "ProcessObserved")]
        }
        Action::ProcessEnded { exit_code, signal } => {
            vec![device::process_ended(envelope, *exit_code, *signal)]
        }
        Action::Connection(connection) => vec![network::connection(envelope, connection)],
        Action::File(change) => vec![file::change(envelope, change)],
        Action::Operation(operation) => vec![operation::done(envelope, operation)],
        Action::ImageLoaded(image) => vec![image::loaded(envelope, image)],
        Action::Logon(logon) => vec![logon::signed(envelope, logon)],
        Action::DeviceFacts(facts) => vec![device::facts(envelope, facts)],
        Action::Inventory(inventory) => inventory::rows(envelope, inventory),
        Action::EventsLost(lost) => vec![device::events_lost(envelope, lost)],
        Action::SensorHealth(health) => vec![device::sensor_health(envelope, health)],
        Action::Tampering(tampering) => vec![device::tampering(envelope, tampering)],
    }
}

/// Columns that begin every row of an event table.
struct Head {
    timestamp: Option<Timestamp>,
    device_id: Option<Text>,
    device_name: Option<Text>,
    report_id: Option<i64>,
    event_id: Option<Text>,
}

impl Head {
    fn of(envelope: &Envelope) -> Self {
        Self {
            timestamp: Some(envelope.event.at),
            device_id: Some(text(envelope.device)),
            device_name: Some(envelope.device_name.clone()),
            report_id: i64::try_from(envelope.event.id.sequence).ok(),
            event_id: Some(text(envelope.event.id)),
        }
    }
}

/// Anything that can be written, as shared text.
fn text(value: impl std::fmt::Display) -> Text {
    value.to_string().into()
}

fn unique_id(key: Option<ProcessKey>) -> Option<Text> {
    key.map(text)
}

fn pid(key: ProcessKey) -> i64 {
    i64::from(key.pid)
}

/// The last part of a path, as shared text.
fn name_of(path: &str) -> Text {
    crate::process::file_name(path).into()
}

fn sha256_hex(process: &Process) -> Option<Text> {
    Some(hex(&process.file?.sha256?).into())
}

/// The account name, or the number where the machine has no name for it.
fn account(process: &Process) -> Text {
    process.user.name.clone().unwrap_or_else(|| text(process.user.uid))
}

/// The columns that say who did it; the same names in every event table.
macro_rules! initiating {
    ($row:expr, $actor:expr) => {
        if let Some(actor) = $actor {
            use crate::row::{account, name_of, pid, sha256_hex, text, unique_id};
            $row.initiating_process_account_name = Some(account(actor));
            $row.initiating_process_account_sid = Some(text(actor.user.uid));
            $row.initiating_process_sha256 = sha256_hex(actor);
            $row.initiating_process_file_name = Some(actor.file_name().into());
            $row.initiating_process_file_size =
                actor.file.and_then(|file| i64::try_from(file.size).ok());
            $row.initiating_process_id = Some(pid(actor.key));
            $row.initiating_process_command_line = Some(actor.command_line.clone());
            $row.initiating_process_creation_time = Some(actor.started_at);
            $row.initiating_process_folder_path = Some(actor.image.clone());
            $row.initiating_process_parent_id = actor.parent.map(pid);
            $row.initiating_process_parent_file_name = actor.parent_image.as_deref().map(name_of);
            $row.initiating_process_parent_creation_time = actor.parent_started_at;
            $row.initiating_process_unique_id = unique_id(Some(actor.key));
            $row.initiating_process_parent_unique_id = unique_id(actor.parent);
            $row.initiating_process_user_id = Some(i64::from(actor.user.uid));
            $row.initiating_process_login_user_id = actor.user.login_uid.map(i64::from);
            $row.initiating_process_current_directory = actor.current_directory.clone();
            $row.initiating_process_container_id = actor.container.clone();
            $row.initiating_process_cgroup = actor.cgroup.clone();
        }
    };
}
use initiating;

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        BootId, DeviceId, Event, EventId, ProcessFile, ProcessUser, StreamId, Table, TenantId,
    };

    fn process(pid: u32, image: &str, command_line: &str) -> Arc<Process> {
        let user = ProcessUser {
            name: Some("www-data".into()),
            uid: 33,
            gid: 33,
            effective_uid: 33,
            effective_gid: 33,
            login_uid: None,
            session: None,
        };
        Arc::new(Process {
            key: ProcessKey { boot: BootId(7), pid, start_ticks: u64::from(pid) * 10 },
            parent: None,
            image: image.into(),
            command_line: command_line.into(),
            arguments_cut: false,
            current_directory: Some("/srv".into()),
            user,
            cgroup: None,
            container: None,
            file: Some(ProcessFile {
                device: 1,
                inode: 2,
                size: 3,
                sha256: Some([0xab; 32]),
                deleted: false,
                fileless: false,
            }),
            started_at: Timestamp::from_millis(1_000),
            parent_image: None,
            parent_command_line: None,
            parent_started_at: None,
            execution: None,
        })
    }

    fn envelope(actor: Arc<Process>, action: Action) -> Envelope {
        let uuid = "00000000-0000-0000-0000-000000000001";
        Envelope {
            tenant: uuid.parse::<TenantId>().unwrap(),
            device: uuid.parse::<DeviceId>().unwrap(),
            device_name: "web-1".into(),
            received_at: Timestamp::from_millis(3_000),
            event: Event {
                id: EventId { stream: uuid.parse::<StreamId>().unwrap(), sequence: 42 },
                at: Timestamp::from_millis(2_000),
                actor: Some(actor),
                action,
            },
        }
    }

    /// The row as `Column=value`, a line each, without the columns that say nothing.
    fn shown(row: &Row) -> Vec<String> {
        let columns = row.table().definition().columns;
        (0..columns.len())
            .filter_map(|position| match row.value(position)? {
                Value::Text(text) => Some(format!("{}={text}", columns[position].name)),
                value => Some(format!("{}={value:?}", columns[position].name)),
            })
            .collect()
    }

    #[test]
    fn a_started_program_is_one_process_row_with_its_parent_as_initiating_process() {
        let parent = process(100, "/usr/sbin/nginx", "nginx: worker");
        let child = process(200, "/bin/sh", "sh -c id");

        let rows = rows_of(&envelope(parent, Action::ProcessStarted(child)));

        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].table(), Table::DeviceProcessEvents);
        let row = shown(&rows[0]);
        for expected in [
            "ActionType=ProcessCreated",
            "FileName=sh",
            "FolderPath=/bin/sh",
            "ProcessCommandLine=sh -c id",
            "AccountName=www-data",
            "InitiatingProcessFileName=nginx",
            "InitiatingProcessCommandLine=nginx: worker",
            "ProcessUniqueId=00000000000000000000000000000007-200-2000",
            "ReportId=Long(42)",
        ] {
            assert!(row.iter().any(|line| line == expected), "{expected} is not in {row:#?}");
        }
    }

    #[test]
    fn an_exit_is_no_row_of_the_process_table() {
        let ended = Action::ProcessEnded { exit_code: Some(3), signal: None };

        let rows = rows_of(&envelope(process(5, "/bin/true", "true"), ended));

        assert_eq!(rows[0].table(), Table::DeviceEvents);
        assert!(shown(&rows[0]).contains(&"ExitCode=Int(3)".to_owned()));
    }

    #[test]
    fn additional_fields_stay_json_whatever_a_problem_says() {
        let health = crate::SensorHealth {
            problems: vec!["a \"quoted\"\nline\\".into()],
            ..crate::SensorHealth::default()
        };

        let rows = rows_of(&envelope(process(5, "/x", "x"), Action::SensorHealth(health)));

        let row = shown(&rows[0]);
        let json = row.iter().find(|line| line.starts_with("AdditionalFields=")).unwrap();
        assert!(json.ends_with(r#""Problems":["a \"quoted\"\u000aline\\"]}"#), "{json}");
    }
}
