//! One batch, from the wire into the log.

use std::{io, net::IpAddr, path::Path, sync::Arc};

use bartizan_access::{Access, AccessError, Refusal};
use bartizan_event_log::{Entry, EventLog, LogError};
use bartizan_model::{
    Action, DeviceId, Event, EventId, EventsLost, LossStage, StreamId, TenantId, Text, Timestamp,
};
use bartizan_wire::{
    Acknowledgement, Batch, BatchHead, EnrolRequest, EnrolResponse, PROTOCOL_VERSION, WireError,
    decode_events, expand, facts_from_wire,
};
use thiserror::Error;
use tokio::sync::watch;

use crate::{
    DeviceCounters, clock,
    control::{Desk, Uploads},
    counters::Counters,
    payload::{as_sent, of_events},
    quarantine::Quarantine,
};

/// Why a batch or an enrolment was refused.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum IngestError {
    /// The sender may not.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// What was sent keeps not what the protocol promises.
    #[error(transparent)]
    Wire(WireError),
    /// The log did not take it.
    #[error(transparent)]
    Log(#[from] LogError),
    /// Who may come in could not be looked up.
    #[error("looking up who may come in")]
    Access(#[source] AccessError),
    /// A file that a device sends could not be written.
    #[error("keeping a file of a device")]
    Upload(#[source] io::Error),
    /// A log entry in a form that this server does not know.
    #[error("a record of the event log is in an unknown form; it was written by a newer server")]
    Payload,
}

impl From<AccessError> for IngestError {
    fn from(error: AccessError) -> Self {
        match error {
            AccessError::Refused(refusal) => Self::Refused(refusal),
            other => Self::Access(other),
        }
    }
}

/// Takes enrolments and batches. Calls block on the disk.
#[derive(Debug)]
pub struct Ingest {
    log: Arc<EventLog>,
    pub(crate) access: Arc<Access>,
    pub(crate) desk: Arc<Desk>,
    pub(crate) uploads: Uploads,
    quarantine: Quarantine,
    counters: Counters,
    /// Turns true when the server goes down: open streams end.
    pub(crate) closing: watch::Sender<bool>,
}

/// A batch on its way into the log: of whom, and when it came.
struct Arrival {
    tenant: TenantId,
    device: DeviceId,
    name: Text,
    at: Timestamp,
    head: BatchHead,
    events: Vec<Event>,
}

impl Ingest {
    /// An ingest that sets unreadable batches aside in this folder, and keeps files that devices send in
    /// `uploads` beside it.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn open(log: Arc<EventLog>, access: Arc<Access>, folder: &Path) -> io::Result<Arc<Self>> {
        let quarantine = Quarantine::open(folder)?;
        let uploads = Uploads::open(&folder.with_file_name("uploads"))?;
        let (closing, _) = watch::channel(false);
        let desk = Arc::<Desk>::default();
        let bells = Arc::downgrade(&desk);
        access.on_action(move |news| {
            if let Some(desk) = bells.upgrade() {
                desk.ring(news.devices);
            }
        });
        let bells = Arc::downgrade(&desk);
        access.on_live(move |news| {
            if let (Some(desk), Some(device)) = (bells.upgrade(), news.device) {
                desk.ring(&[device]);
            }
        });
        let listeners = Arc::downgrade(&desk);
        access.tell_who_listens(move |device| {
            listeners.upgrade().is_some_and(|desk| desk.is_listening(device))
        });
        let counters = Counters::default();
        Ok(Arc::new(Self { log, access, desk, uploads, quarantine, counters, closing }))
    }

    /// What came from a device since the server started.
    #[must_use]
    pub fn counters(&self, device: DeviceId) -> DeviceCounters {
        self.counters.of(device)
    }

    /// What came from all devices since the server started.
    #[must_use]
    pub fn totals(&self) -> DeviceCounters {
        self.counters.totals()
    }

    /// Makes a machine a device.
    pub(crate) fn enrol(
        &self,
        request: EnrolRequest,
        address: Option<IpAddr>,
    ) -> Result<EnrolResponse, IngestError> {
        if request.protocol != PROTOCOL_VERSION {
            let (found, spoken) = (request.protocol, PROTOCOL_VERSION);
            return Err(IngestError::Wire(WireError::Version { found, spoken }));
        }
        let facts = request.facts.map(facts_from_wire).transpose().map_err(IngestError::Wire)?;
        let (secret, csr) = (&request.secret, &request.signing_request);
        let enrolled = self.access.enrol(secret, csr, facts, address, clock::now())?;
        tracing::info!(device = %enrolled.device, ?address, "a machine was enrolled");
        Ok(EnrolResponse {
            device_id: enrolled.device.bytes().to_vec(),
            tenant_id: enrolled.tenant.bytes().to_vec(),
            certificate_chain: enrolled.certificate_chain,
            authority: enrolled.authority,
            command_key: enrolled.command_key,
        })
    }

    /// Whether the holder of this certificate may send. Asked for each batch: a device can be shut out.
    pub(crate) fn admit(&self, certificate: &[u8]) -> Result<(), IngestError> {
        Ok(self.access.device_of(certificate).map(drop)?)
    }

    /// Takes a batch; its events are durable when this returns.
    pub(crate) fn accept(
        &self,
        certificate: &[u8],
        batch: &Batch,
    ) -> Result<Acknowledgement, IngestError> {
        let known = self.access.device_of(certificate)?;
        let head = BatchHead::of(batch).map_err(IngestError::Wire)?;
        self.counters.change(known.device, |counters| counters.batches += 1);
        let acknowledgement = Acknowledgement {
            stream_id: head.stream.bytes().to_vec(),
            through_sequence: head.span.last,
        };
        let through = self.log.high_water(known.device, head.stream);
        let at = clock::now();
        let (tenant, device, name) = (known.tenant, known.device, known.name);
        // What is logged already is not worth decoding; the log says when it is durable.
        let read = if through >= head.span.last {
            Ok(Vec::new())
        } else {
            expand(&batch.event_list).and_then(|list| decode_events(&list, head.stream, head.span))
        };
        let (events, payload) = match read {
            Ok(events) => (events, as_sent(head.span, &batch.event_list)),
            Err(error) => {
                let events = vec![self.set_aside(device, &head, &batch.event_list, &error, at)];
                let payload = of_events(&events).map_err(IngestError::Wire)?;
                (events, payload)
            }
        };
        self.log_once(Arrival { tenant, device, name, at, head, events }, payload)?;
        Ok(acknowledgement)
    }

    /// Logs what of an arrival is not in the log yet.
    fn log_once(&self, mut arrival: Arrival, mut payload: Vec<u8>) -> Result<(), IngestError> {
        let Arrival { tenant, device, at, head, .. } = arrival;
        let mut first_sequence = head.span.first;
        let came = u64::from(head.span.count);
        let before = self.log.high_water(device, head.stream);
        loop {
            let entry = Entry {
                tenant,
                device,
                device_name: arrival.name.clone(),
                stream: head.stream,
                first_sequence,
                last_sequence: head.span.last,
                received_at: at,
                payload,
            };
            match self.log.append(&entry) {
                Ok(_) => break,
                Err(LogError::AlreadyLogged { through }) => {
                    arrival.events.retain(|event| event.id.sequence > through);
                    if through >= head.span.last || arrival.events.is_empty() {
                        self.counters.change(device, |counters| counters.repeated += came);
                        return Ok(());
                    }
                    first_sequence = through + 1;
                    payload = of_events(&arrival.events).map_err(IngestError::Wire)?;
                }
                Err(error) => return Err(error.into()),
            }
        }
        let logged = u64::try_from(arrival.events.len()).unwrap_or(u64::MAX);
        let spanned = head.span.last.saturating_sub(before);
        self.counters.change(device, |counters| {
            counters.events += logged;
            counters.repeated += came.saturating_sub(logged);
            counters.missing += spanned.saturating_sub(logged);
        });
        Ok(())
    }

    /// Keeps a batch that cannot be read, and gives the event that stands in its place.
    fn set_aside(
        &self,
        device: DeviceId,
        head: &BatchHead,
        event_list: &[u8],
        error: &WireError,
        at: Timestamp,
    ) -> Event {
        tracing::error!(%device, %error, stream = %head.stream, span = ?head.span, "a batch cannot be read");
        self.quarantine.keep(device, head, event_list);
        self.counters.change(device, |counters| {
            counters.malformed += 1;
            counters.malformed_events += u64::from(head.span.count);
        });
        lost(head.stream, head.span.last, head.span.count, at)
    }
}

/// The event that says how many events the server could not read.
fn lost(stream: StreamId, sequence: u64, count: u32, at: Timestamp) -> Event {
    let lost = EventsLost {
        stage: LossStage::Server,
        kind: "unknown".into(),
        count: u64::from(count),
        first_at: at,
        last_at: at,
    };
    Event { id: EventId { stream, sequence }, at, actor: None, action: Action::EventsLost(lost) }
}
