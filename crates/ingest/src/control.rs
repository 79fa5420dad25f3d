//! The control stream: commands down to a device the moment there are any, outcomes up.
//!
//! A device has one stream; a command leaves on it once, and again on the next stream until it is answered. What a
//! command means, and who asked for it, is not known here.

mod desk;
mod live;
mod upload;

use std::{collections::HashSet, pin::Pin, sync::Arc, time::Duration};

use bartizan_access::{LiveSent, Refusal};
use bartizan_model::{ActionId, DeviceId};
use bartizan_store::{Finished, KnownDevice};
use bartizan_wire::{
    CommandOutcome, CommandRefused, ControlHello, OutcomeKept, PROTOCOL_VERSION, SensorFrame,
    ServerFrame, UploadProgress, WireError, action_from_wire, control_server::Control,
    outcome_from_wire, sensor_frame::Frame as FromSensor, server_frame::Frame as ToSensor,
};
use futures::Stream;
use tokio::{
    sync::{Notify, mpsc, watch},
    time::{MissedTickBehavior, interval},
};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status, Streaming};

use crate::{
    Ingest, IngestError, clock,
    serve::{Services, blocking, certificate_of},
};
pub(crate) use desk::Desk;
pub(crate) use upload::Uploads;

/// Frames that wait for a slow device; it is not read from until they have left.
const FRAMES_WAITING: usize = 16;

/// How often commands are looked for although nobody said that there are any.
const LOOK: Duration = Duration::from_secs(60);

/// Bytes of a hello's challenge.
const CHALLENGE_BYTES: usize = 32;

#[tonic::async_trait]
impl Control for Services {
    type OpenStream = Pin<Box<dyn Stream<Item = Result<ServerFrame, Status>> + Send>>;

    async fn open(
        &self,
        request: Request<Streaming<SensorFrame>>,
    ) -> Result<Response<Self::OpenStream>, Status> {
        let certificate = certificate_of(&request)?;
        let ingest = Arc::clone(&self.0);
        let holder = Arc::clone(&certificate);
        let known = blocking(&ingest, move |ingest| ingest.known(&holder)).await?;
        let (frames, outgoing) = mpsc::channel(FRAMES_WAITING);
        let wake = ingest.desk.enter(known.device);
        let stream = ControlStream {
            ingest: Arc::clone(&ingest),
            certificate,
            known,
            frames: frames.clone(),
            sent: HashSet::new(),
            live: LiveSent::default(),
            welcomed: false,
        };
        let incoming = request.into_inner();
        tokio::spawn(async move {
            if let Err(status) = stream.run(incoming, wake).await {
                // Nobody reads it when the device is gone already.
                drop(frames.send(Err(status)).await);
            }
        });
        Ok(Response::new(Box::pin(ReceiverStream::new(outgoing))))
    }
}

/// One device's control stream.
struct ControlStream {
    ingest: Arc<Ingest>,
    certificate: Arc<[u8]>,
    known: KnownDevice,
    frames: mpsc::Sender<Result<ServerFrame, Status>>,
    /// Commands that left on this stream.
    sent: HashSet<ActionId>,
    /// What left for live sessions on this stream.
    live: LiveSent,
    welcomed: bool,
}

