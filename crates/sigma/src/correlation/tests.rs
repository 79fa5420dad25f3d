//! Correlations as stories, and the engine against a plain reading of `docs/concepts/correlation.md`.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::{Bounds, CorrelationEngine, EventRef, Fired, Links, Observation};
use crate::matcher::RuleIndex;
use crate::{Collection, CorrelationKind};

mod definition;

const SECOND: i64 = 1_000_000_000;

/// Three rules without anything in them: the tests say themselves what matches.
const RULES: &str = "
title: First
name: first
logsource: { category: test }
detection: { a: { x: 1 }, condition: a }
---
title: Second
name: second
logsource: { category: test }
detection: { a: { x: 2 }, condition: a }
---
title: Third
name: third
logsource: { category: test }
detection: { a: { x: 3 }, condition: a }
---
";

fn collection(correlations: &str) -> Collection {
    Collection::parse("rules.yml", &format!("{RULES}{correlations}"))
}

fn links(correlations: &str) -> Arc<Links> {
    let found = collection(correlations);
    assert!(found.problems.is_empty(), "{}", found.problems[0]);
    let links = Links::new(&found.rules, &found.correlations);
    assert!(links.problems().is_empty(), "{}", links.problems()[0]);
    Arc::new(links)
}

/// A match written as `seconds rule field=value …`.
fn observation(number: usize, line: &str) -> Observation<usize> {
    let mut words = line.split_whitespace();
    let at: i64 = words.next().unwrap().parse().unwrap();
    let rule = ["first", "second", "third"].iter().position(|r| Some(*r) == words.clone().next());
    words.next();
    let fields = words.map(|w| w.split_once('=').unwrap());
    Observation {
        rule: RuleIndex(u32::try_from(rule.unwrap()).unwrap()),
        at: at * SECOND,
        event: EventRef(0, u64::try_from(number).unwrap()),
        fields: fields.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        payload: number,
    }
}

/// What fires, as `seconds: title {group} by events`.
fn played(correlations: &str, stream: &str) -> Vec<String> {
    let links = links(correlations);
    let mut engine = CorrelationEngine::new(Arc::clone(&links), Bounds::at_once(Duration::ZERO));
    let lines = stream.lines().map(str::trim).filter(|line| !line.is_empty());
    let fired = lines.enumerate().flat_map(|(at, line)| engine.observe(observation(at, line)));
    fired.map(|fired| shown(&links, &fired)).collect()
}

fn shown(links: &Links, fired: &Fired<usize>) -> String {
    let title = &links.correlations()[fired.correlation].about.title;
    let group: Vec<&str> = fired.group.iter().map(|(_, value)| value.as_str()).collect();
    let parts: Vec<usize> = fired.parts.iter().map(|part| part.payload).collect();
    format!("{}: {title} {{{}}} by {parts:?}", fired.at / SECOND, group.join(","))
}

#[test]
fn many_events_of_one_user_fire_once_in_their_timespan() {
    let fired = played(
        "
title: Many
correlation:
  type: event_count
  rules: [first]
  group-by: [User]
  timespan: 10s
  condition: { gte: 3 }
",
        "
        0 first User=ann
        1 first User=bob
        2 first User=ann
        10 first User=ann
        11 first User=ann
        20 first User=ann
        21 first User=ann
        22 first User=ann
        ",
    );
    // The window is closed at both ends: 0 and 10 are within 10 seconds. What follows within 10 seconds is the same.
    assert_eq!(fired, ["10: Many {ann} by [0, 2, 3]", "21: Many {ann} by [4, 5, 6]"]);
}

#[test]
fn values_are_counted_once_and_combinations_of_fields_are_values() {
    let fired = played(
        "
title: Spray
correlation:
  type: value_count
  rules: [first]
  group-by: [Ip]
  timespan: 1m
  condition: { field: [User, Host], gt: 2 }
",
        "
        0 first Ip=1 User=ann Host=a
        1 first Ip=1 User=ann Host=a
        2 first Ip=1 User=bob Host=a
        3 first Ip=1 User=bob
        4 first Ip=1 User=bob Host=b
        ",
    );
    assert_eq!(fired, ["4: Spray {1} by [0, 1, 2, 4]"]);
}

