//! The conversation with the server, begun again whenever it breaks.

use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bartizan_spool::Spool;
use bartizan_wire::{Acknowledgement, Batch, MESSAGE_BYTES_MAX, UplinkClient};
use tokio::{
    sync::{mpsc, watch},
    time::{Instant, MissedTickBehavior, interval, sleep, sleep_until, timeout},
};
use tokio_stream::wrappers::ReceiverStream;
use tonic::Streaming;

use crate::{Identity, UplinkError, backoff::Backoff, batch, channel::connect};

/// How the uplink works.
#[derive(Debug, Clone, Copy)]
pub struct LinkConfig {
    /// How often the spool is looked at for new events.
    pub interval: Duration,
    /// Most batches that are sent and not acknowledged.
    pub window: usize,
    /// How long an acknowledgement may take before the conversation is begun again.
    pub patience: Duration,
    /// How long what is left may take at the end of the sensor's life.
    pub farewell: Duration,
}

impl Default for LinkConfig {
    fn default() -> Self {
        Self {
            interval: Duration::from_millis(250),
            window: 4,
            patience: Duration::from_secs(30),
            farewell: Duration::from_millis(1_200),
        }
    }
}

/// How the link is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkState {
    /// Not tried yet.
    Starting,
    /// Events flow.
    Connected,
    /// They wait in the spool.
    Away {
        /// Why, in words.
        reason: String,
    },
}

/// Sends what is in the spool, for ever.
#[derive(Debug)]
pub struct Uplink {
    spool: Arc<Spool>,
    identity: Identity,
    config: LinkConfig,
    state: watch::Sender<LinkState>,
    unreadable: Arc<AtomicU64>,
}

impl Uplink {
    /// An uplink that is not running yet.
    #[must_use]
    pub fn new(spool: Arc<Spool>, identity: Identity, config: LinkConfig) -> Self {
        let (state, _) = watch::channel(LinkState::Starting);
        Self { spool, identity, config, state, unreadable: Arc::default() }
    }

    /// How the link is, now and later.
    #[must_use]
    pub fn state(&self) -> watch::Receiver<LinkState> {
        self.state.subscribe()
    }

    /// Events of the spool that could not be read, since the uplink was made.
    #[must_use]
    pub fn unreadable(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.unreadable)
    }

    /// Runs until `stop` turns true, and then until what is left is sent or the time for that is over.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let mut backoff = Backoff::default();
        while !*stop.borrow() && stop.has_changed().is_ok() {
            let Err(error) = self.converse(&mut backoff, &mut stop).await else { return };
            self.away(&error);
            let wait = backoff.next();
            tokio::select! {
                () = sleep(wait) => {}
                () = asked(&mut stop) => {}
            }
        }
    }

    /// Says once that the server is away, not at every try.
    fn away(&self, error: &UplinkError) {
        let reason = crate::error::in_words(error);
        let was_away = matches!(*self.state.borrow(), LinkState::Away { .. });
        if was_away {
            tracing::debug!(reason, "still no conversation with the server");
        } else {
            tracing::warn!("{reason}. Events are kept on disk and sent when the server is back");
        }
        self.state.send_replace(LinkState::Away { reason });
    }

    /// One conversation. Ends well only when it was asked to stop.
    async fn converse(
        &self,
        backoff: &mut Backoff,
        stop: &mut watch::Receiver<bool>,
    ) -> Result<(), UplinkError> {
        let Identity { server, authority_pem, certificate_pem, key_pem, .. } = &self.identity;
        let identity = Some((certificate_pem.as_str(), key_pem.as_str()));
        let channel = connect(server, authority_pem, identity).await?;
        let (batches, outgoing) = mpsc::channel::<Batch>(self.config.window);
        let mut client = UplinkClient::new(channel).max_encoding_message_size(MESSAGE_BYTES_MAX);
        let answers = timeout(self.config.patience, client.send(ReceiverStream::new(outgoing)))
            .await
            .map_err(|_elapsed| UplinkError::Ended("it does not answer".to_owned()))?
            .map_err(|status| UplinkError::of_status(&status))?
            .into_inner();
        self.spool.rewind();
        if self.state.send_replace(LinkState::Connected) != LinkState::Connected {
            tracing::info!(server, "connected to the server");
        }
        let conversation = Conversation {
            spool: &self.spool,
            config: self.config,
            unreadable: &self.unreadable,
            batches,
            answers,
            under_way: VecDeque::new(),
            overdue: Instant::now(),
        };
        conversation.run(backoff, stop).await
    }
}

