//! Live response at the server: who may open a session and say what in it, what waits for the device, and the recording.
//!
//! What is said is written down before it leaves, and what is answered before anybody sees it. A session lives in memory and
//! ends with the server; its recording stays.

mod action;
mod line;
mod script;
mod talk;
mod transfer;

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    fmt,
    sync::{Arc, mpsc},
    time::Duration,
};

use bartizan_model::{
    ActionId, DeviceId, IncidentId, LiveLevel, LiveOrder, LiveSessionId, TenantId, Timestamp,
    TransferId,
};
use bartizan_store::{LiveFilter, LiveSessionRecord, NewAuditEntry, NewLiveEntry, Page};
use parking_lot::{Mutex, RwLock};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{Access, Identity, Permission, Refusal, Result, users::entry};

pub use line::LiveCompletions;
pub use talk::{LiveOutgoing, LiveSent};
pub use transfer::{LivePart, NewTransfer, Received};

/// A session ends when nothing was said in it for so long.
pub const LIVE_IDLE: Duration = Duration::from_secs(15 * 60);
/// A device that has not opened a session after this does not open it.
const OPENING: Duration = Duration::from_secs(60);
/// Most sessions that are open on one device, and of one tenant.
const OF_DEVICE: usize = 4;
const OF_TENANT: usize = 64;
/// Most messages that wait for a device.
const WAITING: usize = 64;
/// Most bytes of a recording.
const RECORDED: usize = 64 << 20;
/// Most letters of a reason.
const REASON_MAX: usize = 2_000;

/// What somebody wants to open.
#[derive(Debug, Clone)]
pub struct LiveRequest {
    /// On which device.
    pub device: DeviceId,
    /// How much it may.
    pub level: LiveLevel,
    /// Why.
    pub reason: String,
    /// For which incident.
    pub incident: Option<IncidentId>,
}

/// Something was said in a session.
#[derive(Debug, Clone, Copy)]
pub struct LiveNews {
    /// Whose.
    pub tenant: TenantId,
    /// In which session.
    pub session: LiveSessionId,
    /// The device that has something to hear.
    pub device: Option<DeviceId>,
}

type Hook = Arc<dyn Fn(&LiveNews) + Send + Sync>;
type Listening = Arc<dyn Fn(DeviceId) -> bool + Send + Sync>;

/// The sessions that are open.
#[derive(Default)]
pub(crate) struct LiveHub {
    sessions: Mutex<HashMap<LiveSessionId, Running>>,
    hooks: RwLock<Vec<Hook>>,
    listening: RwLock<Option<Listening>>,
    progress: Mutex<HashMap<TransferId, transfer::Progress>>,
}

impl fmt::Debug for LiveHub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LiveHub({})", self.sessions.lock().len())
    }
}

/// A session that is open.
struct Running {
    tenant: TenantId,
    device: DeviceId,
    device_name: String,
    by: String,
    level: LiveLevel,
    incident: Option<IncidentId>,
    reason: String,
    opened: bool,
    opened_at: Timestamp,
    last_at: Timestamp,
    /// Number of the next message.
    next: u64,
    /// The opening left once.
    sent: bool,
    /// Messages that the device may not have heard.
    waiting: VecDeque<(u64, LiveOrder)>,
    /// The last answer that is kept.
    kept: u64,
    recorded: usize,
    /// Which entry of the recording a message is.
    lines: BTreeMap<u64, (u64, Timestamp)>,
    completions: HashMap<u64, mpsc::SyncSender<LiveCompletions>>,
    /// Actions that a line of this session asked for, and that line's entry.
    actions: HashMap<ActionId, u64>,
    /// Files that the device may ask for.
    puts: Vec<TransferId>,
}

impl Running {
    fn push(&mut self, order: LiveOrder) -> Result<u64> {
        if self.waiting.len() >= WAITING {
            return Err(Refusal::TooManySessions(
                "too much waits for the device: wait until it has answered",
            )
            .into());
        }
        let sequence = self.next;
        self.next += 1;
        self.waiting.push_back((sequence, order));
        Ok(sequence)
    }
}

impl Access {
    /// Calls `hook` whenever something was said in a live session.
    pub fn on_live(&self, hook: impl Fn(&LiveNews) + Send + Sync + 'static) {
        self.live.hooks.write().push(Arc::new(hook));
    }

    /// How to find out whether a device listens now.
    pub fn tell_who_listens(&self, listening: impl Fn(DeviceId) -> bool + Send + Sync + 'static) {
        *self.live.listening.write() = Some(Arc::new(listening));
    }

    /// Opens a session: signed and sent to the device, which has to say yes.
    pub fn open_live(
        &self,
        by: &Identity,
        request: &LiveRequest,
        address: &str,
        now: Timestamp,
    ) -> Result<LiveSessionRecord> {
        let reason = request.reason.trim();
        if reason.is_empty() || reason.chars().count() > REASON_MAX {
            let text = "say why, in 1 to 2000 letters: it stands in the audit log".to_owned();
            return Err(Refusal::BadOrder(text).into());
        }
        let known = self.store.devices_to_act_on(by.tenant, &[request.device])?;
        let device = known.first().ok_or(Refusal::NoSuchDevice)?;
        if request.level == LiveLevel::Advanced && !by.may(Permission::LiveAct) {
            return Err(Refusal::LiveLevel.into());
        }
        let listening = self.live.listening.read().clone();
        if !listening.is_some_and(|listening| listening(request.device)) {
            return Err(Refusal::DeviceAway { device: device.name.to_string() }.into());
        }
        self.has_room_for(by.tenant, request.device)?;
        let record = LiveSessionRecord {
            id: LiveSessionId::from_uuid(Uuid::new_v4()),
            device: request.device,
            device_name: device.name.to_string(),
            opened_by: by.name.clone(),
            opened_at: now,
            level: request.level,
            reason: reason.to_owned(),
            incident: request.incident,
            state: "opening".to_owned(),
            last_at: now,
            closed_at: None,
            closed_why: None,
            entries: 0,
        };
        let target = format!("live session {}", record.id);
        let detail = format!("{} on {}: {reason}", record.level, record.device_name);
        let mut audited = entry(by, address, now, "live.open", &target);
        audited.detail = &detail;
        self.store.create_live_session(by.tenant, &record, audited)?;
        let mut running = running(by.tenant, &record);
        running.push(LiveOrder::Open {
            level: record.level,
            by: by.name.as_str().into(),
            idle_seconds: u32::try_from(LIVE_IDLE.as_secs()).unwrap_or(u32::MAX),
        })?;
        self.live.sessions.lock().insert(record.id, running);
        self.tell_live(by.tenant, record.id, Some(record.device));
        Ok(record)
    }

