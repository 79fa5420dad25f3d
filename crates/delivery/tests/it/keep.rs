//! A server: records, authority, event log and listener in one folder.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use bartizan_access::{Access, FirstTenant, Identity};
use bartizan_event_log::{EventLog, EventLogConfig, Position};
use bartizan_ingest::{Ingest, ListenerTls, envelopes, serve};
use bartizan_model::{Envelope, Timestamp};
use bartizan_store::Store;
use bartizan_wire::EnrolmentToken;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

/// Now, as the server's records see it.
pub(crate) fn now() -> Timestamp {
    #[expect(clippy::disallowed_methods, reason = "certificates are judged by the real clock")]
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    Timestamp::from_nanos(i64::try_from(since.as_nanos()).unwrap())
}

/// A server that runs.
pub(crate) struct Keep {
    pub(crate) access: Arc<Access>,
    pub(crate) log: Arc<EventLog>,
    pub(crate) ingest: Arc<Ingest>,
    pub(crate) port: u16,
    folder: PathBuf,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<()>,
}

impl Keep {
    /// A server in this folder; on any port when it is 0.
    pub(crate) async fn start(folder: &Path, port: u16) -> Self {
        Self::start_with(folder, port, EventLogConfig::default()).await
    }

    pub(crate) async fn start_with(folder: &Path, port: u16, config: EventLogConfig) -> Self {
        let store = Arc::new(Store::open(folder.join("records.sqlite")).unwrap());
        let (access, _) = Access::open(store, folder, FirstTenant::default(), now()).unwrap();
        let access = Arc::new(access);
        let log = Arc::new(EventLog::open(folder.join("log"), config).unwrap());
        let quarantine = folder.join("quarantine");
        let ingest = Ingest::open(Arc::clone(&log), Arc::clone(&access), &quarantine).unwrap();
        let certificate = access.authority().server_certificate(&[], now()).unwrap();
        let tls = ListenerTls {
            chain_pem: certificate.chain_pem,
            key_pem: certificate.key_pem,
            authority_pem: access.authority().certificate_pem(),
        };
        let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = Arc::clone(&ingest);
        let serving = tokio::spawn(async move {
            let stopped = async move { drop(stopped.await) };
            serve(serving, listener, tls, stopped).await.unwrap();
        });
        let folder = folder.to_path_buf();
        Self { access, log, ingest, port, folder, stop: Some(stop), serving }
    }

    /// Ends as a server ends that is asked to.
    pub(crate) async fn stop(mut self) {
        drop(self.stop.take());
        tokio::time::timeout(Duration::from_secs(10), &mut self.serving).await.unwrap().unwrap();
    }

    /// A token for one machine.
    pub(crate) fn token(&self, server: &str) -> EnrolmentToken {
        token(&self.access, server)
    }

    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Everything in the log.
    pub(crate) fn events(&self) -> Vec<Envelope> {
        events(&self.log)
    }

    pub(crate) fn quarantined(&self) -> usize {
        std::fs::read_dir(self.folder.join("quarantine")).unwrap().count()
    }
}

pub(crate) fn token(access: &Access, server: &str) -> EnrolmentToken {
    let by = Identity::server(access.tenants().first().unwrap());
    let valid = Duration::from_secs(600);
    let secret = access.create_enrolment_token(&by, "a test", valid, "", now()).unwrap();
    EnrolmentToken {
        server: server.to_owned(),
        authority: access.authority().certificate().to_vec(),
        secret: secret.0.to_vec(),
    }
}

pub(crate) fn events(log: &EventLog) -> Vec<Envelope> {
    let mut place = Position(0);
    let mut events = Vec::new();
    loop {
        let read = log.read(place, 100).unwrap();
        let Some((last, _)) = read.last() else { return events };
        place = last.next();
        events.extend(read.iter().flat_map(|(_, entry)| envelopes(entry).unwrap()));
    }
}
