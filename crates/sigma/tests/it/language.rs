//! What the words of Sigma mean, one line for each: selection, event, and whether they match.

use bartizan_sigma::{Collection, Matcher, Placeholders};
use proptest::prelude::*;

/// The answer of a rule with this selection.
fn matches(selection: &str, event: &str) -> bool {
    matches_rule(&format!("  s: {selection}\n  condition: s"), event)
}

fn matches_rule(detection: &str, event: &str) -> bool {
    let text = format!("title: t\nlogsource: {{ product: p }}\ndetection:\n{detection}\n");
    let mut collection = Collection::default();
    let mut placeholders = Placeholders::default();
    placeholders.define("admins", vec!["root".to_owned(), "adm*".to_owned()]);
    collection.add("t.yml", &text, &placeholders);
    assert!(collection.problems.is_empty(), "{}", collection.problems[0]);
    let matcher = Matcher::new(&collection.rules).unwrap();
    let route = matcher.route(std::slice::from_ref(&collection.rules[0].logsource)).unwrap();
    let event: serde_json::Map<_, _> = serde_json::from_str(event).unwrap();
    !matcher.judge(&route, &matcher.json(&event), &mut matcher.scratch()).is_empty()
}

fn check(cases: &[(&str, &str, bool)]) {
    for (selection, event, expected) in cases {
        assert_eq!(matches(selection, event), *expected, "{selection} on {event}");
    }
}

