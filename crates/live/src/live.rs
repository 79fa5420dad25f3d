//! The sessions of a device, from judged messages to frames.

use std::{
    collections::HashMap,
    fmt,
    path::PathBuf,
    sync::{Arc, atomic::Ordering},
    thread,
};

use bartizan_model::{DeviceId, LiveLevel, LiveLine, LiveMessage, LiveOrder, LiveSessionId};
use bartizan_wire::{
    LiveCandidate, LiveCompletion, LiveEnded, LiveFetch, LiveHeard, LiveKept, LivePart, LiveState,
    sensor_frame::Frame, session_from_wire,
};
use parking_lot::Mutex;
use serde_json::json;

use crate::{
    answer::{Answers, Ended},
    command::{self, Context},
    complete,
    outgoing::Outgoing,
    session::{RUNNING_MAX, Session},
    transfer::Transfers,
};

/// Most sessions at the same time.
const SESSIONS_MAX: usize = 8;

/// Where this room looks.
#[derive(Debug, Clone)]
pub struct Config {
    /// The root of the files: `/`, or another root in a test.
    pub root: PathBuf,
    /// Where the kernel shows processes.
    pub proc: PathBuf,
    /// A private folder for scripts while they run.
    pub data: PathBuf,
    /// This device.
    pub device: DeviceId,
}

/// The live sessions of this device.
#[derive(Clone)]
pub struct Live(Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) config: Config,
    pub(crate) outgoing: Outgoing,
    pub(crate) transfers: Transfers,
    sessions: Mutex<HashMap<LiveSessionId, Arc<Session>>>,
}

impl fmt::Debug for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Live").field("config", &self.0.config).finish_non_exhaustive()
    }
}

impl Live {
    /// No sessions yet. `wake` is called, from any thread, when there are frames to be taken.
    #[must_use]
    pub fn new(config: Config, wake: impl Fn() + Send + Sync + 'static) -> Self {
        Self(Arc::new(Shared {
            config,
            outgoing: Outgoing::new(Box::new(wake)),
            transfers: Transfers::default(),
            sessions: Mutex::default(),
        }))
    }

    /// A line to the server is open and the server has proved itself: which sessions there are, and everything that it may
    /// not have.
    pub fn line_is_open(&self) {
        let sessions: Vec<Arc<Session>> = self.0.sessions.lock().values().cloned().collect();
        let heard = sessions.iter().map(|session| LiveHeard {
            session_id: session.id.bytes().to_vec(),
            next: session.next.load(Ordering::SeqCst),
        });
        self.0.outgoing.open(Frame::LiveState(LiveState { sessions: heard.collect() }));
        for session in sessions {
            session.say_again(&self.0.outgoing);
        }
        self.0.transfers.begin_again();
    }

    /// The line is closed.
    pub fn line_is_closed(&self) {
        self.0.outgoing.close();
    }

    /// Frames to be sent now.
    #[must_use]
    pub fn outgoing(&self, most: usize) -> Vec<Frame> {
        self.0.outgoing.take(most)
    }

    /// Whether there are more frames.
    #[must_use]
    pub fn has_more(&self) -> bool {
        !self.0.outgoing.is_empty()
    }

    /// Obeys a message that was judged.
    pub fn hear(&self, message: LiveMessage) {
        let LiveMessage { session: id, sequence, order, .. } = message;
        if let LiveOrder::Open { level, by, idle_seconds } = order {
            tracing::warn!(session = %id, %level, %by, "a live session is opened");
            return self.open(id, level, idle_seconds);
        }
        let found = self.0.sessions.lock().get(&id).cloned();
        let Some(session) = found else {
            return self.say_ended(id, "the session is not open on the device");
        };
        session.next.store(sequence + 1, Ordering::SeqCst);
        session.touch();
        match order {
            LiveOrder::Line(line) => self.line(&session, sequence, line),
            LiveOrder::Complete { text } => self.complete(&session, sequence, &text),
            LiveOrder::Close => {
                tracing::warn!(session = %id, "a live session is closed");
                self.close(id);
            }
            LiveOrder::Open { .. } => {}
        }
    }

