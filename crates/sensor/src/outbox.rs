//! Where events leave for the spool: encoded, told apart by kind, and counted when they cannot.

use std::sync::Arc;

use bartizan_collect::Observation;
use bartizan_model::{Action, EventId, OperationKind, StreamId, Timestamp};
use bartizan_spool::{Kind, Spool};
use bartizan_wire::encode_single;

use crate::followed::Followed;

/// Where events leave for the spool.
#[derive(Debug)]
pub(crate) struct Outbox {
    pub(crate) spool: Arc<Spool>,
    /// Events that are in the spool.
    pub(crate) spooled: u64,
    /// Events that were too large to be encoded.
    pub(crate) unfit: u64,
    /// Whose events they are, and who follows them.
    followed: Followed,
    /// Why the disk does not take events, while it does not.
    pub(crate) trouble: Option<String>,
}

impl Outbox {
    pub(crate) fn new(spool: Arc<Spool>, followed: Followed) -> Self {
        Self { spool, spooled: 0, unfit: 0, followed, trouble: None }
    }

    /// Puts observations into the spool, in their order. Says whether every one is kept.
    pub(crate) fn put(&mut self, observations: Vec<Observation>) -> bool {
        // The spool gives the number; it stands beside the event, not in it.
        let id = EventId { stream: StreamId::from_uuid(self.spool.stream()), sequence: 1 };
        let mut events = Vec::with_capacity(observations.len());
        let mut shown = Vec::new();
        let followed = self.followed.is_followed();
        for observation in observations {
            let kind = kind_of(&observation.action);
            let event = observation.numbered(id);
            match encode_single(&event) {
                Ok(encoded) => {
                    events.push((kind, encoded));
                    shown.extend(followed.then_some(event));
                }
                Err(error) => {
                    tracing::debug!(%error, "an event is too large");
                    self.unfit += 1;
                }
            }
        }
        if events.is_empty() {
            return true;
        }
        let appended = self.spool.append(&events);
        self.followed.show(shown);
        match appended {
            Ok(appended) => {
                self.spooled += appended.kept;
                let full = (appended.dropped > 0).then(|| {
                    "the spool or its disk is full: the oldest events are dropped and counted; \
                     bring the server back or free disk space"
                        .to_owned()
                });
                self.in_trouble(full);
                appended.dropped == 0
            }
            Err(error) => {
                let cause = std::error::Error::source(&error).map(ToString::to_string);
                self.in_trouble(Some(format!("{error}: {}", cause.unwrap_or_default())));
                false
            }
        }
    }

    /// What the sensor has to say itself.
    pub(crate) fn say(&mut self, at: Timestamp, action: Action) -> bool {
        self.put(vec![Observation { at, actor: None, action }])
    }

    /// Says trouble once, not for each event.
    fn in_trouble(&mut self, trouble: Option<String>) {
        if let Some(trouble) = &trouble
            && self.trouble.is_none()
        {
            tracing::error!("{trouble}");
        }
        self.trouble = trouble;
    }
}

fn kind_of(action: &Action) -> Kind {
    match action {
        Action::ProcessStarted(_)
        | Action::ProcessForked(_)
        | Action::ProcessObserved(_)
        | Action::ProcessEnded { .. }
        | Action::ImageLoaded(_)
        | Action::Logon(_) => Kind::Process,
        Action::Operation(operation) if operation.kind == OperationKind::DnsQuery => {
            Kind::Connection
        }
        // Few, and the first thing an intruder would like to see lost.
        Action::Operation(_) => Kind::Process,
        Action::Connection(_) => Kind::Connection,
        Action::File(_) => Kind::File,
        Action::DeviceFacts(_)
        | Action::Inventory(_)
        | Action::EventsLost(_)
        | Action::SensorHealth(_)
        | Action::Tampering(_) => Kind::Sensor,
    }
}
