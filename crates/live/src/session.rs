//! One session: what it has answered and the server may not have, and what runs in it.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use bartizan_model::{LiveLevel, LiveSessionId};
use bartizan_wire::{LiveAnswer, sensor_frame::Frame};
use parking_lot::{Condvar, Mutex};
use serde_json::Value;

use crate::outgoing::Outgoing;

/// Most bytes of answers that wait to be kept by the server; commands wait then.
const UNKEPT: usize = 4 << 20;
/// Most lines that are carried out at the same time in a session.
pub(crate) const RUNNING_MAX: usize = 8;
/// How long somebody waits before looking whether they were told to stop.
const LOOK: Duration = Duration::from_millis(200);
/// The server ends idle sessions; the device does so a little later, should the server be gone.
const GRACE: Duration = Duration::from_secs(120);

/// A session.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) id: LiveSessionId,
    pub(crate) level: LiveLevel,
    idle: Duration,
    last: Mutex<Instant>,
    /// Number of the next message.
    pub(crate) next: AtomicU64,
    pub(crate) closed: AtomicBool,
    unkept: Mutex<Unkept>,
    room: Condvar,
    running: Mutex<Jobs>,
}

#[derive(Debug, Default)]
struct Unkept {
    last: u64,
    bytes: usize,
    answers: VecDeque<LiveAnswer>,
}

#[derive(Debug, Default)]
struct Jobs {
    last: u32,
    all: BTreeMap<u64, Job>,
}

/// A line that is carried out.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    /// Its number in the background; 0 in the foreground.
    pub(crate) number: u32,
    pub(crate) text: String,
    pub(crate) begun: Instant,
    pub(crate) stop: Arc<AtomicBool>,
}

impl Session {
    pub(crate) fn new(id: LiveSessionId, level: LiveLevel, idle_seconds: u32) -> Self {
        let idle = Duration::from_secs(u64::from(idle_seconds)) + GRACE;
        Self {
            id,
            level,
            idle,
            last: Mutex::new(now()),
            next: AtomicU64::new(1),
            closed: AtomicBool::new(false),
            unkept: Mutex::default(),
            room: Condvar::new(),
            running: Mutex::default(),
        }
    }

    /// Something was said in it.
    pub(crate) fn touch(&self) {
        *self.last.lock() = now();
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.last.lock().elapsed() > self.idle
    }

    /// Adds an answer. Waits while too much is not kept yet; says false when told to stop meanwhile.
    pub(crate) fn answer(
        &self,
        outgoing: &Outgoing,
        (sequence, job, kind): (u64, u32, &str),
        content: &Value,
        stop: &AtomicBool,
    ) -> bool {
        let content = content.to_string();
        let mut unkept = self.unkept.lock();
        while unkept.bytes > UNKEPT {
            if stop.load(Ordering::Relaxed) || self.closed.load(Ordering::Relaxed) {
                return false;
            }
            self.room.wait_for(&mut unkept, LOOK);
        }
        unkept.last += 1;
        unkept.bytes += content.len();
        let answer = LiveAnswer {
            session_id: self.id.bytes().to_vec(),
            number: unkept.last,
            sequence,
            job,
            kind: kind.to_owned(),
            content,
        };
        unkept.answers.push_back(answer.clone());
        // Under the lock, so that answers leave in their order.
        outgoing.push(Frame::LiveAnswer(answer));
        true
    }

    /// The server has answers up to this one.
    pub(crate) fn kept(&self, through: u64) {
        let mut unkept = self.unkept.lock();
        while unkept.answers.front().is_some_and(|answer| answer.number <= through) {
            let bytes = unkept.answers.pop_front().map_or(0, |answer| answer.content.len());
            unkept.bytes = unkept.bytes.saturating_sub(bytes);
        }
        drop(unkept);
        self.room.notify_all();
    }

    /// Says again what the server may not have.
    pub(crate) fn say_again(&self, outgoing: &Outgoing) {
        for answer in &self.unkept.lock().answers {
            outgoing.push(Frame::LiveAnswer(answer.clone()));
        }
    }

    /// A line begins. Nothing when too many run.
    pub(crate) fn begin(&self, sequence: u64, text: &str, background: bool) -> Option<Job> {
        let mut running = self.running.lock();
        if running.all.len() >= RUNNING_MAX {
            return None;
        }
        let number = if background {
            running.last += 1;
            running.last
        } else {
            0
        };
        let job = Job {
            number,
            text: text.to_owned(),
            begun: now(),
            stop: Arc::new(AtomicBool::new(false)),
        };
        running.all.insert(sequence, job.clone());
        Some(job)
    }

    pub(crate) fn end(&self, sequence: u64) {
        self.running.lock().all.remove(&sequence);
    }

    pub(crate) fn jobs(&self) -> Vec<Job> {
        self.running.lock().all.values().filter(|job| job.number > 0).cloned().collect()
    }

    /// Tells a job to stop, or what runs in the foreground when it is 0. Says how many were told.
    pub(crate) fn cancel(&self, number: u32, but: u64) -> usize {
        let running = self.running.lock();
        let meant = running.all.iter().filter(|(one, job)| job.number == number && **one != but);
        meant.inspect(|(_, job)| job.stop.store(true, Ordering::Relaxed)).count()
    }

    /// Everything in it ends.
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
        for job in self.running.lock().all.values() {
            job.stop.store(true, Ordering::Relaxed);
        }
        self.room.notify_all();
    }
}

/// A clock that only goes forward.
pub(crate) fn now() -> Instant {
    #[expect(clippy::disallowed_methods, reason = "how long something takes is measured here")]
    Instant::now()
}
