//! Nothing is lost and nothing is doubled, whatever ends when.

use std::time::Duration;

use bartizan_model::Envelope;
use bartizan_telemetry::Config;
use proptest::prelude::*;

use crate::world::{START, World, story};

const ALL: &str =
    "union DeviceProcessEvents, DeviceFileEvents, DeviceNetworkEvents, DeviceEvents | count";

/// The event log as the reader sees it: records by position.
fn replay(world: &World, log: &[Vec<Envelope>]) {
    for (position, record) in (1..).zip(log) {
        if Some(position) > world.telemetry.position() {
            world.telemetry.append(position, record).unwrap();
        }
    }
}

#[tokio::test]
async fn after_a_crash_replaying_the_log_gives_every_row_once() {
    let world = World::new();
    let log: Vec<Vec<Envelope>> = story(world.tenants[0]).chunks(4).map(<[_]>::to_vec).collect();
    world.telemetry.append(1, &log[0]).unwrap();
    world.telemetry.append(2, &log[1]).unwrap();
    world.telemetry.seal().unwrap();
    world.telemetry.append(3, &log[2]).unwrap();

    let world = world.crash(Config::default());
    assert_eq!(world.telemetry.position(), Some(2));
    assert_eq!(world.number(0, ALL).await, 8);
    replay(&world, &log);
    assert_eq!(world.number(0, ALL).await, 14);
    world.telemetry.append(3, &log[2]).unwrap();
    assert_eq!(world.number(0, ALL).await, 14, "a record that comes twice lands once");
}

#[tokio::test]
async fn a_file_that_was_never_sealed_is_removed_at_the_start() {
    let world = World::new();
    world.telemetry.append(1, &story(world.tenants[0])).unwrap();
    world.telemetry.seal().unwrap();
    let stray = world.folder.path().join("telemetry/tenant=x/table=y/day=z/stray.parquet.writing");
    std::fs::create_dir_all(stray.parent().unwrap()).unwrap();
    std::fs::write(&stray, b"half a file").unwrap();

    let world = world.crash(Config::default());
    assert!(!stray.try_exists().unwrap());
    assert_eq!(world.number(0, ALL).await, 14);
}

#[tokio::test]
async fn rows_are_sealed_when_they_are_old_or_many() {
    let world = World::with(Config { max_hot_rows: 10, ..Config::default() });
    let story = story(world.tenants[0]);
    world.telemetry.append(1, &story[..9]).unwrap();
    assert_eq!(world.telemetry.hot_rows(), 9);
    world.telemetry.append(2, &story[9..11]).unwrap();
    assert_eq!(world.telemetry.hot_rows(), 0, "the bound was reached");
    world.telemetry.append(3, &story[11..]).unwrap();
    assert!(!world.telemetry.seal_due(START).unwrap());
    assert!(world.telemetry.seal_due(START.plus(Duration::from_secs(200_000))).unwrap());
    assert_eq!(world.telemetry.position(), Some(3));
    assert_eq!(world.number(0, ALL).await, 14);
}

#[tokio::test]
async fn many_small_files_are_merged_and_days_beyond_retention_removed() {
    let config = Config { max_files_per_day: 4, ..Config::default() };
    let world = World::with(config.clone());
    for (position, event) in (1..).zip(story(world.tenants[0])) {
        world.telemetry.append(position, &[event]).unwrap();
        world.telemetry.seal().unwrap();
    }
    let now = START.plus(Duration::from_secs(200_000));
    assert_eq!(world.ask(0, "DeviceProcessEvents | take 1").await.stats.files, 6);
    let done = world.telemetry.keep_up(now).unwrap();
    assert_eq!(
        (done.merged, done.expired),
        (12, 0),
        "of three tables; a day that is over has one file"
    );
    assert_eq!(world.ask(0, "DeviceProcessEvents | take 1").await.stats.files, 1);
    assert_eq!(world.number(0, ALL).await, 14);

    let world = world.crash(config);
    assert_eq!(world.number(0, ALL).await, 14);
    let later = START.plus(Duration::from_secs(181 * 86_400));
    let done = world.telemetry.keep_up(later).unwrap();
    assert!(done.expired > 0);
    assert_eq!(world.number(0, ALL).await, 1, "only the second day is left");
}

#[derive(Debug, Clone)]
enum Step {
    Append(usize),
    AppendAgain,
    Seal,
    Reopen,
    KeepUp,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (1_usize..5).prop_map(Step::Append),
        1 => Just(Step::AppendAgain),
        2 => Just(Step::Seal),
        1 => Just(Step::Reopen),
        1 => Just(Step::KeepUp),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rows_in_are_rows_counted_whatever_happens_between(steps in proptest::collection::vec(step(), 1..20)) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async {
            let config = Config { max_hot_rows: 13, max_files_per_day: 2, ..Config::default() };
            let mut world = World::with(config.clone());
            let events = story(world.tenants[0]);
            let mut log: Vec<Vec<Envelope>> = Vec::new();
            let mut rows = 0;
            for step in steps {
                match step {
                    Step::Append(count) => {
                        log.push(events[..count].to_vec());
                        rows += count;
                        world.telemetry.append(log.len() as u64, &log[log.len() - 1]).unwrap();
                    }
                    Step::AppendAgain => replay(&world, &log),
                    Step::Seal => world.telemetry.seal().unwrap(),
                    Step::Reopen => {
                        world = world.crash(config.clone());
                        replay(&world, &log);
                    }
                    Step::KeepUp => drop(world.telemetry.keep_up(START).unwrap()),
                }
                assert_eq!(world.number(0, ALL).await, rows as i64);
            }
        });
    }
}
