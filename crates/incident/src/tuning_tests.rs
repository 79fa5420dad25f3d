//! Tuning, told by alerts that are expected and alerts that are not.

use proptest::prelude::*;

use super::*;
use crate::tests_alert::{backup_alert, with_command_line};

#[test]
fn the_suggested_condition_holds_for_the_alert_it_was_made_from() {
    let alert = backup_alert();
    let narrow: Vec<Condition> = suggestions(&alert)
        .into_iter()
        .filter(|suggestion| suggestion.suggested)
        .map(|suggestion| suggestion.condition)
        .collect();

    assert!(narrow.len() >= 3, "{narrow:?}");
    assert!(holds(&narrow, &alert));
}

#[test]
fn what_differs_each_time_is_left_open() {
    let monday = with_command_line("tar -cf /backup/20261123.tar /srv");
    let tuesday = with_command_line("tar -cf /backup/20261124.tar /srv");
    let elsewhere = with_command_line("tar -cf /backup/20261124.tar /etc/shadow");
    let conditions: Vec<Condition> =
        suggestions(&monday).into_iter().map(|suggestion| suggestion.condition).collect();

    assert!(holds(&conditions, &tuesday));
    assert!(!holds(&conditions, &elsewhere));
}

#[test]
fn an_expired_rule_expects_nothing() {
    let alert = backup_alert();
    let mut expected = Expected {
        number: 1,
        rule: alert.rule.to_string(),
        conditions: vec![Condition { field: "device".into(), pattern: "*".into() }],
        expires_at: Some(alert.event_at),
        hide: true,
    };
    assert!(!expected.holds(&alert, alert.event_at));
    expected.expires_at = None;
    assert!(expected.holds(&alert, alert.event_at));
    expected.rule = "another".into();
    assert!(!expected.holds(&alert, alert.event_at));
}

#[test]
fn no_condition_at_all_expects_nothing() {
    assert!(!holds(&[], &backup_alert()));
    let unknown = Condition { field: "colour".into(), pattern: "*".into() };
    assert!(!holds(&[unknown], &backup_alert()));
}

proptest! {
    #[test]
    fn any_text_fits_its_generalisation(text in any::<String>()) {
        prop_assert!(fits(&text.replace('*', ""), &generalised(&text.replace('*', ""))));
    }

    #[test]
    fn judging_never_fails(text in any::<String>(), pattern in any::<String>()) {
        fits(&text, &pattern);
        prop_assert!(fits(&text, "*"));
    }
}
