//! Which rules match which events, whatever form the events come in.

use std::io::Write as _;

use bartizan_detect::{Detail, Mapping, Routing};
use bartizan_sigma::LogSource;
use proptest::prelude::*;

use crate::stage::{DEFENDER, Heard, Stage, WHOAMI};

const ROW: &str = r#"{"Timestamp":"2026-01-01T10:00:00Z","DeviceName":"web-1","ActionType":"ProcessCreated","FolderPath":"/usr/bin/whoami","ProcessCommandLine":"whoami"}"#;

#[test]
fn a_row_of_our_own_tables_is_judged_by_the_names_of_sigma() {
    let stage = Stage::new();
    stage.file("rows.jsonl", format!("{{\"ActionType\":\"Other\"}}\n\n{ROW}\n"));

    assert_eq!(stage.matches(&[WHOAMI]), ["rows.jsonl 1 Who am I"]);
}

#[test]
fn an_event_of_another_kind_is_left_to_its_own_rules() {
    let stage = Stage::new();
    stage.file(
        "events.jsonl",
        r#"{"Channel":"Security","EventID":4688,"Image":"/usr/bin/whoami","Computer":"pc"}"#,
    );

    assert!(stage.matches(&[WHOAMI]).is_empty());
}

#[test]
fn without_routing_every_rule_sees_every_event_by_field_names_alone() {
    let mut stage = Stage::new();
    stage.routing = Routing::None;
    stage.mapping = Mapping::none();
    stage.file("events.jsonl", r#"{"Image":"/usr/bin/whoami"}"#);

    assert_eq!(stage.matches(&[WHOAMI]), ["events.jsonl 0 Who am I"]);
}

#[test]
fn events_of_no_known_kind_are_counted_and_not_judged() {
    let stage = Stage::new();
    stage.file("events.jsonl", r#"{"Image":"/usr/bin/whoami"}"#);

    let totals = stage.judge(&[WHOAMI], Detail::Pairs, &mut Heard::default());

    assert_eq!((totals.events, totals.unknown, totals.findings), (1, 1, 0));
}

#[test]
fn a_person_can_say_what_all_events_are() {
    let mut stage = Stage::new();
    stage.mapping.set_logsource(LogSource {
        product: Some("linux".into()),
        category: Some("process_creation".into()),
        service: None,
    });
    stage.file("events.jsonl", r#"{"Image":"/usr/bin/whoami"}"#);

    assert_eq!(stage.matches(&[WHOAMI]), ["events.jsonl 0 Who am I"]);
}

#[test]
fn a_mapping_of_ones_own_leads_events_to_rules() {
    let mut stage = Stage::new();
    let text = r#"
        [rename]
        "proc.*" = "*"
        [[kind]]
        when = { kind = "exec" }
        product = "linux"
        category = "process_creation"
        fields = { Image = "exe" }
    "#;
    stage.mapping.add("mine.toml", text).unwrap();
    stage.file("events.jsonl", r#"{"kind":"EXEC","proc":{"exe":"/usr/bin/whoami"}}"#);

    assert_eq!(stage.matches(&[WHOAMI]), ["events.jsonl 0 Who am I"]);
}

#[test]
fn a_mapping_that_cannot_be_read_is_named() {
    let error = Mapping::shipped().unwrap().add("mine.toml", "[[kind]]\nwhat = 1").unwrap_err();

    assert_eq!(error.to_string(), "reading the mapping mine.toml");
}

#[test]
fn elastic_names_are_understood() {
    let stage = Stage::new();
    stage.file(
        "ecs.ndjson",
        r#"{"event":{"category":["process"],"type":["start"]},"host":{"name":"h","os":{"type":"linux"}},"process":{"executable":"/usr/bin/whoami"}}"#,
    );

    assert_eq!(stage.matches(&[WHOAMI]), ["ecs.ndjson 0 Who am I"]);
}

#[test]
fn a_windows_event_in_json_loses_its_folders_and_the_spaces_in_its_names() {
    let stage = Stage::new();
    stage.file(
        "defender.json",
        r##"{
          "Event": {
            "#attributes": { "xmlns": "x" },
            "System": {
              "Provider": { "#attributes": { "Name": "Microsoft-Windows-Windows Defender" } },
              "EventID": 1116,
              "Channel": "Microsoft-Windows-Windows Defender/Operational",
              "Computer": "pc"
            },
            "EventData": { "Threat Name": "HackTool:Win32/Mimikatz", "Detection ID": "{1}" }
          }
        }"##,
    );

    assert_eq!(stage.matches(&[DEFENDER]), ["defender.json 0 Threat found"]);
}

#[test]
fn a_beat_around_a_windows_event_is_taken_off() {
    let stage = Stage::new();
    stage.file(
        "beat.json",
        r#"[{"winlog":{"channel":"Microsoft-Windows-Windows Defender/Operational","event_id":"1116",
            "event_data":{"Threat Name":"Mimikatz"}}}]"#,
    );

    assert_eq!(stage.matches(&[DEFENDER]), ["beat.json 0 Threat found"]);
}

