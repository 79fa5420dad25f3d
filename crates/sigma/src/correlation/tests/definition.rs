//! The definition, read plainly: all events sorted, every window looked at as a whole.

use proptest::prelude::*;

use super::*;
use crate::Condition;
use crate::correlation::{Comparison, Correlation, Measure, Threshold, Together};

#[derive(Debug, Clone)]
struct Seen {
    at: i64,
    event: EventRef,
    reference: usize,
    user: String,
    value: i64,
}

fn defined(correlation: &Correlation, stream: &[Seen]) -> BTreeSet<(String, i64, EventRef)> {
    let span = i64::try_from(correlation.timespan.as_nanos()).unwrap();
    let mut sorted = stream.to_vec();
    sorted.sort_by_key(|seen| (seen.at, seen.event, seen.reference));
    let groups: BTreeSet<String> = sorted.iter().map(|seen| seen.user.clone()).collect();
    let mut fired = BTreeSet::new();
    for group in groups {
        let of_group: Vec<&Seen> = sorted.iter().filter(|seen| seen.user == group).collect();
        let mut last: Option<i64> = None;
        for (place, seen) in of_group.iter().enumerate() {
            if last.is_some_and(|last| seen.at <= last + span) {
                continue;
            }
            let window: Vec<&Seen> =
                of_group[..=place].iter().copied().filter(|e| e.at >= seen.at - span).collect();
            if asked(&correlation.kind, &window) {
                last = Some(seen.at);
                fired.insert((group.clone(), seen.at, seen.event));
            }
        }
    }
    fired
}

fn asked(kind: &CorrelationKind, window: &[&Seen]) -> bool {
    let present: BTreeSet<usize> = window.iter().map(|seen| seen.reference).collect();
    let mut values: Vec<i64> = window.iter().map(|seen| seen.value).collect();
    match kind {
        CorrelationKind::EventCount(threshold) => compare(threshold, window.len() as f64),
        CorrelationKind::ValueCount(_, threshold) => {
            let different: BTreeSet<i64> = values.into_iter().collect();
            compare(threshold, different.len() as f64)
        }
        CorrelationKind::Value(measure, _, threshold) => {
            let sum: i64 = values.iter().sum();
            let newest = *values.last().unwrap();
            let number = match measure {
                Measure::Sum => sum as f64,
                Measure::Average => sum as f64 / values.len() as f64,
                Measure::Share => {
                    let same = values.iter().filter(|value| **value == newest).count();
                    100.0 * same as f64 / values.len() as f64
                }
                Measure::Percentile(percent) => {
                    values.sort_unstable();
                    let place = percent / 100.0 * (values.len() - 1) as f64;
                    let ranked =
                        || values.iter().enumerate().map(|(at, value)| (at as f64, *value as f64));
                    let (_, low) = ranked().take_while(|(at, _)| *at <= place).last().unwrap();
                    let (_, high) = ranked().find(|(at, _)| *at >= place).unwrap();
                    low + (high - low) * place.fract()
                }
            };
            compare(threshold, number)
        }
        CorrelationKind::Regularity(events, threshold) => {
            let mut beats: Vec<i64> = window.iter().map(|seen| seen.at / SECOND).collect();
            beats.dedup();
            let gaps: Vec<f64> = beats.windows(2).map(|two| (two[1] - two[0]) as f64).collect();
            if beats.len() < *events {
                return false;
            }
            let mean = gaps.iter().sum::<f64>() / gaps.len() as f64;
            let squares = gaps.iter().map(|gap| (gap - mean) * (gap - mean)).sum::<f64>();
            compare(threshold, 100.0 * (squares / gaps.len() as f64).sqrt() / mean)
        }
        CorrelationKind::Temporal(Together::All) => present.len() == 3,
        CorrelationKind::Temporal(Together::Count(t)) => compare(t, present.len() as f64),
        CorrelationKind::Temporal(Together::Condition(c)) => condition(c, &present),
        CorrelationKind::TemporalOrdered(Together::All) => in_order(&[0, 1, 2], window),
        CorrelationKind::TemporalOrdered(Together::Count(t)) => {
            let lines = (0_u8..8).map(|bits| {
                let wanted: Vec<usize> = (0..3).filter(|rule| bits & (1 << rule) != 0).collect();
                if in_order(&wanted, window) { wanted.len() } else { 0 }
            });
            compare(t, lines.max().unwrap() as f64)
        }
        CorrelationKind::TemporalOrdered(Together::Condition(_)) => panic!("not generated"),
    }
}