#[test]
fn an_order_is_an_order_and_one_event_is_one_step() {
    let ordered = "
title: Steps
correlation:
  type: temporal_ordered
  rules: [first, second, third]
  group-by: [Family]
  timespan: 5m
";
    let right = "
        0 first Family=7
        1 third Family=7
        2 second Family=7
        3 third Family=8
        4 third Family=7
    ";
    assert_eq!(played(ordered, right), ["4: Steps {7} by [0, 2, 4]"]);
    let wrong = "
        0 third Family=7
        1 second Family=7
        2 first Family=7
    ";
    assert_eq!(played(ordered, wrong), Vec::<String>::new());
    let too_far = "
        0 first Family=7
        1 second Family=7
        301 third Family=7
    ";
    assert_eq!(played(ordered, too_far), Vec::<String>::new());
}

#[test]
fn an_alias_is_what_each_rule_calls_the_field() {
    let fired = played(
        "
title: Written, then run
correlation:
  type: temporal_ordered
  rules: [first, second]
  group-by: [file]
  aliases: { file: { first: TargetFilename, second: Image } }
  timespan: 1h
",
        "
        0 first TargetFilename=/tmp/a Image=/bin/curl
        1 second Image=/bin/curl
        2 second Image=/tmp/a
        ",
    );
    assert_eq!(fired, ["2: Written, then run {/tmp/a} by [0, 2]"]);
}

#[test]
fn a_condition_over_rules_says_which_must_match() {
    let fired = played(
        "
title: One of two and no third
correlation:
  type: temporal
  rules: [first, second, third]
  group-by: [User]
  timespan: 10s
  condition: (first or second) and not third
",
        "
        0 third User=ann
        5 first User=ann
        11 second User=ann
        ",
    );
    assert_eq!(fired, ["11: One of two and no third {ann} by [1, 2]"]);
}

#[test]
fn correlations_are_chained_and_only_the_outermost_speaks() {
    let chained = "
title: Guessed
correlation:
  type: temporal_ordered
  rules: [many, second]
  group-by: [User]
  timespan: 10m
GENERATE---
title: Many
name: many
correlation:
  type: event_count
  rules: [first]
  group-by: [Host]
  timespan: 10m
  condition: { gte: 2 }
";
    let stream = "
        0 first Host=h User=eve
        1 first Host=h User=ann
        2 second User=ann
    ";
    let outermost = played(&chained.replace("GENERATE", ""), stream);
    assert_eq!(outermost, ["2: Guessed {ann} by [0, 1, 2]"]);
    let both = played(&chained.replace("GENERATE", "  generate: true\n"), stream);
    assert_eq!(both, ["1: Many {h} by [0, 1]", "2: Guessed {ann} by [0, 1, 2]"]);
}

#[test]
fn numbers_are_summed_averaged_and_ranked() {
    let of = |kind: &str, condition: &str| {
        let text = format!(
            "
title: Numbers
correlation:
  type: {kind}
  rules: [first]
  group-by: []
  timespan: 1m
  condition: {condition}
"
        );
        played(&text, "0 first N=1\n1 first N=9\n2 first N=2\n3 first N=word\n4 first N=100").len()
    };
    assert_eq!(of("value_sum", "{ field: N, gt: 111 }"), 1);
    assert_eq!(of("value_sum", "{ field: N, gt: 112 }"), 0);
    assert_eq!(of("value_avg", "{ field: N, gte: 28 }"), 1);
    assert_eq!(of("value_avg", "{ field: N, gt: 28 }"), 0);
    assert_eq!(of("value_median", "{ field: N, eq: 5.5 }"), 1);
    assert_eq!(of("value_median", "{ field: N, eq: 7 }"), 0);
    assert_eq!(of("value_percentile", "{ field: N, percentile: 100, gte: 100 }"), 1);
    // Without a percentile: how many percent of all values are the newest one's.
    assert_eq!(of("value_percentile", "{ field: N, lte: 25 }"), 1);
    assert_eq!(of("value_percentile", "{ field: N, lte: 19 }"), 0);
}

#[test]
fn rules_of_a_correlation_raise_nothing_of_their_own_unless_asked_to() {
    let text = "
title: Many
correlation: { type: event_count, rules: [first], timespan: 1m, condition: { gte: 2 } }
---
title: Both
correlation: { type: temporal, rules: [second, third], timespan: 1m, generate: true }
";
    let links = links(text);
    let silent: Vec<bool> = (0..3).map(|rule| links.is_silent(RuleIndex(rule))).collect();
    assert_eq!(silent, [true, false, false]);
    assert!(links.concerns(RuleIndex(1)));
}