#[test]
fn lines_of_text_are_events_with_a_message() {
    let mut stage = Stage::new();
    stage.mapping.set_logsource(LogSource {
        product: Some("linux".into()),
        category: None,
        service: Some("sshd".into()),
    });
    let log = stage.file("auth.log", "Jan 1 sshd[1]: Accepted\nJan 1 sshd[1]: Failed password\n");
    let rule = "
title: Failed sign-in
logsource: { product: linux, service: sshd }
detection:
  keywords: [failed PASSWORD]
  condition: keywords
";

    assert_eq!(stage.matches_of(&[rule], &[log]), ["auth.log 1 Failed sign-in"]);
}

#[test]
fn compressed_files_and_folders_are_read_like_others() {
    let stage = Stage::new();
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(ROW.as_bytes()).unwrap();
    stage.file("deep/er/a.jsonl.gz", gz.finish().unwrap());
    stage.file("deep/b.jsonl.zst", zstd::encode_all(ROW.as_bytes(), 1).unwrap());
    stage.file("deep/notes.txt", ROW);

    assert_eq!(stage.matches(&[WHOAMI]), ["b.jsonl.zst 0 Who am I", "a.jsonl.gz 0 Who am I"]);
}

#[test]
fn bad_lines_have_a_number_are_named_and_stop_nothing() {
    let stage = Stage::new();
    stage.file("events.jsonl", format!("{ROW}\n{{nonsense}}\n[1]\n{ROW}"));
    stage.file("not-there.jsonl", "");
    stage.file("torn.evtx", b"ElfFile\0 and no more");

    let mut heard = Heard::default();
    let totals = stage.judge(&[WHOAMI], Detail::Pairs, &mut heard);

    assert_eq!(heard.0, ["events.jsonl 0 Who am I", "events.jsonl 3 Who am I"]);
    assert_eq!((totals.events, totals.bad_events, totals.broken), (4, 2, 1));
    assert!(
        totals.problems[0].contains("events.jsonl: event 1: key must be a string"),
        "{:?}",
        totals.problems
    );
    assert!(totals.problems[2].contains("torn.evtx"), "{:?}", totals.problems);
}

#[test]
fn the_order_does_not_depend_on_the_number_of_threads() {
    let mut stage = Stage::new();
    let filler = "x".repeat(2_000);
    for name in ["a.jsonl", "b.jsonl", "c.jsonl"] {
        let lines: String = (0..2_000)
            .map(|number| {
                if number % 7 == 0 {
                    format!("{ROW}\n")
                } else {
                    format!("{{\"ActionType\":\"None\",\"x\":\"{filler}\"}}\n")
                }
            })
            .collect();
        stage.file(name, lines);
    }
    let mut told = Vec::new();
    for threads in [1, 2, 5] {
        stage.threads = threads;
        told.push(stage.matches(&[WHOAMI]));
    }

    assert_eq!(told[0].len(), 3 * 286);
    assert_eq!(told[0], told[1]);
    assert_eq!(told[0], told[2]);
}

#[test]
fn correlations_tell_of_many_events_across_files() {
    let rules = "
title: Failed sign-in
name: failed
logsource: { product: linux, service: sshd }
detection:
  keywords: [Failed password]
  condition: keywords
---
title: Guessing passwords
level: high
correlation:
  type: event_count
  rules: [failed]
  group-by: [_HOSTNAME]
  timespan: 1m
  condition: { gte: 3 }
";
    let stage = Stage::new();
    let line = |second: u32, host: &str| {
        format!(
            "{{\"@timestamp\":\"2026-01-01T00:00:{second:02}Z\",\"SYSLOG_IDENTIFIER\":\"sshd\",\"_HOSTNAME\":\"{host}\",\
             \"MESSAGE\":\"Failed password for root\"}}\n"
        )
    };
    stage.file("a.jsonl", line(40, "web") + &line(50, "db"));
    stage.file("b.jsonl", line(10, "web") + &line(20, "web"));

    assert_eq!(stage.matches(&[rules]), ["a.jsonl 0 Guessing passwords"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_bytes_stop_a_run(bytes in proptest::collection::vec(any::<u8>(), 0..600), kind in 0..5) {
        let stage = Stage::new();
        let start: &[u8] = match kind {
            0 => b"ElfFile\0",
            1 => b"\x28\xb5\x2f\xfd",
            2 => b"\x1f\x8b",
            3 => b"[{\"a\":",
            _ => b"",
        };
        stage.file("any.jsonl", [start, &bytes].concat());
        stage.judge(&[WHOAMI], Detail::Whole, &mut Heard::default());
    }
}
