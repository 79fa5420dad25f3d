//! Stories of records: what is kept, what is kept apart, and what cannot be undone.

use std::{sync::Arc, time::Duration};

use bartizan_model::{
    BootId, Connection, ConnectionOutcome, DeviceId, EndedProcess, EventsLost, LossStage, Process,
    ProcessKey, ProcessUser, Protocol, TenantId, Timestamp, Touch, Touched,
};

use crate::{
    AuditFilter, NewAuditEntry, NewDevice, NewEnrolmentToken, Seek, StepEffects, Store, Tenant,
    error::Doing as _,
};

mod scale;
mod upkeep;
mod work;

const NOON: Timestamp = Timestamp::from_millis(1_790_000_000_000);

struct House {
    _folder: tempfile::TempDir,
    store: Store,
    tenant: TenantId,
    device: DeviceId,
}

fn house() -> House {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("records.sqlite")).unwrap();
    let tenant: TenantId = "00000000-0000-4000-8000-000000000001".parse().unwrap();
    let device: DeviceId = "00000000-0000-4000-8000-000000000002".parse().unwrap();
    let location = "local".to_owned();
    let home =
        Tenant { id: tenant, name: "Home".into(), data_location: location, created_at: NOON };
    store.create_tenant(&home).unwrap();
    let new = NewDevice {
        id: device,
        name: "web-1".into(),
        enrolled_at: NOON,
        certificate_serial: "01".into(),
        certificate_fingerprint: [1; 32],
        certificate_expires_at: NOON,
        facts: None,
    };
    let token = NewEnrolmentToken {
        hash: [2; 32],
        note: "",
        created_by: "test",
        created_at: NOON,
        expires_at: NOON.plus(Duration::from_secs(60)),
    };
    store.create_enrolment_token(tenant, &token, entry()).unwrap();
    assert!(store.door().enrol([2; 32], tenant, &new, entry()).unwrap());
    assert!(!store.door().enrol([2; 32], tenant, &new, entry()).unwrap());
    House { _folder: folder, store, tenant, device }
}

const fn entry() -> NewAuditEntry<'static> {
    NewAuditEntry {
        at: NOON,
        actor: "test",
        address: "",
        action: "test",
        target: "",
        outcome: "done",
        detail: "",
    }
}

fn key(pid: u32) -> ProcessKey {
    ProcessKey { boot: BootId(7), pid, start_ticks: u64::from(pid) }
}

fn process(pid: u32, parent: Option<u32>) -> Arc<Process> {
    Arc::new(Process {
        key: key(pid),
        parent: parent.map(key),
        image: format!("/bin/p{pid}").into(),
        command_line: "x".into(),
        arguments_cut: false,
        current_directory: None,
        user: ProcessUser {
            name: None,
            uid: 0,
            gid: 0,
            effective_uid: 0,
            effective_gid: 0,
            login_uid: None,
            session: None,
        },
        cgroup: None,
        container: None,
        file: None,
        started_at: NOON.plus(Duration::from_millis(u64::from(pid))),
        parent_image: None,
        parent_command_line: None,
        parent_started_at: None,
        execution: None,
    })
}

impl House {
    fn step(&self) -> StepEffects {
        StepEffects::new(self.tenant, self.device, "web-1".into(), NOON)
    }
}

#[test]
fn a_step_is_kept_with_its_position_and_read_back_as_it_was() {
    let house = house();
    let mut step = house.step();
    step.processes = vec![process(1, None), process(2, Some(1))];
    step.ended = vec![EndedProcess { key: key(2), at: NOON, exit_code: Some(3), signal: None }];
    let connection = Connection {
        outcome: ConnectionOutcome::Failed,
        protocol: Protocol::Tcp,
        local: None,
        remote: "10.0.0.1:80".parse().unwrap(),
        host: None,
    };
    let touch =
        |_| Touch { process: key(2), at: NOON, what: Touched::Connection(connection.clone()) };
    step.touches = (0..20).map(touch).collect();
    step.losses = vec![EventsLost {
        stage: LossStage::Kernel,
        kind: "process".into(),
        count: 5,
        first_at: NOON,
        last_at: NOON,
    }];

    house.store.commit_step(&step, 41).unwrap();

    assert_eq!(house.store.pipeline_position().unwrap(), Some(41));
    let record = house.store.process(house.tenant, house.device, key(2)).unwrap().unwrap();
    assert_eq!(record.process, *step.processes[1]);
    assert_eq!((record.exit_code, record.connections), (Some(3), 20));
    assert_eq!(record.latest_connections.len(), 8);
    let device = house.store.device(house.tenant, house.device).unwrap().unwrap();
    assert_eq!((device.processes, device.events_lost), (2, 5));
}

