//! Each query in `tests/data` has its answer beside it, whether its rows are in memory or in files.
//! `UPDATE=1` writes the answers anew; look at what changed.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use bartizan_telemetry::{EventKind, QueryError, QueryOptions, TimelineQuery};

use crate::world::{START, World, id, story};

#[tokio::test]
async fn queries_answer_as_written_down_from_memory_and_from_files() {
    let world = World::new();
    world.telemetry.append(1, &story(world.tenants[0])).unwrap();
    let hot = answers(&world).await;
    world.telemetry.seal().unwrap();
    assert_eq!(world.telemetry.hot_rows(), 0);
    let sealed = answers(&world).await;

    for ((path, hot), (_, sealed)) in hot.iter().zip(&sealed) {
        assert_eq!(hot, sealed, "{} differs between memory and files", path.display());
        let out = path.with_extension("out");
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&out, hot).unwrap();
        }
        let expected = fs::read_to_string(&out).unwrap_or_default();
        assert_eq!(*hot, expected, "{}", path.display());
    }
    assert!(hot.len() > 20, "the queries are where they should be");
}

async fn answers(world: &World) -> Vec<(PathBuf, String)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "kql"));
    paths.sort();
    let mut answers = Vec::new();
    for path in paths {
        let query = fs::read_to_string(&path).unwrap();
        let options = QueryOptions::at(START.plus(Duration::from_secs(86_400)));
        let answer = match world.telemetry.query(world.tenants[0], &query, &options).await {
            Ok(result) => {
                let header: Vec<String> = result
                    .columns
                    .iter()
                    .map(|column| format!("{}:{}", column.name, column.ty))
                    .collect();
                let mut lines = vec![header.join(" | ")];
                for row in &result.rows {
                    lines.push(row.iter().map(ToString::to_string).collect::<Vec<_>>().join(" | "));
                }
                lines.join("\n") + "\n"
            }
            Err(QueryError::Problems(problems)) => bartizan_kql::render(&query, &problems),
            Err(error) => format!("error: {error}\n"),
        };
        answers.push((path, answer));
    }
    answers
}

#[tokio::test]
async fn a_row_can_be_asked_for_as_soon_as_it_is_appended() {
    let world = World::new();
    assert_eq!(world.number(0, "DeviceProcessEvents | count").await, 0);
    let story = story(world.tenants[0]);
    world.telemetry.append(1, &story[..1]).unwrap();
    assert_eq!(world.number(0, "DeviceProcessEvents | count").await, 1);
    world.telemetry.append(2, &story[1..2]).unwrap();
    assert_eq!(world.number(0, "DeviceProcessEvents | count").await, 2);
}

#[tokio::test]
async fn two_tenants_never_see_each_other() {
    let world = World::new();
    world.telemetry.append(1, &story(world.tenants[0])).unwrap();
    world.telemetry.seal().unwrap();
    world.telemetry.append(2, &story(world.tenants[0])).unwrap();
    world.telemetry.append(3, &story(world.tenants[1])[..1]).unwrap();

    let all =
        "union DeviceProcessEvents, DeviceFileEvents, DeviceNetworkEvents, DeviceEvents | count";
    assert_eq!(world.number(0, all).await, 28);
    assert_eq!(world.number(1, all).await, 1);
    world.telemetry.seal().unwrap();
    assert_eq!(world.number(0, all).await, 28);
    assert_eq!(world.number(1, all).await, 1);
}

#[tokio::test]
async fn rows_beyond_the_limit_are_cut_off_and_the_answer_says_so() {
    let world = World::new();
    let mut options = QueryOptions::at(START);
    options.limits.rows = 3;
    let cut = world
        .telemetry
        .query(world.tenants[0], "range x from 1 to 5 step 1", &options)
        .await
        .unwrap();
    assert_eq!((cut.rows.len(), cut.truncated), (3, true));
    let whole = world
        .telemetry
        .query(world.tenants[0], "range x from 1 to 3 step 1", &options)
        .await
        .unwrap();
    assert_eq!((whole.rows.len(), whole.truncated), (3, false));
}

#[tokio::test]
async fn a_query_that_takes_too_long_is_stopped() {
    let world = World::new();
    let mut options = QueryOptions::at(START);
    options.limits.time = Duration::from_millis(50);
    let cross = "range x from 1 to 100000 step 1 | extend k = 1 | join kind=inner (range y from 1 to 100000 step 1 | extend k = 1) on k | summarize sum(x * y)";
    let error = world.telemetry.query(world.tenants[0], cross, &options).await.unwrap_err();
    assert!(matches!(error, QueryError::TooSlow { .. }), "{error:?}");
}

#[tokio::test]
async fn a_query_that_needs_too_much_memory_is_stopped() {
    let world = World::new();
    let mut options = QueryOptions::at(START);
    options.limits.memory = 1 << 20;
    let wide = "range x from 1 to 300000 step 1 | summarize make_list(strcat('a long text that is different each time ', x))";
    let error = world.telemetry.query(world.tenants[0], wide, &options).await.unwrap_err();
    assert!(matches!(error, QueryError::TooLarge { .. }), "{error:?}");
}

#[tokio::test]
async fn a_device_timeline_pages_from_the_newest_event_to_the_oldest() {
    let world = World::new();
    let story = story(world.tenants[0]);
    world.telemetry.append(1, &story[..4]).unwrap();
    world.telemetry.seal().unwrap();
    world.telemetry.append(2, &story[4..]).unwrap();
    let query = TimelineQuery {
        device: id("d1").parse().unwrap(),
        from: START,
        to: START.plus(Duration::from_secs(86_400)),
        kinds: Vec::new(),
        text: String::new(),
    };
    let mut seen = Vec::new();
    let mut cursor = None;
    loop {
        let page =
            world.telemetry.timeline(world.tenants[0], &query, cursor.as_ref(), 3).await.unwrap();
        seen.extend(page.events.iter().map(|event| {
            (event.at.clone(), event.kind.word(), event.fields["ActionType"].clone())
        }));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen.len(), 8);
    assert!(seen.windows(2).all(|pair| pair[0].0 > pair[1].0), "{seen:#?}");

    let only = TimelineQuery {
        kinds: vec![EventKind::Network],
        text: "203.0.113".to_owned(),
        ..query.clone()
    };
    let page = world.telemetry.timeline(world.tenants[0], &only, None, 10).await.unwrap();
    assert_eq!(page.events.len(), 3, "one of them says it in the command line of its process");
    let other = world.telemetry.timeline(world.tenants[1], &query, None, 10).await.unwrap();
    assert!(other.events.is_empty());

    let bins = world.telemetry.histogram(world.tenants[0], &query, 24).await.unwrap();
    assert_eq!(bins.iter().map(|bin| bin.count).sum::<u64>(), 8);
    assert!(bins.iter().all(|bin| bin.at == "2024-01-02T00:00:00Z"), "{bins:#?}");
}

#[tokio::test]
async fn files_outside_the_time_asked_for_are_not_read() {
    let world = World::new();
    world.telemetry.append(1, &story(world.tenants[0])).unwrap();
    world.telemetry.seal().unwrap();
    let result =
        world.ask(0, "DeviceEvents | where Timestamp > datetime(2024-01-03) | count").await;
    assert_eq!(result.rows[0][0], 1);
    assert_eq!((result.stats.files, result.stats.files_read), (2, 1));
}
