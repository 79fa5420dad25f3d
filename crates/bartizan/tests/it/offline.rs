//! The tools that need no server: files through rules, and the desk of those who write rules.

use std::{
    path::Path,
    process::{Command, Output},
};

const RULE: &str = "
title: Who am I
id: 11111111-1111-4111-8111-111111111111
description: Somebody asks who they are.
level: high
tags: [attack.discovery, attack.t1033]
falsepositives: [Scripts]
logsource: { product: linux, category: process_creation }
detection:
  selection: { Image|endswith: /whoami }
  condition: selection
tests:
  - { name: asked, expect: alert, event: { Image: /bin/whoami } }
";
const EVENT: &str =
    r#"{"ActionType":"ProcessCreated","DeviceName":"web-1","FolderPath":"/usr/bin/whoami"}"#;

fn bartizan(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_bartizan"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap()
}

fn stage() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("rules")).unwrap();
    std::fs::write(folder.path().join("rules/rule.yml"), RULE).unwrap();
    std::fs::write(folder.path().join("rows.jsonl"), EVENT).unwrap();
    folder
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn detect_prints_pairs_and_tells_by_its_status_how_it_went() {
    let folder = stage();
    let detect = ["detect", "--rules", "rules", "--format", "pairs", "rows.jsonl"];

    let done = bartizan(folder.path(), &detect);
    assert_eq!(text(&done.stdout), "11111111-1111-4111-8111-111111111111\t0\n");
    assert_eq!((done.status.code(), text(&done.stderr).as_str()), (Some(0), ""));

    let grave = bartizan(folder.path(), &[&detect[..], &["--fail-on", "high"]].concat());
    assert_eq!(grave.status.code(), Some(4));

    let torn = bartizan(folder.path(), &[&detect[..], &["missing.jsonl"]].concat());
    assert_eq!(torn.status.code(), Some(3));
    assert!(text(&torn.stderr).contains("missing.jsonl"), "{}", text(&torn.stderr));

    let none = bartizan(folder.path(), &["detect", "--rules", "nowhere", "rows.jsonl"]);
    assert_eq!(none.status.code(), Some(1));
}

#[test]
fn detect_judges_by_the_shipped_rules_when_none_are_given() {
    let folder = stage();

    let done = bartizan(folder.path(), &["detect", "rows.jsonl"]);

    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    assert!(text(&done.stdout).starts_with("1 event in 1 file, "), "{}", text(&done.stdout));
}

#[test]
fn the_desk_checks_tests_measures_and_covers() {
    let folder = stage();
    let asked = |arguments: &[&str]| {
        let done = bartizan(folder.path(), arguments);
        assert_eq!(done.status.code(), Some(0), "{arguments:?}: {}", text(&done.stderr));
        text(&done.stdout)
    };

    assert_eq!(asked(&["rules", "check", "rules"]), "");
    assert!(asked(&["rules", "check", "rules", "--format", "json"]).contains("\"errors\": 0"));
    assert_eq!(asked(&["rules", "test", "rules"]), "");
    assert!(asked(&["rules", "profile", "rules", "rows.jsonl"]).contains("Who am I"));
    assert!(asked(&["rules", "coverage", "rules"]).contains("T1033"));
    assert!(
        asked(&["rules", "coverage", "rules", "--format", "html"]).starts_with("<!doctype html>")
    );
}

#[test]
fn the_desk_fails_when_a_rule_does() {
    let folder = stage();
    let bad = RULE.replace("expect: alert", "expect: quiet");
    std::fs::write(folder.path().join("rules/rule.yml"), bad).unwrap();
    std::fs::write(folder.path().join("rules/torn.yml"), "title: Torn\n").unwrap();

    let checked = bartizan(folder.path(), &["rules", "check", "rules"]);
    let tested = bartizan(folder.path(), &["rules", "test", "rules"]);

    assert_eq!(checked.status.code(), Some(1));
    assert!(text(&checked.stdout).contains("torn.yml"), "{}", text(&checked.stdout));
    assert_eq!(tested.status.code(), Some(1));
    assert!(text(&tested.stdout).contains("matches: asked"), "{}", text(&tested.stdout));
}