#[test]
fn what_must_not_change_cannot_be_changed() {
    let house = house();
    for (sql, reason) in [
        ("UPDATE tenants SET data_location = 'elsewhere'", "never changes"),
        ("UPDATE audit_log SET actor = 'nobody'", "only added to"),
        ("DELETE FROM audit_log", "only added to"),
    ] {
        let refused = house.store.write(|t| t.execute(sql, []).doing("changing")).unwrap_err();
        let source = std::error::Error::source(&refused).unwrap().to_string();
        assert!(source.contains(reason), "{sql}: {source}");
    }
    assert!(
        house.store.audit(house.tenant, &AuditFilter::default(), &Seek::first(10)).unwrap().total
            > 0
    );
}

#[test]
fn another_tenant_finds_nothing() {
    let house = house();
    let mut step = house.step();
    step.processes = vec![process(1, None)];
    house.store.commit_step(&step, 1).unwrap();
    let other: TenantId = "00000000-0000-4000-8000-00000000beef".parse().unwrap();

    assert!(house.store.device(other, house.device).unwrap().is_none());
    assert!(house.store.process(other, house.device, key(1)).unwrap().is_none());
    assert!(house.store.process_tree(other, house.device, key(1), None).unwrap().is_none());
    assert_eq!(
        house.store.audit(other, &AuditFilter::default(), &Seek::first(10)).unwrap().total,
        0
    );
}

#[test]
fn a_tree_says_where_something_is_missing_and_how_much_is_not_shown() {
    let house = house();
    let mut step = house.step();
    step.processes = vec![process(5, Some(4))];
    step.processes.extend((10..100).map(|pid| process(pid, Some(5))));
    house.store.commit_step(&step, 1).unwrap();

    let tree = house.store.process_tree(house.tenant, house.device, key(5), None).unwrap().unwrap();

    assert!(tree.nodes[0].gap);
    assert_eq!(tree.nodes[0].record.children, 90);
    assert_eq!((tree.nodes.len(), tree.truncated), (51, true));
}

#[test]
fn of_5000_children_those_with_alerts_and_doings_are_shown_and_the_rest_is_told_by_kind() {
    let house = house();
    let mut step = house.step();
    step.processes = vec![process(5, None)];
    for pid in 10..5_010 {
        let mut child = Process::clone(&process(pid, Some(5)));
        child.image = if pid % 10 == 0 { "/bin/odd" } else { "/bin/alike" }.into();
        step.processes.push(Arc::new(child));
    }
    // An early one started something; an alert is about another early one.
    step.processes.push(process(6_000, Some(20)));
    let mut alerted = work::alert(&house, 1, bartizan_model::Severity::High);
    alerted.process = Some(key(11));
    step.alerts = vec![alerted];
    house.store.commit_step(&step, 1).unwrap();

    #[expect(clippy::disallowed_methods, reason = "the time taken is told")]
    let began = std::time::Instant::now();
    let tree = house.store.process_tree(house.tenant, house.device, key(5), None).unwrap().unwrap();
    println!("a tree of 5,000 children: {:?}", began.elapsed());

    let shown = |pid| tree.nodes.iter().any(|node| node.record.process.key == key(pid));
    assert!(shown(11) && shown(20) && shown(6_000) && shown(5_009) && !shown(12));
    let parent = tree.nodes.iter().find(|node| node.record.process.key == key(5)).unwrap();
    let under = tree.nodes.iter().filter(|node| node.record.process.parent == Some(key(5))).count();
    assert_eq!((parent.record.children, under, tree.truncated), (5_000, 50, true));
    let told: Vec<_> = parent.groups.iter().map(|group| &*group.image).collect();
    assert_eq!(told, ["/bin/alike", "/bin/odd"]);
    let hidden: u64 = parent.groups.iter().map(|group| group.count).sum();
    assert_eq!(hidden, 4_950);
}

#[test]
fn processes_that_are_each_others_parents_make_a_tree_all_the_same() {
    let house = house();
    let mut step = house.step();
    step.processes = vec![process(1, Some(2)), process(2, Some(1))];
    house.store.commit_step(&step, 1).unwrap();

    let tree = house.store.process_tree(house.tenant, house.device, key(1), None).unwrap().unwrap();

    assert_eq!(tree.nodes.len(), 2);
}

