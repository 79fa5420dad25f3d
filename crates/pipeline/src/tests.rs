//! One step after another, as the server's worker takes them: what comes once, what belongs together, what a restart
//! must not change.

use std::{collections::HashSet, sync::Arc, time::Duration};

use bartizan_detection::{Collection, Detector};
use bartizan_indicator::{Defaults, Format, IndicatorSet, import};
use bartizan_model::{
    Action, Alert, BootId, Connection, ConnectionOutcome, DeviceId, Envelope, Event, EventId,
    FileChange, FileOperation, Incident, IncidentId, JoinReason, Process, ProcessKey, ProcessUser,
    Protocol, StreamId, TenantId, Timestamp, Touch, Touched,
};

use crate::{Condition, Effects, Expected, REPEAT_WITHIN, State, adopt, step};

const RULES: &str = "
title: Shell of a web server
id: 00000000-0000-4000-8000-000000000001
tags: [attack.execution]
logsource: { product: linux, category: process_creation }
detection:
  it: { ParentImage|endswith: /nginx, Image|endswith: /sh }
  condition: it
level: high
---
title: Odd connection
id: 00000000-0000-4000-8000-000000000002
tags: [attack.command-and-control]
logsource: { product: linux, category: network_connection }
detection:
  it: { Image|endswith: /sh, DestinationPort: 4444 }
  condition: it
level: medium
---
title: Cron entry
id: 00000000-0000-4000-8000-000000000003
tags: [attack.persistence]
logsource: { product: linux, category: file_event }
detection:
  it: { TargetFilename|startswith: /etc/cron.d/ }
  condition: it
level: medium
---
title: Looks around
id: 00000000-0000-4000-8000-000000000004
tags: [attack.discovery]
logsource: { product: linux, category: process_creation }
detection:
  it: { Image|endswith: /id }
  condition: it
level: informational
";

fn id<T: std::str::FromStr<Err = bartizan_model::IdError>>(number: u32) -> T {
    format!("00000000-0000-0000-0000-{number:012}").parse().unwrap()
}

fn fresh() -> State {
    let rules = Collection::parse("rules.yml", RULES);
    assert_eq!(rules.problems.len(), 0, "{:?}", rules.problems);
    State::new(Arc::new(Detector::new(rules).unwrap()))
}

/// A machine that tells what happens on it, a second after another.
struct Machine {
    told: u64,
    at: Timestamp,
}

impl Machine {
    fn new() -> Self {
        Self { told: 0, at: Timestamp::from_millis(1_000_000) }
    }

    fn tells(&mut self, actor: Option<&Arc<Process>>, action: Action) -> Envelope {
        self.told += 1;
        self.at = self.at.plus(Duration::from_secs(1));
        Envelope {
            tenant: id::<TenantId>(1),
            device: id::<DeviceId>(2),
            device_name: "web-1".into(),
            received_at: self.at,
            event: Event {
                id: EventId { stream: id::<StreamId>(3), sequence: self.told },
                at: self.at,
                actor: actor.cloned(),
                action,
            },
        }
    }

    fn starts(&mut self, parent: &Arc<Process>, child: &Arc<Process>) -> Envelope {
        self.tells(Some(parent), Action::ProcessStarted(Arc::clone(child)))
    }

    fn connects(&mut self, actor: &Arc<Process>, outcome: ConnectionOutcome) -> Envelope {
        let remote = "198.51.100.7:4444".parse().unwrap();
        let connection =
            Connection { outcome, protocol: Protocol::Tcp, local: None, remote, host: None };
        self.tells(Some(actor), Action::Connection(connection))
    }

    fn creates(&mut self, actor: &Arc<Process>, path: &str) -> Envelope {
        let operation = FileOperation::Created;
        let (path, previous_path, size) = (path.into(), None, None);
        let change =
            FileChange { operation, path, previous_path, size, count: 1, details: Vec::new() };
        self.tells(Some(actor), Action::File(change))
    }
}

fn process(pid: u32, image: &str, parent: Option<&Arc<Process>>) -> Arc<Process> {
    let user = ProcessUser {
        name: Some("www-data".into()),
        uid: 33,
        gid: 33,
        effective_uid: 33,
        effective_gid: 33,
        login_uid: None,
        session: None,
    };
    Arc::new(Process {
        key: ProcessKey { boot: BootId(1), pid, start_ticks: u64::from(pid) },
        parent: parent.map(|parent| parent.key),
        image: image.into(),
        command_line: image.into(),
        arguments_cut: false,
        current_directory: None,
        user,
        cgroup: None,
        container: None,
        file: None,
        started_at: Timestamp::from_millis(1_000),
        parent_image: parent.map(|parent| parent.image.clone()),
        parent_command_line: parent.map(|parent| parent.command_line.clone()),
        parent_started_at: parent.map(|parent| parent.started_at),
        execution: None,
    })
}