impl ControlStream {
    async fn run(
        mut self,
        mut incoming: Streaming<SensorFrame>,
        wake: Arc<Notify>,
    ) -> Result<(), Status> {
        let mut closing = self.ingest.closing.subscribe();
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = closed(&mut closing) => return Ok(()),
                () = self.frames.closed() => return Ok(()),
                frame = incoming.message() => {
                    let Some(frame) = frame? else { return Ok(()) };
                    self.take(frame).await?;
                }
                () = wake.notified() => {
                    self.send_commands().await?;
                    self.send_live().await?;
                }
                _ = look.tick() => self.send_commands().await?,
            }
        }
    }

    async fn take(&mut self, frame: SensorFrame) -> Result<(), Status> {
        match frame.frame {
            Some(FromSensor::Hello(hello)) => self.welcome(hello).await,
            Some(FromSensor::Begun(_)) | None => Ok(()),
            Some(FromSensor::Outcome(outcome)) => self.keep(outcome).await,
            Some(FromSensor::Refused(refused)) => self.refused(refused).await,
            Some(FromSensor::Offer(offer)) => {
                let progress =
                    self.upload(move |ingest, known| ingest.offered(known, &offer)).await?;
                self.say(ToSensor::Progress(progress)).await
            }
            Some(FromSensor::Part(part)) => {
                let progress = self.upload(move |ingest, known| ingest.part(known, &part)).await?;
                self.say(ToSensor::Progress(progress)).await
            }
            Some(frame) => self.take_live(frame).await,
        }
    }

    async fn welcome(&mut self, hello: ControlHello) -> Result<(), Status> {
        if hello.protocol != PROTOCOL_VERSION {
            let (found, spoken) = (hello.protocol, PROTOCOL_VERSION);
            let error = WireError::Version { found, spoken };
            return Err(Status::failed_precondition(error.to_string()));
        }
        if hello.challenge.len() != CHALLENGE_BYTES {
            return Err(Status::invalid_argument("a challenge has 32 bytes"));
        }
        let welcome = self.ingest.access.welcome(&hello.challenge, clock::now());
        self.say(ToSensor::Welcome(welcome)).await?;
        self.welcomed = true;
        self.send_commands().await
    }

    async fn send_commands(&mut self) -> Result<(), Status> {
        if !self.welcomed {
            return Ok(());
        }
        let (certificate, sent) = (Arc::clone(&self.certificate), self.sent.clone());
        // Looked up again each time: a device can be shut out while its stream is open.
        let commands = blocking(&self.ingest, move |ingest| {
            let known = ingest.known(&certificate)?;
            Ok(ingest.access.commands(&known, &sent, clock::now())?)
        })
        .await?;
        for (action, command) in commands {
            self.sent.insert(action);
            self.say(ToSensor::Command(command)).await?;
        }
        Ok(())
    }

    async fn keep(&self, outcome: CommandOutcome) -> Result<(), Status> {
        let outcome = outcome_from_wire(outcome).map_err(|why| wrong(&why))?;
        let (known, action) = (self.known.clone(), outcome.action);
        let finished = blocking(&self.ingest, move |ingest| {
            Ok(ingest.access.keep_outcome(&known, outcome, clock::now())?)
        })
        .await?;
        if finished == Finished::Unknown {
            tracing::warn!(device = %self.known.device, %action, "an outcome of an action that is not known");
        }
        self.say(ToSensor::Kept(OutcomeKept { action_id: action.bytes().to_vec() })).await
    }

    async fn refused(&self, refused: CommandRefused) -> Result<(), Status> {
        let action = action_from_wire(&refused.action_id).ok();
        let reason: String = refused.reason.chars().take(500).collect();
        let known = self.known.clone();
        blocking(&self.ingest, move |ingest| {
            Ok(ingest.access.keep_refusal(&known, action, &reason, clock::now())?)
        })
        .await
    }

    async fn upload(
        &self,
        work: impl FnOnce(&Ingest, &KnownDevice) -> Result<UploadProgress, IngestError> + Send + 'static,
    ) -> Result<UploadProgress, Status> {
        let known = self.known.clone();
        blocking(&self.ingest, move |ingest| work(ingest, &known)).await
    }

    async fn say(&self, frame: ToSensor) -> Result<(), Status> {
        let frame = ServerFrame { frame: Some(frame) };
        self.frames.send(Ok(frame)).await.map_err(|_gone| Status::cancelled("the device is gone"))
    }
}

impl Ingest {
    /// The device that holds this certificate.
    pub(crate) fn known(&self, certificate: &[u8]) -> Result<KnownDevice, IngestError> {
        Ok(self.access.device_of(certificate)?)
    }

    /// How many devices have a control stream open now.
    #[must_use]
    pub fn devices_listening(&self) -> usize {
        self.desk.listening()
    }

    /// Whether a device has a control stream open now.
    #[must_use]
    pub fn is_listening(&self, device: DeviceId) -> bool {
        self.desk.is_listening(device)
    }
}

/// Returns when the server goes down.
async fn closed(closing: &mut watch::Receiver<bool>) {
    drop(closing.wait_for(|closing| *closing).await);
}

fn wrong(error: &WireError) -> Status {
    Status::invalid_argument(error.to_string())
}

/// A file that was not asked for.
pub(crate) fn not_asked() -> IngestError {
    IngestError::Refused(Refusal::NoSuchAction)
}
