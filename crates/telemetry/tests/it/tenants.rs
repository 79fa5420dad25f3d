//! Another tenant's rows never appear, and change no answer: whatever is asked, the answer is the one that a server
//! gives where the other tenant never was.

use std::sync::Arc;
use std::time::Duration;

use bartizan_model::{
    Action, Connection, ConnectionOutcome, Envelope, FileChange, FileOperation, Protocol, TenantId,
};
use bartizan_telemetry::{Config, QueryError, QueryOptions};
use proptest::prelude::*;

use crate::world::{START, World, envelope, process};

const TABLES: [&str; 5] = [
    "DeviceProcessEvents",
    "DeviceNetworkEvents",
    "DeviceFileEvents",
    "DeviceEvents",
    "AlertEvidence",
];
/// Columns that all the tables have, or nearly all.
const COLUMNS: [&str; 5] =
    ["DeviceId", "DeviceName", "ActionType", "InitiatingProcessFileName", "EventId"];
const NEEDLES: [&str; 6] = ["secret", "ours", "theirs", "bash", "web-1", "203.0.113.9"];

/// What happens at one tenant; the same devices, programs and times at both, but for one word.
fn happenings(tenant: TenantId, word: &str) -> Vec<Envelope> {
    let mut events = Vec::new();
    for sequence in 1..=24_u64 {
        let at = START.plus(Duration::from_secs(sequence * 5_000));
        let pid = 100 + sequence as u32 % 5;
        let shell =
            process(pid, "/bin/bash", &format!("bash -c '{word} secret {sequence}'"), word, at);
        let action = match sequence % 4 {
            0 => Action::Connection(Connection {
                protocol: Protocol::Tcp,
                local: None,
                remote: "203.0.113.9:443".parse().unwrap(),
                host: Some(format!("{word}.example").into()),
                outcome: ConnectionOutcome::Succeeded,
            }),
            1 => Action::File(FileChange {
                path: format!("/srv/{word}/{sequence}").into(),
                previous_path: None,
                operation: FileOperation::Created,
                size: Some(sequence),
                count: 1,
                details: Vec::new(),
            }),
            2 => Action::ProcessEnded { exit_code: Some(1), signal: None },
            _ => Action::ProcessStarted(Arc::clone(&shell)),
        };
        let device = if sequence % 2 == 0 { 1 } else { 2 };
        events.push(envelope(tenant, device, sequence, at, action, Some(shell)));
    }
    events
}

/// Rows in files and in memory; of the other tenant too, in between, or not.
fn world(both: bool) -> World {
    // Files end after the same records, so that what is any of several rows is the same one.
    let max_hot_rows = if both { 18 } else { 9 };
    let world = World::with(Config { max_hot_rows, ..Config::default() });
    let ours = happenings(world.tenants[0], "ours");
    let theirs = happenings(world.tenants[1], "theirs");
    for ((position, ours), theirs) in (1..).zip(ours).zip(theirs) {
        let record = if both { vec![theirs, ours] } else { vec![ours] };
        world.telemetry.append(position, &record).unwrap();
    }
    world
}

fn table() -> impl Strategy<Value = String> {
    prop::sample::select(TABLES.to_vec()).prop_map(str::to_owned)
}

fn source() -> impl Strategy<Value = String> {
    let needle = || prop::sample::select(NEEDLES.to_vec());
    prop_oneof![
        6 => table(),
        2 => (table(), table()).prop_map(|(a, b)| format!("union {a}, {b}")),
        1 => Just("union withsource=Source Device*".to_owned()),
        1 => (table(), table()).prop_map(|(a, b)| format!("union isfuzzy=true {a}, Nowhere, {b}")),
        1 => (table(), needle()).prop_map(|(a, n)| format!("search in ({a}, DeviceEvents) \"{n}\"")),
        1 => needle().prop_map(|n| format!("search \"{n}\"")),
        1 => (table(), needle()).prop_map(|(a, n)| format!("find in ({a}, DeviceProcessEvents) where InitiatingProcessCommandLine has \"{n}\"")),
        1 => table().prop_map(|a| format!("let V = materialize({a}); union V, V")),
        1 => table().prop_map(|a| format!("table(\"{a}\")")),
        1 => table().prop_map(|a| format!("let F = (T: (DeviceId: string, EventId: string)) {{ T | distinct DeviceId, EventId }}; F({a})")),
    ]
}

/// Tells the rows of an event apart, also where a join made several of it: the first of equals is any of them.
const ORDER: &str = r#"strcat(EventId, " ", column_ifexists("Other", ""))"#;

