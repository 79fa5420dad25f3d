//! Lists in, indicators and problems out.

use proptest::prelude::*;

use super::*;

fn read(format: Format, text: &str) -> (Vec<String>, Vec<String>) {
    let imported = import(format, text, &Defaults::default());
    let shown = imported.indicators.iter().map(|i| {
        format!(
            "{} {} {} {}: {}",
            i.kind().word(),
            i.value,
            i.action.word(),
            i.severity.word(),
            i.title
        )
    });
    (shown.collect(), imported.problems.iter().map(ToString::to_string).collect())
}

#[test]
fn a_plain_list_is_read_line_by_line_and_a_bad_line_is_named() {
    let (indicators, problems) = read(
        Format::Plain,
        "# a feed\n198.51.100.7;C2 of something\nEvil[.]Example\n\nnot a value\n44d88612fea8a8f36de82e1278abb02f",
    );
    assert_eq!(
        indicators,
        [
            "address 198.51.100.7 audit Medium: C2 of something",
            "domain evil.example audit Medium: Known bad value",
            "md5 44d88612fea8a8f36de82e1278abb02f audit Medium: Known bad value",
        ]
    );
    assert_eq!(problems.len(), 1);
    assert!(problems[0].starts_with("line 5: `not` is no"), "{problems:?}");
}

#[test]
fn csv_columns_are_found_by_name_and_each_fault_says_what_to_write() {
    let text = "\
IndicatorType,IndicatorValue,ExpirationTime,Action,Severity,Title,Description
IpAddress,198.51.100.0/24,2026-12-01,Block,High,\"Bulletproof, \"\"hosting\"\"\",x
DomainName,evil.example,2026-12-01T00:00:00Z,Warn,Low,Evil,
FileSha256,zz,,Block,High,Bad,
Url,http://evil.example/a,never,Block,High,Bad,
Url,http://evil.example/b,,Smash,High,Bad,
";
    assert_eq!(Format::guess(text), Format::Csv);
    let (indicators, problems) = read(Format::Csv, text);
    assert_eq!(
        indicators,
        [
            "network 198.51.100.0/24 block High: Bulletproof, \"hosting\"",
            "domain evil.example warn Low: Evil",
        ]
    );
    assert_eq!(problems.len(), 3);
    assert!(problems[0].starts_with("line 4: `zz` is no SHA-256: 64 hex digits"));
    assert!(problems[1].starts_with("line 5: `never` is no time"));
    assert!(problems[2].starts_with("line 6: `Smash` is no action"));
    let (_, problems) = read(Format::Csv, "a,b\n1,2\n");
    assert!(problems[0].contains("has no column `value`"));
}

#[test]
fn a_stix_bundle_gives_its_single_values_and_says_which_patterns_it_cannot_take() {
    let text = r#"{ "type": "bundle", "objects": [
  { "type": "indicator", "id": "indicator--1", "name": "Two hashes", "pattern_type": "stix",
    "pattern": "[file:hashes.'SHA-256' = '275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f' OR file:hashes.MD5 = '44d88612fea8a8f36de82e1278abb02f']",
    "valid_from": "2026-01-01T00:00:00Z", "valid_until": "2026-02-01T00:00:00Z" },
  { "type": "malware", "id": "malware--1", "name": "x" },
  { "type": "indicator", "id": "indicator--2",
    "pattern": "[ipv4-addr:value = '198.51.100.7' AND network-traffic:dst_port = 22]", "valid_from": "2026-01-01T00:00:00Z" },
  { "type": "indicator", "id": "indicator--3", "name": "Old", "modified": "2026-01-01T00:00:00Z",
    "pattern": "[domain-name:value = 'old.example']", "valid_from": "2026-01-01T00:00:00Z" },
  { "type": "indicator", "id": "indicator--3", "name": "New", "modified": "2026-01-02T00:00:00Z",
    "pattern": "[domain-name:value IN ('a.example', 'b.example')] OR [url:value = 'http://c.example/x']", "valid_from": "2026-01-01T00:00:00Z" },
  { "type": "indicator", "id": "indicator--4", "revoked": true,
    "pattern": "[domain-name:value = 'gone.example']", "valid_from": "2026-01-01T00:00:00Z" }
] }"#;
    assert_eq!(Format::guess(text), Format::Stix);
    let (indicators, problems) = read(Format::Stix, text);
    let values: Vec<&str> = indicators.iter().filter_map(|i| i.split(' ').nth(1)).collect();
    assert_eq!(
        values,
        [
            "275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f",
            "44d88612fea8a8f36de82e1278abb02f",
            "a.example",
            "b.example",
            "http://c.example/x",
        ]
    );
    assert_eq!(problems, ["line 6: `AND` needs several things together; write it as a rule"]);
    assert_eq!(read(Format::Stix, "{\n\"objects\": [}").1.len(), 1);
}

proptest! {
    #[test]
    fn no_list_panics(text in "(\\PC|\n|,|\"|'|;|\\[|\\]){0,200}") {
        for format in [Format::Plain, Format::Csv, Format::Stix] {
            let _read = import(format, &text, &Defaults::default());
        }
        let quoted = text.replace(['\\', '"'], "").replace('\n', " ");
        let bundle = format!(r#"{{"objects":[{{"type":"indicator","id":"i","pattern":"{quoted}"}}]}}"#);
        let _read = import(Format::Stix, &bundle, &Defaults::default());
    }
}
