//! What the words of Sigma mean, one line for each: selection, event, and whether they match.

use bartizan_sigma::{Collection, Fields as _, Matcher, Placeholders};
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

/// Which rules of a file match, by title.
fn titles(rules: &str, event: &str) -> Vec<String> {
    let collection = Collection::parse("t.yml", rules);
    assert!(collection.problems.is_empty(), "{}", collection.problems[0]);
    let matcher = Matcher::new(&collection.rules).unwrap();
    let route = matcher.route_all().unwrap();
    let (mut reader, mut scratch) = (matcher.json_reader(), matcher.scratch());
    let found = matcher.matching(&route, &reader.read(event).unwrap(), &mut scratch);
    found.iter().map(|rule| collection.rules[rule.index()].title.clone()).collect()
}

#[test]
fn a_filter_takes_events_from_the_rules_it_names() {
    let rule = |title: &str| {
        format!(
            "title: {title}\nid: {title}\nlogsource: {{ product: p, category: c }}\ndetection:\n  s: {{ F: x }}\n  condition: s\n"
        )
    };
    let filter = |rules: &str, product: &str| {
        format!(
            "title: ours\nlogsource: {{ product: {product} }}\nfilter:\n  rules: {rules}\n  us: {{ U: root }}\n  condition: not us\n"
        )
    };
    let both = format!("{}---\n{}", rule("one"), rule("two"));
    let root = r#"{"F":"x","U":"root"}"#;
    assert_eq!(titles(&both, root), ["one", "two"]);
    // Before or after the rules, it is the same.
    assert_eq!(titles(&format!("{both}---\n{}", filter("[one]", "p")), root), ["two"]);
    assert_eq!(titles(&format!("{}---\n{both}", filter("[one]", "p")), root), ["two"]);
    assert!(titles(&format!("{}---\n{both}", filter("any", "p")), root).is_empty());
    assert_eq!(titles(&format!("{}---\n{both}", filter("any", "q")), root), ["one", "two"]);
    assert_eq!(titles(&format!("{}---\n{both}", filter("any", "p")), r#"{"F":"x"}"#).len(), 2);
}

#[test]
fn documents_may_share_what_they_have_in_common() {
    let rules = "
action: global
title: common
logsource: { product: p }
detection:
  condition: s
---
detection: { s: { F: a } }
---
title: own
detection: { s: { F: b } }
---
action: repeat
title: again
detection: { s: { G: c } }
---
action: reset
---
title: alone
logsource: { product: p }
detection: { s: { F: a }, condition: s }
";
    assert_eq!(titles(rules, r#"{"F":"a"}"#), ["common", "alone"]);
    assert_eq!(titles(rules, r#"{"F":"b"}"#), ["own"]);
    assert_eq!(titles(rules, r#"{"F":"b","G":"c"}"#), ["own", "again"]);
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

/// A line of JSON as our reader sees it, and as another does.
fn read_twice(line: &str) -> (Option<serde_json::Value>, Option<serde_json::Value>) {
    let names = ["a", "Image", "a very long name of a field", "ä\""];
    let rules: String = names
        .iter()
        .map(|name| {
            let key = serde_json::to_string(name).unwrap();
            format!("---\ntitle: t\nlogsource: {{ product: p }}\ndetection:\n  s: {{ {key}: x }}\n  condition: s\n")
        })
        .collect();
    let matcher = Matcher::new(&Collection::parse("t.yml", &rules).rules).unwrap();
    let mut reader = matcher.json_reader();
    let ours = reader.read(line).ok().map(|event| {
        let fields = names.iter().filter_map(|name| {
            let value = event.field(matcher.field(name)?)?;
            let text = value.to_text().map(|text| text.into_owned());
            Some(((*name).to_owned(), text.map_or(serde_json::Value::Null, Into::into)))
        });
        serde_json::Value::Object(fields.collect())
    });
    let theirs = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(line).ok();
    let theirs = theirs.map(|object| {
        let fields = object.into_iter().filter(|(name, value)| {
            names.contains(&name.as_str()) && !value.is_array() && !value.is_object()
        });
        let fields = fields.map(|(name, value)| match value {
            serde_json::Value::Number(n) if n.is_f64() => {
                (name, n.as_f64().unwrap().to_string().into())
            }
            serde_json::Value::Number(n) => (name, n.to_string().into()),
            serde_json::Value::Bool(yes) => (name, yes.to_string().into()),
            other => (name, other),
        });
        serde_json::Value::Object(fields.collect())
    });
    (ours, theirs)
}

proptest! {
    #[test]
    fn a_line_is_read_as_json_is(
        pairs in proptest::collection::vec((
            prop_oneof![Just("a"), Just("Image"), Just("a very long name of a field"), Just("ä\""), Just("other")],
            prop_oneof![
                "\\PC{0,80}".prop_map(serde_json::Value::from),
                "[\\\\\"/a\n\u{1}]{0,9}".prop_map(serde_json::Value::from),
                any::<i64>().prop_map(serde_json::Value::from),
                any::<u64>().prop_map(serde_json::Value::from),
                (-1000i32..1000).prop_map(|n| serde_json::Value::from(f64::from(n) / 8.0)),
                any::<bool>().prop_map(serde_json::Value::from),
                Just(serde_json::json!(null)),
                Just(serde_json::json!([1, {"a": "}"}])),
            ],
        ), 0..8),
        cut in 0..200usize,
    ) {
        let body: Vec<String> = pairs
            .iter()
            .map(|(name, value)| format!("{}: {value}", serde_json::to_string(name).unwrap()))
            .collect();
        let line = format!("{{{}}}", body.join(" ,"));
        let (ours, theirs) = read_twice(&line);
        prop_assert_eq!(ours, theirs, "{}", line);
        let cut: String = line.chars().take(cut).collect();
        let (ours, theirs) = read_twice(&cut);
        prop_assert_eq!(ours.is_some(), theirs.is_some(), "{}", cut);
    }

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
