//! What goes to a device and what comes from it: each message signed when it leaves, each answer kept once.

use std::collections::HashMap;

use bartizan_model::{LiveMessage, LiveOrder, LiveSessionId, Timestamp};
use bartizan_store::KnownDevice;
use bartizan_wire::{
    LIVE_ANSWER_BYTES_MAX, LIVE_CANDIDATES_MAX, LiveAnswer, LiveCompletion, LiveKept, LiveState,
    Signed, SignedLive, live_to_bytes, session_from_wire,
};
use serde_json::{Value, json};
use std::time::Duration;

use super::{LiveCompletions, RECORDED, Running};
use crate::{Access, Result};

/// Lines of a session whose answers are still put to them.
const LINES: usize = 1_000;
/// How long a message may be on its way.
const MESSAGE_LASTS: Duration = Duration::from_secs(60);

/// What left on a device's stream: the next message of each session.
#[derive(Debug, Default)]
pub struct LiveSent {
    next: HashMap<LiveSessionId, u64>,
    /// The device has said which sessions it has.
    told: bool,
}

impl LiveSent {
    /// A session is over on the device: nothing more is said to it.
    pub fn forget(&mut self, session: LiveSessionId) {
        self.next.remove(&session);
    }
}

/// What has to leave on a device's stream.
pub type LiveOutgoing = Vec<SignedLive>;

impl Access {
    /// A device says which sessions it has and how far they are, once after its stream began. Sessions that it lost are ended,
    /// and those that only it has are to be closed there.
    pub fn live_state(
        &self,
        known: &KnownDevice,
        state: &LiveState,
        sent: &mut LiveSent,
        now: Timestamp,
    ) -> Result<LiveOutgoing> {
        let (mut lost, mut unknown) = (Vec::new(), Vec::new());
        let heard: HashMap<LiveSessionId, u64> = state
            .sessions
            .iter()
            .take(1_000)
            .filter_map(|one| Some((session_from_wire(&one.session_id).ok()?, one.next)))
            .collect();
        let mut sessions = self.live.sessions.lock();
        for (session, running) in sessions.iter_mut() {
            if running.device != known.device || running.tenant != known.tenant {
                continue;
            }
            match heard.get(session) {
                Some(next) => {
                    running.waiting.retain(|(sequence, _)| sequence >= next);
                    sent.next.insert(*session, *next);
                }
                None if running.sent => lost.push(*session),
                None => {
                    sent.next.insert(*session, 0);
                }
            }
        }
        for (session, next) in &heard {
            let ours = sessions.get(session).is_some_and(|running| running.device == known.device);
            if !ours {
                unknown.push((*session, *next));
            }
        }
        drop(sessions);
        sent.told = true;
        for session in lost {
            let why = "the line broke while it was opened, or the sensor was started anew";
            self.end_live((known.tenant, session), why, "server", "", now)?;
        }
        let close = |(session, sequence): (LiveSessionId, u64)| {
            self.sign_live(known, session, (sequence, LiveOrder::Close), now)
        };
        Ok(unknown.into_iter().map(close).collect())
    }

    /// The messages that have to leave now, signed.
    pub fn live_messages(
        &self,
        known: &KnownDevice,
        sent: &mut LiveSent,
        now: Timestamp,
    ) -> LiveOutgoing {
        if !sent.told {
            return Vec::new();
        }
        let mut messages = Vec::new();
        let mut sessions = self.live.sessions.lock();
        sent.next.retain(|session, next| {
            let still = sessions.contains_key(session);
            if !still {
                // It was ended here: the device is told with the message that it waits for.
                messages.push((*session, *next, LiveOrder::Close));
            }
            still
        });
        for (session, running) in sessions.iter_mut() {
            if running.device != known.device || running.tenant != known.tenant {
                continue;
            }
            let next = sent.next.entry(*session).or_default();
            for (sequence, order) in running.waiting.iter().filter(|(one, _)| *one >= *next) {
                messages.push((*session, *sequence, order.clone()));
            }
            running.sent = true;
            *next = running.next;
        }
        drop(sessions);
        let sign =
            |(session, sequence, order)| self.sign_live(known, session, (sequence, order), now);
        messages.into_iter().map(sign).collect()
    }