/// systemd, nginx below it, sh below that.
fn web_server() -> [Arc<Process>; 3] {
    let systemd = process(1, "/usr/lib/systemd/systemd", None);
    let nginx = process(100, "/usr/sbin/nginx", Some(&systemd));
    let sh = process(200, "/bin/sh", Some(&nginx));
    [systemd, nginx, sh]
}

fn judged(state: &mut State, batch: &[Envelope]) -> Effects {
    let now = batch.last().unwrap().received_at;
    step(state, batch, now)
}

fn titles(effects: &Effects) -> Vec<&str> {
    effects.alerts.iter().map(|alert| &*alert.title).collect()
}

fn last(effects: &Effects) -> &Incident {
    &effects.incidents.last().unwrap().incident
}

#[test]
fn a_batch_that_arrives_again_brings_the_same_alerts_and_no_incident() {
    let [systemd, nginx, sh] = web_server();
    let (mut machine, mut state) = (Machine::new(), fresh());
    let batch = [machine.starts(&systemd, &nginx), machine.starts(&nginx, &sh)];

    let first = judged(&mut state, &batch);
    let again = judged(&mut state, &batch);

    assert_eq!(titles(&first), ["Shell of a web server"]);
    assert_eq!(first.incidents.len(), 1);
    let ids = |effects: &Effects| effects.alerts.iter().map(|a| a.id).collect::<Vec<_>>();
    assert_eq!(ids(&again), ids(&first), "whoever keeps alerts knows them by their ids");
    assert!(again.incidents.is_empty(), "{:?}", again.incidents);
    assert!(again.processes.is_empty(), "nothing new is known of any process");
    assert_eq!(state.open_incidents(id(1)), [IncidentId(1)]);
}

#[test]
fn a_connection_that_is_tried_and_refused_is_one_alert() {
    let [_, nginx, sh] = web_server();
    let (mut machine, mut state) = (Machine::new(), fresh());
    let batch = [
        machine.starts(&nginx, &sh),
        machine.connects(&sh, ConnectionOutcome::Attempted),
        machine.connects(&sh, ConnectionOutcome::Failed),
    ];

    let effects = judged(&mut state, &batch);

    assert_eq!(titles(&effects), ["Shell of a web server", "Odd connection"]);
    assert_eq!(effects.repeated, 1);
    let tried = |touch: &&Touch| matches!(touch.what, Touched::Connection(_));
    assert_eq!(effects.touches.iter().filter(tried).count(), 2, "both are facts of the process");
}

#[test]
fn the_same_act_a_while_later_is_said_again() {
    let [_, nginx, sh] = web_server();
    let (mut machine, mut state) = (Machine::new(), fresh());
    judged(&mut state, &[machine.starts(&nginx, &sh)]);

    let first = judged(&mut state, &[machine.connects(&sh, ConnectionOutcome::Succeeded)]);
    machine.at = machine.at.plus(REPEAT_WITHIN);
    let later = judged(&mut state, &[machine.connects(&sh, ConnectionOutcome::Succeeded)]);

    assert_eq!((titles(&first), first.repeated), (vec!["Odd connection"], 0));
    assert_eq!((titles(&later), later.repeated), (vec!["Odd connection"], 0));
    assert_eq!(last(&later).alerts.len(), 3);
}

#[test]
fn different_files_of_one_process_are_different_alerts() {
    let [_, nginx, sh] = web_server();
    let (mut machine, mut state) = (Machine::new(), fresh());
    let batch = [
        machine.starts(&nginx, &sh),
        machine.creates(&sh, "/etc/cron.d/a"),
        machine.creates(&sh, "/etc/cron.d/b"),
        machine.creates(&sh, "/etc/cron.d/b"),
    ];

    let effects = judged(&mut state, &batch);

    assert_eq!(titles(&effects), ["Shell of a web server", "Cron entry", "Cron entry"]);
    assert_eq!(effects.repeated, 1);
}

