//! The correlations in `content/rules`, each against its own streams; and what an alert made of several events says.

use std::{sync::Arc, time::Duration};

use bartizan_detection::{Around, Detector, Kin, Sequences};
use bartizan_model::{Alert, Entity, Envelope, EventId, Timestamp, rows_of};
use bartizan_sigma::{
    Bounds, Collection, Correlation, CorrelationEngine, EventRef, Expect, Links, LogSource,
    Matcher, Sequence,
};
use serde_json::{Value, json};

use crate::{rule_pack::pack, stage};

#[test]
fn every_correlation_does_what_its_streams_say() {
    let pack = pack();
    let matcher = Matcher::new(&pack.rules).unwrap();
    let links = Arc::new(Links::new(&pack.rules, &pack.correlations));
    let problems: Vec<String> = links.problems().iter().map(ToString::to_string).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n\n"));
    let mut wrong = Vec::new();
    for correlation in links.correlations() {
        for case in &correlation.tests {
            if fires(correlation, case, &matcher, &links) != (case.expect == Expect::Alert) {
                wrong.push(format!(
                    "{}: {} should be {:?}",
                    correlation.about.file, case.name, case.expect
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(links.correlations().len() >= 3);
}

fn fires(
    correlation: &Correlation,
    case: &Sequence,
    matcher: &Matcher,
    links: &Arc<Links>,
) -> bool {
    let mut engine = CorrelationEngine::new(Arc::clone(links), Bounds::at_once(Duration::ZERO));
    let mut scratch = matcher.scratch();
    let (mut number, mut fired) = (0, false);
    for event in &case.events {
        let of = LogSource {
            product: Some("linux".to_owned()),
            category: event.category.clone(),
            service: None,
        };
        let route = match event.category {
            Some(_) => matcher.route(std::slice::from_ref(&of)).unwrap(),
            None => matcher.route_all().unwrap(),
        };
        for time in 0..event.times {
            number += 1;
            let at = event.after + Duration::from_secs(u64::from(time));
            let at = i64::try_from(at.as_nanos()).unwrap();
            for found in matcher.judge(&route, &matcher.json(&event.event), &mut scratch) {
                let field = |name: &str| match event.event.get(name)? {
                    // A new value each time, for what counts values.
                    Value::String(text) => Some(text.replace('#', &time.to_string())),
                    other => Some(other.to_string()),
                };
                let event = EventRef(0, number);
                let observation = links.observation(found.rule, (at, event), (), field);
                let firings = observation.map(|observation| engine.observe(observation));
                fired |= firings.into_iter().flatten().any(|firing| {
                    let of = links.correlations().get(firing.correlation).unwrap();
                    of.name() == correlation.name()
                });
            }
        }
    }
    fired
}

const RULES: &str = "
title: Fetched and run
id: 11111111-2222-4333-8444-555555555555
level: high
tags: [attack.execution, attack.t1105]
correlation:
  type: temporal_ordered
  rules: [fetched, ran]
  group-by: [process_family, program]
  aliases: { program: { fetched: TargetFilename, ran: Image } }
  timespan: 10m
---
title: Fetched
name: fetched
logsource: { product: linux, category: file_event }
detection: { fetched: { Image|endswith: /curl }, condition: fetched }
---
title: Ran
name: ran
logsource: { product: linux, category: process_creation }
detection: { ran: { Image|startswith: /srv/ }, condition: ran }
";

/// The alerts about events that happen one after another, with a family for each.
fn told(events: &[(&str, Value, &str)]) -> Vec<Alert> {
    let detector = Arc::new(Detector::new(Collection::parse("rules.yml", RULES)).unwrap());
    let mut sequences = Sequences::new(Arc::clone(&detector));
    let mut scratch = detector.scratch();
    let mut alerts = Vec::new();
    for ((category, event, family), number) in events.iter().zip(1..) {
        let envelope = stage::envelope(category, event.as_object().unwrap()).unwrap();
        let id = EventId { sequence: number, ..envelope.event.id };
        let at = Timestamp::from_millis(1_000 * i64::try_from(number).unwrap());
        let event = bartizan_model::Event { id, at, ..envelope.event };
        let envelope = Envelope { event, received_at: at, ..envelope };
        let kin = |which| (which == Kin::Family).then(|| (*family).to_owned());
        let around = Around { kin: &kin, ..Around::nothing() };
        let judged =
            detector.judge_event(&envelope, &rows_of(&envelope), &around, at, &mut scratch);
        alerts.extend(judged.alerts);
        for clue in judged.clues {
            alerts.extend(sequences.observe(envelope.tenant, &clue, at).0);
        }
    }
    alerts
}

#[test]
fn what_one_family_fetched_and_ran_is_one_alert_with_the_evidence_of_both() {
    let fetched = json!({ "Image": "/usr/bin/curl", "TargetFilename": "/srv/x" });
    let ran = json!({ "Image": "/srv/x", "CommandLine": "/srv/x -d" });

    let alerts = told(&[("file_event", fetched, "a"), ("process_creation", ran, "a")]);

    assert_eq!(alerts.len(), 1, "the rules themselves say nothing");
    let alert = &alerts[0];
    assert_eq!(&*alert.title, "Fetched and run");
    assert_eq!((alert.event.sequence, alert.event_at), (2, Timestamp::from_millis(2_000)));
    let files: Vec<&str> = alert
        .evidence
        .iter()
        .filter_map(|e| match &e.entity {
            Entity::File { path, .. } => Some(&**path),
            _ => None,
        })
        .collect();
    assert_eq!(files, ["/srv/x"], "the same file once");
    let images: Vec<&str> = alert
        .evidence
        .iter()
        .filter_map(|e| match &e.entity {
            Entity::Process { image, .. } => Some(&**image),
            _ => None,
        })
        .collect();
    assert_eq!((images.first(), images.contains(&"/usr/bin/curl")), (Some(&"/srv/x"), true));
    let matched: Vec<&str> = alert.matched.iter().map(|m| &*m.selection).collect();
    assert_eq!(matched, ["together", "Ran: ran", "Fetched: fetched"]);
    assert_eq!(&*alert.matched[0].value, "a, /srv/x");
    assert_eq!(
        &*alert.matched[0].pattern,
        "2 events within 600 s: one after another (measured: 2)"
    );
}

#[test]
fn another_family_or_another_file_is_another_story() {
    let fetched = || json!({ "Image": "/usr/bin/curl", "TargetFilename": "/srv/x" });
    let ran = |image: &str| json!({ "Image": image });
    let family = told(&[("file_event", fetched(), "a"), ("process_creation", ran("/srv/x"), "b")]);
    let file = told(&[("file_event", fetched(), "a"), ("process_creation", ran("/srv/y"), "a")]);
    assert_eq!((family.len(), file.len()), (0, 0));
}

#[test]
fn a_group_that_no_row_can_answer_is_a_blind_rule() {
    let rules = RULES.replace("ran: Image", "ran: Imagge");
    let detector = Detector::new(Collection::parse("rules.yml", &rules)).unwrap();
    let blind: Vec<_> = detector.blind().into_iter().map(|b| (b.title, b.field)).collect();
    assert_eq!(blind, [("Ran", Some("Imagge"))]);
}
