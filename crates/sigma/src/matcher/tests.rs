//! The matcher against a plain reading of the rules: random rules and events, and the same answer.
//!
//! The plain reader below walks every rule for every event and shares nothing with the matcher but the parsed rule.

use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};

use super::Matcher;
use crate::condition::Condition;
use crate::pattern::{Anchor, Part, Pattern};
use crate::predicate::{Expression, Predicate, Relation, Term, Test};
use crate::rule::{LogSource, Rule};
use crate::selection::Selection;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn the_matcher_says_what_a_plain_reading_says(
        rules in proptest::collection::vec(rule(), 1..12),
        events in proptest::collection::vec(event(), 1..6),
    ) {
        let matcher = Matcher::new(&rules).unwrap();
        let mut scratch = matcher.scratch();
        for source in ["a", "b"] {
            let source = LogSource { category: Some(source.to_owned()), ..LogSource::default() };
            let route = matcher.route(std::slice::from_ref(&source)).unwrap();
            for event in &events {
                let found = matcher.judge(&route, &matcher.json(event), &mut scratch);
                let found: Vec<usize> = found.iter().map(|m| m.rule.index()).collect();
                let plain: Vec<usize> = rules
                    .iter()
                    .enumerate()
                    .filter(|(_, rule)| rule.logsource.covers(&source) && plainly(rule, event))
                    .map(|(index, _)| index)
                    .collect();
                prop_assert_eq!(found, plain, "event {}", json!(event));
            }
        }
    }
}

fn text() -> impl Strategy<Value = String> {
    proptest::string::string_regex("[aAbB/éÉ]{0,5}").unwrap()
}

fn pattern() -> impl Strategy<Value = Pattern> {
    let anchor = prop_oneof![
        Just(Anchor::Whole),
        Just(Anchor::Start),
        Just(Anchor::End),
        Just(Anchor::Anywhere)
    ];
    let text =
        prop_oneof![3 => text(), 1 => proptest::string::string_regex("[aAb*?é]{0,5}").unwrap()];
    (text, anchor).prop_map(|(text, anchor)| Pattern::parse(&text).anchored(anchor))
}

fn test() -> impl Strategy<Value = Test> {
    let relation =
        prop_oneof![Just(Relation::Less), Just(Relation::AtLeast), Just(Relation::Equal)];
    let regex = prop_oneof![
        Just("^a+b?$".to_owned()),
        Just("(?i)abb".to_owned()),
        Just("/a|b/".to_owned()),
        Just("b.*aab".to_owned()),
    ];
    prop_oneof![
        6 => (pattern(), proptest::bool::weighted(0.2))
            .prop_map(|(pattern, cased)| Test::Text { pattern, cased }),
        1 => regex.prop_map(|source| Test::Regex(Expression::new(&source).unwrap())),
        1 => Just(Test::Cidr("10.0.0.0/8".parse().unwrap())),
        1 => (relation, -3..4).prop_map(|(r, n)| Test::Number(r, f64::from(n))),
        1 => any::<bool>().prop_map(Test::Exists),
        1 => Just(Test::Null),
        1 => (field(), any::<bool>())
            .prop_map(|(other, cased)| Test::Field { other, anchor: Anchor::Start, cased }),
    ]
}

fn field() -> impl Strategy<Value = String> {
    prop_oneof![Just("A".to_owned()), Just("B".to_owned()), Just("C".to_owned())]
}

fn term() -> impl Strategy<Value = Term> {
    let leaf = prop_oneof![
        8 => (field(), test()).prop_map(|(field, test)| Predicate { field: Some(field), test }),
        1 => pattern().prop_map(|pattern| Predicate {
            field: None,
            test: Test::Text { pattern, cased: false }
        }),
    ];
    leaf.prop_map(Term::Is).prop_recursive(2, 8, 4, |inner| {
        prop_oneof![
            3 => proptest::collection::vec(inner.clone(), 1..4).prop_map(Term::All),
            3 => proptest::collection::vec(inner.clone(), 1..4).prop_map(Term::Any),
            1 => inner.prop_map(|t| Term::Not(Box::new(t))),
        ]
    })
}

fn condition() -> impl Strategy<Value = Condition> {
    let leaf = prop_oneof![
        (0..3usize).prop_map(Condition::Selection),
        (1..4usize).prop_map(|n| Condition::AtLeast(n, vec![0, 1, 2])),
    ];
    leaf.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 1..3).prop_map(Condition::All),
            proptest::collection::vec(inner.clone(), 1..3).prop_map(Condition::Any),
            inner.prop_map(|c| Condition::Not(Box::new(c))),
        ]
    })
}

