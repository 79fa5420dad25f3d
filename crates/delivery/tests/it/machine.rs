//! A machine: a spool, and an uplink that runs.

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use bartizan_model::{
    Action, BootId, DeviceFacts, Event, EventId, FileChange, FileOperation, Process, ProcessKey,
    ProcessUser, StreamId, Timestamp,
};
use bartizan_spool::{Kind, Spool, SpoolConfig};
use bartizan_uplink::{Identity, LinkConfig, LinkState, Uplink, UplinkError, enrol};
use bartizan_wire::{EnrolmentToken, encode_single};
use tokio::{sync::watch, task::JoinHandle};

const DEADLINE: Duration = Duration::from_secs(60);

/// A machine with a sensor that sends.
pub(crate) struct Machine {
    pub(crate) spool: Arc<Spool>,
    pub(crate) state: watch::Receiver<LinkState>,
    stop: watch::Sender<bool>,
    running: JoinHandle<()>,
}

impl Machine {
    pub(crate) fn start(folder: &Path, identity: Identity) -> Self {
        let spool = Spool::open(folder.join("spool"), SpoolConfig::default()).unwrap();
        Self::start_with(Arc::new(spool), identity)
    }

    pub(crate) fn start_with(spool: Arc<Spool>, identity: Identity) -> Self {
        let config = LinkConfig {
            interval: Duration::from_millis(10),
            patience: Duration::from_millis(700),
            ..LinkConfig::default()
        };
        let uplink = Uplink::new(Arc::clone(&spool), identity, config);
        let state = uplink.state();
        let (stop, stopped) = watch::channel(false);
        Self { spool, state, stop, running: tokio::spawn(uplink.run(stopped)) }
    }

    /// Observes so many file changes by one process.
    pub(crate) fn observes(&self, count: u64) {
        observe(&self.spool, count);
    }

    pub(crate) async fn is_acknowledged(&self) {
        until("everything is acknowledged", || {
            let status = self.spool.status();
            status.acknowledged == status.newest
        })
        .await;
    }

    pub(crate) async fn stop(self) {
        self.stop.send(true).unwrap();
        tokio::time::timeout(Duration::from_secs(2), self.running).await.unwrap().unwrap();
    }
}

pub(crate) fn observe(spool: &Spool, count: u64) {
    let events: Vec<_> =
        (0..count).map(|_| (Kind::File, encode_single(&change()).unwrap())).collect();
    spool.append(&events).unwrap();
}

/// An event; its number comes from the spool.
pub(crate) fn change() -> Event {
    let user = ProcessUser {
        name: Some("root".into()),
        uid: 0,
        gid: 0,
        effective_uid: 0,
        effective_gid: 0,
        login_uid: None,
        session: None,
    };
    let process = Process {
        key: ProcessKey { boot: BootId(1), pid: 7, start_ticks: 9 },
        parent: None,
        image: "/bin/sh".into(),
        command_line: "sh".into(),
        arguments_cut: false,
        current_directory: None,
        user,
        cgroup: None,
        container: None,
        file: None,
        started_at: Timestamp::from_millis(1),
        parent_image: None,
        parent_command_line: None,
        parent_started_at: None,
        execution: None,
    };
    Event {
        id: EventId { stream: StreamId::from_uuid(uuid::Uuid::nil()), sequence: 1 },
        at: Timestamp::from_millis(2),
        actor: Some(Arc::new(process)),
        action: Action::File(FileChange {
            operation: FileOperation::Created,
            path: "/tmp/made".into(),
            previous_path: None,
            size: Some(1),
            count: 1,
            details: Vec::new(),
        }),
    }
}

pub(crate) async fn enrolled(
    folder: &Path,
    token: &EnrolmentToken,
) -> Result<Identity, UplinkError> {
    let facts = DeviceFacts {
        host_name: "web-1".into(),
        machine_id: None,
        os_name: "Debian GNU/Linux".into(),
        os_version: "12".into(),
        kernel: "6.1".into(),
        architecture: "x86_64".into(),
        processors: 2,
        memory_bytes: 1 << 30,
        sensor_version: "0.1.0".into(),
        addresses: Vec::new(),
        booted_at: Timestamp::from_millis(1),
    };
    enrol(&folder.join("identity"), token, &facts).await
}

pub(crate) async fn until(what: &str, done: impl Fn() -> bool) {
    #[expect(clippy::disallowed_methods, reason = "a test's deadline")]
    let started = Instant::now();
    while !done() {
        assert!(started.elapsed() < DEADLINE, "waited in vain until {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
