//! The control stream: frames from the server handed on, frames to it sent, begun again whenever it breaks.
//!
//! A connection of its own, so that a command never waits behind a backlog of events. This room does not read commands;
//! whoever listens judges them, and says again what was not confirmed when a stream begins anew.

use bartizan_wire::{
    CONTROL_BYTES_MAX, ControlClient, SensorFrame, sensor_frame::Frame as ToServer,
    server_frame::Frame as FromServer,
};
use std::time::Duration;
use tokio::{
    sync::{mpsc, watch},
    time::{sleep, timeout},
};
use tokio_stream::wrappers::ReceiverStream;

use crate::{Identity, UplinkError, backoff::Backoff, channel::connect};

/// Frames that wait to be sent.
const FRAMES_WAITING: usize = 64;

/// How long the server may take to answer the opening.
const PATIENCE: Duration = Duration::from_secs(30);

/// What happens on the control stream.
#[derive(Debug)]
pub enum ControlNews {
    /// A stream is open: the sensor's hello is expected on it, and then everything that is not confirmed.
    /// What is sent here ends with this stream.
    Open(mpsc::Sender<ToServer>),
    /// The server said something.
    Frame(FromServer),
    /// The stream is closed; another will be opened.
    Closed,
}

/// Keeps a control stream open.
#[derive(Debug)]
pub struct ControlLink {
    identity: Identity,
    news: mpsc::Sender<ControlNews>,
}

impl ControlLink {
    /// A link that is not running yet; what happens on it goes to `news`.
    #[must_use]
    pub fn new(identity: Identity, news: mpsc::Sender<ControlNews>) -> Self {
        Self { identity, news }
    }

    /// Runs until `stop` turns true, or nobody listens to the news any more.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let mut backoff = Backoff::default();
        while !*stop.borrow() && stop.has_changed().is_ok() && !self.news.is_closed() {
            let ended = tokio::select! {
                ended = self.converse(&mut backoff) => ended,
                () = asked(&mut stop) => return,
            };
            if let Err(error) = ended {
                tracing::debug!(reason = crate::error::in_words(&error), "no control stream");
            }
            if self.news.send(ControlNews::Closed).await.is_err() {
                return;
            }
            tokio::select! {
                () = sleep(backoff.next()) => {}
                () = asked(&mut stop) => return,
            }
        }
    }

    async fn converse(&self, backoff: &mut Backoff) -> Result<(), UplinkError> {
        let Identity { server, authority_pem, certificate_pem, key_pem, .. } = &self.identity;
        let identity = Some((certificate_pem.as_str(), key_pem.as_str()));
        let channel = connect(server, authority_pem, identity).await?;
        let (frames, mut outgoing) = mpsc::channel::<ToServer>(FRAMES_WAITING);
        let (wrapped, sending) = mpsc::channel::<SensorFrame>(1);
        let mut client = ControlClient::new(channel).max_decoding_message_size(CONTROL_BYTES_MAX);
        // The server answers when it has heard the hello; so the frames must flow already.
        let wrap = async {
            while let Some(frame) = outgoing.recv().await {
                if wrapped.send(SensorFrame { frame: Some(frame) }).await.is_err() {
                    return;
                }
            }
        };
        let listen = async {
            self.tell(ControlNews::Open(frames)).await?;
            let mut answers = timeout(PATIENCE, client.open(ReceiverStream::new(sending)))
                .await
                .map_err(|_elapsed| UplinkError::Ended("it does not answer".to_owned()))?
                .map_err(|status| UplinkError::of_status(&status))?
                .into_inner();
            loop {
                let frame = answers.message().await;
                let frame = frame.map_err(|status| UplinkError::of_status(&status))?;
                let Some(frame) = frame else {
                    return Err(UplinkError::Ended("it hung up".to_owned()));
                };
                backoff.succeeded();
                if let Some(frame) = frame.frame {
                    self.tell(ControlNews::Frame(frame)).await?;
                }
            }
        };
        tokio::select! {
            ended = listen => ended,
            () = wrap => Err(UplinkError::Ended("nobody listens to it".to_owned())),
        }
    }

    async fn tell(&self, news: ControlNews) -> Result<(), UplinkError> {
        let gone = |_unheard| UplinkError::Ended("nobody listens to it".to_owned());
        self.news.send(news).await.map_err(gone)
    }
}

async fn asked(stop: &mut watch::Receiver<bool>) {
    drop(stop.wait_for(|stop| *stop).await);
}
