//! Commands from the server to devices, and what came of them: each once, through broken lines and restarts, and
//! nothing that the server did not sign.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bartizan_access::{Access, ActionRequest, Identity as Caller, UndoRequest};
use bartizan_model::{
    ActionId, ActionStatus, DeviceId, Order, Outcome, OutcomeState, ProcessKey, Timestamp,
};
use bartizan_remediation::{Config, Judge, Remediation};
use bartizan_store::{ActionOnDevice, ActionRecord, AuditFilter, Page, Seek, Store};
use bartizan_uplink::{ControlLink, ControlNews, Identity};
use bartizan_wire::{
    CommandRefused, ControlHello, PROTOCOL_VERSION, SignedCommand, outcome_to_wire,
    sensor_frame::Frame as ToServer, server_frame::Frame as FromServer,
};
use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
};

use crate::{
    keep::{Keep, now},
    machine::{enrolled, until},
};

/// Devices of the mass action: half of them away.
const MANY: usize = 500;

/// A device that does what it is told by counting it.
struct Device {
    id: DeviceId,
    done: Arc<AtomicUsize>,
    refused: Arc<AtomicUsize>,
    stop: watch::Sender<bool>,
    running: JoinHandle<()>,
}

/// What a device is like.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Manner {
    Plain,
    /// Its line breaks when it has done something and not said so yet.
    Forgetful,
    /// Somebody on the way sends every command twice.
    Echoing,
}

impl Device {
    fn start(folder: &Path, identity: Identity, manner: Manner) -> Self {
        let (done, refused) = (Arc::<AtomicUsize>::default(), Arc::<AtomicUsize>::default());
        let (stop, stopped) = watch::channel(false);
        let (news, coming) = mpsc::channel(16);
        let judge =
            Judge::open(folder, &identity.command_key, identity.tenant, identity.device).unwrap();
        let id = identity.device;
        tokio::spawn(ControlLink::new(identity, news).run(stopped));
        let acting = Acting {
            judge,
            manner,
            line: None,
            known: HashSet::new(),
            done: Arc::clone(&done),
            refused: Arc::clone(&refused),
        };
        let running = tokio::spawn(acting.run(coming));
        Self { id, done, refused, stop, running }
    }

    fn done(&self) -> usize {
        self.done.load(Ordering::SeqCst)
    }

    async fn stop(self) {
        self.stop.send_replace(true);
        self.running.await.unwrap();
    }
}

struct Acting {
    judge: Judge,
    manner: Manner,
    line: Option<mpsc::Sender<ToServer>>,
    known: HashSet<ActionId>,
    done: Arc<AtomicUsize>,
    refused: Arc<AtomicUsize>,
}

impl Acting {
    async fn run(mut self, mut coming: mpsc::Receiver<ControlNews>) {
        while let Some(news) = coming.recv().await {
            match news {
                ControlNews::Open(line) => {
                    let challenge = self.judge.challenge().unwrap().to_vec();
                    let hello = ControlHello { protocol: PROTOCOL_VERSION, challenge };
                    drop(line.send(ToServer::Hello(hello)).await);
                    self.line = Some(line);
                }
                ControlNews::Closed => self.line = None,
                ControlNews::Frame(FromServer::Welcome(welcome)) => {
                    self.judge.welcome(&welcome, Duration::ZERO).unwrap();
                }
                ControlNews::Frame(FromServer::Command(signed)) => {
                    self.act(&signed).await;
                    if self.manner == Manner::Echoing {
                        self.act(&signed).await;
                    }
                }
                ControlNews::Frame(_) => {}
            }
        }
    }

    async fn act(&mut self, signed: &SignedCommand) {
        let frame = match self.judge.judge(signed, Duration::ZERO) {
            Ok(command) => {
                if self.known.insert(command.action) {
                    self.done.fetch_add(1, Ordering::SeqCst);
                    if self.manner == Manner::Forgetful {
                        // The line is dropped before the answer is said.
                        self.line = None;
                        return;
                    }
                }
                ToServer::Outcome(outcome_to_wire(&outcome(command.action)))
            }
            Err((action, refused)) => {
                self.refused.fetch_add(1, Ordering::SeqCst);
                let action_id = action.map(|action| action.bytes().to_vec()).unwrap_or_default();
                ToServer::Refused(CommandRefused { action_id, reason: refused.to_string() })
            }
        };
        if let Some(line) = &self.line {
            drop(line.send(frame).await);
        }
    }
}

fn outcome(action: ActionId) -> Outcome {
    Outcome {
        action,
        state: OutcomeState::Succeeded,
        summary: "done".into(),
        items: Vec::new(),
        undoable: true,
        at: Timestamp::from_millis(0),
    }
}

