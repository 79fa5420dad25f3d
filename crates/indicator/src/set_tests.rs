//! What is found, and what is not.

use bartizan_model::Severity;
use proptest::prelude::*;

use super::*;
use crate::Scope;

fn indicator(value: &str, action: Action) -> Indicator {
    let value = Observable::guess(value).unwrap();
    Indicator {
        id: value.to_string().into(),
        subdomains: true,
        value,
        action,
        severity: Severity::Medium,
        title: "x".into(),
        description: "".into(),
        source: "test".into(),
        scope: Scope::All,
        valid_from: None,
        valid_until: None,
    }
}

fn device(number: u8) -> DeviceId {
    format!("00000000-0000-4000-8000-0000000000{number:02}").parse().unwrap()
}

fn found(set: &IndicatorSet, seen: Seen<'_>) -> Option<String> {
    let found = set.find(seen, Timestamp::from_millis(1_000), device(1), &[]);
    found.map(|found| found.indicator.value.to_string())
}

fn set(values: &[&str]) -> IndicatorSet {
    IndicatorSet::new(values.iter().map(|value| indicator(value, Action::Audit)).collect())
}

#[test]
fn names_are_found_below_and_only_at_a_dot() {
    let all = set(&["evil.example"]);
    assert_eq!(found(&all, Seen::Host("evil.example")).as_deref(), Some("evil.example"));
    assert_eq!(found(&all, Seen::Host("A.B.Evil.Example.")).as_deref(), Some("evil.example"));
    assert_eq!(found(&all, Seen::Host("notevil.example")), None);
    assert_eq!(found(&all, Seen::Host("example")), None);
    let mut only = indicator("evil.example", Action::Audit);
    only.subdomains = false;
    let only = IndicatorSet::new(vec![only]);
    assert_eq!(found(&only, Seen::Host("a.evil.example")), None);
    assert_eq!(found(&only, Seen::Host("evil.example")).as_deref(), Some("evil.example"));
}

#[test]
fn an_address_is_found_in_every_range_and_in_either_form() {
    let all = set(&["198.51.100.0/24", "10.0.0.0/8", "2001:db8::/32", "203.0.113.9"]);
    let at = |text: &str| found(&all, Seen::Address(text.parse().unwrap()));
    assert_eq!(at("198.51.100.200").as_deref(), Some("198.51.100.0/24"));
    assert_eq!(at("10.255.0.1").as_deref(), Some("10.0.0.0/8"));
    assert_eq!(at("::ffff:203.0.113.9").as_deref(), Some("203.0.113.9"));
    assert_eq!(at("2001:db8:1::5").as_deref(), Some("2001:db8::/32"));
    assert_eq!(at("198.51.101.1"), None);
    assert_eq!(at("2001:db9::1"), None);
    assert_eq!(found(&all, Seen::Host("198.51.100.3")).as_deref(), Some("198.51.100.0/24"));
}

#[test]
fn a_url_is_found_by_itself_its_folder_and_its_host() {
    let all = set(&["http://evil.example/a/b", "http://cdn.example/kit/", "bad.example"]);
    let at = |text: &str| found(&all, Seen::Url(text));
    assert_eq!(at("http://EVIL.example:80/a/b?x=1").as_deref(), Some("http://evil.example/a/b"));
    assert_eq!(at("http://evil.example/a/bc"), None);
    assert_eq!(at("http://evil.example/a/b/c"), None);
    assert_eq!(at("http://cdn.example/kit/v2/x.js").as_deref(), Some("http://cdn.example/kit/"));
    assert_eq!(at("https://www.bad.example:8443/").as_deref(), Some("bad.example"));
}

#[test]
fn the_gravest_counts_and_allowed_is_allowed() {
    let mut block = indicator("evil.example", Action::Block);
    block.id = "block".into();
    let all = IndicatorSet::new(vec![
        indicator("evil.example", Action::Audit),
        block,
        indicator("sub.evil.example", Action::Warn),
        indicator("good.evil.example", Action::Allow),
    ]);
    let at = |host| all.find(Seen::Host(host), Timestamp::default(), device(1), &[]);
    assert_eq!(&*at("sub.evil.example").unwrap().indicator.id, "block");
    assert_eq!(at("good.evil.example"), None);
}

#[test]
fn an_indicator_counts_within_its_time_and_scope() {
    let mut one = indicator("198.51.100.7", Action::Audit);
    one.valid_from = Some(Timestamp::from_millis(10));
    one.valid_until = Some(Timestamp::from_millis(20));
    one.scope = Scope::Some { devices: vec![device(1)], groups: vec!["web".into()] };
    let all = IndicatorSet::new(vec![one]);
    let seen = Seen::Address("198.51.100.7".parse().unwrap());
    let at = |millis, on, groups: &[Text]| {
        all.find(seen, Timestamp::from_millis(millis), device(on), groups).is_some()
    };
    let times: Vec<bool> = [9, 10, 19, 20].map(|millis| at(millis, 1, &[])).into();
    assert_eq!(times, [false, true, true, false]);
    assert!(!at(15, 2, &[]));
    assert!(at(15, 2, &["web".into()]));
}

fn values() -> impl Strategy<Value = String> {
    prop_oneof![
        "[0-9]{1,2}\\.[0-3]\\.[0-3]\\.[0-3]",
        "[0-3]\\.[0-3]\\.[0-3]\\.[0-3]/(0|4|8|12|15|16|17|24|30|32)",
        "2001:db8:[0-3]::[0-3](/(16|20|32|33|64|128))?",
        "([ab]\\.){0,3}[ab]\\.example",
    ]
}

proptest! {
    #[test]
    fn what_is_found_is_what_a_walk_over_all_finds(
        written in proptest::collection::vec(values(), 0..30), asked in values(),
    ) {
        let all = set(&written.iter().map(String::as_str).collect::<Vec<_>>());
        let asked = asked.split('/').next().unwrap();
        let address: Option<IpAddr> = asked.parse().ok();
        let seen = address.map_or(Seen::Host(asked), Seen::Address);
        let walked = all.indicators().iter().any(|i| match (&i.value, address) {
            (Observable::Address(a), Some(b)) => *a == b,
            (Observable::Network(network), Some(b)) => network.contains(&b),
            (Observable::Domain(d), None) => {
                asked == &**d || asked.ends_with(&format!(".{d}"))
            }
            _ => false,
        });
        prop_assert_eq!(found(&all, seen).is_some(), walked);
    }
}
