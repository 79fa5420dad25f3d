//! Stories of actions, as records.

use std::time::Duration;

use bartizan_model::{Outcome, OutcomeState};
use uuid::Uuid;

use super::*;
use crate::{NewDevice, NewEnrolmentToken, Tenant};

const NOON: Timestamp = Timestamp::from_millis(1_790_000_000_000);
const DAYS: Duration = Duration::from_secs(3 * 86_400);

struct World {
    _folder: tempfile::TempDir,
    store: Store,
    tenant: TenantId,
    devices: Vec<DeviceId>,
}

fn entry() -> NewAuditEntry<'static> {
    NewAuditEntry {
        at: NOON,
        actor: "ann",
        address: "",
        action: "action",
        target: "",
        outcome: "done",
        detail: "",
    }
}

fn world(devices: u8) -> World {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("records.sqlite")).unwrap();
    let id = TenantId::from_uuid(Uuid::from_u128(1));
    let tenant = Tenant { id, name: "T".into(), data_location: "l".into(), created_at: NOON };
    store.create_tenant(&tenant).unwrap();
    let devices = (0..devices).map(|number| enrol(&store, id, number)).collect();
    World { _folder: folder, store, tenant: id, devices }
}

fn enrol(store: &Store, tenant: TenantId, number: u8) -> DeviceId {
    let token = NewEnrolmentToken {
        hash: [number; 32],
        note: "",
        created_by: "ann",
        created_at: NOON,
        expires_at: NOON.plus(DAYS),
    };
    store.create_enrolment_token(tenant, &token, entry()).unwrap();
    let device = NewDevice {
        id: DeviceId::from_uuid(Uuid::from_u128(100 + u128::from(number))),
        name: format!("web-{number}").into(),
        enrolled_at: NOON,
        certificate_serial: "1".into(),
        certificate_fingerprint: [number; 32],
        certificate_expires_at: NOON,
        facts: None,
    };
    assert!(store.door().enrol([number; 32], tenant, &device, entry()).unwrap());
    device.id
}

impl World {
    fn ask(&self, number: u128, approvals_needed: u32, undoes: Option<ActionId>) -> ActionId {
        let id = ActionId::from_uuid(Uuid::from_u128(number));
        let action = NewAction {
            id,
            kind: if undoes.is_some() { OrderKind::Undo } else { OrderKind::Isolate },
            order: b"order",
            summary: "isolate",
            reason: "ransomware",
            requested_by: "ann",
            requested_at: NOON,
            expires_at: NOON.plus(DAYS),
            approvals_needed,
            undoes,
            incident: None,
            devices: &self.devices,
        };
        self.store.create_action(self.tenant, &action, entry()).unwrap();
        id
    }

    fn status(&self, action: ActionId) -> ActionStatus {
        self.store.action(self.tenant, action).unwrap().unwrap().status
    }

    fn hand_over(&self, device: usize, action: ActionId) -> bool {
        let device = self.devices[device];
        self.store.hand_over_command(self.tenant, device, action, NOON).unwrap()
    }

    fn finish(&self, device: usize, action: ActionId, state: OutcomeState) -> Finished {
        let outcome = Outcome {
            action,
            state,
            summary: "isolated".into(),
            items: vec![OutcomeItem { name: "eth0".into(), result: "cut".into(), done: true }],
            undoable: true,
            at: NOON,
        };
        self.store.finish_command(self.tenant, self.devices[device], &outcome, entry()).unwrap()
    }

    fn decide(&self, action: ActionId, person: &str, approved: bool) -> Option<ActionStatus> {
        let person = person.to_owned();
        let decision = ActionDecision { person, approved, comment: String::new(), at: NOON };
        self.store.decide_action(self.tenant, action, &decision, entry()).unwrap()
    }
}

#[test]
fn an_action_goes_to_its_devices_once_and_is_done_when_all_have_answered() {
    let world = world(2);
    let action = world.ask(1, 0, None);
    assert_eq!(world.status(action), ActionStatus::Queued);

    assert!(world.hand_over(0, action));
    assert_eq!(world.status(action), ActionStatus::Running);
    assert_eq!(world.finish(0, action, OutcomeState::Succeeded), Finished::Kept);
    assert_eq!(world.finish(0, action, OutcomeState::Failed), Finished::Repeated);
    assert!(!world.hand_over(0, action), "it is answered");
    assert_eq!(world.status(action), ActionStatus::Running);
    world.hand_over(1, action);
    world.finish(1, action, OutcomeState::Succeeded);

    assert_eq!(world.status(action), ActionStatus::Succeeded);
    let page = Page::default();
    let on = world.store.action_devices(world.tenant, action, None, page).unwrap();
    assert_eq!(on.total, 2);
    assert_eq!(&*on.items[0].items[0].name, "eth0");
    assert_eq!(world.store.isolation_of(world.tenant, world.devices[0]).unwrap(), Some(action));
}