/// Five devices with as many processes as are kept of one, in families of a thousand.
#[test]
#[ignore = "takes a minute; run it when the tables of processes change"]
fn a_tree_among_a_million_processes_is_there_within_100_ms() {
    let house = house();
    for device in 0..5_u128 {
        let device =
            DeviceId::from_uuid(uuid::Uuid::from_u128(house.device.uuid().as_u128() + device));
        for first in (0..200_000).step_by(20_000) {
            let mut step = StepEffects { device, ..house.step() };
            let parent =
                |pid| if pid % 1_000 == 0 { None } else { Some(pid - 1 - (pid - 1) % 1_000 % 7) };
            step.processes = (first..first + 20_000).map(|pid| process(pid, parent(pid))).collect();
            house.store.commit_step(&step, 1).unwrap();
        }
    }
    let mut slowest = Duration::ZERO;
    for family in (0..200_000).step_by(20_000) {
        let (focus, root) = (key(family + 700), Some(key(family)));
        #[expect(clippy::disallowed_methods, reason = "the time taken is what is tested")]
        let began = std::time::Instant::now();
        let tree =
            house.store.process_tree(house.tenant, house.device, focus, root).unwrap().unwrap();
        slowest = slowest.max(began.elapsed());
        assert_eq!(tree.nodes.len(), crate::MAX_TREE_NODES);
    }
    println!("slowest tree: {slowest:?}");
    assert!(slowest < Duration::from_millis(100), "{slowest:?}");
}

/// Every public function of the records names the tenant it is about. Those that cannot are at the door, are
/// about the server itself, or carry the tenant in what they are given.
#[test]
fn no_function_reads_without_a_tenant() {
    const WITHOUT: [&str; 14] = [
        "open",
        "hold_incidents",
        "notifications_due",
        "notification_tried",
        "door",
        "create_tenant",
        "commit_step",
        "commit_steps",
        "commit_claims",
        "pipeline_position",
        "position_of",
        "commit_telemetry_files",
        "telemetry_tenants",
        "telemetry_paths",
    ];
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut seen = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        if path.ends_with("door.rs") || path.ends_with("tests.rs") {
            continue;
        }
        let Some((_, functions)) = text.split_once("impl Store {") else { continue };
        for function in functions.split("\n    pub fn ").skip(1) {
            let signature = function.split('{').next().unwrap();
            let name = signature.split(['(', '<']).next().unwrap();
            let named = signature.contains("tenant: TenantId");
            assert!(named || WITHOUT.contains(&name), "{name} of {} has no tenant", path.display());
            seen += 1;
        }
    }
    assert!(seen > 30, "only {seen} functions were looked at");
}

#[test]
fn clues_are_kept_as_long_as_they_can_count_and_apart_by_tenant() {
    let house = house();
    let clue = |event: &str, until: Timestamp| crate::KeptClue {
        rule: "r".into(),
        title: "R".into(),
        device: house.device,
        device_name: "web-1".into(),
        event: event.parse().unwrap(),
        at: NOON,
        until,
        process: None,
        fields: vec![("process_family".into(), "f".into())],
        evidence: Vec::new(),
        matched: Vec::new(),
    };
    let mut step = StepEffects::new(house.tenant, house.device, "web-1".into(), NOON);
    let (short, long) = (NOON.plus(Duration::from_secs(60)), NOON.plus(Duration::from_secs(900)));
    let stream = "00000000000040008000000000000003";
    step.clues = vec![clue(&format!("{stream}.1"), short), clue(&format!("{stream}.2"), long)];
    house.store.commit_step(&step, 1).unwrap();
    house.store.commit_step(&step, 2).unwrap();

    let at = |after: u64| NOON.plus(Duration::from_secs(after));
    let kept = |tenant, after| house.store.load_clues(tenant, at(after)).unwrap();

    assert_eq!(kept(house.tenant, 0), step.clues);
    assert_eq!(kept(house.tenant, 61), step.clues[1..]);
    let other = "00000000-0000-4000-8000-000000000009".parse().unwrap();
    assert_eq!(kept(other, 0), []);
}

#[test]
fn what_is_usual_is_kept_for_a_month_and_once_for_each_device() {
    let house = house();
    let learn = |things: &[(u64, i64)]| {
        let mut step = StepEffects::new(house.tenant, house.device, "web-1".into(), NOON);
        let thing = |(thing, day): &(u64, i64)| crate::UsualThing {
            device: house.device,
            thing: *thing,
            day: *day,
        };
        step.learned = things.iter().map(thing).collect();
        house.store.commit_step(&step, 1).unwrap();
    };
    learn(&[(u64::MAX, 100), (7, 100)]);
    learn(&[(7, 110)]);
    let days = || -> Vec<(u64, i64)> {
        let kept = house.store.load_usual_things(house.tenant).unwrap();
        kept.into_iter().map(|usual| (usual.thing, usual.day)).collect()
    };
    assert_eq!(days(), [(u64::MAX, 100), (7, 110)]);
    learn(&[(8, 135)]);
    assert_eq!(days(), [(7, 110), (8, 135)]);
    let since = house.store.load_watched_devices(house.tenant).unwrap();
    assert_eq!(since, [(house.device, 100)]);
}