#[test]
fn stages_add_up_in_one_incident_with_the_reason_of_each_join() {
    let [systemd, nginx, sh] = web_server();
    let (mut machine, mut state) = (Machine::new(), fresh());
    let batch = [
        machine.starts(&systemd, &nginx),
        machine.starts(&nginx, &sh),
        machine.creates(&sh, "/etc/cron.d/a"),
        machine.connects(&sh, ConnectionOutcome::Succeeded),
    ];

    let effects = judged(&mut state, &batch);

    let incident = last(&effects);
    let ancestor = nginx.key;
    let same_family = JoinReason::SameFamily { ancestor, image: nginx.image.clone() };
    let reasons: Vec<_> = incident.alerts.iter().map(|(_, reason)| reason.clone()).collect();
    assert_eq!(reasons, [JoinReason::Opened, same_family.clone(), same_family]);
    assert_eq!(
        &*incident.title,
        "Attack in several stages in the family of nginx on web-1: execution, persistence and command and control"
    );
    assert_eq!(
        &*incident.severity_reason,
        "its gravest alert, “Shell of a web server”, is High; raised to Critical since 3 stages of an attack are seen."
    );
}

#[test]
fn what_was_worth_knowing_joins_the_incident_that_its_family_opens_later() {
    let [_, nginx, sh] = web_server();
    let look = process(201, "/usr/bin/id", Some(&nginx));
    let (mut machine, mut state) = (Machine::new(), fresh());
    judged(&mut state, &[machine.tells(None, Action::ProcessObserved(Arc::clone(&nginx)))]);

    let quiet = judged(&mut state, &[machine.starts(&nginx, &look)]);
    let loud = judged(&mut state, &[machine.starts(&nginx, &sh)]);

    assert_eq!((titles(&quiet), quiet.incidents.len()), (vec!["Looks around"], 0));
    assert_eq!(last(&loud).alerts.len(), 2);
}

#[test]
fn after_a_restart_the_family_goes_on_in_the_same_incident() {
    let [systemd, nginx, sh] = web_server();
    let (mut machine, mut before) = (Machine::new(), fresh());
    let batch = [machine.starts(&systemd, &nginx), machine.starts(&nginx, &sh)];
    let kept = judged(&mut before, &batch);

    let mut after = resumed(&kept);
    let grandchild = process(202, "/bin/sh", Some(&sh));
    let batch = [machine.starts(&sh, &grandchild), machine.creates(&grandchild, "/etc/cron.d/a")];
    let effects = judged(&mut after, &batch);

    assert_eq!(titles(&effects), ["Cron entry"]);
    assert_eq!(effects.alerts[0].incident, Some(IncidentId(1)));
    assert_eq!(last(&effects).alerts.len(), 2);
    assert_eq!(
        &*last(&effects).title,
        "Shell of a web server and 1 more alert in the family of nginx on web-1"
    );
}

#[test]
fn a_refusal_that_arrives_after_a_restart_is_no_other_alert() {
    let [_, nginx, sh] = web_server();
    let (mut machine, mut before) = (Machine::new(), fresh());
    let batch = [machine.starts(&nginx, &sh), machine.connects(&sh, ConnectionOutcome::Attempted)];
    let kept = judged(&mut before, &batch);

    let refused = [machine.connects(&sh, ConnectionOutcome::Failed)];
    let effects = judged(&mut resumed(&kept), &refused);

    assert_eq!((titles(&effects), effects.repeated), (vec![], 1));
}

#[test]
fn after_a_restart_a_replay_gives_nothing_new() {
    let [systemd, nginx, sh] = web_server();
    let (mut machine, mut before) = (Machine::new(), fresh());
    let batch = [machine.starts(&systemd, &nginx), machine.starts(&nginx, &sh)];
    let kept = judged(&mut before, &batch);

    let effects = judged(&mut resumed(&kept), &batch);

    assert_eq!(effects.alerts.len(), 1);
    assert_eq!(effects.alerts[0].id, kept.alerts[0].id);
    assert!(effects.incidents.is_empty(), "{:?}", effects.incidents);
}

#[test]
fn a_resolved_incident_is_left_alone_and_the_next_alert_opens_another() {
    let [_, nginx, sh] = web_server();
    let (mut machine, mut state) = (Machine::new(), fresh());
    judged(&mut state, &[machine.starts(&nginx, &sh)]);

    state.close_incident(id(1), IncidentId(1));
    let effects = judged(&mut state, &[machine.creates(&sh, "/etc/cron.d/a")]);

    assert_eq!(last(&effects).id, IncidentId(2));
    assert_eq!(last(&effects).alerts.len(), 1);
}

