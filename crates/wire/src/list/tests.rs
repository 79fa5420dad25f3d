//! Lists built and read back, cut, bent and made up.

use bartizan_model::{
    Action, BootId, Connection, ConnectionOutcome, Detail, DeviceFacts, EventsLost, Execution,
    FileChange, FileOperation, ImageLoad, Inventory, InventoryItem, InventoryKind, ItemState,
    Logon, LogonOutcome, LogonWay, LossStage, Operation, OperationKind, ProcessFile, ProcessUser,
    Protocol, SensorHealth, Tampering, Timestamp,
};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::{compress, expand};

fn stream() -> StreamId {
    StreamId::from_uuid(Uuid::from_u128(9))
}

fn process(pid: u32, image: &str) -> Arc<Process> {
    let user = ProcessUser {
        name: Some("root".into()),
        uid: 0,
        gid: 0,
        effective_uid: 0,
        effective_gid: 0,
        login_uid: Some(1000),
        session: Some(3),
    };
    let key = ProcessKey { boot: BootId(7), pid, start_ticks: 100 + u64::from(pid) };
    Arc::new(Process {
        key,
        parent: Some(ProcessKey { pid: 1, ..key }),
        image: image.into(),
        command_line: format!("{image} --flag ü").into(),
        arguments_cut: true,
        current_directory: Some("/".into()),
        user,
        cgroup: Some("/system.slice".into()),
        container: None,
        file: Some(ProcessFile {
            device: 1,
            inode: 2,
            size: 3,
            sha256: Some([0xab; 32]),
            deleted: false,
            fileless: true,
        }),
        started_at: Timestamp::from_millis(5),
        parent_image: Some("/sbin/init".into()),
        parent_command_line: None,
        parent_started_at: Some(Timestamp::from_millis(1)),
        execution: Some(Arc::new(Execution {
            script: Some("/tmp/x.sh".into()),
            environment: vec!["LD_PRELOAD=/x.so".into()],
            capabilities: u64::MAX,
            gained_rights: true,
            ..Execution::default()
        })),
    })
}

/// One event of each kind, on consecutive numbers.
#[expect(clippy::too_many_lines, reason = "a list: one entry for each kind")]
fn one_of_each() -> Vec<Event> {
    let (shell, child) = (process(10, "/bin/sh"), process(11, "/bin/id"));
    let facts = DeviceFacts {
        host_name: "web-1".into(),
        machine_id: Some("0123".into()),
        os_name: "Debian GNU/Linux".into(),
        os_version: "12".into(),
        kernel: "6.1".into(),
        architecture: "x86_64".into(),
        processors: 2,
        memory_bytes: 4 << 30,
        sensor_version: "0.1.0".into(),
        addresses: vec!["192.0.2.7".parse().unwrap(), "2001:db8::1".parse().unwrap()],
        booted_at: Timestamp::from_millis(1),
    };
    let actions = [
        (None, Action::ProcessObserved(Arc::clone(&shell))),
        (Some(&shell), Action::ProcessForked(Arc::clone(&child))),
        (Some(&shell), Action::ProcessStarted(Arc::clone(&child))),
        (Some(&child), Action::ProcessEnded { exit_code: Some(255), signal: None }),
        (Some(&child), Action::ProcessEnded { exit_code: None, signal: Some(9) }),
        (
            Some(&shell),
            Action::Connection(Connection {
                outcome: ConnectionOutcome::Failed,
                protocol: Protocol::Udp,
                local: None,
                remote: "[2001:db8::2]:53".parse().unwrap(),
                host: Some("example.org".into()),
            }),
        ),
        (
            Some(&shell),
            Action::Operation(Box::new(Operation {
                target: Some(Arc::clone(&child)),
                path: Some("/proc/11/mem".into()),
                account: Some("eve".into()),
                host: Some("example.org".into()),
                remote: Some("192.0.2.1:53".parse().unwrap()),
                ..Operation::new(OperationKind::MemoryWritten)
                    .with("Text", "t")
                    .with("Number", -7i64)
                    .with("Flag", true)
                    .with("List", vec!["a".into(), "b".into()])
            })),
        ),
        (
            Some(&shell),
            Action::ImageLoaded(Box::new(ImageLoad {
                path: "/lib/x.so".into(),
                size: 1,
                device: 2,
                inode: 3,
                sha256: Some([7; 32]),
                detached: true,
            })),
        ),
        (
            None,
            Action::Logon(Box::new(Logon {
                outcome: LogonOutcome::Failed,
                way: LogonWay::Remote,
                account: "root".into(),
                remote: Some("2001:db8::9".parse().unwrap()),
                remote_port: Some(22),
                remote_host: Some("far".into()),
                reason: Some("InvalidPassword".into()),
                session: Some(4),
                details: vec![Detail::new("Service", "sshd")],
            })),
        ),
        (
            Some(&shell),
            Action::File(FileChange {
                operation: FileOperation::Renamed,
                path: "/tmp/b".into(),
                previous_path: Some("/tmp/a".into()),
                size: Some(0),
                count: 4,
                details: vec![Detail::new("Mode", "4755")],
            }),
        ),
        (None, Action::DeviceFacts(facts)),
        (
            None,
            Action::EventsLost(EventsLost {
                stage: LossStage::Kernel,
                kind: "file".into(),
                count: 8,
                first_at: Timestamp::from_millis(1),
                last_at: Timestamp::from_millis(2),
            }),
        ),
        (
            None,
            Action::SensorHealth(SensorHealth {
                kernel_execs: 4,
                problems: vec!["disk is full".into()],
                ..SensorHealth::default()
            }),
        ),
        (None, Action::Tampering(Tampering { kind: "command".into(), detail: "forged".into() })),
        (
            None,
            Action::Inventory(Box::new(Inventory {
                kind: InventoryKind::Software,
                items: vec![InventoryItem {
                    name: "bash".into(),
                    state: ItemState::Added,
                    details: vec![Detail::new("Version", "5.2")],
                }],
            })),
        ),
    ];
    let number = |(before, (actor, action)): (u64, (Option<&Arc<Process>>, Action))| Event {
        id: EventId { stream: stream(), sequence: before + 1 },
        at: Timestamp::from_nanos(1_000_000_007),
        actor: actor.cloned(),
        action,
    };
    (0..).zip(actions).map(number).collect()
}

