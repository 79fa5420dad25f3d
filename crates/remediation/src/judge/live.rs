//! Messages for live sessions: the same questions as for commands, and each message of a session once and in order.
//!
//! A session's id is a nonce and is remembered like one, so a session that was recorded on the way cannot be opened a
//! second time; its messages are counted, so none of them can be said again.

use std::{collections::HashMap, time::Duration};

use bartizan_model::{LiveMessage, LiveOrder, LiveSessionId};
use bartizan_wire::{LIVE_MESSAGE_BYTES_MAX, Signed, SignedLive, live_from_bytes};

use super::{Judge, Refused, SKEW};
use crate::RemediationError;

/// Longest time that a message of a live session may be good for.
const LONGEST: Duration = Duration::from_secs(300);
/// Most sessions whose counts are remembered, closed ones among them.
const SESSIONS_MAX: usize = 1_000;

/// How far each session is.
#[derive(Debug, Default)]
pub(super) struct Heard(HashMap<LiveSessionId, Next>);

#[derive(Debug, Clone, Copy)]
struct Next {
    sequence: u64,
    closed: bool,
}

impl Judge {
    /// Whether a message for a live session is to be obeyed.
    ///
    /// # Errors
    /// Says why not, and for which session the message says it is.
    pub fn judge_live(
        &mut self,
        signed: &SignedLive,
        steady: Duration,
    ) -> Result<LiveMessage, (Option<LiveSessionId>, Refused)> {
        let now = self.server_time(steady).ok_or((None, Refused::NotWelcomed))?;
        if signed.message.len() > LIVE_MESSAGE_BYTES_MAX
            || !self.is_signed(Signed::Live, &signed.message, &signed.signature)
        {
            return Err((None, Refused::Forged));
        }
        let message = live_from_bytes(&signed.message)
            .map_err(|why| (None, Refused::Unreadable(why.to_string())))?;
        let refuse = |why| (Some(message.session), why);
        if message.device != self.device || message.tenant != self.tenant {
            return Err(refuse(Refused::Misaddressed));
        }
        if message.expires_at <= now {
            return Err(refuse(Refused::Stale));
        }
        if message.issued_at > now.plus(SKEW)
            || message.expires_at.since(message.issued_at) > LONGEST
        {
            return Err(refuse(Refused::Untimely));
        }
        match &message.order {
            LiveOrder::Open { .. } => self.open_live(&message).map_err(refuse)?,
            _ => self.count_live(&message).map_err(refuse)?,
        }
        Ok(message)
    }

    /// A live session is over here: nothing more of it is obeyed.
    pub fn live_is_over(&mut self, session: LiveSessionId) {
        if let Some(next) = self.live.0.get_mut(&session) {
            next.closed = true;
        }
    }

    fn open_live(&mut self, message: &LiveMessage) -> Result<(), Refused> {
        let nonce = message.session.bytes();
        if message.sequence != 0 {
            return Err(Refused::OutOfOrder);
        }
        if self.live.0.contains_key(&message.session) || self.nonces.contains_key(&nonce) {
            return Err(Refused::Replayed);
        }
        if self.live.0.len() >= SESSIONS_MAX {
            self.live.0.retain(|_, next| !next.closed);
        }
        if self.live.0.len() >= SESSIONS_MAX || self.nonces.len() >= super::NONCES_MAX {
            return Err(Refused::TooMany);
        }
        self.remember(nonce, message.expires_at)
            .map_err(|why: RemediationError| Refused::Unreadable(why.to_string()))?;
        self.live.0.insert(message.session, Next { sequence: 1, closed: false });
        Ok(())
    }

    fn count_live(&mut self, message: &LiveMessage) -> Result<(), Refused> {
        let next = self.live.0.get_mut(&message.session).ok_or(Refused::NoSession)?;
        if next.closed && message.order == LiveOrder::Close {
            // Both sides ended it at the same moment.
            return Err(Refused::NoSession);
        }
        if message.sequence < next.sequence || next.closed {
            return Err(Refused::Replayed);
        }
        if message.sequence > next.sequence {
            return Err(Refused::OutOfOrder);
        }
        next.sequence += 1;
        next.closed = message.order == LiveOrder::Close;
        Ok(())
    }
}