    /// Keeps an answer of a device. Says up to where answers are kept; nothing for a session that is over.
    pub fn live_answer(
        &self,
        known: &KnownDevice,
        answer: &LiveAnswer,
        now: Timestamp,
    ) -> Result<Option<LiveKept>> {
        let Ok(session) = session_from_wire(&answer.session_id) else { return Ok(None) };
        let mut sessions = self.live.sessions.lock();
        let Some(running) = of_device(sessions.get_mut(&session), known) else { return Ok(None) };
        if answer.number != running.kept + 1 {
            return Ok(Some(kept(session, running)));
        }
        running.kept = answer.number;
        running.last_at = now;
        running.recorded += answer.content.len();
        let full = running.recorded > RECORDED || answer.content.len() > LIVE_ANSWER_BYTES_MAX;
        // Whatever it answers, it has heard.
        running.waiting.retain(|(sequence, _)| *sequence > answer.sequence);
        let line = running.lines.get(&answer.sequence).map(|(number, _)| *number);
        // Jobs answer long after their line; lines that are far back no longer do.
        while running.lines.len() > LINES {
            running.lines.pop_first();
        }
        let opens = answer.kind == "opened" && !running.opened;
        running.opened |= opens;
        let (by, level, name) = (running.by.clone(), running.level, running.device_name.clone());
        let kept = kept(session, running);
        drop(sessions);
        let place = (known.tenant, session);
        if full {
            self.end_live(place, "the recording is full", "server", "", now)?;
            return Ok(Some(kept));
        }
        if opens {
            self.store.live_session_opened(known.tenant, session)?;
            let content = json!({ "by": by, "level": level.word(), "device_name": name });
            self.record(place, "opened", (None, None), &content, now)?;
        } else if ANSWERS.contains(&answer.kind.as_str()) {
            let content: Value = serde_json::from_str(&answer.content).unwrap_or(Value::Null);
            let job = (answer.job > 0).then(|| u64::from(answer.job));
            self.record(place, &answer.kind, (line, job), &content, now)?;
        }
        Ok(Some(kept))
    }

    /// A device says how a line can go on.
    pub fn live_completion(&self, known: &KnownDevice, completion: LiveCompletion) {
        let Ok(session) = session_from_wire(&completion.session_id) else { return };
        let mut sessions = self.live.sessions.lock();
        let Some(running) = of_device(sessions.get_mut(&session), known) else { return };
        running.waiting.retain(|(sequence, _)| *sequence > completion.sequence);
        let Some(asked) = running.completions.remove(&completion.sequence) else { return };
        let candidates = completion.candidates.into_iter().take(LIVE_CANDIDATES_MAX);
        drop(asked.try_send(LiveCompletions {
            start: usize::try_from(completion.start).unwrap_or(usize::MAX),
            candidates: candidates.map(|one| (one.text, one.what)).collect(),
        }));
    }

    /// A device says that a session is over there.
    pub fn live_ended(
        &self,
        known: &KnownDevice,
        session: LiveSessionId,
        reason: &str,
        now: Timestamp,
    ) -> Result<()> {
        let ours = of_device(self.live.sessions.lock().get_mut(&session), known).is_some();
        if !ours {
            return Ok(());
        }
        let reason: String = reason.chars().filter(|c| !c.is_control()).take(500).collect();
        let actor = format!("device {}", known.name);
        self.end_live((known.tenant, session), &reason, &actor, "", now)
    }

    fn sign_live(
        &self,
        known: &KnownDevice,
        session: LiveSessionId,
        (sequence, order): (u64, LiveOrder),
        now: Timestamp,
    ) -> SignedLive {
        let message = live_to_bytes(&LiveMessage {
            tenant: known.tenant,
            device: known.device,
            session,
            sequence,
            issued_at: now,
            expires_at: now.plus(MESSAGE_LASTS),
            order,
        });
        let signature = self.signer.sign(Signed::Live, &message);
        SignedLive { message, signature }
    }
}

/// What a device may add to a recording.
const ANSWERS: [&str; 7] = ["table", "json", "text", "error", "progress", "job", "end"];

fn of_device<'a>(running: Option<&'a mut Running>, known: &KnownDevice) -> Option<&'a mut Running> {
    running.filter(|running| running.device == known.device && running.tenant == known.tenant)
}

fn kept(session: LiveSessionId, running: &Running) -> LiveKept {
    LiveKept { session_id: session.bytes().to_vec(), through: running.kept }
}
