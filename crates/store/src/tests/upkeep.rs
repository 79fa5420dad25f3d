//! Stories of what is told, what is counted over restarts, and what is forgotten when its time is over.

use std::time::Duration;

use bartizan_model::{IncidentId, IncidentStatus, Severity, StreamId, Tie};

use super::{
    House, NOON, entry, house,
    work::{alert, incident, two_incidents},
};
use crate::{IncidentChange, NotificationChannel, StreamSpan};

fn channel(house: &House, least: Severity) -> u64 {
    let channel = NotificationChannel {
        number: 0,
        name: "chat".into(),
        kind: "webhook".into(),
        target: "https://chat.example/hook".into(),
        secret: None,
        least,
        enabled: true,
    };
    house.store.keep_notification_channel(house.tenant, &channel, entry()).unwrap().unwrap()
}

fn subjects(house: &House, channel: u64) -> Vec<String> {
    let told = house.store.notifications(house.tenant, channel, 100).unwrap();
    told.into_iter().map(|told| told.subject).collect()
}

#[test]
fn a_channel_hears_once_that_an_incident_opened_and_again_when_it_becomes_graver() {
    let house = house();
    let (all, grave) = (channel(&house, Severity::Low), channel(&house, Severity::High));
    let alerts = [alert(&house, 1, Severity::Medium), alert(&house, 2, Severity::High)];
    let mut opened = house.step();
    opened.alerts = alerts[..1].to_vec();
    opened.incidents = vec![incident(&house, 1, &alerts[..1])];
    house.store.commit_step(&opened, 1).unwrap();
    house.store.commit_step(&opened, 1).unwrap();
    assert_eq!(subjects(&house, all), ["Medium: Incident 1 (incident 1)"]);
    assert!(subjects(&house, grave).is_empty());

    let mut graver = house.step();
    graver.alerts = alerts[1..].to_vec();
    graver.incidents = vec![incident(&house, 1, &alerts)];
    graver.incidents[0].incident.severity = Severity::High;
    house.store.commit_step(&graver, 2).unwrap();
    house.store.commit_step(&graver, 2).unwrap();

    assert_eq!(subjects(&house, all).len(), 2);
    assert_eq!(subjects(&house, grave), ["High: Incident 1 (incident 1)"]);
    let told = house.store.notifications(house.tenant, grave, 1).unwrap();
    assert!(told[0].body.contains("\"kind\":\"incident.graver\""), "{}", told[0].body);
}

#[test]
fn a_channel_that_does_not_answer_holds_up_only_itself() {
    let house = house();
    let (dead, alive) = (channel(&house, Severity::Low), channel(&house, Severity::Low));
    for _ in 0..3 {
        house.store.notify(house.tenant, dead, ("s", "{}"), NOON).unwrap();
    }
    house
        .store
        .notify(house.tenant, alive, ("s", "{}"), NOON.plus(Duration::from_secs(1)))
        .unwrap();
    let later = NOON.plus(Duration::from_secs(30));
    let due = house.store.notifications_due(later, 1).unwrap();

    house.store.notification_tried(due[0].0.number, later, Err(("no route", Some(later)))).unwrap();
    house.store.put_channel_off(house.tenant, dead, later.plus(Duration::from_secs(60))).unwrap();

    let due = house.store.notifications_due(later, 10).unwrap();
    assert_eq!(due.iter().map(|(_, channel)| channel.number).collect::<Vec<_>>(), [alive]);
}

#[test]
fn resolved_incidents_go_with_all_that_is_theirs_when_their_time_is_over_and_open_ones_stay() {
    let house = house();
    let alerts = two_incidents(&house);
    let third = alert(&house, 4, Severity::Low);
    let mut step = house.step();
    step.alerts = vec![third.clone(), alert(&house, 5, Severity::Informational)];
    step.incidents = vec![incident(&house, 3, std::slice::from_ref(&third))];
    house.store.commit_step(&step, 2).unwrap();
    let resolved = IncidentChange { status: Some(IncidentStatus::Resolved), ..Default::default() };
    for number in [1, 3] {
        house.store.change_incident(house.tenant, IncidentId(number), &resolved, entry()).unwrap();
    }
    assert_eq!(house.store.forget_records(house.tenant, NOON).unwrap().incidents, 0);

    let done =
        house.store.forget_records(house.tenant, NOON.plus(Duration::from_secs(86_400))).unwrap();

    // The third is the latest: its number must not be given again.
    assert_eq!((done.incidents, done.alerts), (1, 3));
    assert!(house.store.incident(house.tenant, IncidentId(1)).unwrap().is_none());
    assert!(house.store.incident_activity(house.tenant, IncidentId(1)).unwrap().is_empty());
    assert!(house.store.alert(house.tenant, alerts[0].id).unwrap().is_none());
    assert!(house.store.incident(house.tenant, IncidentId(2)).unwrap().is_some());
    assert!(house.store.alert(house.tenant, alerts[2].id).unwrap().is_some());
    assert_eq!(house.store.next_incident_number(house.tenant).unwrap(), 4);
}

#[test]
fn what_a_device_knows_is_kept_once() {
    let house = house();
    let (file, address) = (Tie::File("ab".into()), Tie::Address("198.51.100.7".parse().unwrap()));
    for known in [vec![file.clone()], vec![file.clone(), address.clone()]] {
        let mut step = house.step();
        step.known = known;
        house.store.commit_step(&step, 1).unwrap();
    }
    let known = house.store.load_known_things(house.tenant).unwrap();
    assert_eq!(known, [(file, house.device), (address, house.device)]);
}

#[test]
fn numbers_that_never_came_are_counted_once() {
    let house = house();
    let stream: StreamId = "00000000-0000-4000-8000-000000000009".parse().unwrap();
    let span = |last, events| {
        let mut step = house.step();
        step.span = Some(StreamSpan { stream, last, events });
        house.store.commit_step(&step, last).unwrap();
        house.store.missing_events(house.tenant).unwrap()
    };
    assert_eq!(span(10, 10), 0);
    // 11 to 14 were dropped.
    assert_eq!(span(20, 6), 4);
    assert_eq!(span(20, 6), 4);
    assert_eq!(span(30, 10), 4);
    assert_eq!(house.store.missing_events_of(house.tenant, house.device).unwrap(), 4);
}