#[test]
fn a_late_event_completes_what_it_belongs_to_and_a_repeated_one_does_not() {
    let links = links(
        "
title: Three
correlation: { type: event_count, rules: [first], timespan: 10s, condition: { gte: 3 } }
",
    );
    let mut engine = CorrelationEngine::new(links, Bounds::at_once(Duration::from_secs(60)));
    let fired: Vec<usize> = ["0 first", "8 first", "8 first", "30 first", "4 first"]
        .iter()
        .zip([0, 1, 1, 2, 3])
        .map(|(line, number)| engine.observe(observation(number, line)).len())
        .collect();
    assert_eq!(fired, [0, 0, 0, 0, 1]);
    engine.observe(observation(9, "200 first"));
    engine.observe(observation(10, "100 first"));
    assert_eq!(engine.losses().late, 1);
}

#[test]
fn what_is_forgotten_for_want_of_room_is_counted() {
    let links = links(
        "
title: Three
correlation: { type: event_count, rules: [first], group-by: [U], timespan: 1h, condition: { gte: 3 } }
",
    );
    let bounds = Bounds { entries_max: 100, ..Bounds::at_once(Duration::ZERO) };
    let mut engine = CorrelationEngine::new(links, bounds);
    for number in 0..1_000 {
        engine.observe(observation(number, &format!("{number} first U={number}")));
    }
    assert_eq!(engine.remembered(), 100);
    assert_eq!(engine.losses().forgotten, 900);
    engine.observe(observation(2_000, "2000 first"));
    assert_eq!(engine.losses().unfit, 1);
    for number in 0..1_000 {
        engine.observe(observation(5_000 + number, &format!("{} first U=same", 1_000 + number)));
    }
    assert!(engine.remembered() <= 100);
}

#[test]
fn what_is_wrong_with_a_correlation_is_said_at_its_place() {
    let wrong = [
        ("type: event_counts", "no type of correlation"),
        ("type: event_count\n  timespan: 5x", "no timespan"),
        ("type: event_count\n  condition: { gte: many }", "compares with a number"),
        ("type: event_count\n  condition: { than: 3 }", "no comparison"),
        ("type: value_count\n  condition: { gte: 3 }", "which field"),
        ("type: temporal\n  condition: first and forth", "no rule is called `forth`"),
        ("type: temporal\n  aliases: { ip: { first: a } }", "not used"),
        ("type: temporal\n  timeframe: 5m", "has no `timeframe`"),
        ("type: value_percentile\n  condition: { field: a, percentile: 101, gt: 1 }", "0 to 100"),
    ];
    for (text, expected) in wrong {
        let timespan = if text.contains("timespan") { "" } else { "\n  timespan: 5m" };
        let text = format!("title: Wrong\ncorrelation:\n  {text}\n  rules: [first]{timespan}\n");
        let found = collection(&text);
        let problem = found.problems.first().map(ToString::to_string).unwrap_or_default();
        assert!(problem.contains(expected), "{text}\n{problem}");
        assert!(problem.contains("rules.yml:"), "{problem}");
        assert_eq!(found.rules.len(), 3, "the others are not stopped");
    }
}

#[test]
fn references_to_nothing_or_in_a_circle_are_problems_with_a_line() {
    let found = collection(
        "
title: A
name: a
correlation:
  type: temporal
  rules:
    - first
    - b
  timespan: 1m
---
title: B
name: b
correlation: { type: temporal, rules: [second, a], timespan: 1m }
---
title: C
correlation:
  type: temporal
  rules: [frist, second]
  timespan: 1m
---
title: D
correlation: { type: temporal, rules: [first, second], timespan: 1m }
",
    );
    let links = Links::new(&found.rules, &found.correlations);
    let usable: Vec<&str> = links.correlations().iter().map(|c| c.about.title.as_str()).collect();
    assert_eq!(usable, ["D"]);
    let problems: Vec<String> = links.problems().iter().map(ToString::to_string).collect();
    assert!(problems[0].contains("refers to itself") && problems[0].contains("rules.yml:24:7"));
    assert!(problems.iter().any(|p| p.contains("did you mean `first`?")), "{problems:?}");
}

/// Groups and times of what fires, as a set.
fn firings(fired: impl IntoIterator<Item = Fired<usize>>) -> BTreeSet<(String, i64, EventRef)> {
    let named = fired.into_iter().map(|f| {
        let group: Vec<String> = f.group.into_iter().map(|(_, value)| value).collect();
        (group.join(","), f.at, f.event)
    });
    named.collect()
}

/// Whether more events can only make it truer.
fn grows(kind: &CorrelationKind) -> bool {
    let text = format!("{kind:?}");
    !text.contains("Less")
        && !text.contains("AtMost")
        && !text.contains("Equal")
        && !text.contains("Not(")
        && !text.contains("Value(")
}
