//! Stories of people's work: incidents merged, alerts moved, lists walked, alerts that tuning hides.

use std::collections::BTreeSet;

use bartizan_model::{
    Alert, AlertId, Entity, EventId, Evidence, EvidenceRole, Incident, IncidentId, IncidentStatus,
    JoinReason, Severity, Tie,
};

use super::{House, NOON, entry, house, key};
use crate::{
    AlertChange, AlertFilter, IncidentChange, IncidentEffect, IncidentFilter, IncidentOrder, Seek,
    StoreError, Tuned,
};

pub(super) fn alert(house: &House, number: u64, severity: Severity) -> Alert {
    let stream = "00000000-0000-4000-8000-000000000001".parse().unwrap();
    let event = EventId { stream, sequence: number };
    let user = Entity::User { name: "ann".into(), uid: 1_000 };
    Alert {
        id: AlertId::of(house.tenant, house.device, "rule", event),
        tenant: house.tenant,
        device: house.device,
        device_name: "web-1".into(),
        rule: if number.is_multiple_of(2) { "even" } else { "odd" }.into(),
        title: format!("Number {number}").into(),
        description: "".into(),
        severity,
        tactics: vec!["execution".into()],
        techniques: Vec::new(),
        triage: Vec::new(),
        event,
        event_at: NOON.plus(std::time::Duration::from_secs(number)),
        raised_at: NOON,
        process: Some(key(1)),
        family: Some(key(1)),
        evidence: vec![Evidence { role: EvidenceRole::Related, entity: user }],
        matched: Vec::new(),
        incident: None,
    }
}

pub(super) fn incident(house: &House, number: u64, alerts: &[Alert]) -> IncidentEffect {
    let joins = alerts.iter().map(|alert| (alert.id, JoinReason::Opened)).collect();
    let first = &alerts[0];
    let ties = BTreeSet::from([Tie::Family { device: house.device, ancestor: key(1) }]);
    IncidentEffect {
        incident: Incident {
            id: IncidentId(number),
            tenant: house.tenant,
            device: house.device,
            device_name: "web-1".into(),
            title: format!("Incident {number}").into(),
            severity: first.severity,
            severity_reason: "".into(),
            status: IncidentStatus::New,
            assigned_to: None,
            classification: None,
            family: Some(key(1)),
            tactics: vec!["execution".into()],
            alerts: joins,
            ties,
            first_at: first.event_at,
            last_at: alerts.last().unwrap().event_at,
        },
        joined: alerts.iter().map(|alert| alert.id).collect(),
        absorbed: Vec::new(),
        priority: 50,
        priority_reasons: Vec::new(),
    }
}

/// Incident 1 with alerts 1 and 2, incident 2 with alert 3.
pub(super) fn two_incidents(house: &House) -> Vec<Alert> {
    let alerts = vec![
        alert(house, 1, Severity::Medium),
        alert(house, 2, Severity::High),
        alert(house, 3, Severity::Low),
    ];
    let mut step = house.step();
    step.alerts.clone_from(&alerts);
    step.incidents = vec![incident(house, 1, &alerts[..2]), incident(house, 2, &alerts[2..])];
    house.store.commit_step(&step, 1).unwrap();
    alerts
}

#[test]
fn merged_incidents_say_where_their_alerts_went_and_keep_their_history() {
    let house = house();
    let alerts = two_incidents(&house);
    let (one, two) = (IncidentId(1), IncidentId(2));

    let merged = house.store.merge_incidents(house.tenant, one, &[two], entry()).unwrap().unwrap();

    assert_eq!((merged.alerts, merged.incident.alerts.len()), (3, 3));
    assert_eq!(merged.incident.last_at, alerts[2].event_at);
    let gone = house.store.incident(house.tenant, two).unwrap().unwrap();
    assert_eq!((gone.merged_into, gone.incident.status), (Some(one), IncidentStatus::Resolved));
    let history = house.store.incident_activity(house.tenant, two).unwrap();
    assert_eq!(history.last().unwrap().text, "went into incident 1");
    assert_eq!(history[0].kind, "opened", "nothing was taken out");
    let moved = house.store.alert(house.tenant, alerts[2].id).unwrap().unwrap();
    assert_eq!(moved.alert.incident, Some(one));
    let listed =
        house.store.incidents(house.tenant, &IncidentFilter::default(), &Seek::first(9)).unwrap();
    assert_eq!(listed.items.len(), 1, "the queue shows what is left");

    let again = house.store.merge_incidents(house.tenant, one, &[two], entry());
    assert!(matches!(again, Err(StoreError::Conflict(_))));
}

#[test]
fn a_resolved_incident_is_not_merged() {
    let house = house();
    two_incidents(&house);
    let change =
        IncidentChange { status: Some(IncidentStatus::Resolved), ..IncidentChange::default() };
    house.store.change_incident(house.tenant, IncidentId(2), &change, entry()).unwrap();

    let refused =
        house.store.merge_incidents(house.tenant, IncidentId(1), &[IncidentId(2)], entry());

    assert!(matches!(refused, Err(StoreError::Conflict(_))));
}

#[test]
fn moved_alerts_open_an_incident_of_their_own_and_both_say_so() {
    let house = house();
    let alerts = two_incidents(&house);

    let moved =
        house.store.move_alerts(house.tenant, IncidentId(1), &[alerts[1].id], None, entry());

    let moved = moved.unwrap().unwrap();
    assert_eq!((moved.incident.id, moved.alerts), (IncidentId(3), 1));
    assert_eq!(moved.incident.severity, Severity::High);
    assert_eq!(moved.incident.alerts[0].1, JoinReason::Moved { by: "test".into() });
    let left = house.store.incident(house.tenant, IncidentId(1)).unwrap().unwrap();
    assert_eq!((left.alerts, left.incident.severity), (1, Severity::Medium));
    let decisions = house.store.decisions(house.tenant, 0).unwrap();
    let about: Vec<u64> = decisions.iter().map(|decision| decision.incident.0).collect();
    assert_eq!(about, [1, 3], "the pipeline hears of both");
}