fn compare(threshold: &Threshold, number: f64) -> bool {
    threshold.comparisons.iter().all(|(how, limit)| match how {
        Comparison::Greater => number > *limit,
        Comparison::AtLeast => number >= *limit,
        Comparison::Less => number < *limit,
        Comparison::AtMost => number <= *limit,
        Comparison::Equal => (number - limit).abs() < 1e-9,
        Comparison::NotEqual => (number - limit).abs() >= 1e-9,
    })
}

fn condition(asked: &Condition, present: &BTreeSet<usize>) -> bool {
    match asked {
        Condition::Selection(rule) => present.contains(rule),
        Condition::Not(inner) => !condition(inner, present),
        Condition::All(parts) => parts.iter().all(|part| condition(part, present)),
        Condition::Any(parts) => parts.iter().any(|part| condition(part, present)),
        Condition::AtLeast(n, of) => of.iter().filter(|rule| present.contains(rule)).count() >= *n,
    }
}

/// Every way to choose events is tried.
fn in_order(wanted: &[usize], window: &[&Seen]) -> bool {
    let Some((first, rest)) = wanted.split_first() else { return true };
    (0..window.len()).any(|at| {
        let later: Vec<&Seen> = window[at + 1..]
            .iter()
            .copied()
            .filter(|seen| seen.event != window[at].event)
            .collect();
        window[at].reference == *first && in_order(rest, &later)
    })
}

fn kinds() -> impl Strategy<Value = String> {
    let number = 1..7_i32;
    prop_oneof![
        (number.clone(), comparison())
            .prop_map(|(n, c)| format!("type: event_count\n  condition: {{ {c}: {n} }}")),
        (1..4_i32, 4..7_i32).prop_map(|(low, high)| {
            format!("type: event_count\n  condition: {{ gte: {low}, lt: {high} }}")
        }),
        (number.clone(), comparison())
            .prop_map(|(n, c)| format!("type: value_count\n  condition: {{ field: N, {c}: {n} }}")),
        (0..20_i32, comparison())
            .prop_map(|(n, c)| format!("type: value_sum\n  condition: {{ field: N, {c}: {n} }}")),
        (number.clone(), comparison())
            .prop_map(|(n, c)| format!("type: value_avg\n  condition: {{ field: N, {c}: {n} }}")),
        (number.clone(), comparison()).prop_map(|(n, c)| format!(
            "type: value_median\n  condition: {{ field: N, {c}: {n} }}"
        )),
        (number, 0..=4_i32, comparison()).prop_map(|(n, p, c)| format!(
            "type: value_percentile\n  condition: {{ field: N, percentile: {}, {c}: {n} }}",
            p * 25
        )),
        (0..100_i32)
            .prop_map(|n| format!("type: value_percentile\n  condition: {{ field: N, lte: {n} }}")),
        (3..5_i32, 0..80_i32).prop_map(|(events, n)| format!(
            "type: event_regularity\n  condition: {{ events: {events}, lte: {n}.5 }}"
        )),
        Just("type: temporal".to_owned()),
        (1..4_i32, comparison())
            .prop_map(|(n, c)| format!("type: temporal\n  condition: {{ {c}: {n} }}")),
        Just("type: temporal\n  condition: first and not second or third".to_owned()),
        Just("type: temporal\n  condition: 2 of them".to_owned()),
        Just("type: temporal_ordered".to_owned()),
        (1..4_i32, comparison())
            .prop_map(|(n, c)| format!("type: temporal_ordered\n  condition: {{ {c}: {n} }}")),
    ]
}