/// An open stream of batches and acknowledgements.
struct Conversation<'a> {
    spool: &'a Arc<Spool>,
    config: LinkConfig,
    unreadable: &'a AtomicU64,
    batches: mpsc::Sender<Batch>,
    answers: Streaming<Acknowledgement>,
    /// Last numbers of the batches that are sent and not acknowledged.
    under_way: VecDeque<u64>,
    /// When the next acknowledgement must be there, if any batch is under way.
    overdue: Instant,
}

impl Conversation<'_> {
    async fn run(
        mut self,
        backoff: &mut Backoff,
        stop: &mut watch::Receiver<bool>,
    ) -> Result<(), UplinkError> {
        let mut look = interval(self.config.interval);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = asked(stop) => return self.farewell().await,
                answer = self.answers.message() => {
                    self.acknowledged(answer)?;
                    backoff.succeeded();
                    self.send_waiting().await?;
                }
                _ = look.tick() => self.send_waiting().await?,
                () = sleep_until(self.overdue), if !self.under_way.is_empty() => {
                    return Err(UplinkError::Ended("it does not acknowledge".to_owned()));
                }
            }
        }
    }

    /// Sends batches as far as the window allows.
    async fn send_waiting(&mut self) -> Result<(), UplinkError> {
        while self.under_way.len() < self.config.window {
            let spool = Arc::clone(self.spool);
            let next = tokio::task::spawn_blocking(move || batch::next(&spool)).await;
            let next = next.map_err(|_panic| UplinkError::Ended("reading the spool failed".into()));
            let Some(next) = next?? else { return Ok(()) };
            self.unreadable.fetch_add(next.unreadable, Ordering::Relaxed);
            if self.under_way.is_empty() {
                self.overdue = Instant::now() + self.config.patience;
            }
            self.under_way.push_back(next.last);
            if self.batches.send(next.batch).await.is_err() {
                // The server closed the stream; its answer says why.
                return Ok(());
            }
        }
        Ok(())
    }

    fn acknowledged(
        &mut self,
        answer: Result<Option<Acknowledgement>, tonic::Status>,
    ) -> Result<(), UplinkError> {
        let answer = answer
            .map_err(|status| UplinkError::of_status(&status))?
            .ok_or_else(|| UplinkError::Ended("it hung up".to_owned()))?;
        if answer.stream_id != self.spool.stream().as_bytes() {
            return Ok(());
        }
        self.overdue = Instant::now() + self.config.patience;
        while self.under_way.front().is_some_and(|last| *last <= answer.through_sequence) {
            self.under_way.pop_front();
        }
        Ok(self.spool.acknowledge(answer.through_sequence)?)
    }

    /// Sends what is left and waits for its acknowledgement, as long as there is time.
    async fn farewell(mut self) -> Result<(), UplinkError> {
        let until = Instant::now() + self.config.farewell;
        self.send_waiting().await?;
        while !self.under_way.is_empty() {
            let Ok(answer) = tokio::time::timeout_at(until, self.answers.message()).await else {
                return Ok(());
            };
            self.acknowledged(answer)?;
            self.send_waiting().await?;
        }
        Ok(())
    }
}

/// Returns when the uplink is asked to stop, or nobody is left to ask it.
async fn asked(stop: &mut watch::Receiver<bool>) {
    drop(stop.wait_for(|stop| *stop).await);
}
