//! Commands come back as they were, and any bytes are a command or an error.

use bartizan_model::{BootId, OrderKind, ProcessKey};
use proptest::prelude::*;

use super::*;

fn orders() -> Vec<Order> {
    let file = FileTarget { path: Some("/tmp/x".into()), sha256: Some([7; 32]) };
    let by_hash = FileTarget { path: None, sha256: Some([8; 32]) };
    let action = ActionId::from_uuid(Uuid::from_u128(5));
    vec![
        Order::Isolate(Isolation {
            addresses: vec!["192.0.2.0/24".into()],
            processes: vec!["/usr/sbin/sshd".into()],
            until: Timestamp::from_millis(9),
            reason: "ransomware".into(),
        }),
        Order::Release,
        Order::StopProcess {
            process: ProcessKey { boot: BootId(9), pid: 7, start_ticks: 1 },
            tree: true,
        },
        Order::QuarantineFile(file.clone()),
        Order::RestoreFile { item: "q1".into() },
        Order::BlockFile(by_hash),
        Order::AllowFile(file),
        Order::DisableAccount { user: "eve".into() },
        Order::EndSessions { user: "eve".into() },
        Order::RevokeKey { user: "eve".into(), key: "SHA256:abc".into() },
        Order::StopUnit { unit: "evil.service".into(), mask: true },
        Order::RemoveCronEntry { path: "/etc/crontab".into(), line: Some("* * * * * x".into()) },
        Order::RemoveTimer { unit: "evil.timer".into() },
        Order::CollectPackage { limit_bytes: 1 << 20 },
        Order::Undo { action },
    ]
}

fn command(order: Order) -> Command {
    Command {
        tenant: TenantId::from_uuid(Uuid::from_u128(1)),
        device: DeviceId::from_uuid(Uuid::from_u128(2)),
        action: ActionId::from_uuid(Uuid::from_u128(3)),
        nonce: [4; 16],
        issued_at: Timestamp::from_millis(5),
        expires_at: Timestamp::from_millis(6),
        order,
    }
}

#[test]
fn a_command_of_every_kind_comes_back_as_it_was() {
    let orders = orders();
    let mut kinds: Vec<_> = orders.iter().map(Order::kind).collect();
    kinds.sort();
    assert_eq!(kinds, OrderKind::ALL, "a kind of order is not tested");
    for order in orders {
        assert_eq!(order_from_bytes(&order_to_bytes(&order)).unwrap(), order);
        let command = command(order);
        assert_eq!(command_from_bytes(&command_to_bytes(&command)).unwrap(), command);
    }
}

#[test]
fn an_outcome_comes_back_as_it_was() {
    let outcome = Outcome {
        action: ActionId::from_uuid(Uuid::from_u128(3)),
        state: OutcomeState::Failed,
        summary: "2 of 3 stopped".into(),
        items: vec![OutcomeItem { name: "7".into(), result: "stopped".into(), done: true }],
        undoable: false,
        at: Timestamp::from_millis(8),
    };

    assert_eq!(outcome_from_wire(outcome_to_wire(&outcome)).unwrap(), outcome);
}

#[test]
fn what_is_signed_as_one_thing_is_never_another() {
    let inputs = [Signed::Command, Signed::Welcome, Signed::Release].map(|what| what.input(b"x"));

    assert_ne!(inputs[0], inputs[1]);
    assert_ne!(inputs[1], inputs[2]);
}

proptest! {
    #[test]
    fn any_bytes_are_a_command_or_an_error(bytes: Vec<u8>) {
        drop(command_from_bytes(&bytes));
        drop(order_from_bytes(&bytes));
    }
}
