//! Which alerts stand together: the stories.

use proptest::prelude::*;

use super::*;
use bartizan_model::{BootId, EventId, TenantId, Timestamp};

const ID: &str = "00000000-0000-0000-0000-000000000001";

fn key(pid: u32) -> ProcessKey {
    ProcessKey { boot: BootId(1), pid, start_ticks: 7 }
}

fn alert(number: u64, family: Option<u32>, severity: Severity, tactic: &str) -> Alert {
    let tenant: TenantId = ID.parse().unwrap();
    let device: DeviceId = ID.parse().unwrap();
    let event = EventId { stream: ID.parse().unwrap(), sequence: number };
    Alert {
        id: AlertId::of(tenant, device, tactic, event),
        tenant,
        device,
        device_name: "web-1".into(),
        rule: tactic.into(),
        title: format!("A rule of {tactic}").into(),
        description: "".into(),
        severity,
        tactics: vec![tactic.into()],
        techniques: Vec::new(),
        triage: Vec::new(),
        event,
        event_at: Timestamp::from_millis(i64::try_from(number).unwrap() * 1_000),
        raised_at: Timestamp::from_millis(0),
        process: None,
        family: family.map(key),
        evidence: Vec::new(),
        matched: Vec::new(),
        incident: None,
    }
}

fn nginx() -> Text {
    "/usr/sbin/nginx".into()
}

#[test]
fn alerts_of_one_family_are_one_incident_and_say_why() {
    let mut correlator = Correlator::new(1);

    correlator.place(&alert(1, Some(100), Severity::High, "execution"), Some(&nginx()), &[]);
    let joined = correlator
        .place(&alert(2, Some(100), Severity::Medium, "persistence"), Some(&nginx()), &[])
        .unwrap();

    assert_eq!(joined.incident.id, IncidentId(1));
    assert_eq!(joined.incident.alerts[0].1, JoinReason::Opened);
    assert_eq!(
        joined.incident.alerts[1].1,
        JoinReason::SameFamily { ancestor: key(100), image: nginx() }
    );
    assert_eq!(
        &*joined.incident.title,
        "A rule of execution and 1 more alert in the family of nginx on web-1"
    );
}

#[test]
fn three_stages_make_it_graver_and_the_reason_says_so() {
    let mut correlator = Correlator::new(1);
    for (number, tactic) in [(1, "execution"), (2, "persistence")] {
        correlator.place(&alert(number, Some(100), Severity::Medium, tactic), Some(&nginx()), &[]);
    }

    let joined = correlator
        .place(&alert(3, Some(100), Severity::Medium, "command-and-control"), Some(&nginx()), &[])
        .unwrap();

    assert_eq!(joined.incident.severity, Severity::High);
    assert!(joined.incident.severity_reason.contains("3 stages"));
    assert_eq!(
        &*joined.incident.title,
        "Attack in several stages in the family of nginx on web-1: execution, persistence and command and control"
    );
}

#[test]
fn two_families_are_two_incidents_and_an_alert_without_a_process_is_its_own() {
    let mut correlator = Correlator::new(1);

    let numbers: Vec<u64> = [Some(100), Some(200), None, None]
        .into_iter()
        .zip(1..)
        .map(|(family, n)| correlator.place(&alert(n, family, Severity::High, "impact"), None, &[]))
        .map(|joined| joined.unwrap().incident.id.0)
        .collect();

    assert_eq!(numbers, [1, 2, 3, 4]);
}

#[test]
fn an_informational_alert_opens_nothing_but_belongs_to_what_its_family_opens() {
    let mut correlator = Correlator::new(1);

    let alone =
        correlator.place(&alert(1, Some(100), Severity::Informational, "discovery"), None, &[]);
    let joined =
        correlator.place(&alert(2, Some(100), Severity::High, "execution"), None, &[]).unwrap();

    assert_eq!(alone, None);
    assert_eq!(joined.alerts.len(), 2);
}

#[test]
fn a_resolved_incident_takes_no_more_alerts() {
    let mut correlator = Correlator::new(1);
    correlator.place(&alert(1, Some(100), Severity::High, "execution"), None, &[]);

    correlator.close(IncidentId(1));
    let joined =
        correlator.place(&alert(2, Some(100), Severity::High, "impact"), None, &[]).unwrap();

    assert_eq!(joined.incident.id, IncidentId(2));
}

