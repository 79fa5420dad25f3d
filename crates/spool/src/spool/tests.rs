//! The spool through restarts, crashes and overflow.

use proptest::prelude::*;

use super::*;

fn small() -> SpoolConfig {
    SpoolConfig { limit_bytes: 20_000, segment_bytes: 1_000 }
}

fn open(folder: &Path) -> Spool {
    Spool::open(folder, small()).unwrap()
}

fn event(kind: Kind, number: u64) -> (Kind, Vec<u8>) {
    (kind, format!("{} {number} {}", kind.word(), "x".repeat(80)).into_bytes())
}

fn append(spool: &Spool, kind: Kind, count: u64) -> Appended {
    let events: Vec<_> = (0..count).map(|number| event(kind, number)).collect();
    spool.append(&events).unwrap()
}

fn all(spool: &Spool) -> Vec<Record> {
    spool.rewind();
    let mut records = Vec::new();
    loop {
        let more = spool.hand_out(7, 10_000).unwrap();
        if more.is_empty() {
            return records;
        }
        records.extend(more);
    }
}

fn numbers(spool: &Spool) -> Vec<u64> {
    all(spool).iter().map(|record| record.sequence).collect()
}

#[test]
fn events_of_both_lanes_come_out_in_the_order_they_went_in() {
    let folder = tempfile::tempdir().unwrap();
    let spool = open(folder.path());
    for number in 0..50 {
        let kind = if number % 3 == 0 { Kind::Process } else { Kind::File };
        spool.append(&[event(kind, number)]).unwrap();
    }

    let records = all(&spool);

    assert_eq!(numbers(&spool), (1..=50).collect::<Vec<_>>());
    assert_eq!(records[3].event, event(Kind::Process, 3).1);
    assert_eq!(records[4].kind, Kind::File);
}

#[test]
fn what_was_handed_out_and_not_acknowledged_is_handed_out_again() {
    let folder = tempfile::tempdir().unwrap();
    let spool = open(folder.path());
    append(&spool, Kind::Process, 10);
    assert_eq!(spool.hand_out(6, 1 << 20).unwrap().len(), 6);
    spool.acknowledge(4).unwrap();

    spool.rewind();

    assert_eq!(spool.hand_out(1, 1 << 20).unwrap()[0].sequence, 5);
}

#[test]
fn a_restart_keeps_the_stream_the_numbers_and_the_acknowledgement() {
    let folder = tempfile::tempdir().unwrap();
    let spool = open(folder.path());
    append(&spool, Kind::Process, 40);
    append(&spool, Kind::File, 40);
    spool.acknowledge(75).unwrap();
    spool.sync().unwrap();
    let stream = spool.stream();
    drop(spool);

    let spool = open(folder.path());

    assert_eq!(spool.stream(), stream);
    assert_eq!(numbers(&spool), (76..=80).collect::<Vec<_>>());
    append(&spool, Kind::Process, 1);
    assert_eq!(numbers(&spool).last(), Some(&81));
}

#[test]
fn numbers_go_on_also_when_everything_is_acknowledged_and_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let spool = open(folder.path());
    let large = vec![(Kind::Process, vec![7; 9_000]); 1];
    for _ in 0..40 {
        spool.append(&large).unwrap();
        spool.hand_out(100, 1 << 20).unwrap();
        spool.acknowledge(spool.status().newest).unwrap();
    }
    assert_eq!(spool.status().dropped, 0);
    assert!(spool.status().bytes < 20_000);
    let newest = spool.status().newest;
    spool.sync().unwrap();
    drop(spool);

    assert_eq!(open(folder.path()).status().newest, newest);
}

#[test]
fn a_full_spool_drops_the_oldest_bulk_first_and_counts_exactly() {
    let folder = tempfile::tempdir().unwrap();
    let spool = open(folder.path());
    append(&spool, Kind::Process, 20);
    let mut appended = 20;
    for _ in 0..40 {
        append(&spool, Kind::File, 5);
        append(&spool, Kind::Connection, 5);
        appended += 10;
    }

    let kept = all(&spool);

    let count = |kind| u64::try_from(kept.iter().filter(|r| r.kind == kind).count()).unwrap();
    let losses = spool.losses();
    let lost = |kind| losses.iter().find(|(k, _)| *k == kind).map_or(0, |(_, count)| *count);
    assert_eq!(count(Kind::Process), 20);
    assert_eq!(lost(Kind::Process), 0);
    assert_eq!(count(Kind::File) + lost(Kind::File), 200);
    assert_eq!(count(Kind::Connection) + lost(Kind::Connection), 200);
    assert!(lost(Kind::File) > 0);
    assert_eq!(spool.status().newest, appended);
    assert_eq!(kept.last().unwrap().sequence, appended);
    assert!(spool.status().bytes <= small().limit_bytes);
}