fn rule() -> impl Strategy<Value = Rule> {
    let source = prop_oneof![Just(None), Just(Some("a".to_owned())), Just(Some("b".to_owned()))];
    (proptest::collection::vec(term(), 3), condition(), source).prop_map(
        |(terms, condition, category)| Rule {
            selections: terms
                .into_iter()
                .map(|term| Selection { name: "s".to_owned(), term })
                .collect(),
            condition,
            logsource: LogSource { category, ..LogSource::default() },
            ..Rule::default()
        },
    )
}

fn event() -> impl Strategy<Value = Map<String, Json>> {
    let value = prop_oneof![
        8 => text().prop_map(Json::from),
        2 => (-3..4i64).prop_map(Json::from),
        1 => Just(json!(2.5)),
        1 => any::<bool>().prop_map(Json::from),
        1 => Just(Json::Null),
        1 => Just(json!("10.2.3.4")),
    ];
    let name = prop_oneof![3 => field(), 1 => Just("D".to_owned())];
    proptest::collection::vec((name, value), 0..5).prop_map(|pairs| pairs.into_iter().collect())
}

/// Whether the rule matches, by walking it.
fn plainly(rule: &Rule, event: &Map<String, Json>) -> bool {
    let truths: Vec<bool> = rule.selections.iter().map(|s| plain_term(&s.term, event)).collect();
    plain_condition(&rule.condition, &truths)
}

fn plain_condition(condition: &Condition, truths: &[bool]) -> bool {
    match condition {
        Condition::Selection(index) => truths[*index],
        Condition::Not(inner) => !plain_condition(inner, truths),
        Condition::All(parts) => parts.iter().all(|p| plain_condition(p, truths)),
        Condition::Any(parts) => parts.iter().any(|p| plain_condition(p, truths)),
        Condition::AtLeast(n, members) => members.iter().filter(|m| truths[**m]).count() >= *n,
    }
}

fn plain_term(term: &Term, event: &Map<String, Json>) -> bool {
    match term {
        Term::All(terms) => terms.iter().all(|t| plain_term(t, event)),
        Term::Any(terms) => terms.iter().any(|t| plain_term(t, event)),
        Term::Not(inner) => !plain_term(inner, event),
        Term::Is(Predicate { field: Some(field), test }) => {
            plain_test(test, event.get(field).filter(|v| !v.is_null()), event)
        }
        Term::Is(Predicate { field: None, test }) => {
            event.values().filter(|v| !v.is_null()).any(|v| plain_test(test, Some(v), event))
        }
    }
}

fn plain_test(test: &Test, value: Option<&Json>, event: &Map<String, Json>) -> bool {
    let Some(value) = value else { return matches!(test, Test::Null | Test::Exists(false)) };
    let text = plain_text(value);
    match test {
        Test::Text { pattern, cased } => plain_pattern(&pattern.0, &text, *cased),
        Test::Regex(source) => regex::Regex::new(source.source()).unwrap().is_match(&text),
        Test::Cidr(net) => text.parse::<std::net::IpAddr>().is_ok_and(|a| net.contains(&a)),
        Test::Number(relation, limit) => text.parse::<f64>().is_ok_and(|n| match relation {
            Relation::Less => n < *limit,
            Relation::AtLeast => n >= *limit,
            _ => (n - *limit).abs() < f64::EPSILON,
        }),
        Test::Exists(yes) => *yes,
        Test::Null | Test::Time(..) => false,
        Test::Field { other, cased, .. } => {
            let Some(other) = event.get(other).filter(|v| !v.is_null()) else { return false };
            let other = plain_text(other);
            if *cased {
                text.starts_with(&other)
            } else {
                text.to_lowercase().starts_with(&other.to_lowercase())
            }
        }
    }
}

fn plain_text(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn plain_pattern(parts: &[Part], text: &str, cased: bool) -> bool {
    let Some((first, rest)) = parts.split_first() else { return text.is_empty() };
    match first {
        Part::Any => (0..=text.len())
            .filter(|at| text.is_char_boundary(*at))
            .any(|at| plain_pattern(rest, &text[at..], cased)),
        Part::One => {
            let mut chars = text.chars();
            chars.next().is_some() && plain_pattern(rest, chars.as_str(), cased)
        }
        Part::Text(literal) if cased => {
            text.strip_prefix(literal.as_str()).is_some_and(|t| plain_pattern(rest, t, cased))
        }
        Part::Text(literal) => {
            let mut chars = text.chars();
            let same = literal
                .chars()
                .all(|l| chars.next().is_some_and(|c| c.to_lowercase().eq(l.to_lowercase())));
            same && plain_pattern(rest, chars.as_str(), cased)
        }
    }
}
