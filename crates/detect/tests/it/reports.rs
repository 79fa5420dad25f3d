//! What the reports say.

use bartizan_detect::Detail;
use bartizan_detect::report::{Csv, Html, JsonLines, Pairs, Summary};

use crate::stage::{Stage, WHOAMI};

fn stage() -> Stage {
    let stage = Stage::new();
    stage.file(
        "rows.jsonl",
        r#"{"Timestamp":"2026-01-01T10:00:00Z","DeviceName":"web<1>","ActionType":"ProcessCreated","FolderPath":"/usr/bin/whoami"}
{"Timestamp":"2026-01-02T11:30:00Z","DeviceName":"=db","ActionType":"ProcessCreated","FolderPath":"/bin/whoami"}
{"broken
"#,
    );
    stage
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

#[test]
fn pairs_are_rule_and_event() {
    let mut out = Vec::new();
    stage().judge(&[WHOAMI], Detail::Pairs, &mut Pairs::new(&mut out));

    let id = "11111111-1111-4111-8111-111111111111";
    assert_eq!(text(out), format!("{id}\t0\n{id}\t1\n"));
}

#[test]
fn a_line_of_json_explains_the_match_and_holds_the_event() {
    let mut out = Vec::new();
    stage().judge(&[WHOAMI], Detail::Whole, &mut JsonLines::new(&mut out));

    let out = text(out);
    let line: serde_json::Value = serde_json::from_str(out.lines().next().unwrap()).unwrap();
    assert_eq!(line["time"], "2026-01-01T10:00:00Z");
    assert_eq!(line["host"], "web<1>");
    assert_eq!(line["severity"], "high");
    assert_eq!(line["rule"]["techniques"][0], "T1033");
    assert_eq!(line["matched"][0]["field"], "Image");
    assert_eq!(line["matched"][0]["range"], serde_json::json!([8, 15]));
    assert_eq!(line["event"]["FolderPath"], "/usr/bin/whoami");
}

#[test]
fn a_spreadsheet_does_not_run_what_a_machine_says() {
    let mut out = Vec::new();
    stage().judge(&[WHOAMI], Detail::Explained, &mut Csv::new(&mut out).unwrap());

    let out = text(out);
    assert!(out.starts_with("Time,Host,Severity,Rule,"), "{out}");
    assert!(out.contains(",'=db,high,Who am I,"), "{out}");
    assert!(out.contains("Image ends with '/whoami': /usr/bin/whoami"), "{out}");
}

#[test]
fn the_summary_counts_by_severity_technique_host_and_rule() {
    let mut out = Vec::new();
    stage().judge(&[WHOAMI], Detail::Explained, &mut Summary::new(&mut out));

    let out = text(out);
    let folder = out.find("Not read").unwrap();
    assert_eq!(
        &out[..folder],
        "3 events in 1 file, 1 rule
2026-01-01 10:00:00 to 2026-01-02 11:30:00 UTC
2 matches by 1 rule
1 event that cannot be read

Severity
  high                   2

Technique
  T1033                  2

Host
  =db     1 high
  web<1>  1 high

Rule
  high                2  2026-01-01 10:00:00  Who am I

"
    );
}

#[test]
fn the_page_is_whole_in_itself_and_obeys_nothing_in_the_logs() {
    let mut out = Vec::new();
    let written = "2026-01-03T00:00:00Z".parse().unwrap();
    stage().judge(&[WHOAMI], Detail::Explained, &mut Html::new(&mut out, written));

    let page = text(out);
    assert!(page.contains(
        "<p class=\"verdict\">2 matches, 2 of them high or critical, on 2 machines.</p>"
    ));
    assert!(page.contains("/usr/bin<mark>/whoami</mark>"));
    assert!(page.contains("web&lt;1&gt;") && !page.contains("web<1>"));
    for forbidden in ["<script", " src=", "url(", "@import", "<link"] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
}
