//! Records written as the kernel writes them are read back; anything else is refused quietly.

use proptest::prelude::*;

use crate::{ConnectPhase, DecodeError, OperationCode, Record, RecordBody, Target, layout};

fn header(kind: u16, flags: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    bytes.extend(kind.to_ne_bytes());
    bytes.extend(layout::VERSION.to_ne_bytes());
    bytes.extend(0u32.to_ne_bytes());
    bytes.extend(1u32.to_ne_bytes());
    bytes.extend(flags.to_ne_bytes());
    for long in [7u64, 5_000_000_000, 6_705_080_001_234, 10_000_000, 42, 3] {
        bytes.extend(long.to_ne_bytes());
    }
    for id in [100u32, 101, 1, 1000, 1000, 0, 0, u32::MAX, 4, 4_026_531_840] {
        bytes.extend(id.to_ne_bytes());
    }
    bytes.extend(b"sh\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
    assert_eq!(bytes.len(), layout::HEADER_BYTES);
    bytes
}

fn exec(argv: &[u8], flags: u32) -> Vec<u8> {
    let mut bytes = header(1, flags);
    bytes.extend(99u64.to_ne_bytes());
    bytes.extend(1234u64.to_ne_bytes());
    bytes.extend(5678u64.to_ne_bytes());
    for word in [8 << 20 | 1, 0o100_755, 1, 0, 0, 4096] {
        bytes.extend(u32::to_ne_bytes(word));
    }
    bytes.extend(0x20u64.to_ne_bytes());
    for namespace in [11u32, 12, 13] {
        bytes.extend(namespace.to_ne_bytes());
    }
    for length in [7, 4, 5, 2, argv.len(), 12] {
        bytes.extend(u16::try_from(length).unwrap().to_ne_bytes());
    }
    assert_eq!(bytes.len(), layout::EXEC_BYTES);
    bytes.extend(b"/bin/sh");
    bytes.extend(b"/tmp");
    bytes.extend(b"/jail");
    bytes.extend(b"sh");
    bytes.extend(argv);
    bytes.extend(b"HISTFILE=/x\0");
    bytes
}

#[test]
fn an_exec_is_read_with_its_actor_and_its_arguments() {
    let record = Record::decode(&exec(b"sh\0-c\0\0id\0", 0)).unwrap();
    assert_eq!((record.cpu, record.sequence), (1, 7));
    assert_eq!((record.actor.pid, record.actor.parent_pid), (100, 1));
    assert_eq!((record.actor.start_ticks(), record.actor.parent_start_ticks()), (670_508, 1));
    assert_eq!((record.actor.login_uid, record.actor.session_id), (None, Some(4)));
    assert_eq!(record.actor.comm, "sh");
    let RecordBody::Exec(exec) = record.body else { panic!("not an exec") };
    assert_eq!(
        (exec.exe.as_str(), exec.cwd.as_str(), exec.script.as_str()),
        ("/bin/sh", "/tmp", "sh")
    );
    assert_eq!(exec.argv, ["sh", "-c", "", "id"]);
    assert_eq!((exec.root.as_str(), exec.environment.join(" ").as_str()), ("/jail", "HISTFILE=/x"));
    assert_eq!((exec.capabilities, exec.pid_ns, exec.net_ns, exec.user_ns), (0x20, 11, 12, 13));
    assert_eq!(
        (exec.device, exec.inode, exec.mode, exec.file_changed_ns),
        (0x801, 99, 0o100_755, 5678)
    );
}

#[test]
fn arguments_that_were_cut_keep_their_torn_end() {
    let record = Record::decode(&exec(b"sh\0-c\0echo hel", layout::FLAG_ARGV_CUT)).unwrap();
    let RecordBody::Exec(exec) = record.body else { panic!("not an exec") };
    assert!(exec.argv_cut);
    assert_eq!(exec.argv, ["sh", "-c", "echo hel"]);
}

#[test]
fn a_connection_is_read_with_both_ends() {
    let mut bytes = header(7, 0);
    bytes.extend(77u64.to_ne_bytes());
    bytes.extend(111u32.to_ne_bytes());
    bytes.extend([3, 4, 6, 0]);
    bytes.extend(40_000u16.to_ne_bytes());
    bytes.extend(9u16.to_ne_bytes());
    bytes.extend(0u32.to_ne_bytes());
    bytes.extend([127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    bytes.extend([127, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(bytes.len(), layout::CONNECT_BYTES);
    let RecordBody::Connect(connect) = Record::decode(&bytes).unwrap().body else {
        panic!("not a connection")
    };
    assert_eq!((connect.phase, connect.error, connect.cookie), (ConnectPhase::Failed, 111, 77));
    assert_eq!(
        (connect.remote_address.to_string().as_str(), connect.remote_port),
        ("127.0.0.2", 9)
    );
    assert_eq!(
        (connect.local_address.to_string().as_str(), connect.local_port),
        ("127.0.0.1", 40_000)
    );
}

#[test]
fn a_record_cut_anywhere_is_refused_not_misread() {
    let whole = exec(b"sh\0-c\0id\0", 0);
    for length in 0..whole.len() {
        assert!(matches!(Record::decode(&whole[..length]), Err(DecodeError::Short { .. })));
    }
}

#[test]
fn a_record_of_another_layout_is_refused() {
    let mut bytes = header(2, 0);
    bytes[2] = 9;
    assert_eq!(Record::decode(&bytes), Err(DecodeError::Version(9)));
    assert_eq!(Record::decode(&header(11, 0)), Err(DecodeError::Kind(11)));
}

#[test]
fn an_operation_is_read_with_its_target_and_its_texts() {
    let mut bytes = header(9, layout::FLAG_NAME_CUT);
    for arg in [1u64, 2, 3, 4, 50_000_000] {
        bytes.extend(arg.to_ne_bytes());
    }
    for word in [77u32, 1000, 18] {
        bytes.extend(word.to_ne_bytes());
    }
    for length in [4u16, 3, 5, 0] {
        bytes.extend(length.to_ne_bytes());
    }
    bytes.extend(0u32.to_ne_bytes());
    assert_eq!(bytes.len(), layout::OPERATION_BYTES);
    bytes.extend(b"/mnt/d/ext4x");
    let RecordBody::Operation(operation) = Record::decode(&bytes).unwrap().body else {
        panic!("not an operation")
    };
    assert_eq!(operation.code, OperationCode::Mount);
    assert_eq!(operation.args, [1, 2, 3, 4]);
    assert_eq!(operation.target, Some(Target { pid: 77, start_ns: 50_000_000, uid: 1000 }));
    assert_eq!(
        [operation.text.as_str(), &operation.more, &operation.last],
        ["/mnt", "/d/", "ext4x"]
    );
    assert!(operation.cut);
}

#[test]
fn every_code_of_an_operation_has_one_number() {
    for (number, code) in (1..).zip(OperationCode::ALL) {
        assert_eq!(code.number(), number);
        assert_eq!(OperationCode::from_number(number), Some(*code));
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let _outcome = Record::decode(&bytes).is_ok();
    }

    #[test]
    fn arbitrary_bodies_behind_a_sound_header_never_panic(
        kind in 0u16..12,
        flags in any::<u32>(),
        body in proptest::collection::vec(any::<u8>(), 0..400),
    ) {
        let mut bytes = header(kind, flags);
        bytes.extend(body);
        let _outcome = Record::decode(&bytes).is_ok();
    }
}