#[test]
fn text_matches_without_case_and_with_wildcards() {
    check(&[
        ("{ F: abc }", r#"{"F":"ABC"}"#, true),
        ("{ F: abc }", r#"{"F":"abcd"}"#, false),
        ("{ F: ÄRGER }", r#"{"F":"ärger"}"#, true),
        ("{ F|contains: bc }", r#"{"F":"aBCd"}"#, true),
        ("{ F|startswith: a*c }", r#"{"F":"abcd"}"#, true),
        ("{ F|endswith: 'pass*.txt' }", r#"{"F":"x passq.txt"}"#, true),
        ("{ F|endswith: '1?' }", r#"{"F":"0x10"}"#, true),
        (r"{ F: 'a\*b' }", r#"{"F":"axb"}"#, false),
        (r"{ F: 'a\*b' }", r#"{"F":"a*b"}"#, true),
        (r"{ F|endswith: '\cmd.exe' }", r#"{"F":"C:\\x\\cmd.exe"}"#, true),
        ("{ F|cased: abc }", r#"{"F":"Abc"}"#, false),
        ("{ F|contains|cased: Bc }", r#"{"F":"aBcd"}"#, true),
        ("{ F: '' }", r#"{"F":""}"#, true),
        ("{ F: '' }", "{}", false),
        ("{ F: '*' }", r#"{"F":""}"#, true),
    ]);
}

#[test]
fn lists_and_all_and_neq_join_values() {
    check(&[
        ("{ F: [a, b] }", r#"{"F":"b"}"#, true),
        ("{ F|contains|all: [a, b] }", r#"{"F":"xb a"}"#, true),
        ("{ F|contains|all: [a, b] }", r#"{"F":"xb"}"#, false),
        ("{ F|neq: a }", r#"{"F":"b"}"#, true),
        ("{ F|neq: a }", r#"{"F":"A"}"#, false),
        ("{ F|neq: [a, b] }", r#"{"F":"b"}"#, false),
        ("{ F|neq: a }", "{}", true),
        ("[{ F: a }, { G: b }]", r#"{"G":"b"}"#, true),
        ("{ F: a, G: b }", r#"{"G":"b"}"#, false),
    ]);
}

#[test]
fn null_and_exists_are_about_the_field() {
    check(&[
        ("{ F: null }", "{}", true),
        ("{ F: null }", r#"{"F":null}"#, true),
        ("{ F: null }", r#"{"F":""}"#, false),
        ("{ F: [null, ''] }", r#"{"F":""}"#, true),
        ("{ F|exists: true }", r#"{"F":0}"#, true),
        ("{ F|exists: yes }", r#"{"F":null}"#, false),
        ("{ F|exists: false }", r#"{"G":0}"#, true),
    ]);
}

#[test]
fn numbers_and_text_are_the_same_when_written_the_same() {
    check(&[
        ("{ F: 4625 }", r#"{"F":"4625"}"#, true),
        ("{ F: 4625 }", r#"{"F":4625.0}"#, true),
        ("{ F: '4625' }", r#"{"F":4625}"#, true),
        ("{ F: true }", r#"{"F":"True"}"#, true),
        ("{ F: 'true' }", r#"{"F":true}"#, true),
        ("{ F|startswith: 46 }", r#"{"F":4625}"#, true),
        ("{ F|gt: 10 }", r#"{"F":"11"}"#, true),
        ("{ F|gt: 10 }", r#"{"F":10}"#, false),
        ("{ F|gte: 10 }", r#"{"F":10}"#, true),
        ("{ F|lt: 0.5 }", r#"{"F":0.4}"#, true),
        ("{ F|lte: 3 }", r#"{"F":"many"}"#, false),
    ]);
}

#[test]
fn expressions_networks_and_other_fields() {
    check(&[
        ("{ F|re: 'a[0-9]+' }", r#"{"F":"xa12"}"#, true),
        ("{ F|re: 'a[0-9]+' }", r#"{"F":"xA12"}"#, false),
        ("{ F|re|i: '^A[0-9]+$' }", r#"{"F":"a12"}"#, true),
        ("{ F|re|s: 'a.b' }", r#"{"F":"a\nb"}"#, true),
        ("{ F|re|m: '^b' }", r#"{"F":"a\nb"}"#, true),
        ("{ F|cidr: 10.0.0.0/8 }", r#"{"F":"10.1.2.3"}"#, true),
        ("{ F|cidr: 10.0.0.0/8 }", r#"{"F":"::ffff:10.1.2.3"}"#, true),
        ("{ F|cidr: 'fe80::/10' }", r#"{"F":"fe80::1"}"#, true),
        ("{ F|cidr: 10.0.0.0/8 }", r#"{"F":"11.1.2.3"}"#, false),
        ("{ F|fieldref: G }", r#"{"F":"a","G":"A"}"#, true),
        ("{ F|fieldref|endswith: G }", r#"{"F":"xa","G":"a"}"#, true),
        ("{ F|fieldref: G }", r#"{"F":"a"}"#, false),
        ("{ F|expand: '%admins%' }", r#"{"F":"admin2"}"#, true),
        ("{ F|expand: 'x%admins%' }", r#"{"F":"xroot"}"#, true),
    ]);
}

#[test]
fn dashes_of_options_stand_for_one_another() {
    check(&[
        ("{ F|contains|windash: ' -f' }", r#"{"F":"x /foo"}"#, true),
        ("{ F|contains|windash: ' /f' }", r#"{"F":"x –foo"}"#, true),
        ("{ F|contains|windash: 'a-f' }", r#"{"F":"a/f"}"#, false),
        ("{ F|windash: '-a -b -c -d' }", r#"{"F":"/A —b -c /d"}"#, true),
        ("{ F|windash: '-a -b -c -d' }", r#"{"F":"/A —b -c d"}"#, false),
    ]);
}

#[test]
fn values_are_encoded_before_they_are_searched() {
    check(&[
        ("{ F|base64: foo }", r#"{"F":"Zm9v"}"#, true),
        ("{ F|base64offset|contains: 'http://' }", r#"{"F":"aHR0cDovLw"}"#, true),
        ("{ F|base64offset|contains: 'http://' }", r#"{"F":"eGh0dHA6Ly94"}"#, true),
        ("{ F|base64offset|contains: 'http://' }", r#"{"F":"eHhodHRwOi8veA=="}"#, true),
        ("{ F|wide|base64: ab }", r#"{"F":"YQBiAA=="}"#, true),
        ("{ F|utf16be|base64: ab }", r#"{"F":"AGEAYg=="}"#, true),
        ("{ F|utf16|base64: ab }", r#"{"F":"//5hAGIA"}"#, true),
    ]);
}

#[test]
fn times_are_taken_apart() {
    let at = |time: &str| format!(r#"{{"T":{time}}}"#);
    let evening = at("\"2026-11-25T22:05:00.5Z\"");
    check(&[
        ("{ T|hour|gte: 22 }", &evening, true),
        ("{ T|minute: 5 }", &evening, true),
        ("{ T|day: 25 }", &evening, true),
        ("{ T|week: 48 }", &evening, true),
        ("{ T|month: 11 }", &evening, true),
        ("{ T|year|lt: 2026 }", &evening, false),
        ("{ T|hour: 0 }", &at("0"), true),
        ("{ T|hour: 15 }", &at("\"2019-04-27 15:57:25.868\""), true),
        ("{ T|hour: 22 }", &at("\"yesterday\""), false),
    ]);
}

#[test]
fn keywords_are_found_in_any_value() {
    check(&[
        ("[Fatal, oops]", r#"{"A":1,"B":"a fatal error"}"#, true),
        ("[Fatal, oops]", r#"{"A":1,"B":"fine"}"#, false),
        ("{ '|all': [one, two] }", r#"{"A":"ONE","B":"xtwox"}"#, true),
        ("{ '|all': [one, two] }", r#"{"A":"one"}"#, false),
        ("[6]", r#"{"A":"6"}"#, true),
        ("[6]", r#"{"A":"16"}"#, false),
        ("{ '|re': 'f[0o]+' }", r#"{"A":"xf0o"}"#, true),
    ]);
}

#[test]
fn conditions_join_selections() {
    let selections = "  a1: { F: x }\n  a2: { G: y }\n  _b: { H: z }\n  condition: ";
    let fg = r#"{"F":"x","G":"y"}"#;
    let h = r#"{"H":"z"}"#;
    for (condition, event, expected) in [
        ("1 of a*", fg, true),
        ("all of a*", r#"{"F":"x"}"#, false),
        ("all of them", fg, true),
        ("any of them", h, false),
        ("1 of _b", h, true),
        ("2 of a*", fg, true),
        ("a1 and not a2", fg, false),
        ("not a1 and not a2 or _b", h, true),
        ("not (a1 or a2)", h, true),
        ("a1 AND (a2 OR _b)", fg, true),
        ("[a1 and a2, _b]", h, true),
    ] {
        assert_eq!(
            matches_rule(&format!("{selections}{condition}"), event),
            expected,
            "{condition}"
        );
    }
}

#[test]
fn a_match_says_where_it_was_found() {
    let rules = Collection::parse(
        "t.yml",
        "title: t\nlogsource: { product: p }\ndetection:\n  web: { Parent|endswith: /nginx }\n  shell: { Cmd|contains: ' -C ' }\n  filter: { User: root }\n  condition: web and shell and not filter\n",
    );
    let matcher = Matcher::new(&rules.rules).unwrap();
    let route = matcher.route_all().unwrap();
    let event =
        serde_json::json!({ "Parent": "/usr/sbin/nginx", "Cmd": "sh -c id", "User": "www" });
    let found =
        matcher.judge(&route, &matcher.json(event.as_object().unwrap()), &mut matcher.scratch());
    let said: Vec<String> = found[0]
        .evidence
        .iter()
        .map(|e| {
            format!("{}: {} {} at {:?}", e.selection, e.field, e.pattern, e.range.clone().unwrap())
        })
        .collect();
    assert_eq!(
        said,
        ["web: Parent ends with '/nginx' at 9..15", "shell: Cmd contains ' -C ' at 2..6"]
    );
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(text in "\\PC{0,200}") {
        let _collection = Collection::parse("x.yml", &text);
    }

    #[test]
    fn no_broken_rule_makes_the_parser_panic(
        key in "[A-Za-z|]{0,30}", value in "\\PC{0,40}", condition in "[a-z0-9_*()| ]{0,40}",
    ) {
        let text = format!(
            "title: t\nlogsource: {{ product: p }}\ndetection:\n  s:\n    {key}: {value}\n  condition: {condition}\n"
        );
        let collection = Collection::parse("x.yml", &text);
        for problem in &collection.problems {
            prop_assert!(!problem.to_string().is_empty());
        }
        prop_assert!(Matcher::new(&collection.rules).is_ok());
    }
}