/// A server and its records, which a test reads behind its back.
pub(crate) struct House {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) keep: Keep,
    pub(crate) store: Store,
    pub(crate) caller: Caller,
}

impl House {
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let keep = Keep::start(folder.path(), 0).await;
        let store = Store::open(folder.path().join("records.sqlite")).unwrap();
        let caller = Caller::server(keep.access.tenants().first().unwrap());
        Self { folder, keep, store, caller }
    }

    pub(crate) async fn enrol(&self, number: usize) -> (PathBuf, Identity) {
        let folder = self.folder.path().join(format!("device-{number}"));
        let identity = enrolled(&folder, &self.keep.token(&self.keep.address())).await.unwrap();
        (folder, identity)
    }

    pub(crate) fn access(&self) -> &Access {
        &self.keep.access
    }

    fn ask(&self, order: Order, devices: &[DeviceId]) -> ActionId {
        let request = ActionRequest {
            order,
            devices: devices.to_vec(),
            reason: "a test".to_owned(),
            confirmed_devices: Some(devices.len() as u64),
            incident: None,
        };
        self.access().request_action(&self.caller, &request, "", now()).unwrap()
    }

    fn action(&self, action: ActionId) -> ActionRecord {
        self.store.action(self.caller.tenant, action).unwrap().unwrap()
    }

    fn count(&self, action: ActionId, status: ActionStatus) -> u64 {
        let counts = self.action(action).counts;
        counts.iter().find(|(one, _)| *one == status).map_or(0, |(_, count)| *count)
    }

    fn on_devices(&self, action: ActionId) -> Vec<ActionOnDevice> {
        let page = Page { limit: 1_000, ..Page::default() };
        self.store.action_devices(self.caller.tenant, action, None, page).unwrap().items
    }

    pub(crate) fn audited(&self, word: &str) -> Vec<String> {
        let (all, most) = (AuditFilter::default(), Seek::first(1_000));
        let entries = self.store.audit(self.caller.tenant, &all, &most).unwrap().items;
        let about = entries.into_iter().filter(|entry| entry.action == word);
        about.map(|entry| entry.detail).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_is_stopped_on_a_device_by_a_request_at_its_server() {
    let house = House::start().await;
    let (folder, identity) = house.enrol(1).await;
    let mut target = std::process::Command::new("sleep").arg("1000").spawn().unwrap();
    let action = house
        .ask(Order::StopProcess { process: key_of(target.id()), tree: true }, &[identity.device]);
    assert_eq!(house.action(action).status, ActionStatus::Queued, "the device is away");

    let config = Config::this_machine(&folder, "localhost:1");
    let remediation = Remediation::open(config).unwrap();
    let mut judge =
        Judge::open(&folder, &identity.command_key, identity.tenant, identity.device).unwrap();
    let (news, mut coming) = mpsc::channel(16);
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(ControlLink::new(identity, news).run(stopped));
    let mut line = None;
    while let Some(news) = coming.recv().await {
        match news {
            ControlNews::Open(open) => {
                let challenge = judge.challenge().unwrap().to_vec();
                let hello = ControlHello { protocol: PROTOCOL_VERSION, challenge };
                open.send(ToServer::Hello(hello)).await.unwrap();
                line = Some(open);
            }
            ControlNews::Frame(FromServer::Welcome(welcome)) => {
                judge.welcome(&welcome, Duration::ZERO).unwrap();
            }
            ControlNews::Frame(FromServer::Command(signed)) => {
                let command = judge.judge(&signed, Duration::ZERO).unwrap();
                let outcome = remediation.perform(&command, now()).unwrap();
                assert_eq!(remediation.perform(&command, now()).unwrap(), outcome, "done once");
                let frame = ToServer::Outcome(outcome_to_wire(&outcome));
                line.as_ref().unwrap().send(frame).await.unwrap();
            }
            ControlNews::Frame(FromServer::Kept(_)) => break,
            _ => {}
        }
    }

    assert!(!target.wait().unwrap().success());
    assert_eq!(house.action(action).status, ActionStatus::Succeeded);
    let on = house.on_devices(action);
    assert_eq!(on[0].summary.as_deref(), Some("1 of 1 processes stopped"));
    assert_eq!(&*on[0].items[0].result, "stopped");
    assert_eq!(house.audited("action.stop_process").len(), 1);
    assert_eq!(house.audited("action.outcome"), ["1 of 1 processes stopped"]);
    stop.send_replace(true);
    house.keep.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mass_action_reaches_each_of_five_hundred_devices_once_and_is_cancelled_for_the_rest() {
    let house = House::start().await;
    let mut identities = Vec::new();
    for number in 0..MANY {
        identities.push(house.enrol(number).await);
    }
    let all: Vec<DeviceId> = identities.iter().map(|(_, identity)| identity.device).collect();
    let away = identities.split_off(MANY / 2);
    let here: Vec<Device> = identities
        .into_iter()
        .map(|(folder, identity)| {
            let manner =
                if identity.device.bytes()[0] < 64 { Manner::Forgetful } else { Manner::Plain };
            Device::start(&folder, identity, manner)
        })
        .collect();
    until("half of them listen", || house.keep.ingest.devices_listening() == MANY / 2).await;

    let action = house.ask(Order::Release, &all);

    until("those that listen have done it", || {
        house.count(action, ActionStatus::Succeeded) == MANY as u64 / 2
    })
    .await;
    assert_eq!(house.count(action, ActionStatus::Queued), MANY as u64 / 2);
    assert_eq!(house.action(action).status, ActionStatus::Running);

    // Half of those that were away come back; then it is cancelled for the others.
    let (mut back, mut never) = (Vec::new(), Vec::new());
    for (number, one) in away.into_iter().enumerate() {
        if number % 2 == 0 { back.push(one) } else { never.push(one) }
    }
    let back: Vec<Device> = back
        .into_iter()
        .map(|(folder, identity)| Device::start(&folder, identity, Manner::Plain))
        .collect();
    until("those that came back have done it", || {
        house.count(action, ActionStatus::Succeeded) == (MANY / 2 + back.len()) as u64
    })
    .await;
    let cancelled = house.access().cancel_action(&house.caller, action, "", now()).unwrap();
    assert_eq!(cancelled, never.len() as u64);
    let never: Vec<Device> = never
        .into_iter()
        .map(|(folder, identity)| Device::start(&folder, identity, Manner::Plain))
        .collect();
    until("everybody listens", || house.keep.ingest.devices_listening() == MANY).await;

    assert!(here.iter().chain(&back).all(|device| device.done() == 1), "each once");
    assert!(never.iter().all(|device| device.done() == 0), "cancelled is not delivered");
    assert_eq!(house.count(action, ActionStatus::Cancelled), never.len() as u64);
    assert_eq!(house.action(action).status, ActionStatus::Succeeded);
    let twice = house.on_devices(action).iter().filter(|on| on.deliveries > 1).count();
    assert!(twice > 0, "the forgetful ones were told again");
    for device in here.into_iter().chain(back).chain(never) {
        device.stop().await;
    }
    house.keep.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_is_sent_again_by_somebody_else_is_refused_and_reported() {
    let house = House::start().await;
    let (folder, identity) = house.enrol(1).await;
    let device = Device::start(&folder, identity, Manner::Echoing);

    let action = house.ask(Order::Release, &[device.id]);

    until("the replay is refused", || device.refused.load(Ordering::SeqCst) == 1).await;
    until("the server knows", || !house.audited("command.refuse").is_empty()).await;
    assert_eq!(device.done(), 1);
    until("it is done", || house.action(action).status == ActionStatus::Succeeded).await;
    assert!(house.audited("command.refuse")[0].contains("came before"));
    device.stop().await;
    house.keep.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_done_is_undone_where_it_was_done() {
    let house = House::start().await;
    let (folder, identity) = house.enrol(1).await;
    let device = Device::start(&folder, identity, Manner::Plain);
    let action = house.ask(Order::Release, &[device.id]);
    until("it is done", || house.action(action).status == ActionStatus::Succeeded).await;

    let request = UndoRequest { reason: "a mistake".to_owned(), ..UndoRequest::default() };
    let undo = house.access().undo_action(&house.caller, action, &request, "", now()).unwrap();

    until("it is undone", || house.action(action).status == ActionStatus::Undone).await;
    assert_eq!(house.action(undo).status, ActionStatus::Succeeded);
    assert_eq!(house.action(action).undone_by, [undo]);
    assert!(house.access().undo_action(&house.caller, action, &request, "", now()).is_err());
    device.stop().await;
    house.keep.stop().await;
}

fn key_of(pid: u32) -> ProcessKey {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let start = stat.rsplit(')').next().unwrap().split_whitespace().nth(19).unwrap();
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap();
    let boot = u128::from_str_radix(&boot.trim().replace('-', ""), 16).unwrap();
    ProcessKey { boot: bartizan_model::BootId(boot), pid, start_ticks: start.parse().unwrap() }
}