fn comparison() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        Just("gte"),
        Just("gte"),
        Just("gt"),
        Just("lt"),
        Just("lte"),
        Just("eq"),
        Just("neq")
    ]
}

/// Events with the seconds that each is late.
fn streams() -> impl Strategy<Value = Vec<(Seen, i64)>> {
    let event = (0..60_i64, 0..25_u64, 0..3_usize, 0..2_usize, 0..5_i64, 0..=10_i64);
    proptest::collection::vec(event, 0..40).prop_map(|events| {
        let seen = events.into_iter().map(|(at, number, reference, user, value, late)| {
            // One event has one time and one content, whichever rules match it.
            let at = if number < 5 { i64::try_from(number).unwrap() * 7 } else { at };
            let event = EventRef(u128::try_from(at).unwrap(), number);
            let user = if number < 5 { "u0".to_owned() } else { format!("u{user}") };
            let value = if number < 5 { i64::try_from(number).unwrap() } else { value };
            (Seen { at: at * SECOND, event, reference, user, value }, late)
        });
        let mut known = BTreeSet::new();
        // The same rule on the same event is the same match, so it has the same content.
        seen.filter(|(s, _)| known.insert((s.event, s.reference))).collect()
    })
}

fn matched(seen: &Seen) -> Observation<usize> {
    Observation {
        rule: RuleIndex(u32::try_from(seen.reference).unwrap()),
        at: seen.at,
        event: seen.event,
        fields: vec![("U".into(), seen.user.clone()), ("N".into(), seen.value.to_string())],
        payload: 0,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_engine_is_the_definition_whatever_the_order_within_the_lateness(
        kind in kinds(), span in 1..20_i64, stream in streams(),
    ) {
        let text = format!(
            "title: T\ncorrelation:\n  {kind}\n  rules: [first, second, third]\n  group-by: [U]\n  timespan: {span}s\n"
        );
        let links = links(&text);
        let correlation = &links.correlations()[0];
        let seen: Vec<Seen> = stream.iter().map(|(seen, _)| seen.clone()).collect();
        let expected = defined(correlation, &seen);

        let mut arriving = stream;
        arriving.sort_by_key(|(seen, late)| (seen.at + late * SECOND, seen.event));
        let mut engine = CorrelationEngine::new(
            Arc::clone(&links), Bounds::settled(Duration::from_secs(10)));
        let mut fired = Vec::new();
        for (seen, _) in &arriving {
            fired.extend(engine.observe(matched(seen)));
            // And every one arrives twice.
            fired.extend(engine.observe(matched(seen)));
        }
        fired.extend(engine.finish());
        prop_assert_eq!(engine.losses(), Default::default());
        prop_assert_eq!(&firings(fired), &expected);

        let mut at_once = CorrelationEngine::new(
            Arc::clone(&links), Bounds::at_once(Duration::from_secs(10)));
        let mut sorted = seen;
        sorted.sort_by_key(|seen| (seen.at, seen.event, seen.reference));
        let fired: Vec<_> = sorted.iter().flat_map(|seen| at_once.observe(matched(seen))).collect();
        prop_assert_eq!(&firings(fired), &expected);

        if grows(&correlation.kind) {
            let mut late = CorrelationEngine::new(
                Arc::clone(&links), Bounds::at_once(Duration::from_secs(10)));
            let fired: Vec<_> =
                arriving.iter().flat_map(|(seen, _)| late.observe(matched(seen))).collect();
            let groups = |set: &BTreeSet<(String, i64, EventRef)>| {
                set.iter().map(|(group, ..)| group.clone()).collect::<BTreeSet<_>>()
            };
            prop_assert_eq!(groups(&firings(fired)), groups(&expected));
        }
    }

    #[test]
    fn reading_a_correlation_never_panics(text in "(title|correlation|type|rules|condition|timespan|field|gte|temporal|event_count|[ -~\n:{}\\[\\],0-9]){0,40}") {
        let _parsed = Collection::parse("x.yml", &text);
        let found = collection(&format!("title: x\ncorrelation:\n  {text}"));
        let _links = Links::new(&found.rules, &found.correlations);
    }
}
