//! Whatever the text, there is an answer, and no panic.

use bartizan_kql::{parse, plan, render};
use proptest::prelude::*;

const QUERIES: &[&str] = &[
    "DeviceNetworkEvents | make-series n = count() default=0, avg(RemotePort) on Timestamp from ago(1d) to now() step 1h by DeviceId | extend (a, b) = series_stats(n)",
    "DeviceProcessEvents | sort by Timestamp asc | extend d = prev(ProcessId, 2), r = row_number() | scan with_match_id=m declare(c:long=0) with (step s output=last: r > 1 => c = s.c + 1; step t optional: true;)",
    "DeviceNetworkEvents | mv-apply with_itemindex=i e = Details.x to typeof(long) on (top 2 by e | project e) | partition by DeviceId (take 1) | top-nested 2 of DeviceId with others='o' by count()",
    "search kind=case_sensitive in (Device*) 'a*' and FileName:'b' | evaluate pivot(DeviceId, count()) | getschema",
    "find withsource=w in (Device*) where 'x' or RemotePort == 5 project DeviceId, pack(*) | evaluate bag_unpack(pack_, 'p_') | consume",
    "externaldata(a:string, b:long)[@'https://x/y' h'z'] with (format='csv', ignoreFirstRecord=true) | evaluate ipv4_lookup((datatable(n:string)['1.0.0.0/8']), a, n) | parse-kv a as (k:long) with (pair_delimiter=',', quote='()')",
    "DeviceProcessEvents | where Timestamp > ago(1d) and FileName in~ ('a', \"b\") | summarize n = count(), arg_max(Timestamp, *) by bin(Timestamp, 1h), DeviceId | top 5 by n",
    "let f = (x:long, T:(*)) { T | where ProcessId == x }; f(5, DeviceProcessEvents) | join kind=leftouter (DeviceNetworkEvents) on DeviceId | project-away *1",
    "union isfuzzy=true Device*, Nothing | extend d = parse_json(AdditionalFields) | mv-expand d.list to typeof(string) | parse FileName with * 'x' y:long",
    "datatable(a:datetime, b:dynamic)[datetime(2024-01-01), dynamic({\"a\":[1,2.5,null]})] | extend c = b.a[0], d = a - 1h | order by d asc nulls last | render timechart with (title='x')",
];