#[test]
fn one_rule_that_names_many_tactics_is_one_stage() {
    let mut correlator = Correlator::new(1);
    let mut shell = alert(1, Some(100), Severity::High, "execution");
    shell.tactics = ["initial-access", "execution", "persistence"].map(Into::into).to_vec();

    let joined = correlator.place(&shell, Some(&nginx()), &[]).unwrap();

    assert_eq!(joined.incident.severity, Severity::High);
}

#[test]
fn when_an_earlier_ancestor_becomes_known_the_incident_goes_on_as_its_familys() {
    let mut correlator = Correlator::new(1);
    let device: DeviceId = ID.parse().unwrap();
    correlator.place(&alert(2, Some(200), Severity::High, "impact"), Some(&"/bin/sh".into()), &[]);
    let family_of = |known: ProcessKey| Some(if known == key(200) { key(100) } else { known });

    correlator.regroup(device, (key(100), &nginx()), family_of);
    let joined =
        correlator.place(&alert(1, Some(100), Severity::High, "execution"), Some(&nginx()), &[]);

    let incident = joined.unwrap().incident;
    assert_eq!((incident.id, incident.family), (IncidentId(1), Some(key(100))));
}

#[test]
fn after_a_restart_a_family_goes_on_where_it_was() {
    let mut before = Correlator::new(1);
    let first = alert(1, Some(100), Severity::High, "execution");
    let incident = before.place(&first, Some(&nginx()), &[]).unwrap().incident;
    let mut after = Correlator::new(1);

    after.resume(incident, std::slice::from_ref(&first));
    let again = after.place(&first, Some(&nginx()), &[]);
    let joined =
        after.place(&alert(2, Some(100), Severity::Low, "impact"), Some(&nginx()), &[]).unwrap();

    assert_eq!(again, None, "the same alert is not joined twice");
    assert_eq!((joined.incident.id, joined.incident.alerts.len()), (IncidentId(1), 2));
}

#[test]
fn two_machines_that_ran_the_same_rare_file_are_one_incident_and_say_why() {
    let mut correlator = Correlator::new(1);
    let file = Tie::File("ab12".into());
    let mut elsewhere = alert(2, Some(200), Severity::High, "impact");
    elsewhere.device = "00000000-0000-0000-0000-000000000002".parse().unwrap();
    elsewhere.device_name = "db-1".into();

    correlator.place(
        &alert(1, Some(100), Severity::High, "execution"),
        None,
        std::slice::from_ref(&file),
    );
    let joined = correlator.place(&elsewhere, None, &[file]).unwrap();

    assert_eq!(joined.incident.id, IncidentId(1));
    assert_eq!(
        joined.incident.alerts[1].1,
        JoinReason::SharedEntity { kind: "file".into(), value: "ab12".into() }
    );
    assert_eq!(&*joined.incident.title, "A rule of execution and 1 more alert on web-1 and db-1");
}

#[test]
fn an_alert_that_belongs_to_two_incidents_makes_them_one() {
    let mut correlator = Correlator::new(1);
    let file = Tie::File("ab12".into());
    correlator.place(&alert(1, Some(100), Severity::High, "execution"), None, &[]);
    correlator.place(
        &alert(2, Some(200), Severity::High, "impact"),
        None,
        std::slice::from_ref(&file),
    );

    let joined =
        correlator.place(&alert(3, Some(100), Severity::Low, "discovery"), None, &[file]).unwrap();

    assert_eq!((joined.incident.id, joined.absorbed), (IncidentId(1), vec![IncidentId(2)]));
    assert_eq!(joined.incident.alerts.len(), 3);
    assert_eq!(correlator.open().collect::<Vec<_>>(), [IncidentId(1)]);
}

#[test]
fn what_people_gave_to_different_people_or_moved_by_hand_stays_apart() {
    let file = Tie::File("ab12".into());
    let first = alert(1, Some(100), Severity::High, "execution");
    let second = alert(2, Some(200), Severity::High, "impact");
    let apart = |change: &dyn Fn(&mut Incident, &mut Incident)| {
        let mut correlator = Correlator::new(1);
        let mut one = correlator.place(&first, None, &[]).unwrap().incident;
        let mut two =
            correlator.place(&second, None, std::slice::from_ref(&file)).unwrap().incident;
        change(&mut one, &mut two);
        correlator.resume(one, std::slice::from_ref(&first));
        correlator.resume(two, std::slice::from_ref(&second));
        let third = alert(3, Some(100), Severity::High, "discovery");
        correlator.place(&third, None, std::slice::from_ref(&file)).unwrap().absorbed.is_empty()
    };

    assert!(!apart(&|_, _| {}));
    assert!(!apart(&|one, _| one.assigned_to = Some("ann".into())));
    assert!(apart(&|one, two| {
        one.assigned_to = Some("ann".into());
        two.assigned_to = Some("bob".into());
    }));
    assert!(apart(&|_, two| two.classification = Some("False positive".into())));
    assert!(apart(&|_, two| two.alerts[0].1 = JoinReason::Moved { by: "ann".into() }));
}