    /// A message came for a session that is not open here: the server need not wait for it.
    pub fn say_ended(&self, session: LiveSessionId, reason: &str) {
        let (session_id, reason) = (session.bytes().to_vec(), reason.to_owned());
        self.0.outgoing.push(Frame::LiveEnded(LiveEnded { session_id, reason }));
    }

    /// The server has answers.
    pub fn kept(&self, kept: &LiveKept) {
        let Ok(id) = session_from_wire(&kept.session_id) else { return };
        if let Some(session) = self.0.sessions.lock().get(&id) {
            session.kept(kept.through);
        }
    }

    /// The server has so much of a file.
    pub fn fetch(&self, fetch: LiveFetch) {
        self.0.transfers.fetch(fetch);
    }

    /// A part of a file that a session takes.
    pub fn part(&self, part: LivePart) {
        self.0.transfers.part(part);
    }

    /// Ends sessions in which nothing was said for long; says which.
    #[must_use]
    pub fn end_idle(&self) -> Vec<LiveSessionId> {
        let sessions = self.0.sessions.lock();
        let idle: Vec<LiveSessionId> =
            sessions.values().filter(|one| one.is_idle()).map(|one| one.id).collect();
        drop(sessions);
        for id in &idle {
            self.close(*id);
            self.say_ended(*id, "nothing was said in it for long");
        }
        idle
    }

    /// How many sessions are open.
    #[must_use]
    pub fn open_sessions(&self) -> usize {
        self.0.sessions.lock().len()
    }

    fn open(&self, id: LiveSessionId, level: LiveLevel, idle_seconds: u32) {
        let session = Arc::new(Session::new(id, level, idle_seconds));
        let mut sessions = self.0.sessions.lock();
        if sessions.len() >= SESSIONS_MAX {
            drop(sessions);
            return self.say_ended(id, "too many sessions are open on the device");
        }
        sessions.insert(id, Arc::clone(&session));
        drop(sessions);
        let never = session.closed.load(Ordering::Relaxed).into();
        session.answer(&self.0.outgoing, (0, 0, "opened"), &json!({}), &never);
    }

    fn close(&self, id: LiveSessionId) {
        if let Some(session) = self.0.sessions.lock().remove(&id) {
            session.close();
        }
    }

    fn line(&self, session: &Arc<Session>, sequence: u64, line: LiveLine) {
        let background = line.text.trim_end().ends_with('&');
        let Some(job) = session.begin(sequence, &line.text, background) else {
            let text = format!("{RUNNING_MAX} lines are carried out: wait, or cancel one");
            let answers = Answers::new(Arc::clone(&self.0), Arc::clone(session), sequence, None);
            return answers.end(Err(Ended::Failed(text)));
        };
        let (shared, session) = (Arc::clone(&self.0), Arc::clone(session));
        let mut answers =
            Answers::new(Arc::clone(&shared), Arc::clone(&session), sequence, Some(job));
        answers.begin();
        let carried = Arc::clone(&session);
        let work = move || {
            let context = Context { shared: &shared, session: &carried, sequence, line: &line };
            let outcome = command::carry_out(&context, &mut answers);
            carried.end(sequence);
            answers.end(outcome);
        };
        if let Err(error) = thread::Builder::new().name("live".to_owned()).spawn(work) {
            session.end(sequence);
            let answers = Answers::new(Arc::clone(&self.0), session, sequence, None);
            answers.end(Err(Ended::Failed(format!("starting to do it: {error}"))));
        }
    }

    fn complete(&self, session: &Arc<Session>, sequence: u64, text: &str) {
        let (start, candidates) = complete::complete(&self.0.config, session, text);
        let candidates = candidates.into_iter().map(|(text, what)| LiveCandidate { text, what });
        self.0.outgoing.push(Frame::LiveCompletion(LiveCompletion {
            session_id: session.id.bytes().to_vec(),
            sequence,
            start: u32::try_from(start).unwrap_or(u32::MAX),
            candidates: candidates.collect(),
        }));
    }
}