#[test]
fn without_bulk_the_oldest_goes_and_the_newest_stays() {
    let folder = tempfile::tempdir().unwrap();
    let spool = open(folder.path());
    for _ in 0..100 {
        append(&spool, Kind::Process, 5);
    }

    let kept = numbers(&spool);

    let lost: u64 = spool.losses().iter().map(|(_, count)| count).sum();
    assert_eq!(u64::try_from(kept.len()).unwrap() + lost, 500);
    assert_eq!(kept, (lost + 1..=500).collect::<Vec<_>>());
}

#[test]
fn losses_are_remembered_over_a_restart_until_they_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let spool = open(folder.path());
    for _ in 0..100 {
        append(&spool, Kind::File, 5);
    }
    let losses = spool.losses();
    drop(spool);

    let spool = open(folder.path());
    assert_eq!(spool.losses(), losses);
    spool.losses_told(&losses);
    assert!(spool.losses().is_empty());
    spool.sync().unwrap();
    drop(spool);

    assert!(open(folder.path()).losses().is_empty());
}

#[test]
fn events_on_their_way_to_the_server_are_not_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let spool = open(folder.path());
    append(&spool, Kind::File, 5);
    let under_way = spool.hand_out(100, 1 << 20).unwrap();
    for _ in 0..100 {
        append(&spool, Kind::File, 5);
    }
    spool.acknowledge(under_way.last().unwrap().sequence).unwrap();

    let kept = all(&spool).len();

    let lost: u64 = spool.losses().iter().map(|(_, count)| count).sum();
    assert_eq!(u64::try_from(kept).unwrap() + lost + 5, 505);
}

#[test]
fn a_segment_cut_at_any_byte_opens_with_every_whole_event() {
    let folder = tempfile::tempdir().unwrap();
    let spool = Spool::open(folder.path(), SpoolConfig::default()).unwrap();
    append(&spool, Kind::Process, 3);
    drop(spool);
    let name = folder.path().join(format!("vital-{:020}.spool", 1));
    let whole = fs::read(&name).unwrap();
    for cut in 0..whole.len() {
        fs::write(&name, &whole[..cut]).unwrap();

        let spool = open(folder.path());

        let expected = cut / (whole.len() / 3);
        assert_eq!(numbers(&spool).len(), expected, "cut at {cut}");
        append(&spool, Kind::Process, 1);
        assert_eq!(numbers(&spool).len(), expected + 1, "cut at {cut}");
        drop(spool);
        if let Some(torn) = fs::read_dir(folder.path()).unwrap().find_map(|file| {
            let path = file.unwrap().path();
            path.extension().is_some_and(|extension| extension == "spool").then_some(path)
        }) {
            fs::remove_file(torn).unwrap();
        }
    }
}

#[test]
fn a_damaged_segment_in_the_middle_is_counted_as_lost() {
    let folder = tempfile::tempdir().unwrap();
    let spool = open(folder.path());
    for _ in 0..10 {
        append(&spool, Kind::Process, 5);
    }
    drop(spool);
    let name = folder.path().join(format!("vital-{:020}.spool", 1));
    let mut bytes = fs::read(&name).unwrap();
    bytes[20] ^= 0xff;
    fs::write(&name, bytes).unwrap();

    let spool = open(folder.path());

    let kept = u64::try_from(numbers(&spool).len()).unwrap();
    let first = numbers(&spool)[0];
    assert_eq!(kept, 51 - first);
    assert_eq!(spool.status().newest, 50);
}

#[test]
fn two_sensors_cannot_use_one_spool() {
    let folder = tempfile::tempdir().unwrap();
    let _first = open(folder.path());

    let second = Spool::open(folder.path(), small()).unwrap_err();

    assert!(matches!(second, SpoolError::InUse { .. }), "{second}");
}

proptest! {
    #[test]
    fn any_bytes_open_as_a_spool(bytes: Vec<u8>) {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(format!("bulk-{:020}.spool", 5)), &bytes).unwrap();
        assert!(numbers(&open(folder.path())).is_empty());
    }

    #[test]
    fn what_is_kept_and_what_is_lost_is_what_came_in(
        steps in prop::collection::vec((0_u8..3, 1_u64..12, any::<bool>()), 1..60)
    ) {
        let folder = tempfile::tempdir().unwrap();
        let spool = open(folder.path());
        let (mut came, mut acknowledged) = (0, 0);
        for (kind, count, send) in steps {
            let kind = [Kind::Process, Kind::File, Kind::Connection][usize::from(kind)];
            append(&spool, kind, count);
            came += count;
            if send {
                let out = spool.hand_out(9, 1 << 20).unwrap();
                if let Some(last) = out.last() {
                    acknowledged += u64::try_from(out.len()).unwrap();
                    spool.acknowledge(last.sequence).unwrap();
                }
            }
        }
        let kept = u64::try_from(all(&spool).len()).unwrap();
        let lost: u64 = spool.losses().iter().map(|(_, count)| count).sum();
        prop_assert_eq!(kept + acknowledged + lost, came);
    }
}
