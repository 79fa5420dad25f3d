//! From an event to an alert a person can read.

use bartizan_detection::{Blindness, Detector};
use bartizan_model::{Alert, Entity, EvidenceRole, Severity, Timestamp, rows_of};
use bartizan_sigma::Collection;
use serde_json::json;

use crate::stage::envelope;

const RULES: &str = "
title: Shell from a web server
id: 11111111-2222-4333-8444-555555555555
level: high
tags: [attack.execution, attack.t1059.004]
logsource: { product: linux, category: process_creation }
detection:
  web: { ParentImage|endswith: /nginx }
  shell: { Image|endswith: /sh }
  condition: web and shell
triage: [Read the access log.]
---
title: Cron entry
level: low
logsource: { product: linux, category: file_event }
detection:
  cron: { TargetFilename|contains: /cron.d/ }
  condition: cron
---
title: Odd port
level: medium
logsource: { product: linux, category: network_connection }
detection:
  port: { DestinationPort|gte: 4000, Initiated: 'true', ProcessId: 100 }
  condition: port
---
title: Registry
logsource: { product: windows, category: registry_set }
detection:
  key: { TargetObject: x }
  condition: key
---
title: Asks for what nobody has
logsource: { product: linux, category: process_creation }
detection:
  a: { Image: /bin/x, Imphash: abc }
  condition: a
---
title: Broken
";

fn detector() -> Detector {
    Detector::new(Collection::parse("rules.yml", RULES)).unwrap()
}

fn alerts(category: &str, event: &serde_json::Value) -> Vec<Alert> {
    let detector = detector();
    let envelope = envelope(category, event.as_object().unwrap()).unwrap();
    let now = Timestamp::from_millis(3_000);
    detector.alerts(&envelope, &rows_of(&envelope), now, &mut detector.scratch())
}

#[test]
fn a_shell_under_a_web_server_becomes_an_alert_that_names_who_did_what() {
    let event = json!({
        "ParentImage": "/usr/sbin/nginx", "ParentCommandLine": "nginx: worker",
        "Image": "/bin/sh", "CommandLine": "sh -c id", "User": "www-data",
    });

    let alerts = alerts("process_creation", &event);

    assert_eq!(alerts.len(), 1);
    let alert = &alerts[0];
    assert_eq!((&*alert.title, alert.severity), ("Shell from a web server", Severity::High));
    assert_eq!(alert.tactics, ["execution".into()]);
    assert_eq!(alert.techniques, ["T1059.004".into()]);
    assert_eq!(alert.triage, ["Read the access log.".into()]);
    assert_eq!(alert.process.unwrap().pid, 100);
    assert_eq!(alert.raised_at, Timestamp::from_millis(3_000));
    let matched: Vec<String> = alert
        .matched
        .iter()
        .map(|m| format!("{} {} {}", m.selection, m.value, m.pattern))
        .collect();
    assert_eq!(
        matched,
        ["web /usr/sbin/nginx ends with '/nginx'", "shell /bin/sh ends with '/sh'"]
    );
    let processes: Vec<(EvidenceRole, &str)> = alert
        .evidence
        .iter()
        .filter_map(|e| match &e.entity {
            Entity::Process { command_line, .. } => Some((e.role, &**command_line)),
            _ => None,
        })
        .collect();
    assert_eq!(
        processes,
        [(EvidenceRole::Actor, "sh -c id"), (EvidenceRole::Related, "nginx: worker")]
    );
}

#[test]
fn the_same_event_judged_twice_is_the_same_alert() {
    let event = json!({ "Image": "/bin/sh", "TargetFilename": "/etc/cron.d/x" });
    let (first, second) = (alerts("file_event", &event), alerts("file_event", &event));
    assert_eq!(first.len(), 1);
    assert_eq!(first, second);
}

#[test]
fn a_renamed_file_is_also_a_file_event_and_a_deleted_one_is_not() {
    let event = json!({ "Image": "/bin/mv", "TargetFilename": "/etc/cron.d/x" });
    assert_eq!(alerts("file_rename", &event).len(), 1);
    assert_eq!(alerts("file_delete", &event).len(), 0);
}

#[test]
fn a_connection_names_the_other_end() {
    let event = json!({
        "Image": "/bin/sh", "DestinationIp": "198.51.100.7", "DestinationPort": 4444, "Initiated": true,
    });
    let alerts = alerts("network_connection", &event);
    let expected = Entity::Address { ip: "198.51.100.7".parse().unwrap(), port: Some(4444) };
    assert!(alerts[0].evidence.iter().any(|e| e.entity == expected));
}

#[test]
fn rules_that_can_never_match_are_named() {
    let detector = detector();
    let blind = detector.blind();
    assert_eq!(detector.problems().len(), 1);
    assert_eq!(
        blind,
        [
            Blindness { file: "rules.yml", title: "Registry", field: None },
            Blindness {
                file: "rules.yml",
                title: "Asks for what nobody has",
                field: Some("Imphash")
            },
        ]
    );
}
