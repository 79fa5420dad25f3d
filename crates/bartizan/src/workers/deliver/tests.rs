//! Notifications against receivers on this machine.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, UdpSocket},
    time::Duration,
};

use bartizan_model::{Severity, TenantId, Timestamp};
use bartizan_store::{NewAuditEntry, Tenant};

use super::*;

const NOON: Timestamp = Timestamp::from_millis(1_790_000_000_000);

struct House {
    _folder: tempfile::TempDir,
    store: Store,
    tenant: TenantId,
}

fn house() -> House {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("state.db")).unwrap();
    let tenant: TenantId = "00000000-0000-4000-8000-000000000001".parse().unwrap();
    let location = "local".to_owned();
    let home =
        Tenant { id: tenant, name: "Home".into(), data_location: location, created_at: NOON };
    store.create_tenant(&home).unwrap();
    House { _folder: folder, store, tenant }
}

impl House {
    fn channel(&self, kind: &str, target: String, secret: Option<&str>) -> u64 {
        let channel = NotificationChannel {
            number: 0,
            name: "desk".into(),
            kind: kind.into(),
            target,
            secret: secret.map(ToOwned::to_owned),
            least: Severity::Low,
            enabled: true,
        };
        let entry = NewAuditEntry {
            at: NOON,
            actor: "test",
            address: "",
            action: "test",
            target: "",
            outcome: "done",
            detail: "",
        };
        let number =
            self.store.keep_notification_channel(self.tenant, &channel, entry).unwrap().unwrap();
        let body = r#"{"kind":"incident.opened","severity":"High","title":"Shell\nof nginx"}"#;
        self.store.notify(self.tenant, number, ("High: a shell", body), NOON).unwrap();
        number
    }

    fn deliver(&self, now: Timestamp) -> usize {
        let webhooks = webhook::Webhooks::new();
        deliver_due(&self.store, &webhooks, || now, &AtomicBool::new(false)).unwrap()
    }

    fn latest(&self, channel: u64) -> Notification {
        self.store.notifications(self.tenant, channel, 1).unwrap().remove(0)
    }
}

/// Answers one request with this status; gives its head and body.
fn answer_one(
    listener: TcpListener,
    status: &'static str,
) -> std::thread::JoinHandle<(String, String)> {
    std::thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let mut reader = BufReader::new(stream);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert!(reader.read_line(&mut head).unwrap() > 0, "{head}");
        }
        let head = head.to_lowercase();
        let (_, rest) = head.split_once("content-length: ").unwrap();
        let length = rest.lines().next().unwrap().parse().unwrap();
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        reader.into_inner().write_all(answer.as_bytes()).unwrap();
        (head, String::from_utf8(body).unwrap())
    })
}

#[test]
fn a_webhook_arrives_signed_and_is_not_sent_again() {
    let house = house();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let target = format!("http://{}/hook", listener.local_addr().unwrap());
    let channel = house.channel("webhook", target, Some("between us"));
    let receiver = answer_one(listener, "204 No Content");

    assert_eq!(house.deliver(NOON), 1);

    let (head, body) = receiver.join().unwrap();
    let (_, rest) = head.split_once("x-bartizan-signature: ").unwrap();
    let signed = rest.lines().next().unwrap();
    let seconds = signed.split_once(',').unwrap().0.trim_start_matches("t=").parse().unwrap();
    assert_eq!(signed, webhook::signature("between us", seconds, &body));
    assert_ne!(signed, webhook::signature("between you", seconds, &body));
    assert!(body.contains("\"text\":\"High: a shell\""), "{body}");
    let told = house.latest(channel);
    assert_eq!((told.delivered_at, told.due_at, told.tries), (Some(NOON), None, 1));
    assert_eq!(house.deliver(NOON.plus(Duration::from_secs(86_400))), 0);
}

#[test]
fn what_is_refused_is_tried_later_each_time_and_given_up_in_the_end() {
    let house = house();
    let mut now = NOON;
    let mut waits = Vec::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let target = format!("http://{}/hook", listener.local_addr().unwrap());
    let channel = house.channel("webhook", target, None);
    let receiver = answer_one(listener, "503 Service Unavailable");
    for _ in 0..TRIES_MAX {
        assert_eq!(house.deliver(now), 1);
        let told = house.latest(channel);
        if waits.is_empty() {
            assert!(told.problem.unwrap().contains("503"));
        }
        let Some(due) = told.due_at else { break };
        waits.push(due.since(now).as_secs());
        now = due;
    }
    receiver.join().unwrap();

    assert_eq!(waits, [15, 60, 240, 960, 3_600, 3_600, 3_600]);
    let told = house.latest(channel);
    assert_eq!((told.tries, told.due_at, told.delivered_at), (TRIES_MAX, None, None));
    assert!(told.problem.unwrap().contains("receiver"));
}

#[test]
fn syslog_hears_it_in_one_line_over_udp_and_counted_over_tcp() {
    let house = house();
    let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    udp.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
    house.channel("syslog", format!("udp://{}", udp.local_addr().unwrap()), None);
    house.channel("syslog", format!("tcp://{}", tcp.local_addr().unwrap()), None);

    assert_eq!(house.deliver(NOON), 2);

    let mut buffer = [0; 4_096];
    let (length, _) = udp.recv_from(&mut buffer).unwrap();
    let line = String::from_utf8(buffer[..length].to_vec()).unwrap();
    let mut parts = line.splitn(8, ' ');
    assert_eq!(parts.next(), Some("<83>1"));
    assert_eq!(parts.next(), Some("2026-09-21T14:13:20.000Z"));
    assert_eq!((parts.nth(1), parts.nth(1)), (Some("bartizan"), Some("incident.opened")));
    assert_eq!(parts.next(), Some("-"));
    assert!(parts.next().unwrap().starts_with("High: a shell {"), "{line}");
    assert!(!line.contains('\n'));
    let mut counted = String::new();
    tcp.accept().unwrap().0.read_to_string(&mut counted).unwrap();
    let (octets, message) = counted.split_once(' ').unwrap();
    assert_eq!(octets.parse::<usize>().unwrap(), message.len());
    assert!(message.starts_with("<83>1 "));
}

#[test]
fn a_kind_that_is_not_delivered_says_so() {
    let house = house();
    let channel = house.channel("pigeon", "coop".to_owned(), None);

    house.deliver(NOON);

    assert_eq!(
        house.latest(channel).problem.unwrap(),
        "this server delivers no notifications by pigeon"
    );
}