    /// Closes a session.
    pub fn close_live(
        &self,
        by: &Identity,
        session: LiveSessionId,
        address: &str,
        now: Timestamp,
    ) -> Result<()> {
        let record = self.store.live_session(by.tenant, session)?;
        let record = record.ok_or(Refusal::NoSuchSession)?;
        if record.opened_by != by.name && !by.may(Permission::LiveAct) {
            return Err(Refusal::NotYourSession.into());
        }
        self.end_live(
            (by.tenant, session),
            &format!("closed by {}", by.name),
            &by.name,
            address,
            now,
        )
    }

    /// Ends sessions in which nothing was said for long, and those that no device opened. Those of an earlier life of this
    /// server are ended too.
    pub fn expire_live(&self, now: Timestamp) -> Result<()> {
        let mut over = Vec::new();
        for (session, running) in self.live.sessions.lock().iter() {
            if !running.opened && now.since(running.opened_at) > OPENING {
                over.push((running.tenant, *session, "the device did not open it"));
            } else if now.since(running.last_at) > LIVE_IDLE {
                over.push((running.tenant, *session, "nothing was said for 15 minutes"));
            }
        }
        for tenant in self.store.door().tenants()? {
            let states = vec!["opening".to_owned(), "open".to_owned()];
            let filter = LiveFilter { states, ..LiveFilter::default() };
            let page = Page { offset: 0, limit: Page::LARGEST };
            for left in self.store.live_sessions(tenant.id, &filter, page)?.items {
                // Just made ones stand in the records a moment before they stand in memory.
                if now.since(left.opened_at) > OPENING
                    && !self.live.sessions.lock().contains_key(&left.id)
                {
                    over.push((tenant.id, left.id, "the server was started anew"));
                }
            }
        }
        for (tenant, session, why) in over {
            self.end_live((tenant, session), why, "server", "", now)?;
        }
        Ok(())
    }

    /// A session is over: the device is told, the recording ends.
    fn end_live(
        &self,
        (tenant, session): (TenantId, LiveSessionId),
        why: &str,
        actor: &str,
        address: &str,
        now: Timestamp,
    ) -> Result<()> {
        let content = json!({ "why": why }).to_string();
        let last =
            NewLiveEntry { at: now, kind: "closed", line: None, job: None, content: &content };
        let target = format!("live session {session}");
        let audited = NewAuditEntry {
            at: now,
            actor,
            address,
            action: "live.close",
            target: &target,
            outcome: "done",
            detail: why,
        };
        self.store.close_live_session(tenant, session, why, last, audited)?;
        let removed = self.live.sessions.lock().remove(&session);
        let device = removed.map(|running| running.device);
        self.tell_live(tenant, session, device);
        Ok(())
    }

    fn has_room_for(&self, tenant: TenantId, device: DeviceId) -> Result<()> {
        let sessions = self.live.sessions.lock();
        let of_tenant = sessions.values().filter(|running| running.tenant == tenant).count();
        let of_device = sessions.values().filter(|running| running.device == device).count();
        if of_device >= OF_DEVICE {
            let text = "4 sessions are open on this device: close one first";
            return Err(Refusal::TooManySessions(text).into());
        }
        if of_tenant >= OF_TENANT {
            let text = "64 sessions are open: close one first";
            return Err(Refusal::TooManySessions(text).into());
        }
        Ok(())
    }

    /// Adds to the recording of a session.
    fn record(
        &self,
        (tenant, session): (TenantId, LiveSessionId),
        kind: &str,
        (line, job): (Option<u64>, Option<u64>),
        content: &Value,
        now: Timestamp,
    ) -> Result<u64> {
        let content = content.to_string();
        let entry = NewLiveEntry { at: now, kind, line, job, content: &content };
        let number = self.store.add_live_entry(tenant, session, entry, None)?;
        self.tell_live(tenant, session, None);
        Ok(number)
    }

    fn tell_live(&self, tenant: TenantId, session: LiveSessionId, device: Option<DeviceId>) {
        let hooks = self.live.hooks.read().clone();
        for hook in hooks {
            hook(&LiveNews { tenant, session, device });
        }
    }
}

fn running(tenant: TenantId, record: &LiveSessionRecord) -> Running {
    Running {
        tenant,
        device: record.device,
        device_name: record.device_name.clone(),
        by: record.opened_by.clone(),
        level: record.level,
        incident: record.incident,
        reason: record.reason.clone(),
        opened: false,
        opened_at: record.opened_at,
        last_at: record.opened_at,
        next: 0,
        sent: false,
        waiting: VecDeque::new(),
        kept: 0,
        recorded: 0,
        lines: BTreeMap::new(),
        completions: HashMap::new(),
        actions: HashMap::new(),
        puts: Vec::new(),
    }
}
