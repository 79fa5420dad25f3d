//! The log through crashes, full disks and many hands.

use std::{
    io::{BufRead as _, BufReader},
    process::{Command, Stdio},
    sync::Arc,
    thread,
    time::Duration,
};

use bartizan_model::{DeviceId, StreamId, TenantId, Timestamp};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;

fn entry(device: u128, first_sequence: u64, last_sequence: u64) -> Entry {
    Entry {
        tenant: TenantId::from_uuid(Uuid::from_u128(1)),
        device: DeviceId::from_uuid(Uuid::from_u128(device)),
        device_name: "web-1".into(),
        stream: StreamId::from_uuid(Uuid::from_u128(3)),
        first_sequence,
        last_sequence,
        received_at: Timestamp::from_millis(4),
        payload: format!("events {first_sequence} to {last_sequence}").into_bytes(),
    }
}

fn small() -> EventLogConfig {
    EventLogConfig { segment_bytes: 400, ..EventLogConfig::default() }
}

fn open(folder: &Path) -> EventLog {
    EventLog::open(folder, small()).unwrap()
}

fn firsts(log: &EventLog) -> Vec<u64> {
    let mut place = log.oldest();
    let mut firsts = Vec::new();
    loop {
        let read = log.read(place, 3).unwrap();
        let Some((last, _)) = read.last() else { return firsts };
        place = last.next();
        firsts.extend(read.iter().map(|(_, entry)| entry.first_sequence));
    }
}

fn copy(from: &Path, to: &Path) {
    for file in std::fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}

#[expect(clippy::disallowed_methods, reason = "a test's deadline")]
fn soon(millis: u64) -> Instant {
    Instant::now() + Duration::from_millis(millis)
}

#[test]
fn entries_come_back_in_order_over_many_segments_and_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path());
    for number in 1..=20 {
        assert_eq!(log.append(&entry(2, number, number)).unwrap(), Position(number - 1));
    }
    assert_eq!(firsts(&log), (1..=20).collect::<Vec<_>>());
    assert!(segment_count(&log) > 3);
    drop(log);

    let log = open(folder.path());

    assert_eq!(firsts(&log), (1..=20).collect::<Vec<_>>());
    assert_eq!(log.read(Position(7), 1).unwrap(), [(Position(7), entry(2, 8, 8))]);
    assert_eq!(log.append(&entry(2, 21, 21)).unwrap(), Position(20));
}

fn segment_count(log: &EventLog) -> usize {
    log.state.lock().segments.len()
}

#[test]
fn a_batch_that_was_logged_is_refused_also_after_a_restart_and_after_its_segment_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path());
    for number in 1..=20 {
        log.append(&entry(2, number, number)).unwrap();
    }
    log.forget_before(Position(20)).unwrap();
    assert_eq!(segment_count(&log), 1);
    let oldest = log.oldest();
    assert!(matches!(log.read(Position(0), 1), Err(LogError::Forgotten { .. })));
    drop(log);

    let log = open(folder.path());

    assert_eq!(log.oldest(), oldest);
    let again = log.append(&entry(2, 20, 25)).unwrap_err();
    assert!(matches!(again, LogError::AlreadyLogged { through: 20 }), "{again}");
    let early = log.append(&entry(2, 2, 3)).unwrap_err();
    assert!(matches!(early, LogError::AlreadyLogged { through: 20 }), "{early}");
    assert_eq!(log.high_water(entry(2, 1, 1).device, entry(2, 1, 1).stream), 20);
    log.append(&entry(5, 1, 1)).unwrap();
    log.append(&entry(2, 30, 31)).unwrap();
}

#[test]
fn a_log_cut_at_any_byte_opens_with_every_whole_record_and_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let log = EventLog::open(folder.path(), EventLogConfig::default()).unwrap();
    let mut ends = vec![log.bytes()];
    for number in 1..=4 {
        log.append(&entry(2, number, number)).unwrap();
        ends.push(log.bytes());
    }
    drop(log);
    let name = format!("{:020}.log", 0);
    let length = std::fs::metadata(folder.path().join(&name)).unwrap().len();
    for cut in 0..=length {
        let torn = tempfile::tempdir().unwrap();
        copy(folder.path(), torn.path());
        let file = OpenOptions::new().write(true).open(torn.path().join(&name)).unwrap();
        file.set_len(cut).unwrap();

        let log = EventLog::open(torn.path(), EventLogConfig::default()).unwrap();

        let whole = u64::try_from(ends.iter().filter(|end| **end <= cut).count()).unwrap();
        let whole = whole.saturating_sub(1);
        assert_eq!(firsts(&log), (1..=whole).collect::<Vec<_>>(), "cut at {cut}");
        log.append(&entry(2, whole + 1, 9)).unwrap();
        drop(log);
        let log = EventLog::open(torn.path(), EventLogConfig::default()).unwrap();
        assert_eq!(firsts(&log), (1..=whole + 1).collect::<Vec<_>>(), "cut at {cut}");
    }
}