#[test]
fn an_attempt_to_misuse_the_sensor_comes_back_as_it_was() {
    let tampering = Tampering { kind: "command".into(), detail: "its signature is wrong".into() };
    let event = Event {
        id: EventId { stream: stream(), sequence: 1 },
        at: Timestamp::from_nanos(7),
        actor: None,
        action: Action::Tampering(tampering.clone()),
    };

    let read = decode_single(&encode_single(&event).unwrap(), event.id).unwrap();

    assert!(matches!(read.action, Action::Tampering(read) if read == tampering));
}

fn list_of(events: &[Event]) -> EventList {
    let mut list = EventList::default();
    for event in events {
        list.push(event).unwrap();
    }
    list
}

fn shown(events: &[Event]) -> Vec<String> {
    events.iter().map(|event| format!("{event:?}")).collect()
}

#[test]
fn every_kind_of_event_comes_back_as_it_was() {
    let events = one_of_each();
    let list = list_of(&events);

    let carried = expand(&compress(list.bytes()).unwrap()).unwrap();
    let read = decode_events(&carried, stream(), list.span().unwrap()).unwrap();

    assert_eq!(shown(&read), shown(&events));
}

#[test]
fn every_event_comes_back_alone_as_the_spool_keeps_it() {
    for event in one_of_each() {
        let read = decode_single(&encode_single(&event).unwrap(), event.id).unwrap();

        assert_eq!(format!("{read:?}"), format!("{event:?}"));
    }
}

#[test]
fn a_process_named_by_many_events_is_told_once() {
    let event = one_of_each().remove(3);
    let numbered = |sequence| Event { id: EventId { stream: stream(), sequence }, ..event.clone() };
    let one = list_of(&[numbered(1)]).bytes().len();

    let many = list_of(&(1..=100).map(numbered).collect::<Vec<_>>());

    assert!(many.bytes().len() < 100 * 24 + one, "{} bytes", many.bytes().len());
}

#[test]
fn numbers_that_the_spool_dropped_stay_out_of_the_list() {
    let mut events = one_of_each();
    events.remove(4);
    events.drain(1..3);
    let list = list_of(&events);
    let span = list.span().unwrap();
    assert_eq!(span, Span { first: 1, last: 15, count: 12 });

    let read = decode_events(list.bytes(), stream(), span).unwrap();

    let numbers: Vec<u64> = read.iter().map(|event| event.id.sequence).collect();
    assert_eq!(numbers, [1, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
}

#[test]
fn a_list_that_does_not_hold_what_its_head_says_is_refused() {
    let list = list_of(&one_of_each());
    let span = list.span().unwrap();
    for wrong in [Span { count: 9, ..span }, Span { last: 99, ..span }, Span { first: 2, ..span }] {
        assert!(decode_events(list.bytes(), stream(), wrong).is_err(), "{wrong:?}");
    }
}

#[test]
fn a_process_that_was_not_listed_before_is_refused() {
    let event = generated::Event { actor: 1, ..generated::Event::default() };
    let list = generated::EventList { processes: Vec::new(), events: vec![event] };

    let error =
        decode_events(&list.encode_to_vec(), stream(), Span { first: 1, last: 1, count: 1 })
            .unwrap_err();

    assert_eq!(error.to_string(), "process of an event is 1, expected one listed before");
}

#[test]
fn a_list_of_nothing_but_empty_messages_is_refused_early() {
    let hollow = [0x0a, 0].repeat(1_000_000);

    assert!(decode_events(&hollow, stream(), Span { first: 1, last: 1, count: 1 }).is_err());
}

proptest! {
    #[test]
    fn any_bytes_are_events_or_an_error(bytes: Vec<u8>) {
        drop(decode_events(&bytes, stream(), Span { first: u64::MAX, last: u64::MAX, count: 1 }));
        drop(decode_single(&bytes, EventId { stream: stream(), sequence: 1 }));
    }

    #[test]
    fn a_bent_list_is_events_or_an_error(at in 0_usize..2_000, byte: u8, cut in 0_usize..2_000) {
        let list = list_of(&one_of_each());
        let mut bytes = list.bytes().to_vec();
        let length = bytes.len();
        bytes[at % length] = byte;
        drop(decode_events(&bytes, stream(), list.span().unwrap()));
        drop(decode_events(&bytes[..cut % length], stream(), list.span().unwrap()));
    }
}