/// Which row of the left side stands for all of them in an `innerunique` join is left open: only its key is shown.
fn join(kind: &str, table: &str) -> String {
    let shown = if kind == "innerunique" { " | project DeviceId, Other, Line" } else { "" };
    format!(
        "join kind={kind} ({table} | project DeviceId, Other = EventId, Line = InitiatingProcessCommandLine) on DeviceId{shown}"
    )
}

fn step() -> impl Strategy<Value = String> {
    let column = || prop::sample::select(COLUMNS.to_vec());
    let needle = || prop::sample::select(NEEDLES.to_vec());
    let kind = prop::sample::select(vec![
        "inner",
        "innerunique",
        "leftouter",
        "rightouter",
        "fullouter",
        "leftanti",
        "rightanti",
        "leftsemi",
    ]);
    prop_oneof![
        3 => (column(), needle()).prop_map(|(c, n)| format!("where {c} has \"{n}\"")),
        2 => (column(), needle()).prop_map(|(c, n)| format!("where {c} !contains \"{n}\"")),
        2 => column().prop_map(|c| format!("summarize Count = count(), Ids = make_set(EventId) by {c} | extend Ids = array_sort_asc(Ids)")),
        1 => Just(format!("extend Order = {ORDER} | summarize arg_max(Order, *) by DeviceId")),
        3 => (kind, table()).prop_map(|(k, t)| join(k, &t)),
        2 => (column(), table()).prop_map(|(c, t)| format!("where {c} in (({t} | project {c}))")),
        1 => table().prop_map(|t| format!("extend All = toscalar({t} | count)")),
        1 => table().prop_map(|t| format!("extend Names = toscalar({t} | summarize Names = make_set(InitiatingProcessAccountName) | project array_sort_asc(Names))")),
        1 => table().prop_map(|t| format!("lookup kind=leftouter ({t} | summarize Seen = dcount(EventId) by DeviceId) on DeviceId")),
        1 => Just("distinct DeviceId, DeviceName".to_owned()),
        1 => Just("extend Line = InitiatingProcessCommandLine | parse Line with * \"secret \" Number:long \"'\" *".to_owned()),
        1 => Just("invoke SeenBy()".to_owned()),
        1 => Just(format!("top 5 by {ORDER} asc")),
        1 => Just("partition by DeviceId (summarize count() by DeviceId)".to_owned()),
        1 => Just("make-series count() default=0 on Timestamp step 1d by DeviceId".to_owned()),
    ]
}

fn question() -> impl Strategy<Value = String> {
    (source(), prop::collection::vec(step(), 0..4)).prop_map(|(source, steps)| {
        std::iter::once(source).chain(steps).collect::<Vec<_>>().join(" | ")
    })
}

/// The answer's rows in an order of their own, or why there is none.
async fn answer(world: &World, question: &str) -> Result<Vec<String>, String> {
    let mut options = QueryOptions::at(START.plus(Duration::from_secs(2 * 86_400)));
    options.limits.threads = 1;
    let answered = world.telemetry.query(world.tenants[0], question, &options).await;
    let mut rows: Vec<String> = match answered {
        Ok(result) => result.rows.iter().map(|row| format!("{row:?}")).collect(),
        Err(QueryError::Problems(problems)) => return Err(format!("{problems:?}")),
        Err(error) => return Err(error.to_string()),
    };
    rows.sort();
    Ok(rows)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_asked_another_tenant_changes_nothing(questions in prop::collection::vec(question(), 16)) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async {
            let (both, alone) = (world(true), world(false));
            let mut answered = 0;
            for question in &questions {
                let (with, without) = (answer(&both, question).await, answer(&alone, question).await);
                answered += usize::from(with.is_ok());
                if let Ok(rows) = &with {
                    assert!(!rows.iter().any(|row| row.contains("theirs")), "{question}: {rows:?}");
                }
                assert_eq!(with, without, "{question}");
            }
            assert!(answered * 2 > questions.len(), "only {answered} of the questions were understood");
        });
    }
}

#[tokio::test]
async fn no_query_reads_a_file_or_an_address_by_its_name() {
    let world = world(true);
    let mut files = Vec::new();
    let mut folders = vec![world.folder.path().join("telemetry")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    assert!(!files.is_empty());
    for file in files {
        let path = file.display();
        for address in
            [format!("{path}"), format!("file://{path}"), format!("https://x.example{path}")]
        {
            let question =
                format!("externaldata(a: string)[\"{address}\"] with (format=\"parquet\")");
            let refused = answer(&world, &question).await.unwrap_err();
            assert!(refused.contains("not allowed"), "{refused}");
        }
        let refused = answer(&world, &format!("table(\"{path}\")")).await;
        assert!(refused.is_err(), "{path} is no table");
    }
}