#[test]
fn a_damaged_record_in_the_middle_costs_itself_only_and_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path());
    for number in 1..=20 {
        log.append(&entry(2, number, number)).unwrap();
    }
    drop(log);
    let name = folder.path().join(format!("{:020}.log", 0));
    let mut bytes = std::fs::read(&name).unwrap();
    bytes[60] ^= 1;
    std::fs::write(&name, bytes).unwrap();

    let log = open(folder.path());

    assert_eq!(log.damaged(), 1);
    assert_eq!(firsts(&log), (2..=20).collect::<Vec<_>>());
}

#[test]
fn a_full_log_takes_nothing_until_readers_move_on() {
    let folder = tempfile::tempdir().unwrap();
    let config = EventLogConfig { segment_bytes: 400, limit_bytes: 1_000 };
    let log = EventLog::open(folder.path(), config).unwrap();
    let mut taken = 0;
    let refused = loop {
        match log.append(&entry(2, taken + 1, taken + 1)) {
            Ok(_) => taken += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(refused, LogError::Full { .. }), "{refused}");
    assert_eq!(firsts(&log).len(), usize::try_from(taken).unwrap());

    log.forget_before(Position(taken)).unwrap();

    log.append(&entry(2, taken + 1, taken + 1)).unwrap();
}

#[test]
fn many_hands_at_once_lose_nothing_and_every_position_is_given_once() {
    let folder = tempfile::tempdir().unwrap();
    let log = Arc::new(open(folder.path()));
    let hands: Vec<_> = (0..8)
        .map(|device| {
            let log = Arc::clone(&log);
            thread::spawn(move || -> Vec<u64> {
                let append = |n| log.append(&entry(100 + device, n, n)).unwrap().0;
                (1..=25).map(append).collect()
            })
        })
        .collect();
    let mut positions: Vec<u64> = hands.into_iter().flat_map(|hand| hand.join().unwrap()).collect();
    positions.sort_unstable();
    assert_eq!(positions, (0..200).collect::<Vec<_>>());
    drop(log);
    assert_eq!(firsts(&open(folder.path())).len(), 200);
}

#[test]
fn a_reader_that_waits_is_woken_by_the_next_entry() {
    let folder = tempfile::tempdir().unwrap();
    let log = Arc::new(open(folder.path()));
    assert!(!log.wait_beyond(Position(0), soon(1)));
    let waiting = Arc::clone(&log);
    let reader = thread::spawn(move || waiting.wait_beyond(Position(0), soon(20_000)));

    log.append(&entry(2, 1, 1)).unwrap();

    assert!(reader.join().unwrap());
}

#[test]
fn two_processes_cannot_have_the_log_open_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let _first = open(folder.path());

    let second = EventLog::open(folder.path(), small()).unwrap_err();

    assert!(matches!(second, LogError::InUse { .. }), "{second}");
}

const CHILD: &str = "BARTIZAN_EVENT_LOG_CHILD";

/// Not a test of its own: the process that the next test kills.
#[test]
fn child_that_appends_until_it_is_killed() {
    let Some(folder) = std::env::var_os(CHILD) else { return };
    let log = open(Path::new(&folder));
    let stream = entry(2, 1, 1);
    let mut number = log.high_water(stream.device, stream.stream);
    loop {
        number += 1;
        log.append(&entry(2, number, number)).unwrap();
        println!("\nacknowledged {number}");
    }
}

#[test]
fn a_killed_process_loses_nothing_that_it_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    for round in 1..=5 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "log::tests::child_that_appends_until_it_is_killed", "--nocapture"])
            .env(CHILD, folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let number = |line: String| line.strip_prefix("acknowledged ")?.parse::<u64>().ok();
        let mut seen = 0;
        let mut acknowledged = 0;
        while seen < 10 * round {
            if let Some(told) = number(lines.next().unwrap().unwrap()) {
                (seen, acknowledged) = (seen + 1, told);
            }
        }
        child.kill().unwrap();
        child.wait().unwrap();
        acknowledged =
            lines.map_while(Result::ok).filter_map(number).last().unwrap_or(acknowledged);

        let log = open(folder.path());

        let firsts = firsts(&log);
        let count = u64::try_from(firsts.len()).unwrap();
        assert!(count >= acknowledged, "{count} of {acknowledged}");
        assert_eq!(firsts, (1..=count).collect::<Vec<_>>());
    }
}

proptest! {
    #[test]
    fn a_segment_of_any_bytes_opens_or_says_why(bytes: Vec<u8>) {
        let folder = tempfile::tempdir().unwrap();
        let mut content = b"BZNLOG1\n".to_vec();
        content.extend(bytes);
        std::fs::write(folder.path().join(format!("{:020}.log", 0)), &content).unwrap();
        std::fs::write(folder.path().join("high-water"), &content).unwrap();
        drop(EventLog::open(folder.path(), small()));
        std::fs::remove_file(folder.path().join("high-water")).unwrap();
        assert!(firsts(&open(folder.path())).is_empty());
    }
}

use std::fs::OpenOptions;
