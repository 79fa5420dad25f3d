//! Live sessions in the responder: their messages judged and handed on, their frames sent.

use bartizan_live::{Config, Live};
use bartizan_model::{LiveSessionId, Tampering};
use bartizan_remediation::Refused;
use bartizan_uplink::Identity;
use bartizan_wire::{CommandRefused, SignedLive, sensor_frame::Frame as ToServer};
use std::{path::Path, sync::Arc};
use tokio::sync::Notify;

use super::{Responder, steady};

/// Frames that are sent before anything else is looked at.
const FRAMES_AT_ONCE: usize = 32;

/// The sessions of this machine, and the bell that rings when they have something to say.
pub(super) fn open(folder: &Path, identity: &Identity) -> (Live, Arc<Notify>) {
    let bell = Arc::new(Notify::new());
    let ringing = Arc::clone(&bell);
    let config = Config {
        root: "/".into(),
        proc: "/proc".into(),
        data: folder.join("live"),
        device: identity.device,
    };
    (Live::new(config, move || ringing.notify_one()), bell)
}

impl Responder {
    /// A message for a live session.
    pub(super) async fn hear_live(&mut self, signed: &SignedLive) {
        match self.judge.judge_live(signed, steady()) {
            Ok(message) => self.live.hear(message),
            Err((Some(session), Refused::NoSession)) => {
                self.live.say_ended(session, "the sensor was started anew");
            }
            Err((session, refused)) => self.report_live(session, &refused).await,
        }
    }

    /// Sends what the sessions say, a little at a time.
    pub(super) async fn say_live(&mut self) {
        for frame in self.live.outgoing(FRAMES_AT_ONCE) {
            self.say(frame).await;
        }
        if self.line.is_none() {
            self.live.line_is_closed();
        } else if self.live.has_more() {
            // Nobody rings twice for what waits.
            self.bell.notify_one();
        }
    }

    /// Sessions that were left alone end.
    pub(super) fn end_idle_live(&mut self) {
        for session in self.live.end_idle() {
            self.judge.live_is_over(session);
        }
    }

    async fn report_live(&mut self, session: Option<LiveSessionId>, refused: &Refused) {
        tracing::error!(?session, %refused, "a message for a live session was refused");
        let reason = match session {
            Some(session) => format!("{refused} (live session {session})"),
            None => format!("{refused} (a message for a live session)"),
        };
        self.tell(Tampering { kind: "live response".into(), detail: reason.as_str().into() });
        let refused = CommandRefused { action_id: Vec::new(), reason };
        self.say(ToServer::Refused(refused)).await;
    }
}