fn survives(text: &str) {
    let (_, problems) = parse(text);
    assert!(render(text, &problems).len() >= problems.len());
    match plan(text, &super::schema(), super::NOW) {
        Ok(plan) => {
            super::soundness::check(&plan);
            assert!(!plan.to_string().is_empty());
        }
        Err(problems) => {
            assert!(!problems.is_empty());
            assert!(render(text, &problems).contains("error["));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn any_text_is_answered(text in any::<String>()) {
        survives(&text);
    }

    #[test]
    fn any_run_of_pieces_of_the_language_is_answered(pieces in prop::collection::vec(prop::sample::select(vec![
        "DeviceProcessEvents", "|", "where", "extend", "summarize", "by", "count()", "(", ")", "[", "]", "{", "}",
        "mv-apply", "on", "make-series", "step", "scan", "partition", "search", "find", "evaluate", "parse-kv", "top-nested", "of", "prev(x)",
        "'a'", "1d", "5", "==", "has", "in", "in~", ",", ";", "let", "=", "x", "dynamic(", "datetime(2024)", "..",
        "between", "join", "on", "$left", ".", "FileName", "mv-expand", "parse", "with", "*", "union", "-", "arg_max",
        "toscalar", "datatable", ":", "long", "print", "range", "from", "to", "step", "\n", "//", "case", "bin",
    ]), 0..40)) {
        survives(&pieces.join(" "));
    }

    #[test]
    fn any_slip_in_a_query_is_answered(which in 0..QUERIES.len(), at in 0_usize..400, insert in "\\PC{0,3}", remove in 0_usize..6) {
        let query = QUERIES[which];
        let mut chars: Vec<char> = query.chars().collect();
        let at = at.min(chars.len());
        let end = (at + remove).min(chars.len());
        chars.splice(at..end, insert.chars());
        survives(&chars.into_iter().collect::<String>());
    }
}

#[test]
fn the_queries_that_are_altered_are_right_before() {
    for query in QUERIES {
        let (_, problems) = parse(query);
        assert!(problems.is_empty(), "{}", render(query, &problems));
    }
}

#[test]
fn deep_nesting_is_refused_rather_than_followed() {
    let deep = 100_000;
    for text in [
        format!("print {}1{}", "(".repeat(deep), ")".repeat(deep)),
        format!("print {}1", "-".repeat(deep)),
        format!("print {}", "f(".repeat(deep)),
        format!("print x{}", "[0]".repeat(20_000)),
        format!("print 1{}", " + 1".repeat(30_000)),
        format!("print {}", "dynamic(".repeat(10_000)),
        format!("T{}", " | take 1".repeat(20_000)),
        format!("print dynamic({}1{})", "[".repeat(5_000), "]".repeat(5_000)),
        format!("{}T", "T | join (".repeat(10_000)),
    ] {
        let (_, problems) = parse(&text);
        assert!(!problems.is_empty(), "{}…", &text[..40]);
    }
}

#[test]
fn a_long_condition_is_no_deep_one() {
    let many = "FileName == 'x' or ".repeat(5_000);
    let text = format!("DeviceProcessEvents | where {many} FileName == 'y'");
    assert!(plan(&text, &super::schema(), super::NOW).is_ok());
}

#[test]
fn definitions_that_multiply_are_stopped() {
    let mut text = "let a0 = DeviceProcessEvents;\n".to_owned();
    for index in 1..60 {
        let before = index - 1;
        text.push_str(&format!("let a{index} = union a{before}, a{before};\n"));
    }
    text.push_str("a59");
    let problems = plan(&text, &super::schema(), super::NOW).unwrap_err();
    assert!(problems.iter().any(|problem| problem.code == "K0501"));
}

#[test]
fn a_chain_of_definitions_is_planned_up_to_a_depth_and_then_refused() {
    let filters = " | where ProcessId != 1".repeat(140);
    for (length, planned) in [(4, true), (5, false)] {
        let mut text = "let a0 = DeviceProcessEvents;\n".to_owned();
        for index in 1..=length {
            let before = index - 1;
            text.push_str(&format!("let a{index} = a{before}{filters};\n"));
        }
        text.push_str(&format!("a{length} | where ProcessId > 0"));
        survives(&text);
        assert_eq!(plan(&text, &super::schema(), super::NOW).is_ok(), planned);
    }
}

#[test]
fn functions_that_call_each_other_are_followed_only_so_deep() {
    let mut text = "let f0 = (x:long) { x + 1 };\n".to_owned();
    for index in 1..40 {
        let before = index - 1;
        text.push_str(&format!("let f{index} = (x:long) {{ f{before}(x) + f{before}(x) }};\n"));
    }
    text.push_str("print f39(1)");
    let problems = plan(&text, &super::schema(), super::NOW).unwrap_err();
    assert!(problems.iter().any(|problem| problem.code == "K0501"));
}

#[test]
fn queries_inside_queries_are_followed_only_so_deep() {
    for (open, close) in [
        ("| mv-apply x = Details on (where true ", ")"),
        ("| partition by DeviceId (where true ", ")"),
        ("| join (DeviceNetworkEvents ", ") on DeviceId"),
        ("| where DeviceId in ((DeviceNetworkEvents ", "))"),
    ] {
        for depth in [1, 20, 2_000] {
            let text = format!("DeviceNetworkEvents {}{}", open.repeat(depth), close.repeat(depth));
            survives(&text);
        }
    }
}
