//! Many questions at once, and lists without end: the server goes on.

use std::time::Duration;

use bartizan_telemetry::{Config, Limits, QueryError, QueryOptions};

use crate::world::{START, World, story};

fn options(seconds: u64) -> QueryOptions {
    let limits = Limits { time: Duration::from_secs(seconds), ..Limits::default() };
    QueryOptions { limits, ..QueryOptions::at(START) }
}

const ENDLESS: &str = "range a from 1 to 1000000 step 1 | extend k = 1 \
    | join kind=inner (range b from 1 to 1000000 step 1 | extend k = 1) on k | summarize sum(a * b)";

#[tokio::test(flavor = "multi_thread")]
async fn one_tenants_questions_leave_room_for_anothers() {
    let world = World::with(Config { max_questions: 2, ..Config::default() });
    world.telemetry.append(1, &story(world.tenants[1])).unwrap();
    let [many, other] = world.tenants;
    let telemetry = std::sync::Arc::new(world.telemetry);
    let endless: Vec<_> = (0..6)
        .map(|_| {
            let telemetry = telemetry.clone();
            tokio::spawn(async move { telemetry.query(many, ENDLESS, &options(120)).await })
        })
        .collect();

    let answer =
        telemetry.query(other, "DeviceProcessEvents | count", &options(100)).await.unwrap();

    assert_eq!(answer.rows[0][0], 6);
    assert!(!endless.iter().any(tokio::task::JoinHandle::is_finished));
    endless.iter().for_each(tokio::task::JoinHandle::abort);
    for stopped in endless {
        assert!(stopped.await.unwrap_err().is_cancelled());
    }
    let answer = telemetry.query(many, "print 1", &options(100)).await.unwrap();
    assert_eq!(answer.rows[0][0], 1, "those who went away hold no place");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_waits_for_its_turn_waits_no_longer_than_it_may_take() {
    let world = World::with(Config { max_questions: 1, ..Config::default() });
    let [tenant, other] = world.tenants;
    let telemetry = std::sync::Arc::new(world.telemetry);
    let first = telemetry.clone();
    let first = tokio::spawn(async move { first.query(tenant, ENDLESS, &options(120)).await });
    // The first has its place when another's question is not answered any more.
    while telemetry.query(other, "print 1", &options(1)).await.is_ok() {}

    let error = telemetry.query(tenant, "print 1", &options(1)).await.unwrap_err();

    assert!(matches!(error, QueryError::TooSlow { .. }), "{error:?}");
    first.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_giant_list_is_answered_or_refused_and_never_kills() {
    let world = World::new();
    world.telemetry.append(1, &story(world.tenants[0])).unwrap();
    world.telemetry.seal().unwrap();
    for (members, known) in [(40_000, true), (60_000, false)] {
        let list: Vec<String> = (0..members).map(|member| format!("\"{member}\"")).collect();
        let list = list.join(",");
        let question =
            format!("DeviceProcessEvents | where FileName in (\"curl\", {list}) | count");
        let answer = world.telemetry.query(world.tenants[0], &question, &options(100)).await;
        match answer {
            Ok(answer) if known => assert_eq!(answer.rows[0][0], 1),
            Err(QueryError::Problems(_)) if !known => {}
            other => panic!("{members}: {other:?}"),
        }
    }
    for deep in ["(", "not(", "-", "tolower("] {
        let closing = if deep.ends_with('(') { ")" } else { "" };
        let question = format!("print {}1{}", deep.repeat(50_000), closing.repeat(50_000));
        assert!(world.telemetry.query(world.tenants[0], &question, &options(100)).await.is_err());
    }
    let chain = vec!["FileName has \"x\""; 9_000].join(" or ");
    let question = format!("DeviceProcessEvents | where {chain} | count");
    let answered = world.telemetry.query(world.tenants[0], &question, &options(100)).await;
    assert!(answered.map_or_else(|error| matches!(error, QueryError::Problems(_)), |_| true));
}