#[test]
fn what_is_cancelled_does_not_reach_a_device_and_what_a_device_has_cannot_be_cancelled() {
    let world = world(2);
    let action = world.ask(1, 0, None);
    assert!(world.hand_over(0, action));

    let cancelled = world.store.cancel_action(world.tenant, action, NOON, entry()).unwrap();

    assert_eq!(cancelled, 1);
    assert!(!world.hand_over(1, action));
    assert_eq!(world.status(action), ActionStatus::Running);
    world.finish(0, action, OutcomeState::Succeeded);
    assert_eq!(world.status(action), ActionStatus::Succeeded);
}

#[test]
fn an_action_waits_for_two_people_and_the_second_yes_of_one_does_not_count() {
    let world = world(1);
    let action = world.ask(1, 2, None);
    assert!(!world.hand_over(0, action));

    assert_eq!(world.decide(action, "bea", true), Some(ActionStatus::PendingApproval));
    assert_eq!(world.decide(action, "bea", true), None);
    assert_eq!(world.decide(action, "cid", true), Some(ActionStatus::Queued));
    assert!(world.hand_over(0, action));

    let other = world.ask(2, 1, None);
    assert_eq!(world.decide(other, "bea", false), Some(ActionStatus::Cancelled));
    assert!(!world.hand_over(0, other));
}

#[test]
fn what_is_not_fetched_in_time_ends_and_a_late_answer_still_counts() {
    let world = world(2);
    let action = world.ask(1, 0, None);
    world.hand_over(0, action);
    let later = NOON.plus(DAYS);

    assert_eq!(
        world.store.waiting_commands(world.tenant, world.devices[1], NOON).unwrap().len(),
        1
    );
    assert_eq!(world.store.waiting_commands(world.tenant, world.devices[1], later).unwrap(), []);
    assert_eq!(world.store.expire_actions(world.tenant, later).unwrap(), 2);
    assert_eq!(world.status(action), ActionStatus::TimedOut);
    assert!(!world.hand_over(1, action));

    assert_eq!(world.finish(0, action, OutcomeState::Succeeded), Finished::Kept);
}

#[test]
fn an_action_is_undone_where_its_undoing_succeeded() {
    let world = world(2);
    let action = world.ask(1, 0, None);
    for device in [0, 1] {
        world.hand_over(device, action);
        world.finish(device, action, OutcomeState::Succeeded);
    }
    assert_eq!(world.store.undoable_devices(world.tenant, action).unwrap().len(), 2);

    let undo = world.ask(2, 0, Some(action));
    world.hand_over(0, undo);
    world.finish(0, undo, OutcomeState::Succeeded);

    let kept = world.store.action(world.tenant, action).unwrap().unwrap();
    assert_eq!(kept.counts, [(ActionStatus::Succeeded, 1), (ActionStatus::Undone, 1)]);
    assert_eq!(kept.undone_by, [undo]);
    assert_eq!(world.store.isolation_of(world.tenant, world.devices[0]).unwrap(), None);
}

#[test]
fn nothing_is_kept_of_an_action_on_a_device_of_somebody_else() {
    let world = world(1);
    let stranger = [world.devices[0], DeviceId::from_uuid(Uuid::from_u128(999))];
    let action = NewAction {
        id: ActionId::from_uuid(Uuid::from_u128(1)),
        kind: OrderKind::Release,
        order: b"",
        summary: "",
        reason: "",
        requested_by: "ann",
        requested_at: NOON,
        expires_at: NOON,
        approvals_needed: 0,
        undoes: None,
        incident: None,
        devices: &stranger,
    };

    let refused = world.store.create_action(world.tenant, &action, entry());

    assert!(matches!(refused, Err(StoreError::Conflict(_))));
    let all = world.store.actions(world.tenant, &ActionFilter::default(), Page::default());
    assert_eq!(all.unwrap().total, 0);
}

#[test]
fn actions_are_found_by_status_kind_device_and_person() {
    let world = world(2);
    let action = world.ask(1, 0, None);
    world.ask(2, 1, None);
    let found = |filter: ActionFilter| {
        world.store.actions(world.tenant, &filter, Page::default()).unwrap().total
    };

    assert_eq!(found(ActionFilter::default()), 2);
    let statuses = vec![ActionStatus::Queued];
    assert_eq!(found(ActionFilter { statuses, ..ActionFilter::default() }), 1);
    let kinds = vec![OrderKind::Release];
    assert_eq!(found(ActionFilter { kinds, ..ActionFilter::default() }), 0);
    let device = Some(world.devices[0]);
    assert_eq!(found(ActionFilter { device, ..ActionFilter::default() }), 2);
    let requested_by = Some("bob".to_owned());
    assert_eq!(found(ActionFilter { requested_by, ..ActionFilter::default() }), 0);
    let other = TenantId::from_uuid(Uuid::from_u128(2));
    assert_eq!(world.store.action(other, action).unwrap(), None);
}