#[test]
fn a_sign_in_ties_only_what_goes_on_from_stage_to_stage() {
    let device = ID.parse().unwrap();
    let session = [Tie::Session { device, boot: BootId(1), session: 5 }];
    let mut correlator = Correlator::new(1);

    let numbers: Vec<u64> = [(1, "execution"), (2, "execution"), (3, "exfiltration")]
        .into_iter()
        .map(|(n, tactic)| alert(u64::from(n), Some(n), Severity::Medium, tactic))
        .map(|alert| correlator.place(&alert, None, &session).unwrap().incident.id.0)
        .collect();

    assert_eq!(numbers, [1, 2, 1]);
    assert_eq!(correlator.open().count(), 1, "the third shows that all are one");
}

#[test]
fn an_alert_that_waited_before_a_restart_joins_after_it() {
    let waiting = alert(1, Some(100), Severity::Informational, "discovery");
    let mut correlator = Correlator::new(1);

    correlator.resume_waiting(&waiting);
    let joined =
        correlator.place(&alert(2, Some(100), Severity::High, "execution"), None, &[]).unwrap();

    assert_eq!(joined.alerts.len(), 2);
}

/// An alert and what else ties it to others.
type Tied = (Alert, Vec<Tie>);

/// What people see of all incidents, without their numbers: the alerts that stand together, title, severity.
fn seen(alerts: &[Tied]) -> Vec<(Vec<AlertId>, String, Severity)> {
    let mut correlator = Correlator::new(1);
    let mut incidents = BTreeMap::new();
    for (alert, ties) in alerts {
        if let Some(joined) = correlator.place(alert, Some(&nginx()), ties) {
            for gone in joined.absorbed {
                incidents.remove(&gone);
            }
            incidents.insert(joined.incident.id, joined.incident);
        }
    }
    let mut seen: Vec<_> = incidents
        .into_values()
        .map(|incident| {
            let mut alerts: Vec<AlertId> = incident.alerts.iter().map(|(id, _)| *id).collect();
            alerts.sort();
            (alerts, incident.title.to_string(), incident.severity)
        })
        .collect();
    seen.sort();
    seen
}

/// Alerts on three devices over sixteen days, some of which name rare things or belong to a sign-in.
fn alerts() -> impl Strategy<Value = Vec<Tied>> {
    let tactics = prop::sample::select(vec!["execution", "persistence", "impact", "discovery"]);
    let severities = prop::sample::select(vec![
        Severity::Informational,
        Severity::Low,
        Severity::Medium,
        Severity::High,
    ]);
    let families = prop::option::of(1u32..4);
    let things = prop::option::weighted(0.3, 0u8..3);
    let sessions = prop::option::weighted(0.3, 0u32..2);
    let facts = (families, severities, tactics, 1u8..4, things, sessions, 0i64..16);
    prop::collection::vec(facts, 0..25).prop_map(|facts| {
        let tied = facts.into_iter().zip(1..).map(|((f, s, t, on, thing, session, day), n)| {
            let mut alert = alert(n, f, s, t);
            alert.device = format!("00000000-0000-0000-0000-00000000000{on}").parse().unwrap();
            alert.device_name = format!("web-{on}").into();
            let second = i64::try_from(n).unwrap() + day * 86_400;
            alert.event_at = Timestamp::from_millis(second * 1_000);
            let device = alert.device;
            let thing = thing.map(|thing| Tie::File(format!("{thing}").into()));
            let boot = BootId(1);
            let session = session.map(|session| Tie::Session { device, boot, session });
            (alert, thing.into_iter().chain(session).collect())
        });
        tied.collect()
    })
}

proptest! {
    #[test]
    fn late_repeated_and_reordered_alerts_give_the_same_incidents(
        (alerts, shuffled) in alerts().prop_flat_map(|alerts| {
            let twice: Vec<Tied> = alerts.iter().chain(&alerts).cloned().collect();
            (Just(alerts), Just(twice).prop_shuffle())
        })
    ) {
        prop_assert_eq!(seen(&alerts), seen(&shuffled));
    }
}