#[test]
fn two_sessions_of_one_ssh_daemon_are_two_stories() {
    let sshd = process(50, "/usr/sbin/sshd", None);
    let sessions = [200, 300].map(|pid| process(pid, "/bin/sh", Some(&sshd)));
    let (mut machine, mut state) = (Machine::new(), fresh());
    judged(&mut state, &[machine.tells(None, Action::ProcessObserved(Arc::clone(&sshd)))]);

    for session in &sessions {
        let batch = [machine.starts(&sshd, session), machine.creates(session, "/etc/cron.d/same")];
        judged(&mut state, &batch);
    }

    assert_eq!(state.open_incidents(id(1)), [IncidentId(1), IncidentId(2)]);
}

/// The state of a server that was started again with what these effects left in the store.
fn resumed(kept: &Effects) -> State {
    let mut state = fresh();
    let open: Vec<(Incident, Vec<Alert>)> =
        kept.incidents.iter().map(|i| (i.incident.clone(), kept.alerts.clone())).collect();
    state.resume_incidents(id(1), 2, open);
    state.resume_processes(id(1), id(2), kept.processes.iter().cloned());
    state
}

#[test]
fn a_known_address_is_an_alert_of_its_tenant_and_only_from_then_on() {
    let (mut state, mut machine) = (fresh(), Machine::new());
    let program = process(7, "/usr/bin/python3", None);
    let connects = |machine: &mut Machine| machine.connects(&program, ConnectionOutcome::Succeeded);
    let now = Timestamp::from_millis(2_000_000);
    let before = step(&mut state, &[connects(&mut machine)], now);
    let list = import(Format::Plain, "198.51.100.0/24;Bad hoster", &Defaults::default());
    let set = Arc::new(IndicatorSet::new(list.indicators));
    state.use_indicators(id(9), Arc::clone(&set));
    let of_another = step(&mut state, &[connects(&mut machine)], now);
    state.use_indicators(id(1), set);

    let after = step(&mut state, &[connects(&mut machine)], now);

    assert_eq!((before.alerts.len(), of_another.alerts.len()), (0, 0));
    let alert = &after.alerts[0];
    assert_eq!(&*alert.title, "Indicator seen: Bad hoster");
    assert_eq!(alert.process, Some(program.key));
    assert_eq!(&*alert.matched[0].pattern, "network 198.51.100.0/24");
    assert_eq!(&*alert.matched[0].value, "198.51.100.7");
    assert_eq!(after.incidents.len(), 1);
}

#[test]
fn what_a_hunt_found_is_judged_by_what_people_expect() {
    let (mut state, mut machine) = (fresh(), Machine::new());
    let [_, nginx, shell] = web_server();
    let batch = [machine.starts(&nginx, &shell)];
    let found = judged(&mut state, &batch).alerts.remove(0);
    let now = Timestamp::from_millis(2_000_000);
    let anew = |expected, off| {
        let mut state = fresh();
        state.tune(id(1), expected, off);
        adopt(&mut state, found.clone(), now)
    };
    let expected = Expected {
        number: 7,
        rule: found.rule.to_string(),
        conditions: vec![Condition { field: "device".into(), pattern: "*".into() }],
        expires_at: None,
        hide: true,
    };

    let (free, tuned) = (anew(Vec::new(), HashSet::new()), anew(vec![expected], HashSet::new()));
    let off = anew(Vec::new(), HashSet::from([found.rule.clone()]));

    assert_eq!((free.alerts.len(), free.incidents.len()), (1, 1));
    assert_eq!((tuned.expected, tuned.incidents.len()), (vec![(found.id, 7, true)], 0));
    assert!(off.alerts.is_empty());
}

#[test]
fn what_devices_know_is_told_once_and_taken_up_after_a_restart() {
    let (mut state, mut machine) = (fresh(), Machine::new());
    let program = process(7, "/usr/bin/python3", None);
    let connects = |machine: &mut Machine| machine.connects(&program, ConnectionOutcome::Succeeded);
    let now = Timestamp::from_millis(2_000_000);
    let first = step(&mut state, &[connects(&mut machine)], now).known;
    let again = step(&mut state, &[connects(&mut machine)], now).known;
    assert_eq!((first.len(), again.len()), (1, 0));

    let mut state = fresh();
    state.resume_known(id(1), first.into_iter().map(|tie| (tie, id(2))));

    assert!(step(&mut state, &[connects(&mut machine)], now).known.is_empty());
}
