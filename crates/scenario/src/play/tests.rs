//! Stories that must not come true, and what is then said of them.

use bartizan_detection::Collection;

use super::*;

const RULES: &str = "
title: Shell of a web server
id: 00000000-0000-4000-8000-000000000001
logsource: { product: linux, category: process_creation }
detection:
  it: { ParentImage|endswith: /nginx, Image|endswith: /sh }
  condition: it
level: high
---
title: Cron entry
id: 00000000-0000-4000-8000-000000000002
logsource: { product: linux, category: file_event }
detection:
  it: { TargetFilename|startswith: /etc/cron.d/ }
  condition: it
level: medium
";
const HAPPENED: &str = "given device web-1 linux
given process nginx[100]
when nginx[100] runs sh[200] `sh -c id`
when sh[200] creates /etc/cron.d/x
";
const ALERTS: &str =
    "then alert shell-of-a-web-server high on sh[200]\nthen alert cron-entry medium\n";

fn failure(then: &str, delivery: Delivery) -> Option<Failure> {
    let detector = Arc::new(Detector::new(Collection::parse("rules.yml", RULES)).unwrap());
    let story = Story::parse("x.scenario", &format!("{HAPPENED}{then}")).unwrap();
    play(&story, &detector, delivery).err()
}

/// What is said of a story with these expectations, the same under every delivery.
#[track_caller]
fn said(then: &str) -> String {
    let [first, others @ ..] = Delivery::ALL.map(|delivery| {
        failure(then, delivery)
            .map_or("comes true".to_owned(), |f| format!("{}: {}", f.line, f.problem))
    });
    for other in others {
        assert_eq!(first, other, "each delivery says the same");
    }
    first
}

#[test]
fn a_story_of_which_everything_is_said_comes_true() {
    let said = said(&format!(
        "{ALERTS}then incident high on web-1 with cron-entry, shell-of-a-web-server
then evidence nginx[100] > sh[200], /etc/cron.d/x"
    ));

    assert_eq!(said, "comes true");
}

#[test]
fn an_alert_that_nobody_expected_fails_the_story() {
    let said = said("then alert shell-of-a-web-server high");

    assert_eq!(said, "5: `cron-entry` was not expected");
}

#[test]
fn an_alert_of_another_severity_or_process_is_not_the_expected_one() {
    let graver = said("then alert cron-entry high on sh[200]");
    let elsewhere = said("then alert cron-entry medium on nginx[100]");
    let twice = said("then alert cron-entry medium\nthen alert cron-entry medium");

    assert_eq!(graver, "5: this alert did not come; its rule raised: medium on sh[200]");
    assert_eq!(elsewhere, graver);
    assert_eq!(twice, "6: this alert did not come");
}

#[test]
fn an_incident_has_exactly_the_expected_alerts() {
    let too_few = said(&format!("{ALERTS}then incident on web-1 with cron-entry"));
    let too_grave = said(&format!(
        "{ALERTS}then incident critical on web-1 with cron-entry, shell-of-a-web-server"
    ));

    assert_eq!(too_few, "7: there is no incident of exactly these alerts");
    assert_eq!(too_grave, too_few);
}

#[test]
fn evidence_that_no_alert_names_fails_the_story() {
    let file = said(&format!("{ALERTS}then evidence /etc/cron.d/y"));
    let line = said(&format!("{ALERTS}then evidence sh[200] > nginx[100]"));

    assert_eq!(file, "7: no evidence names /etc/cron.d/y");
    assert_eq!(line, "7: nginx[100] is not known as a child of sh[200]");
}

#[test]
fn a_rule_or_process_that_does_not_exist_is_named() {
    assert_eq!(said("then alert cron high"), "5: there is no rule `cron`");
    assert_eq!(said("then alert cron-entry medium on sh[7]"), "5: there is no process sh[7] yet");
}

#[test]
fn a_story_without_an_end_fails() {
    assert_eq!(said(""), "4: a story ends with what must be said of it: add `then …`");
}

#[test]
fn a_failure_shows_the_place_and_all_that_came_with_what_matched() {
    let failure = failure("then alert cron-entry medium", Delivery::EachAtOnce).unwrap();

    assert_eq!(failure.to_string(), SHOWN);
}

const SHOWN: &str = "\
x.scenario:5: `shell-of-a-web-server` was not expected (EachAtOnce)
      1 given device web-1 linux
      2 given process nginx[100]
      3 when nginx[100] runs sh[200] `sh -c id`
      4 when sh[200] creates /etc/cron.d/x
==>   5 then alert cron-entry medium
what came (? = not expected so far):
  ? alert shell-of-a-web-server high on sh[200], family of nginx[100]
        it: ParentImage `/usr/sbin/nginx` ends with '/nginx'
        it: Image `/usr/bin/sh` ends with '/sh'
    alert cron-entry medium on sh[200], family of nginx[100]
        it: TargetFilename `/etc/cron.d/x` starts with '/etc/cron.d/'
    incident 1 High, 2 alerts: Shell of a web server and 1 more alert in the family of nginx on web-1 (its gravest alert, “Shell of a web server”, is High.)
";
