//! The stories.

use std::{
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use bartizan_access::{Access, FirstTenant};
use bartizan_event_log::{EventLog, EventLogConfig};
use bartizan_model::{Action, LossStage};
use bartizan_spool::{Spool, SpoolConfig};
use bartizan_store::Store;
use bartizan_uplink::{LinkState, UplinkError};
use bartizan_wire::{Batch, MESSAGE_BYTES_MAX, PROTOCOL_VERSION, UplinkClient};
use tonic::transport::{Certificate, ClientTlsConfig, Endpoint, Identity as TlsIdentity};

use crate::{
    keep::{Keep, events, now, token},
    machine::{Machine, enrolled, observe, until},
    proxy::Proxy,
};

fn sequences(keep: &Keep) -> Vec<u64> {
    keep.events().iter().map(|envelope| envelope.event.id.sequence).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_enrolled_machine_gets_its_events_into_the_log_under_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let keep = Keep::start(folder.path(), 0).await;
    let identity = enrolled(folder.path(), &keep.token(&keep.address())).await.unwrap();
    let device = identity.device;
    let machine = Machine::start(folder.path(), identity);

    machine.observes(5_000);
    machine.is_acknowledged().await;

    let events = keep.events();
    assert_eq!(sequences(&keep), (1..=5_000).collect::<Vec<_>>());
    assert!(events.iter().all(|e| e.device == device && *e.device_name == *"web-1"));
    assert!(events.iter().all(|e| e.event.actor.as_ref().unwrap().key.pid == 7));
    assert_eq!(keep.ingest.counters(device).events, 5_000);
    machine.stop().await;
    keep.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn events_whose_acknowledgement_got_lost_are_sent_again_and_count_once() {
    let folder = tempfile::tempdir().unwrap();
    let keep = Keep::start(folder.path(), 0).await;
    let proxy = Proxy::start(keep.port).await;
    let address = format!("127.0.0.1:{}", proxy.port);
    let identity = enrolled(folder.path(), &keep.token(&address)).await.unwrap();
    let device = identity.device;
    let machine = Machine::start(folder.path(), identity);
    machine.observes(10);
    machine.is_acknowledged().await;

    proxy.deaf.store(true, Ordering::SeqCst);
    machine.observes(300);
    until("the server has them", || keep.events().len() == 310).await;
    until("an answer got lost", || proxy.lost.load(Ordering::SeqCst) > 0).await;
    machine.observes(50);
    proxy.deaf.store(false, Ordering::SeqCst);
    machine.is_acknowledged().await;

    assert_eq!(sequences(&keep), (1..=360).collect::<Vec<_>>());
    let counters = keep.ingest.counters(device);
    assert!(counters.repeated >= 300, "{counters:?}");
    assert_eq!((counters.events, counters.missing), (360, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_away_gets_everything_when_it_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let keep = Keep::start(folder.path(), 0).await;
    let port = keep.port;
    let identity = enrolled(folder.path(), &keep.token(&keep.address())).await.unwrap();
    keep.stop().await;
    let mut machine = Machine::start(folder.path(), identity);
    machine.observes(100);
    let away = |state: &LinkState| matches!(state, LinkState::Away { .. });
    machine.state.wait_for(away).await.unwrap();

    let keep = Keep::start(folder.path(), port).await;
    machine.is_acknowledged().await;

    assert_eq!(sequences(&keep), (1..=100).collect::<Vec<_>>());
}

const CHILD: &str = "BARTIZAN_DELIVERY_CHILD";

/// Not a test of its own: the server that the next test kills.
#[tokio::test(flavor = "multi_thread")]
async fn child_that_serves_until_it_is_killed() {
    let Ok(told) = std::env::var(CHILD) else { return };
    let (port, folder) = told.split_once(' ').unwrap();
    let config = EventLogConfig { segment_bytes: 100_000, ..EventLogConfig::default() };
    let _keep = Keep::start_with(Path::new(folder), port.parse().unwrap(), config).await;
    std::future::pending::<()>().await;
}

fn child(folder: &Path, port: u16) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "stories::child_that_serves_until_it_is_killed", "--nocapture"])
        .env(CHILD, format!("{port} {}", folder.display()))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_killed_in_mid_stream_has_every_event_exactly_once_in_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let token = {
        let store = Arc::new(Store::open(folder.path().join("records.sqlite")).unwrap());
        let (access, _) =
            Access::open(store, folder.path(), FirstTenant::default(), now()).unwrap();
        token(&access, &format!("127.0.0.1:{port}"))
    };
    let mut server = child(folder.path(), port);
    let identity = loop {
        match enrolled(folder.path(), &token).await {
            Ok(identity) => break identity,
            Err(UplinkError::Away { .. }) => tokio::time::sleep(Duration::from_millis(20)).await,
            Err(error) => panic!("{error}"),
        }
    };
    let machine = Machine::start(folder.path(), identity);
    let mut observed = 0;
    for _ in 0..3 {
        let before = machine.spool.status().acknowledged;
        for _ in 0..20 {
            machine.observes(500);
        }
        observed += 10_000;
        until("some are acknowledged", || machine.spool.status().acknowledged > before).await;
        server.kill().unwrap();
        server.wait().unwrap();
        server = child(folder.path(), port);
    }
    machine.is_acknowledged().await;
    machine.stop().await;
    server.kill().unwrap();
    server.wait().unwrap();

    let log = EventLog::open(folder.path().join("log"), EventLogConfig::default()).unwrap();
    let sequences: Vec<u64> = events(&log).iter().map(|e| e.event.id.sequence).collect();

    assert_eq!(sequences, (1..=observed).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_overflowing_spool_dropped_is_missing_at_the_server_by_the_same_count() {
    let folder = tempfile::tempdir().unwrap();
    let keep = Keep::start(folder.path(), 0).await;
    let identity = enrolled(folder.path(), &keep.token(&keep.address())).await.unwrap();
    let device = identity.device;
    let config = SpoolConfig { limit_bytes: 40_000, segment_bytes: 2_000 };
    let spool = Arc::new(Spool::open(folder.path().join("spool"), config).unwrap());
    for _ in 0..100 {
        observe(&spool, 10);
    }
    let dropped = spool.status().dropped;
    assert!(dropped > 0);

    let machine = Machine::start_with(spool, identity);
    machine.is_acknowledged().await;

    let counters = keep.ingest.counters(device);
    assert_eq!(counters.missing, dropped);
    assert_eq!(counters.events, 1_000 - dropped);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_enrolment_token_lets_one_machine_in_and_says_so_to_the_second() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (folder.path().join("first"), folder.path().join("second"));
    let keep = Keep::start(folder.path(), 0).await;
    let token = keep.token(&keep.address());
    enrolled(&first, &token).await.unwrap();

    let refused = enrolled(&second, &token).await.unwrap_err();

    assert!(matches!(refused, UplinkError::EnrolmentRefused(_)), "{refused:?}");
    assert!(refused.to_string().contains("used already"), "{refused}");
    let again = enrolled(&first, &keep.token(&keep.address())).await.unwrap_err();
    assert!(again.to_string().contains("enrolled already"), "{again}");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_root_may_read_the_key_of_a_device() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let keep = Keep::start(folder.path(), 0).await;
    enrolled(folder.path(), &keep.token(&keep.address())).await.unwrap();
    let mode = |name: &str| {
        let path = folder.path().join("identity").join(name);
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    };

    assert_eq!((mode(""), mode("device.key.pem")), (0o700, 0o600));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_of_another_authority_is_refused_by_the_sensor() {
    let (ours, theirs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let keep = Keep::start(ours.path(), 0).await;
    let impostor = Keep::start(theirs.path(), 0).await;
    let token = keep.token(&impostor.address());

    let refused = enrolled(ours.path(), &token).await.unwrap_err();

    assert!(matches!(refused, UplinkError::Away { .. }), "{refused:?}");
    assert!(refused.to_string().contains("certificate"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_of_another_authority_and_one_without_certificate_cannot_send() {
    let (ours, theirs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let keep = Keep::start(ours.path(), 0).await;
    let other = Keep::start(theirs.path(), 0).await;
    enrolled(theirs.path(), &other.token(&other.address())).await.unwrap();
    enrolled(ours.path(), &keep.token(&keep.address())).await.unwrap();
    let pem = |folder: &Path, name: &str| {
        std::fs::read_to_string(folder.join("identity").join(name)).unwrap()
    };
    let foreign = (pem(theirs.path(), "device.cert.pem"), pem(theirs.path(), "device.key.pem"));
    for identity in [Some(foreign), None] {
        let sent = send_raw(&keep, ours.path(), identity, Vec::new()).await;
        assert!(sent.is_err(), "{sent:?}");
    }
    assert!(keep.events().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_cannot_be_read_is_set_aside_counted_and_does_not_stop_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let keep = Keep::start(folder.path(), 0).await;
    let identity = enrolled(folder.path(), &keep.token(&keep.address())).await.unwrap();
    let read =
        |name: &str| std::fs::read_to_string(folder.path().join("identity").join(name)).unwrap();
    let own = Some((read("device.cert.pem"), read("device.key.pem")));
    let hostile = |first, event_list| Batch {
        protocol: PROTOCOL_VERSION,
        stream_id: vec![5; 16],
        first_sequence: first,
        last_sequence: first + 9,
        count: 10,
        uncompressed_length: 7,
        event_list,
    };
    let batches = vec![hostile(1, vec![0xff; 100]), hostile(11, Vec::new())];

    let acknowledged = send_raw(&keep, folder.path(), own, batches).await.unwrap();

    assert_eq!(acknowledged, [10, 20]);
    let counters = keep.ingest.counters(identity.device);
    assert_eq!((counters.malformed, counters.malformed_events), (2, 20));
    assert_eq!(keep.quarantined(), 2);
    let events = keep.events();
    assert_eq!(events.len(), 2);
    for envelope in events {
        let Action::EventsLost(lost) = envelope.event.action else { panic!("{envelope:?}") };
        assert_eq!((lost.stage, lost.count), (LossStage::Server, 10));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_without_room_acknowledges_nothing_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let config = EventLogConfig { limit_bytes: 600, ..EventLogConfig::default() };
    let keep = Keep::start_with(folder.path(), 0, config).await;
    let port = keep.port;
    let identity = enrolled(folder.path(), &keep.token(&keep.address())).await.unwrap();
    let mut machine = Machine::start(folder.path(), identity);
    for _ in 0..20 {
        machine.observes(3);
        tokio::time::sleep(Duration::from_millis(15)).await;
    }
    let full = |state: &LinkState| matches!(state, LinkState::Away { reason } if reason.contains("disk is full"));
    machine.state.wait_for(full).await.unwrap();
    assert_eq!(keep.events().len(), usize::try_from(machine.spool.status().acknowledged).unwrap());
    keep.stop().await;

    let keep = Keep::start(folder.path(), port).await;
    machine.is_acknowledged().await;

    assert_eq!(sequences(&keep), (1..=60).collect::<Vec<_>>());
}

/// Sends these batches as no sensor of ours would, and gives what was acknowledged.
async fn send_raw(
    keep: &Keep,
    trusting: &Path,
    identity: Option<(String, String)>,
    batches: Vec<Batch>,
) -> Result<Vec<u64>, String> {
    let authority = std::fs::read_to_string(trusting.join("identity/authority.cert.pem")).unwrap();
    let mut tls = ClientTlsConfig::new()
        .ca_certificate(Certificate::from_pem(authority))
        .domain_name("127.0.0.1");
    if let Some((certificate, key)) = identity {
        tls = tls.identity(TlsIdentity::from_pem(certificate, key));
    }
    let channel = Endpoint::from_shared(format!("https://{}", keep.address()))
        .unwrap()
        .tls_config(tls)
        .unwrap()
        .connect()
        .await
        .map_err(|error| format!("{error:?}"))?;
    let mut client = UplinkClient::new(channel).max_encoding_message_size(MESSAGE_BYTES_MAX);
    let mut answers = client
        .send(tokio_stream::iter(batches))
        .await
        .map_err(|status| status.to_string())?
        .into_inner();
    let mut acknowledged = Vec::new();
    while let Some(answer) = answers.message().await.map_err(|status| status.to_string())? {
        acknowledged.push(answer.through_sequence);
    }
    Ok(acknowledged)
}