#[test]
fn a_step_that_joins_two_incidents_moves_the_alerts_and_loses_none() {
    let house = house();
    let mut alerts = two_incidents(&house);
    alerts.push(alert(&house, 4, Severity::High));
    let mut effect = incident(&house, 1, &alerts);
    effect.absorbed = vec![IncidentId(2)];
    let mut step = house.step();
    step.alerts = vec![alerts[3].clone()];
    step.incidents = vec![effect];

    house.store.commit_step(&step, 2).unwrap();
    house.store.commit_step(&step, 2).unwrap();

    let of_one = house.store.alerts_of_incident(house.tenant, IncidentId(1)).unwrap();
    assert_eq!(of_one.len(), 4);
    let gone = house.store.incident(house.tenant, IncidentId(2)).unwrap().unwrap();
    assert_eq!(gone.merged_into, Some(IncidentId(1)));
    let merges = house.store.incident_activity(house.tenant, IncidentId(2)).unwrap();
    assert_eq!(merges.iter().filter(|entry| entry.kind == "merged").count(), 1);
}

#[test]
fn a_list_is_walked_to_its_end_while_rows_come_in_before_the_place() {
    let house = house();
    let mut step = house.step();
    step.alerts = (1..=25).map(|number| alert(&house, number, Severity::Low)).collect();
    house.store.commit_step(&step, 1).unwrap();

    let (mut seek, mut seen) = (Seek::first(10), Vec::new());
    loop {
        let part = house.store.alerts(house.tenant, &AlertFilter::default(), &seek).unwrap();
        seen.extend(part.items.iter().map(|record| record.alert.event.sequence));
        let mut late = house.step();
        late.alerts = vec![alert(&house, 100 + seen.len() as u64, Severity::Low)];
        house.store.commit_step(&late, 2).unwrap();
        let Some(next) = part.next else { break };
        seek = Seek::read(Some(&next.text()), 10).unwrap();
    }

    assert_eq!(seen, (1..=25).rev().collect::<Vec<u64>>());
}

#[test]
fn lists_are_narrowed_and_say_what_they_can_be_narrowed_to() {
    let house = house();
    two_incidents(&house);
    let (tenant, store) = (house.tenant, &house.store);
    let change = AlertChange {
        status: Some(IncidentStatus::Resolved),
        assigned_to: Some(Some("ann".into())),
        ..AlertChange::default()
    };
    let odd = AlertFilter { rules: vec!["odd".into()], ..AlertFilter::default() };
    let found = store.alerts(tenant, &odd, &Seek::first(9)).unwrap();
    let ids: Vec<AlertId> = found.items.iter().map(|record| record.alert.id).collect();
    assert_eq!(store.change_alerts(tenant, &ids, &change, entry()).unwrap().len(), 2);

    let count = |filter: AlertFilter| {
        let part = store.alerts(tenant, &filter, &Seek::first(9)).unwrap();
        assert_eq!(part.items.len() as u64, part.total);
        part.total
    };
    let all = AlertFilter::default;
    assert_eq!(count(AlertFilter { text: Some("EVEN".into()), ..all() }), 1);
    assert_eq!(count(AlertFilter { text: Some("web".into()), ..all() }), 3);
    assert_eq!(count(AlertFilter { assigned_to: Some("ann".into()), ..all() }), 2);
    assert_eq!(count(AlertFilter { assigned_to: Some(String::new()), ..all() }), 1);
    assert_eq!(count(AlertFilter { statuses: vec![IncidentStatus::New], ..all() }), 1);
    assert_eq!(count(AlertFilter { device: Some(house.device), ..all() }), 3);
    assert_eq!(count(AlertFilter { incident: Some(IncidentId(1)), ..all() }), 2);
    assert_eq!(count(AlertFilter { severities: vec![Severity::High], ..all() }), 1);

    let facets = store.alert_facets(tenant, &all()).unwrap();
    assert_eq!((facets.of, facets.rules["odd"], facets.people["ann"]), (3, 2, 2));
    for order in [IncidentOrder::Latest, IncidentOrder::Severity, IncidentOrder::Priority] {
        let filter = IncidentFilter { order, ..IncidentFilter::default() };
        let part = store.incidents(tenant, &filter, &Seek::first(1)).unwrap();
        let seek = Seek { after: part.next, limit: 1 };
        let rest = store.incidents(tenant, &filter, &seek).unwrap();
        assert_ne!(part.items[0].incident.id, rest.items[0].incident.id, "{order:?}");
    }
}

#[test]
fn what_tuning_hides_is_kept_and_shown_only_when_asked_for() {
    let house = house();
    let hidden = alert(&house, 1, Severity::High);
    let mut step = house.step();
    step.tuned = vec![Tuned { alert: hidden.id, by: 7, hidden: true }];
    step.alerts = vec![hidden];
    house.store.commit_step(&step, 1).unwrap();

    let count = |hidden| {
        let filter = AlertFilter { hidden, ..AlertFilter::default() };
        house.store.alerts(house.tenant, &filter, &Seek::first(9)).unwrap().total
    };
    assert_eq!((count(false), count(true)), (0, 1));

    let entity = house.store.entity_alerts(house.tenant, "user", "ann", 10).unwrap();
    assert_eq!((entity.total, entity.devices[0].2), (1, 1));
}
